import { Engine } from '../../src/core/engine/engine.ts';
import type { RunEvent } from '../../src/core/engine/events.ts';
import type { Clock, Provider } from '../../src/core/engine/ports.ts';

/** The machine's clock, on which nobody sleeps longer than `mostMs`: real engines tell soon. */
export const shortSleeps = (mostMs: number): Clock => ({
  now: () => Date.now(),
  sleep: (ms, until) =>
    new Promise((wake) => {
      const timer = setTimeout(wake, Math.min(ms, mostMs));
      until.addEventListener('abort', () => (clearTimeout(timer), wake()), { once: true });
    }),
});

/** An engine that remembers no intents, that nobody guards, and whose events are told to `events`. */
export function engineOf(events: RunEvent[], clock: Clock, providers: readonly Provider[]): Engine {
  return new Engine({
    run: 'engines',
    clock,
    intents: { open: async () => new Map(), begin: async () => undefined, end: async () => undefined },
    providers,
    guard: async () => undefined,
    signedOut: async (reason) => Promise.reject(new Error(reason)),
    emit: (event) => events.push(event),
  });
}
