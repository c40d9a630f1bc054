import type { RunEvent } from '../core/engine/events.ts';
import type { Calls, Failure, FromRunner, Questions, ToRunner } from '../runner/protocol.ts';

/** The other end of a runner: a forked process, or in tests a script. */
export interface Channel {
  send(message: ToRunner): void;
  onMessage(listener: (message: FromRunner) => void): void;
  /** Called once, with why, when nothing more will come. */
  onGone(listener: (why: string) => void): void;
  /** Closes the channel: the runner starts nothing new, finishes what is in flight, and exits. */
  close(): void;
}

/** A person's answers to what a runner asks; each has one that means "no". */
export type Answers = { readonly [Q in keyof Questions]: (detail: Questions[Q]['detail']) => Promise<Questions[Q]['answer']> };

/** A call that the runner answered with a failure: one sentence for people, plain data for the rest. */
export class RunnerFailure extends Error {
  override readonly name = 'RunnerFailure';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The runner's process ended, or its channel closed, before it answered. */
export class RunnerGone extends Error {
  override readonly name = 'RunnerGone';
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Speaks `runner/protocol.ts` with one runner process: calls with answers, events of a run, and questions to the person. */
export class RunnerClient {
  /** Resolves when its process is no more: until then it may finish what was in flight, and holds the lock of a run. */
  readonly ended: Promise<void>;
  readonly #channel: Channel;
  readonly #answers: Answers;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #gone: string | undefined;

  constructor(channel: Channel, answers: Answers, onEvent: (event: RunEvent) => void) {
    this.#channel = channel;
    this.#answers = answers;
    channel.onMessage((message) => {
      if ('event' in message) onEvent(message.event);
      else if ('ask' in message) void this.#answer(message);
      else this.#settle(message);
    });
    this.ended = new Promise((resolve) =>
      channel.onGone((why) => {
        this.#lose(why);
        resolve();
      }),
    );
  }

  get gone(): boolean {
    return this.#gone !== undefined;
  }

  /** Rejects `RunnerFailure` with what the runner says went wrong, `RunnerGone` when it cannot answer any more. */
  async call<C extends keyof Calls>(call: C, params: Calls[C]['params']): Promise<Calls[C]['result']> {
    if (this.#gone !== undefined) throw new RunnerGone(this.#gone);
    const id = this.#nextId++;
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#channel.send(message(id, call, params));
    // The protocol's own promise: the runner answers a call with that call's result.
    return (await answered) as Calls[C]['result'];
  }

  close(): void {
    this.#lose('closed');
    this.#channel.close();
  }

  async #answer(asked: Extract<FromRunner, { ask: number }>): Promise<void> {
    const ask = this.#answers[asked.question] as (detail: unknown) => Promise<unknown>;
    // A question that cannot be put to the person is answered "no", never left open: the run would wait for ever.
    const value = await ask(asked.detail).catch(() => (asked.question === 'mfaCode' ? undefined : false));
    if (!this.gone) this.#channel.send({ answer: asked.ask, value });
  }

  #settle(message: Extract<FromRunner, { id: number }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('failure' in message) waiting?.reject(new RunnerFailure(message.failure));
    else waiting?.resolve(message.result);
  }

  #lose(why: string): void {
    if (this.#gone !== undefined) return;
    this.#gone = why;
    for (const { reject } of this.#waiting.values()) reject(new RunnerGone(why));
    this.#waiting.clear();
  }
}

/** Params are checked against `C` at the call; TypeScript cannot pair a generic name with its member of the union. */
function message<C extends keyof Calls>(id: number, call: C, params: Calls[C]['params']): ToRunner {
  return { id, call, params } as ToRunner;
}
