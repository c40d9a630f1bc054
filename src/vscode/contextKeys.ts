import * as vscode from 'vscode';
import type { ContextKeys } from './model/contextKeys.ts';

/** Sets the keys that changed, and only those: each is a message to the window. */
export class ContextKeyWriter {
  readonly #set = new Map<string, unknown>();

  write(keys: ContextKeys): void {
    for (const [key, value] of Object.entries(keys)) {
      if (this.#set.get(key) === value) continue;
      this.#set.set(key, value);
      void vscode.commands.executeCommand('setContext', key, value);
    }
  }
}
