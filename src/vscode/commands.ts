import * as vscode from 'vscode';
import { COMMAND_IDS, type CommandId } from './commandIds.ts';
import type { Dialogs } from './dialogs.ts';
import { sentenceOf } from './runnerTrouble.ts';

/** Where a command was given: a row, or nowhere (palette, view title). */
export interface Target {
  readonly platform: string;
  readonly path: string;
}

export type Handlers = Readonly<Record<CommandId, (target: Target | undefined) => Promise<void> | void>>;

/** Registers every command. This is the one place where an error becomes words for a person: once. */
export function registerCommands(handlers: Handlers, dialogs: Dialogs, log: (line: string) => void): vscode.Disposable {
  const run = async (id: CommandId, argument: unknown): Promise<void> => {
    try {
      await handlers[id](targetOf(argument));
    } catch (error) {
      const sentence = sentenceOf(error);
      log(`${id}: ${sentence}`);
      void dialogs.tell('error', sentence, ['Show Log']).then((action) => action === 'Show Log' && handlers.log(undefined));
    }
  };
  return vscode.Disposable.from(
    ...COMMAND_IDS.map((id) => vscode.commands.registerCommand(`slipway.${id}`, (argument: unknown) => run(id, argument))),
  );
}

/** A row of the tree, or what a tooltip's link carries: both are checked, links are text. */
function targetOf(argument: unknown): Target | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const platform = 'platform' in argument ? argument.platform : undefined;
  const row = 'row' in argument && typeof argument.row === 'object' && argument.row !== null ? argument.row : argument;
  const path = 'path' in row ? row.path : undefined;
  return typeof platform === 'string' && typeof path === 'string' ? { platform, path } : undefined;
}
