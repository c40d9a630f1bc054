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

/** Something in the world with this platform's tag that the platform file does not name any longer: plain data for a row. */
export interface LeftOver {
  readonly resource: ResourceId;
  /** CloudFormation's name of the kind. */
  readonly kind: string;
  readonly title: string;
  /** Why it is still there: not taken away yet, or what kept it from going. */
  readonly reason: string;
  /** Dollars a month, where the price is known. */
  readonly monthlyUsd?: number;
}

/** What apply (or destroy) would do now. */
export interface Plan {
  readonly verb: 'apply' | 'destroy';
  readonly observations: ReadonlyMap<ResourceId, Observation<unknown>>;
  /** In the order of the run; no entry for what stays. */
  readonly changes: readonly PlannedChange[];
  /** Tagged ours, no longer in the graph. */
  readonly orphans: readonly AnyResource[];
  /** The same for a row; absent where not everything was looked for: a plan of some stages, or a provider that could not look. */
  readonly left?: readonly LeftOver[];
  readonly cost: {
    /** What stands after the run, a month. */ readonly monthlyUsd: number;
    readonly stages: Readonly<Record<string, number>>;
    /** Resources without a known price. */ readonly unknown: readonly ResourceId[];
  };
  readonly duration: { readonly seconds: number; readonly criticalPath: readonly ResourceId[] };
  readonly findings: readonly Finding[];
}
