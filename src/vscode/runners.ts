import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { RunEvent } from '../core/engine/events.ts';
import type { Reach } from '../runner/protocol.ts';
import { forkRunner } from './forkRunner.ts';
import { reachOf } from './model/reach.ts';
import type { Platform } from './platform.ts';
import { RunnerClient, type Answers } from './runnerClient.ts';

const NOBODY: Answers = {
  mfaCode: async () => undefined,
  confirmIdentity: async () => false,
  runProgram: async () => false,
  adoptCluster: async () => false,
  signIn: async () => false,
};

/** Starts runner processes, and says how each platform is reached. */
export class Runners {
  readonly #entry: string;
  readonly #folder: string;
  readonly #log: (line: string) => void;

  constructor(context: vscode.ExtensionContext, log: (line: string) => void) {
    // Only a copy under development may be pointed at another runner: the tests' script of a runner.
    const scripted = context.extensionMode === vscode.ExtensionMode.Production ? undefined : process.env['SLIPWAY_RUNNER'];
    this.#entry = scripted ?? context.asAbsolutePath(path.join('dist', 'runner.js'));
    this.#folder = context.globalStorageUri.fsPath;
    this.#log = log;
  }

  /** The one that reads files: it gets no environment to find credentials in, and nobody to ask. */
  startValidator(): RunnerClient {
    const { HOME, SystemRoot, TMPDIR, TEMP } = process.env;
    return this.#start({ HOME, SystemRoot, TMPDIR, TEMP }, NOBODY, () => undefined);
  }

  startFor(answers: Answers, onEvent: (event: RunEvent) => void): RunnerClient {
    return this.#start(process.env, answers, onEvent);
  }

  reachOf(platform: Platform): Reach {
    const settings = vscode.workspace.getConfiguration('slipway');
    const text = (name: string): string | undefined => settings.get<string>(name, '').trim() || undefined;
    const endpoint = text('endpoint');
    const kubeconfig = text('kubeconfig');
    const context = text('context');
    const helm = text('helm.path');
    return reachOf(
      platform,
      {
        timeScale: settings.get<number>('timeScale', 30),
        allowCustomEndpoint: settings.get<boolean>('allowCustomEndpoint', false),
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(kubeconfig === undefined ? {} : { kubeconfig }),
        ...(context === undefined ? {} : { context }),
        ...(helm === undefined ? {} : { helm }),
      },
      (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
      { env: process.env, system: process.platform, home: homedir() },
    );
  }

  #start(environment: Readonly<Record<string, string | undefined>>, answers: Answers, onEvent: (event: RunEvent) => void): RunnerClient {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const channel = forkRunner({ entry: this.#entry, folder: this.#folder, environment, log: this.#log });
    return new RunnerClient(channel, answers, onEvent);
  }
}
