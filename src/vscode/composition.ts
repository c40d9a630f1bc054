import * as vscode from 'vscode';
import { reduce } from '../core/status/reduce.ts';
import { registerCommands } from './commands.ts';
import { Desk } from './desk.ts';
import { watchManifests, watchPlatformFiles } from './discovery.ts';
import { FollowedLogs } from './followedLogs.ts';
import { createHandlers } from './handlers.ts';
import { Log } from './log.ts';
import { wallClock } from './model/clock.ts';
import { looksLikePlatform } from './model/newPlatform.ts';
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
  const logs = new FollowedLogs(wallClock, documents);
  const runners = new Runners(context, (line) => log.write('warn', line));
  const validator = new Validator(() => runners.startValidator());
  const problems = new Problems(validator, (line) => log.write('warn', line));
  const desk = new Desk({ context, clock: wallClock, dialogs, fold: reduce, log, logs, problems, runners, validator });
  const handlers = createHandlers(desk);
  const failed = (error: unknown): void => log.write('error', String(error));
  const rediscover = (): void => void desk.discover().catch(failed);
  const watch = (): vscode.Disposable =>
    watchPlatformFiles((watcher) =>
      vscode.Disposable.from(
        watcher.onDidCreate(rediscover),
        watcher.onDidChange((uri) => void desk.changed(uri)),
      ),
    );
  let watched = watch();
  const rewatch = (): void => {
    watched.dispose();
    watched = watch();
    rediscover();
  };
  context.subscriptions.push(
    log,
    documents,
    logs,
    validator,
    problems,
    desk,
    registerCommands(handlers, dialogs, (line) => log.write('error', line)),
    { dispose: () => void watched.dispose() },
    watchManifests({ changed: (uri) => desk.manifestChanged(uri), deleted: (uri) => void desk.deleted(uri).catch(failed) }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('slipway.platforms')) rewatch();
      if (change.affectsConfiguration('slipway')) desk.settingsChanged();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(rediscover),
    vscode.workspace.onDidChangeWorkspaceFolders(rewatch),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (isPlatformFile(desk, document)) problems.checkSoon(document, () => undefined);
    }),
    vscode.workspace.onDidOpenTextDocument((document) => {
      if (isPlatformFile(desk, document)) void problems.check(document.uri, document.getText());
    }),
  );
  rediscover();
}

/** Somebody else's platform.yml is none of our business, unless it was one of ours and lost what tells so. */
function isPlatformFile(desk: Desk, document: vscode.TextDocument): boolean {
  const { uri } = document;
  if (uri.scheme !== 'file') return false;
  return desk.knows(uri) || (uri.path.endsWith('/platform.yml') && looksLikePlatform(document.getText()));
}
