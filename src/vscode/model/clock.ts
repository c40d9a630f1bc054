/** Takes back what was asked for; harmless when it already happened. */
export type Cancel = () => void;

/** Time as the face sees it: injected, so that polling and throttling are tested without waiting. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once, after so many milliseconds. */
  after(milliseconds: number, task: () => void): Cancel;
}

/** The machine's own clock. */
export const wallClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, task) {
    const timer = setTimeout(task, milliseconds);
    return () => clearTimeout(timer);
  },
};
