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

  async showYaml(name: string, text: string): Promise<void> {
    const uri = this.#documents.uriOf(name);
    this.#documents.put(uri, text);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  async compareYaml(title: string, left: readonly [string, string], right: readonly [string, string]): Promise<void> {
    const [before, after] = [left, right].map(([name, text]) => {
      const uri = this.#documents.uriOf(name);
      this.#documents.put(uri, text);
      return uri;
    });
    await vscode.commands.executeCommand('vscode.diff', before, after, title, { preview: true });
  }

  outdatePlans(platform: string, olderThan: string): void {
    this.#documents.outdatePlans(platform, olderThan);
  }
}
