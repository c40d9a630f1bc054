import type { AnyResource } from '../graph/resource.ts';
import type { Run } from './run.ts';

/** At least so long (ms) between two looks, however much moves: one burst of news is one look, and no provider can keep the engine spinning. */
const BREATH = 100;

/** Sleeps for `ms` of the run's clock; ends early when the resource says that it moved, and when the run is over. */
export async function sleepUnlessMoved({ clock, signal }: Pick<Run, 'clock' | 'signal'>, resource: AnyResource, ms: number): Promise<void> {
  if (!resource.moved) return clock.sleep(ms, signal);
  await clock.sleep(Math.min(ms, BREATH), signal);
  if (ms <= BREATH || signal.aborted) return;
  const woken = new AbortController();
  const either = AbortSignal.any([signal, woken.signal]);
  resource.moved(either).then(
    () => woken.abort(),
    () => undefined, // nobody tells: the sleep runs its length
  );
  await clock.sleep(ms - BREATH, either);
  woken.abort();
}
