import * as vscode from 'vscode';
import type { Questions } from '../runner/protocol.ts';
import type { Dialogs } from './dialogs.ts';
import { findProgram } from './findProgram.ts';
import { visibleText } from './model/visibleText.ts';
import type { Platform } from './platform.ts';

/** Signs in with AWS's own program, in a terminal that the person sees; where it is not installed, says what to do. Resolves whether it ended well. */
export async function signInWithAws(profile: string | undefined, dialogs: Dialogs): Promise<boolean> {
  const workspaces = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const aws = await findProgram('aws', process.env, workspaces);
  if (aws === undefined) {
    const named = profile === undefined ? '' : ` of profile ${visibleText(profile)}`;
    void dialogs.tell('warning', `The AWS CLI is not on PATH. Renew the credentials${named} the way you got them, then choose Refresh.`);
    return false;
  }
  const args = ['sso', 'login', '--use-device-code', ...(profile === undefined ? [] : ['--profile', profile])];
  const terminal = vscode.window.createTerminal({ name: 'AWS sign-in', shellPath: aws, shellArgs: args, isTransient: true });
  terminal.show();
  return new Promise((resolve) => {
    const closed = vscode.window.onDidCloseTerminal((ended) => {
      if (ended !== terminal) return;
      closed.dispose();
      resolve(ended.exitStatus?.code === 0);
    });
  });
}

/** A run waits because its credentials have expired: it goes on once the person signed in, and ends when they would rather not. */
export class WaitingSignIns {
  readonly #waiting = new Map<string, { readonly profile: string | undefined; readonly answer: (signedIn: boolean) => void }>();

  /** Whether the run of this platform waits. */
  has(platform: Platform): boolean {
    return this.#waiting.has(platform.key);
  }

  /** Whose credentials the run of this platform waits for. */
  profileOf(platform: Platform): string | undefined {
    return this.#waiting.get(platform.key)?.profile;
  }

  /** Puts the question, and leaves it open until *Sign In* answers it: a notification that was closed is not a "no". */
  ask(platform: Platform, { reason, profile }: Questions['signIn']['detail'], dialogs: Dialogs): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting.set(platform.key, { profile, answer: resolve });
      const message = `${platform.name} is signed out, and its run waits: ${visibleText(reason, 240)}`;
      void dialogs.tell('warning', message, ['Sign In', 'I Have Signed In', 'Stop the Run']).then(async (action) => {
        if (action === 'Sign In') await vscode.commands.executeCommand('slipway.signIn', { platform: platform.key, path: '' });
        else if (action !== undefined) this.answer(platform, action === 'I Have Signed In');
      });
    });
  }

  answer(platform: Platform, signedIn: boolean): void {
    this.#waiting.get(platform.key)?.answer(signedIn);
    this.#waiting.delete(platform.key);
  }
}
