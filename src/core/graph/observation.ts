import type { Observation, Present } from './resource.ts';

/** What is there, whatever its state; `undefined` when nothing is or nothing could be seen. */
export function presentIn<O>(seen: Observation<O> | undefined): Extract<Observation<O>, Present> | undefined {
  return seen === undefined || seen.state === 'absent' || seen.state === 'unknown' ? undefined : seen;
}

/** It is on its way out. */
export const isLeaving = (seen: Observation<unknown> | undefined): boolean => presentIn(seen)?.leaving === true;

/** There, and ours to delete. */
export const isOurs = (seen: Observation<unknown> | undefined): boolean => presentIn(seen)?.owner === 'slipway';

/** There, and somebody else's: neither changed nor used. */
export const isForeign = (seen: Observation<unknown> | undefined): boolean => presentIn(seen)?.owner === 'foreign';

/** What lives in something foreign is none of ours, whatever it says: for us it is as absent as its home. */
export function seenIn<O>(home: Observation<unknown> | undefined, seen: Observation<O>): Observation<O> {
  return isForeign(home) ? { state: 'absent' } : seen;
}

/** Lets dependants go. */
export const isUsable = (seen: Observation<unknown> | undefined): boolean => seen?.state === 'ready' || seen?.state === 'degraded';

/** What others get of it. Nothing of what is foreign: a cluster that is not ours gets no request and no token of ours. */
export function outputsIn(seen: Observation<unknown> | undefined): unknown {
  return isForeign(seen) ? undefined : presentIn(seen)?.outputs;
}
