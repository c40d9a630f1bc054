import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { looksLikePlatform } from './model/newPlatform.ts';

/** security.md: no file of more is read. */
const LARGEST = 5 * 1024 * 1024;
const PATTERNS = ['platform.yml', '*/platform.yml'];

/** The platform files of the workspace: at the root of a folder or one below, and those that the setting names; each only if it has `name` and `region`. */
export async function findPlatformFiles(): Promise<readonly vscode.Uri[]> {
  const found = await Promise.all((vscode.workspace.workspaceFolders ?? []).map(filesOf));
  const unique = new Map(found.flat().map((uri) => [uri.toString(), uri]));
  const checked = await Promise.all([...unique.values()].map(async (uri) => ({ uri, ours: await isPlatform(uri.fsPath) })));
  return checked.filter(({ ours }) => ours).map(({ uri }) => uri);
}

async function filesOf(folder: vscode.WorkspaceFolder): Promise<vscode.Uri[]> {
  const found = await Promise.all(
    PATTERNS.map((pattern) => vscode.workspace.findFiles(new vscode.RelativePattern(folder, pattern), '**/{node_modules,.git}/**', 50)),
  );
  const further = namedIn(folder).map((file) => vscode.Uri.joinPath(folder.uri, file));
  return [...found.flat().toSorted((one, other) => one.path.length - other.path.length || one.path.localeCompare(other.path)), ...further];
}

/** What `slipway.platforms` names in this folder, relative to it. */
function namedIn(folder: vscode.WorkspaceFolder): readonly string[] {
  const named = vscode.workspace.getConfiguration('slipway', folder).get<readonly string[]>('platforms', []);
  return named.filter((file) => typeof file === 'string' && staysInside(folder.uri.fsPath, file));
}

/** Watches every file that can be a platform's: those of the usual name, and those that the setting names. */
export function watchPlatformFiles(watch: (watcher: vscode.FileSystemWatcher) => vscode.Disposable): vscode.Disposable {
  const named = (vscode.workspace.workspaceFolders ?? []).flatMap((folder) =>
    namedIn(folder).map((file) => new vscode.RelativePattern(folder, file)),
  );
  const watchers = ['**/platform.yml', ...named].map((pattern) => vscode.workspace.createFileSystemWatcher(pattern));
  return vscode.Disposable.from(...watchers, ...watchers.map(watch));
}

/** Watches what a platform's manifests can be made of, in every folder of the workspace. */
export function watchManifests(handlers: { changed(uri: vscode.Uri): void; deleted(uri: vscode.Uri): void }): vscode.Disposable {
  const manifests = vscode.workspace.createFileSystemWatcher('**/*.{yml,yaml,tpl}', false, false, true);
  const all = vscode.workspace.createFileSystemWatcher('**', true, true, false);
  return vscode.Disposable.from(
    manifests,
    all,
    manifests.onDidCreate((uri) => handlers.changed(uri)),
    manifests.onDidChange((uri) => handlers.changed(uri)),
    all.onDidDelete((uri) => handlers.deleted(uri)),
  );
}

function staysInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, path.resolve(folder, file));
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}

/** Whether a file on disk is one of ours. */
export async function isPlatform(file: string): Promise<boolean> {
  try {
    const { size } = await stat(file).then((found) => (found.isFile() ? found : { size: Number.POSITIVE_INFINITY }));
    return size <= LARGEST && looksLikePlatform(await readFile(file, 'utf8'));
  } catch {
    // Gone between the search and here, or not ours to read: then it is no platform of this window.
    return false;
  }
}
