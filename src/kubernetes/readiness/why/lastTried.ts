import { listAt, textAt, timeAt } from '../fields.ts';
import type { Evidence } from './evidence.ts';
import { podsOf } from './podsOf.ts';

/** Kubelet repeats these at every look; they tell of no new try. */
const REPEATED = /^Error: |^Back-off /;

/**
 * When what an object waits for was tried last and failed again (ms since the epoch), by the warnings about it and its pods. `0`: nothing
 * tells of a try.
 */
export function lastTried(object: object, { pods, events }: Evidence): number {
  const uids = new Set([object, ...podsOf(object, pods)].map((each) => textAt(each, 'metadata', 'uid')));
  const times = events
    .filter((event) => textAt(event, 'type') === 'Warning' && !REPEATED.test(textAt(event, 'message') ?? ''))
    .filter((event) => uids.has(textAt(event, 'involvedObject', 'uid')))
    .map((event) => timeAt(event, 'series', 'lastObservedTime') ?? timeAt(event, 'lastTimestamp') ?? timeAt(event, 'eventTime') ?? 0);
  return Math.max(0, ...times);
}

/** When the controller gave a rollout up (ms since the epoch); it takes that back when the pods get ready after all. */
export function gaveUpAt(object: object): number | undefined {
  const progress = listAt(object, 'status', 'conditions').find((condition) => textAt(condition, 'reason') === 'ProgressDeadlineExceeded');
  return progress === undefined ? undefined : (timeAt(progress, 'lastUpdateTime') ?? timeAt(progress, 'lastTransitionTime') ?? 0);
}
