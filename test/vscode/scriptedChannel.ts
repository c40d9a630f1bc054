import type { FromRunner, ToRunner } from '../../src/runner/protocol.ts';
import type { Channel } from '../../src/vscode/runnerClient.ts';

/** A runner's end of the channel that a test plays by hand. */
export class ScriptedChannel implements Channel {
  readonly sent: ToRunner[] = [];
  closed = false;
  /** What is in flight keeps a runner alive for a while after it was let go. */
  lingers = false;
  #onMessage: ((message: FromRunner) => void) | undefined;
  #onGone: ((why: string) => void) | undefined;
  readonly #script: (message: ToRunner, channel: ScriptedChannel) => void;

  /** `script` is run for every message of the host. */
  constructor(script: (message: ToRunner, channel: ScriptedChannel) => void = () => undefined) {
    this.#script = script;
  }

  send(message: ToRunner): void {
    this.sent.push(message);
    this.#script(message, this);
  }

  onMessage(listener: (message: FromRunner) => void): void {
    this.#onMessage = listener;
  }

  onGone(listener: (why: string) => void): void {
    this.#onGone = listener;
  }

  close(): void {
    this.closed = true;
    if (!this.lingers) this.die('the runner ended (exit 0)');
  }

  say(message: FromRunner): void {
    this.#onMessage?.(message);
  }

  die(why = 'the runner ended (SIGKILL)'): void {
    this.#onGone?.(why);
  }
}
