import type { Clock } from '../../src/core/engine/ports.ts';
import { wire } from './wire.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** What happens by itself while somebody watches it. */
export interface Happening {
  /** When, in ms since the epoch; `undefined`: never. */
  next(): number | undefined;
  /** Time has moved on. */
  happen(): void;
}

/** Turns of the event loop without a request in which whoever got an answer has had time to ask the next question. */
const QUIET_TURNS = 3;

/**
 * Time that passes only when everybody sleeps and nothing is on the wire: of half an hour of AWS only the work is left. It stops at
 * every moment at which somebody wants to be woken, or something happens that somebody watches.
 */
export class VirtualTime implements Clock {
  #now: number;
  #isWatching = false;
  readonly #sleepers = new Set<Sleeper>();
  readonly #happenings = new Set<Happening>();

  constructor(start: number) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  /** Nobody is there to wait: for what a test itself lets pass. */
  pass(ms: number): void {
    this.#now += ms;
  }

  /** @returns ends that */
  follow(happening: Happening): () => void {
    this.#happenings.add(happening);
    return () => void this.#happenings.delete(happening);
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
      const isQuiet = wire.isStill && wire.ever === ever;
      if (!isQuiet) return this.#watch(QUIET_TURNS, wire.ever);
      if (turns > 0) return this.#watch(turns - 1, ever);
      this.#move();
      this.#watch(QUIET_TURNS, ever);
    });
  }

  #move(): void {
    const moments = [...[...this.#sleepers].map(({ at }) => at), ...[...this.#happenings].flatMap((each) => each.next() ?? [])];
    this.#now = Math.max(this.#now, Math.min(...moments));
    for (const each of [...this.#happenings]) each.happen();
    for (const sleeper of [...this.#sleepers]) if (sleeper.at <= this.#now) sleeper.wake();
  }
}
