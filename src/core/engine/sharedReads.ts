import type { Clock } from './ports.ts';

interface Read {
  readonly turn: number;
  readonly value: Promise<unknown>;
  settledAt: number | undefined;
}

/** An answer is used again for this long (ms), so that many who poll in one moment cost one request. */
const FRESH = 1_000;

/**
 * Reads that several askers share. A read begun before an asker's own last write is never given to that asker: writes and reads are
 * counted in turns, so "after my write" needs no clock.
 */
export class SharedReads {
  readonly #clock: Clock;
  readonly #reads = new Map<string, Read>();
  #turn = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new turn: reads that began earlier are too old for who passes it as `since`. */
  mark(): number {
    return ++this.#turn;
  }

  /** The read in flight or just answered under `key`, if it began at `since` or later; else a new one. Failures are shared and then forgotten. */
  share<T>(key: string, since: number, read: () => Promise<T>): Promise<T> {
    const known = this.#reads.get(key);
    const isFresh = known !== undefined && (known.settledAt === undefined || this.#clock.now() - known.settledAt < FRESH);
    if (isFresh && known.turn >= since) return known.value as Promise<T>; // the same key is the same read
    const value = read();
    const begun: Read = { turn: this.mark(), value, settledAt: undefined };
    this.#reads.set(key, begun);
    value.then(
      () => (begun.settledAt = this.#clock.now()),
      () => this.#reads.get(key) === begun && this.#reads.delete(key),
    );
    return value;
  }
}
