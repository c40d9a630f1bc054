import type { Change, Observation } from '../graph/resource.ts';
import type { State } from './platformStatus.ts';

/** What a face says about one resource. */
export interface StateWord {
  readonly state: State;
  /** In words; empty when the state says it all. */
  readonly reason: string;
  /** How many changes a plan would make, for `outdated`. */
  readonly changes?: number;
}

/** Where a resource is in a run that goes on. */
export type InRun = 'queued' | 'making' | 'deleting';

/**
 * The one word for one resource. Pure, and the only place that decides it.
 * `change` is what a plan would do (nothing, where none was made); `inRun` is absent outside a run.
 */
export function stateOf(seen: Observation<unknown>, change?: Change, inRun?: InRun): StateWord {
  if (inRun === 'deleting') return { state: 'deleting', reason: reasonIn(seen) };
  if (inRun === 'making' && (seen.state === 'absent' || seen.state === 'ready')) return { state: 'pending', reason: '' };
  if (seen.state === 'unknown') return { state: 'unknown', reason: seen.reason };
  if (seen.state === 'absent') return stateOfAbsent(change, inRun);
  if (seen.leaving) return { state: 'deleting', reason: reasonIn(seen) };
  if (seen.owner === 'foreign') return { state: 'blocked', reason: `not ours: ${seen.physicalId}` };
  if (inRun === 'queued' && isToBeDone(change)) return { state: 'queued', reason: '' };
  switch (seen.state) {
    case 'pending':
    case 'failed':
      return { state: seen.state, reason: seen.reason };
    case 'degraded':
      return { state: seen.awaits === undefined ? 'degraded' : 'waiting', reason: seen.reason };
    case 'ready':
      return stateOfReady(seen.reason ?? '', change);
  }
}

function stateOfAbsent(change: Change | undefined, inRun: InRun | undefined): StateWord {
  if (change?.action === 'blocked') return { state: 'blocked', reason: change.summary };
  return { state: inRun === 'queued' ? 'queued' : 'absent', reason: '' };
}

function stateOfReady(reason: string, change: Change | undefined): StateWord {
  if (change === undefined || change.action === 'none') return { state: 'ready', reason };
  if (change.action === 'blocked') return { state: 'blocked', reason: change.summary };
  return { state: 'outdated', reason: change.summary, changes: Math.max(1, change.diff.length) };
}

const isToBeDone = (change: Change | undefined): boolean => change !== undefined && change.action !== 'none' && change.action !== 'blocked';

const reasonIn = (seen: Observation<unknown>): string => ('reason' in seen ? (seen.reason ?? '') : '');
