import type { Questions } from './protocol.ts';

/** The person behind a session: a terminal, a window, or nobody (then every answer means "no"). */
export interface Person {
  /** Resolves with the answer that means "no" when `signal` aborts. */
  ask<Q extends keyof Questions>(question: Q, detail: Questions[Q]['detail'], signal: AbortSignal): Promise<Questions[Q]['answer']>;
}
