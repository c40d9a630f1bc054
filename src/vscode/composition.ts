import * as vscode from 'vscode';
import { reduce } from '../core/status/reduce.ts';
import { registerCommands } from './commands.ts';
import { Desk } from './desk.ts';
import { createHandlers } from './handlers.ts';
import { Log } from './log.ts';
import { wallClock } from './model/clock.ts';
import { Problems } from './problems.ts';
import { ReadOnlyDocuments } from './readOnlyDocuments.ts';
import { Runners } from './runners.ts';
import { Validator } from './validator.ts';
import { WindowDialogs } from './windowDialogs.ts';

/** Puts the face together. Everything that it holds is disposed with the extension; nothing is asked of any account here. */
export function compose(context: vscode.ExtensionContext): void {
  const log = new Log();
  const documents = new ReadOnlyDocuments();
  const dialogs = new WindowDialogs(documents);
  const runners = new Runners(context, (line) => log.write('warn', line));
  const validator = new Validator(() => runners.startValidator());
  const problems = new Problems(validator, (line) => log.write('warn', line));
  const desk = new Desk({ context, clock: wallClock, dialogs, fold: reduce, log, problems, runners, validator });
  const handlers = createHandlers(desk);
  const rediscover = (): void => void desk.discover().catch((error: unknown) => log.write('error', String(error)));
  const watcher = vscode.workspace.createFileSystemWatcher('**/platform.yml');
  context.subscriptions.push(
    log,
    documents,
    validator,
    problems,
    desk,
    registerCommands(handlers, dialogs, (line) => log.write('error', line)),
    watcher,
    watcher.onDidCreate(rediscover),
    watcher.onDidDelete((uri) => {
      problems.forget(uri);
      rediscover();
    }),
    watcher.onDidChange((uri) => void desk.changed(uri)),
    vscode.workspace.onDidGrantWorkspaceTrust(rediscover),
    vscode.workspace.onDidChangeWorkspaceFolders(rediscover),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (isPlatformFile(desk, document)) problems.checkSoon(document, () => undefined);
    }),
    vscode.workspace.onDidOpenTextDocument((document) => {
      if (isPlatformFile(desk, document)) void problems.check(document.uri, document.getText());
    }),
  );
  rediscover();
}

function isPlatformFile(desk: Desk, { uri }: vscode.TextDocument): boolean {
  return uri.scheme === 'file' && (uri.path.endsWith('/platform.yml') || desk.platforms.get(uri.toString()) !== undefined);
}
