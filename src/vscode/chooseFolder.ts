import * as vscode from 'vscode';
import type { Dialogs } from './dialogs.ts';

/** The folder that something new goes into: one of the workspace, or, without any, one of the disk. */
export async function chooseFolder(dialogs: Dialogs): Promise<string | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length > 0) {
    const choices = folders.map(({ name, uri }) => ({ label: name, description: uri.fsPath, value: uri.fsPath }));
    return folders.length === 1 ? folders[0]?.uri.fsPath : dialogs.choose('Into which folder?', choices);
  }
  const picked = await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, openLabel: 'Use This Folder' });
  return picked?.[0]?.fsPath;
}
