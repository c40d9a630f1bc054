import type { Clock } from '../../../../src/core/engine/ports.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that passes only when everybody sleeps: an hour of a bootstrap takes milliseconds, and the same ones each time. */
export class VirtualClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  #armed = false;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        at: this.#now + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      if (signal?.aborted) {
        resolve();
        return;
      }
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
      this.#arm();
    });
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    setImmediate(() => {
      this.#armed = false;
      let next = Infinity;
      for (const { at } of this.#sleepers) next = Math.min(next, at);
      if (next === Infinity) return;
      this.#now = Math.max(this.#now, next);
      for (const sleeper of [...this.#sleepers]) if (sleeper.at <= this.#now) sleeper.wake();
      this.#arm();
    });
  }
}
