import * as vscode from 'vscode';
import type { Choice, Dialogs, TypedInput } from './dialogs.ts';
import type { ReadOnlyDocuments } from './readOnlyDocuments.ts';
import { VIEW } from './treeView.ts';

/** The dialogs of VS Code. */
export class WindowDialogs implements Dialogs {
  readonly #documents: ReadOnlyDocuments;

  constructor(documents: ReadOnlyDocuments) {
    this.#documents = documents;
  }

  async confirm(message: string, detail: string, actions: readonly string[]): Promise<string | undefined> {
    return vscode.window.showInformationMessage(message, { modal: true, detail }, ...actions);
  }

  async tell(level: 'info' | 'warning' | 'error', message: string, actions: readonly string[] = []): Promise<string | undefined> {
    if (level === 'error') return vscode.window.showErrorMessage(message, ...actions);
    return level === 'warning'
      ? vscode.window.showWarningMessage(message, ...actions)
      : vscode.window.showInformationMessage(message, ...actions);
  }

  async choose<T>(title: string, choices: readonly Choice<T>[]): Promise<T | undefined> {
    const picked = await vscode.window.showQuickPick([...choices], {
      title,
      matchOnDescription: true,
      matchOnDetail: true,
      ignoreFocusOut: true,
    });
    return picked?.value;
  }

  async type({ title, prompt, value, secret, validate }: TypedInput): Promise<string | undefined> {
    return vscode.window.showInputBox({
      title,
      prompt,
      ignoreFocusOut: true,
      password: secret === true,
      ...(value === undefined ? {} : { value }),
      ...(validate ? { validateInput: (text) => validate(text) } : {}),
    });
  }

  async busy<T>(title: string, work: () => Promise<T>): Promise<T> {
    return vscode.window.withProgress({ location: { viewId: VIEW } }, () =>
      vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, work),
    );
  }

  async show(name: string, text: string, planOf?: string): Promise<void> {
    await this.#documents.show(name, text, planOf);
  }

  outdatePlans(platform: string, olderThan: string): void {
    this.#documents.outdatePlans(platform, olderThan);
  }
}
