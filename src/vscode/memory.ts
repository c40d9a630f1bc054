import * as vscode from 'vscode';
import type { Account } from './flows/accountFlow.ts';

const REHEARSED_SAMPLE = 'slipway.rehearsedSample';
const PROMPTED_RUNS = 'slipway.promptedRuns';
const SETTLED_RUNS = 'slipway.settledRuns';
/** Runs that are remembered, of each kind. */
const REMEMBERED = 20;

/** Runs by their id. */
export interface RunSet {
  has(run: string): boolean;
  add(run: string): void;
}

/** What is kept from one window to the next: the account of each platform with the person, the rest with the workspace. */
export class Memory {
  /** Runs that did not end and that the person is done with. */
  readonly settledRuns: RunSet;
  /** Runs that did not end and were told of. */
  readonly promptedRuns: RunSet;
  readonly #context: vscode.ExtensionContext;

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
    this.settledRuns = runSet(context.workspaceState, SETTLED_RUNS);
    this.promptedRuns = runSet(context.workspaceState, PROMPTED_RUNS);
  }

  /** The rehearsed sample is one of this workspace's platforms. */
  get sampleRehearsed(): boolean {
    return this.#context.workspaceState.get<boolean>(REHEARSED_SAMPLE) === true;
  }

  async rememberSample(): Promise<void> {
    await this.#context.workspaceState.update(REHEARSED_SAMPLE, true);
  }

  /** The account of a platform, by its key; a setting may name the rehearsed one for all of them. */
  accountOf(platform: string): Account & { readonly remembered: boolean } {
    if (vscode.workspace.getConfiguration('slipway').get<boolean>('rehearsal', false)) return { mode: 'rehearsal', remembered: true };
    const account = this.#context.globalState.get<Account>(accountKey(platform));
    return account ? { ...account, remembered: true } : { mode: 'live', remembered: false };
  }

  async rememberAccount(platform: string, account: Account): Promise<void> {
    await this.#context.globalState.update(accountKey(platform), account);
  }
}

function runSet(state: vscode.Memento, key: string): RunSet {
  const known = (): readonly string[] => state.get<readonly string[]>(key, []);
  return {
    has: (run) => known().includes(run),
    add: (run) => void state.update(key, [...known().slice(1 - REMEMBERED), run]),
  };
}

const accountKey = (platform: string): string => `slipway.account:${platform}`;
