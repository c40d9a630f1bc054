import { createInterface } from 'node:readline/promises';
import type { Person } from '../runner/person.ts';
import { printable } from '../runner/printable.ts';
import type { Questions } from '../runner/protocol.ts';
import { shellWord } from '../runner/shellQuote.ts';
import type { Output, Stream } from './output.ts';

/** Asks on a terminal. Without one every answer means "no", at once. */
export class TerminalPerson implements Person {
  readonly #output: Output;
  readonly #stdin: NodeJS.ReadableStream;
  /** Questions come one at a time, whoever asks. */
  #last: Promise<unknown> = Promise.resolve();
  readonly present: boolean;
  #vouched = false;

  constructor(output: Output, stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }, stderr: Stream) {
    this.#output = output;
    this.#stdin = stdin;
    this.present = stdin.isTTY === true && stderr.isTTY === true;
  }

  /** `--yes`: the account was named and has been compared; the identity in it needs no question of its own. */
  vouch(): void {
    this.#vouched = true;
  }

  async ask<Q extends keyof Questions>(question: Q, detail: Questions[Q]['detail'], signal: AbortSignal): Promise<Questions[Q]['answer']> {
    const answers: { readonly [K in keyof Questions]: (about: Questions[K]['detail']) => Promise<Questions[K]['answer']> } = {
      mfaCode: async ({ serial }) => {
        const code = (await this.#line(`MFA code of ${printable(serial)} (six digits, empty to cancel): `, signal))?.trim();
        return code === undefined || !/^\d{6}$/.test(code) ? undefined : code;
      },
      confirmIdentity: async (about) => {
        if (this.#vouched) return true;
        if (!this.present) return false;
        this.#output.message(
          `${printable(about.file)} wants to use ${printable(about.identity)} in account ${about.account}, ${about.region}.`,
        );
        if (about.endpoint !== undefined) this.#output.message(`AWS is reached at another address: ${printable(about.endpoint)}.`);
        if (about.previous !== undefined) this.#output.message(`Until now it was ${printable(about.previous)}.`);
        return this.confirm('Is that right?', signal);
      },
      runProgram: async ({ kubeconfig, command, environment }) => {
        if (!this.present) return false;
        this.#output.message(`${printable(kubeconfig)} makes its credentials with a program, which runs with all that you may do:`);
        this.#output.message(printable([...environment, ...command].map((word) => shellWord(word, 'posix')).join(' ')));
        return this.confirm('May it run, now and from now on?', signal);
      },
      adoptCluster: async ({ server, platform, account, region }) => {
        if (!this.present) return false;
        this.#output.message(`The cluster at ${printable(server)} does not say whose it is.`);
        return this.confirm(`Is it the one of ${printable(platform)} in account ${account}, ${region}?`, signal);
      },
      signIn: async ({ reason, command }) => {
        if (!this.present) return false;
        this.#output.message(printable(reason));
        this.#output.message(
          command === undefined ? 'Sign in again in another terminal.' : `In another terminal, run: ${printable(command)}`,
        );
        return this.confirm('Signed in?', signal);
      },
    };
    return answers[question](detail);
  }

  /** A yes or no; anything but y or yes is no. */
  async confirm(question: string, signal: AbortSignal): Promise<boolean> {
    return /^y(es)?$/i.test((await this.#line(`${question} [y/N] `, signal))?.trim() ?? '');
  }

  /** What was typed; `undefined` when nobody is there, the input ended or `signal` aborted. */
  #line(prompt: string, signal: AbortSignal): Promise<string | undefined> {
    const mine = this.#last.then(() => (this.present && !signal.aborted ? this.#read(prompt, signal) : undefined));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #read(prompt: string, signal: AbortSignal): Promise<string | undefined> {
    // Not readline's terminal mode: that would take Ctrl-C away from the run.
    const lines = createInterface({ input: this.#stdin, terminal: false });
    this.#output.redraw(prompt);
    const stop = (): void => {
      lines.close();
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const line of lines) return line;
      return undefined;
    } finally {
      signal.removeEventListener('abort', stop);
      lines.close();
    }
  }
}
