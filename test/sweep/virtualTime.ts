import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { Clock } from '../../src/core/engine/ports.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Turns of the event loop without a request in which whoever got an answer has had time to ask the next question. */
const QUIET_TURNS = 3;

/** Requests that this process has on the wire, whoever sent them, and how many there ever were. */
const wire = { inFlight: 0, ever: 0 };
subscribe('http.client.request.created', (message) => {
  const { request } = message as { readonly request: ClientRequest }; // as node's documentation of `diagnostics_channel` says
  wire.inFlight += 1;
  wire.ever += 1;
  request.once('close', () => (wire.inFlight -= 1));
});

/** Time that passes only when everybody sleeps and nothing is on the wire: of half an hour of AWS only the work is left. */
export class VirtualTime implements Clock {
  #now: number;
  #isWatching = false;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start: number) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  /** Nobody is there to wait: for what a test itself lets pass. */
  pass(ms: number): void {
    this.#now += ms;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        at: this.#now + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      if (signal.aborted) return resolve();
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', sleeper.wake, { once: true });
      if (!this.#isWatching) this.#watch(QUIET_TURNS, wire.ever);
    });
  }

  #watch(turns: number, ever: number): void {
    this.#isWatching = this.#sleepers.size > 0;
    if (!this.#isWatching) return;
    setImmediate(() => {
      const isQuiet = wire.inFlight === 0 && wire.ever === ever;
      if (!isQuiet) return this.#watch(QUIET_TURNS, wire.ever);
      if (turns > 0) return this.#watch(turns - 1, ever);
      this.#now = Math.max(this.#now, Math.min(...[...this.#sleepers].map(({ at }) => at)));
      for (const sleeper of [...this.#sleepers]) if (sleeper.at <= this.#now) sleeper.wake();
      this.#watch(QUIET_TURNS, ever);
    });
  }
}
