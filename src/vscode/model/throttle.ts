import type { Cancel, Clock } from './clock.ts';

/** Runs a task at once, and then no more often than every `interval` milliseconds however often it is asked to; the last request is never lost. */
export class Throttle {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #task: () => void;
  #lastRun = Number.NEGATIVE_INFINITY;
  #pending: Cancel | undefined;

  constructor(clock: Clock, interval: number, task: () => void) {
    this.#clock = clock;
    this.#interval = interval;
    this.#task = task;
  }

  request(): void {
    if (this.#pending) return;
    const wait = this.#lastRun + this.#interval - this.#clock.now();
    if (wait <= 0) this.#run();
    else this.#pending = this.#clock.after(wait, () => this.#run());
  }

  dispose(): void {
    this.#pending?.();
    this.#pending = undefined;
  }

  #run(): void {
    this.#pending = undefined;
    this.#lastRun = this.#clock.now();
    this.#task();
  }
}
