import type { Finding } from '../findings/finding.ts';
import type { AnyResource, Change, Observation, ResourceId } from '../graph/resource.ts';

/** A consent of its own: `WHAT:RESOURCE` on the command line. `create`, `update` and `recreate` are covered by the one question. */
export type Consent = 'replace' | 'delete' | 'overwrite' | 'abandon';

export interface PlannedChange {
  readonly resource: ResourceId;
  readonly stage: string;
  readonly title: string;
  readonly change: Exclude<Change, { action: 'none' }>;
  /** Needed besides the one question; absent where `because` points at the change that it belongs to. */
  readonly consent?: Consent;
}

/** What apply (or destroy) would do now. */
export interface Plan {
  readonly verb: 'apply' | 'destroy';
  readonly observations: ReadonlyMap<ResourceId, Observation<unknown>>;
  /** In the order of the run; no entry for what stays. */
  readonly changes: readonly PlannedChange[];
  /** Tagged ours, no longer in the graph. */
  readonly orphans: readonly AnyResource[];
  readonly cost: {
    /** What stands after the run, a month. */ readonly monthlyUsd: number;
    readonly stages: Readonly<Record<string, number>>;
    /** Resources without a known price. */ readonly unknown: readonly ResourceId[];
  };
  readonly duration: { readonly seconds: number; readonly criticalPath: readonly ResourceId[] };
  readonly findings: readonly Finding[];
}
