import type { Cancel, Clock } from './clock.ts';

/** Milliseconds between looks. */
export const PACE = { pending: 5_000, idle: 60_000, slowest: 300_000 } as const;

export interface Pollable {
  /** Looks at the world; resolves `false` when it could not be looked at. Never rejects, never asks the person for anything. */
  look(): Promise<boolean>;
  /** Something changes by itself: look often. */
  readonly pending: boolean;
  /** Nobody was connected yet, or a run tells everything itself: no look. */
  readonly resting: boolean;
}

/**
 * When to look: every 5 s while something is pending, every minute while it is shown and idle, never while it is hidden; after an error
 * each pause is twice the one before, up to five minutes. One look at a time: who asks during one gets that one.
 */
export class Poller {
  readonly #clock: Clock;
  readonly #target: Pollable;
  #visible = false;
  #errors = 0;
  #lastLook = Number.NEGATIVE_INFINITY;
  #timer: Cancel | undefined;
  #inFlight: Promise<boolean> | undefined;

  constructor(clock: Clock, target: Pollable) {
    this.#clock = clock;
    this.#target = target;
  }

  set visible(visible: boolean) {
    this.#visible = visible;
    this.reschedule();
  }

  /** Looks now, or joins the look in flight. */
  refresh(): Promise<boolean> {
    this.#inFlight ??= this.#look();
    return this.#inFlight;
  }

  /** As `refresh`, for what happened just now: a look that began before it does not count. */
  async refreshAnew(): Promise<boolean> {
    await this.#inFlight;
    return this.refresh();
  }

  /** To be called when `pending` or `resting` may have changed. */
  reschedule(): void {
    this.#timer?.();
    this.#timer = undefined;
    if (!this.#visible || this.#target.resting || this.#inFlight) return;
    const due = this.#lastLook + this.#pause() - this.#clock.now();
    this.#timer = this.#clock.after(Math.max(0, due), () => void this.refresh());
  }

  dispose(): void {
    this.#visible = false;
    this.#timer?.();
    this.#timer = undefined;
  }

  #pause(): number {
    const base = this.#target.pending ? PACE.pending : PACE.idle;
    return Math.min(base * 2 ** this.#errors, Math.max(base, PACE.slowest));
  }

  async #look(): Promise<boolean> {
    this.#timer?.();
    this.#timer = undefined;
    const seen = await this.#target.look();
    this.#errors = seen ? 0 : this.#errors + 1;
    this.#lastLook = this.#clock.now();
    this.#inFlight = undefined;
    this.reschedule();
    return seen;
  }
}
