import * as vscode from 'vscode';
import type { ObjectCalls } from '../runner/objectCalls.ts';
import type { Clock } from './model/clock.ts';
import { LogFollower } from './model/logFollower.ts';
import type { ReadOnlyDocuments } from './readOnlyDocuments.ts';
import type { Platform } from './platform.ts';
import { sentenceOf } from './runnerTrouble.ts';

/** Logs that somebody follows: each a read-only document that grows while it is shown, and is forgotten when it is closed. */
export class FollowedLogs {
  readonly #clock: Clock;
  readonly #documents: ReadOnlyDocuments;
  readonly #followers = new Map<string, LogFollower>();
  readonly #disposable: vscode.Disposable;

  constructor(clock: Clock, documents: ReadOnlyDocuments) {
    this.#clock = clock;
    this.#documents = documents;
    this.#disposable = vscode.Disposable.from(
      vscode.window.onDidChangeVisibleTextEditors(() => this.#lookWhoIsShown()),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri.toString())),
    );
  }

  async follow(platform: Platform, resource: string, title: string): Promise<void> {
    const uri = this.#documents.uriOf(`${platform.name} ${title}.log`);
    const key = uri.toString();
    this.#forget(key);
    const follower = new LogFollower(this.#clock, {
      read: (after) => readLogs(platform, resource, after),
      explain: sentenceOf,
      show: (text) => this.#show(uri, text),
    });
    this.#followers.set(key, follower);
    await follower.refresh();
    await vscode.window.showTextDocument(uri, { preview: false });
    toTheEnd(uri);
    this.#lookWhoIsShown();
  }

  dispose(): void {
    this.#disposable.dispose();
    for (const follower of this.#followers.values()) follower.dispose();
    this.#followers.clear();
  }

  /** Who reads the end goes on reading the end; who has scrolled up is left alone. */
  #show(uri: vscode.Uri, text: string): void {
    const following = editorsOf(uri).filter(seesTheEnd);
    this.#documents.put(uri, text);
    if (following.length === 0) return;
    const once = vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.uri.toString() !== uri.toString()) return;
      once.dispose();
      toTheEnd(uri);
    });
  }

  #lookWhoIsShown(): void {
    const shown = new Set(vscode.window.visibleTextEditors.map(({ document }) => document.uri.toString()));
    for (const [key, follower] of this.#followers) follower.visible = shown.has(key);
  }

  #forget(key: string): void {
    this.#followers.get(key)?.dispose();
    this.#followers.delete(key);
  }
}

/** Whoever is signed out is asked by their row, not by a log that goes on asking. */
async function readLogs(platform: Platform, resource: string, after: string | undefined): Promise<ObjectCalls['objectLogs']['result']> {
  if (platform.model.view.session !== 'connected') throw new Error(`${platform.name} is not connected.`);
  return platform.ask('objectLogs', { resource, ...(after === undefined ? {} : { after }) });
}

const editorsOf = (uri: vscode.Uri): readonly vscode.TextEditor[] =>
  vscode.window.visibleTextEditors.filter(({ document }) => document.uri.toString() === uri.toString());

const seesTheEnd = ({ document, visibleRanges }: vscode.TextEditor): boolean =>
  (visibleRanges.at(-1)?.end.line ?? 0) >= document.lineCount - 2;

function toTheEnd(uri: vscode.Uri): void {
  for (const editor of editorsOf(uri)) {
    const end = new vscode.Position(editor.document.lineCount - 1, 0);
    editor.revealRange(new vscode.Range(end, end), vscode.TextEditorRevealType.Default);
  }
}
