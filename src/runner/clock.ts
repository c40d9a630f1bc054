import type { Clock } from '../core/engine/ports.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { isRecord } from './privateFile.ts';

/** The wall's time. */
export const wallClock: Clock = scaledClock(() => Date.now(), 1);

/** A clock that `now` tells, on which `timeScale` seconds pass in one of the wall's. */
export function scaledClock(now: () => number, timeScale: number): Clock {
  return {
    now,
    async sleep(ms, signal) {
      try {
        await delay(Math.max(0, ms / timeScale), undefined, { signal });
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}

/**
 * The clock of an endpoint that serves `GET /_rehearsal/clock`; `undefined` where there is none (AWS itself is never asked:
 * only endpoints that somebody named are).
 */
export async function rehearsalClock(endpoint: string, signal: AbortSignal): Promise<Clock | undefined> {
  let answer: Response;
  try {
    answer = await fetch(new URL('/_rehearsal/clock', endpoint), {
      signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
      redirect: 'error',
    });
  } catch {
    return undefined;
  }
  if (!answer.ok) return undefined;
  const body: unknown = await answer.json().catch(() => undefined);
  if (!isRecord(body)) return undefined;
  const { now, timeScale } = body;
  const world = typeof now === 'string' ? Date.parse(now) : now;
  if (typeof world !== 'number' || !Number.isFinite(world) || typeof timeScale !== 'number' || !(timeScale > 0)) return undefined;
  // World time runs from this answer on by the wall's monotonic time.
  const asked = performance.now();
  return scaledClock(() => world + (performance.now() - asked) * timeScale, timeScale);
}
