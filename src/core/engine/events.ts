import type { Cause } from '../graph/cause.ts';
import type { Action, Owner, ResourceId } from '../graph/resource.ts';
import type { LeftOver } from './plan.ts';
import type { Residue } from './ports.ts';

export type ObservedState = 'absent' | 'unknown' | 'ready' | 'degraded' | 'pending' | 'failed';

type Body =
  | { readonly event: 'run.started'; readonly verb: 'apply' | 'destroy'; readonly stages: readonly string[]; readonly total: number }
  | (OfResource & {
      readonly event: 'resource.observed';
      readonly state: ObservedState;
      readonly reason?: string;
      readonly cause?: Cause;
      readonly owner: Owner | 'none';
      readonly leaving?: true;
      readonly awaits?: ResourceId;
      readonly physicalId?: string;
    })
  | (OfResource & {
      readonly event: 'resource.started';
      readonly action: Action;
      readonly summary: string;
      /** Seconds, where an estimate is known. */ readonly expected?: number;
    })
  | (OfResource & {
      readonly event: 'resource.progress';
      /** Seconds. */ readonly elapsed: number;
      readonly expected?: number;
      readonly message: string;
    })
  | (OfResource & { readonly event: 'resource.finished'; readonly action: Action })
  | (OfResource & {
      readonly event: 'resource.failed';
      /** The sentence catalogue's words for the cause, where it has some; the provider's own stand in `cause`. */
      readonly reason: string;
      readonly cause?: Cause;
      readonly next?: string;
      /** `blocked`: a person is needed; nothing was tried. */ readonly blocked?: true;
    })
  | (OfResource & { readonly event: 'resource.skipped'; readonly because: ResourceId })
  | { readonly event: 'run.paused'; readonly reason: string }
  | { readonly event: 'run.resumed' }
  | ({ readonly event: 'run.finished' } & Outcome);

interface OfResource {
  readonly resource: ResourceId;
  readonly stage: string;
}

/** Everything that a run tells. Tree, CLI and journal consume this same value; `time` is ISO 8601 in UTC. */
export type RunEvent = Body & { readonly time: string; readonly run: string };
export type RunEventBody = Body;

export interface Outcome {
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  /** Resources that a step was taken on. */
  readonly changed: readonly ResourceId[];
  /** Includes blocked ones. */
  readonly failed: readonly ResourceId[];
  readonly skipped: readonly ResourceId[];
  readonly seconds: number;
  readonly residue: readonly Residue[];
  /** What left the platform file and still stands; absent where the run did not look for all of it. */
  readonly left?: readonly LeftOver[];
  /** What stands now, a month, of what has a known price. */
  readonly monthlyUsd: number;
}
