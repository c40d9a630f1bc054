import * as vscode from 'vscode';

const SCHEME = 'slipway-text';

/** Plans and command lists as documents that cannot be edited and are gone when they are closed. */
export class ReadOnlyDocuments implements vscode.TextDocumentContentProvider {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #disposable: vscode.Disposable;
  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#disposable = vscode.Disposable.from(
      this.#changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document.uri.scheme === SCHEME) this.#texts.delete(document.uri.path);
      }),
    );
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.path) ?? '';
  }

  /** Opens it beside nothing: a preview tab, everything indented folded away. */
  async show(name: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name.replaceAll('/', '-')}` });
    this.#texts.set(uri.path, text);
    this.#changed.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true });
    await vscode.commands.executeCommand('editor.foldLevel2');
  }

  dispose(): void {
    this.#disposable.dispose();
  }
}
