import type { Observation, Present } from './resource.ts';

/** What is there, whatever its state; `undefined` when nothing is or nothing could be seen. */
export function presentIn<O>(seen: Observation<O> | undefined): Extract<Observation<O>, Present> | undefined {
  return seen === undefined || seen.state === 'absent' || seen.state === 'unknown' ? undefined : seen;
}

/** It is on its way out. */
export const isLeaving = (seen: Observation<unknown> | undefined): boolean => presentIn(seen)?.leaving === true;

/** There, and ours to delete. */
export const isOurs = (seen: Observation<unknown> | undefined): boolean => presentIn(seen)?.owner === 'slipway';

/** Lets dependants go. */
export const isUsable = (seen: Observation<unknown> | undefined): boolean => seen?.state === 'ready' || seen?.state === 'degraded';

export function outputsIn(seen: Observation<unknown> | undefined): unknown {
  return presentIn(seen)?.outputs;
}
