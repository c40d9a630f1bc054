import * as vscode from 'vscode';

const SCHEME = 'slipway-text';

/** Plans, command lists, live objects and logs as documents that cannot be edited and are gone when they are closed. */
export class ReadOnlyDocuments implements vscode.TextDocumentContentProvider {
  readonly #texts = new Map<string, { readonly text: string; readonly planOf: string | undefined }>();
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
    return this.#texts.get(uri.path)?.text ?? '';
  }

  /** Where a document of that name is found; its ending says what language it is. */
  uriOf(name: string): vscode.Uri {
    return uriOf(`/${name.replaceAll('/', '-')}`);
  }

  /** Gives a document its text; where it is open, it changes. */
  put(uri: vscode.Uri, text: string, planOf?: string): void {
    this.#texts.set(uri.path, { text, planOf });
    this.#changed.fire(uri);
  }

  /** Opens it beside nothing: a preview tab, everything indented folded away. */
  async show(name: string, text: string, planOf?: string): Promise<void> {
    const uri = this.uriOf(name);
    this.put(uri, text, planOf);
    await vscode.window.showTextDocument(uri, { preview: true });
    await vscode.commands.executeCommand('editor.foldLevel2');
  }

  /** A plan that is open goes on being read: its first line says that it is no longer the latest. */
  outdatePlans(platform: string, olderThan: string): void {
    for (const [path, { text, planOf }] of this.#texts) {
      if (planOf !== platform) continue;
      this.#texts.set(path, { text: `This plan is older than ${olderThan}: preview again.\n\n${text}`, planOf: undefined });
      this.#changed.fire(uriOf(path));
    }
  }

  dispose(): void {
    this.#disposable.dispose();
  }
}

function uriOf(path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path });
}
