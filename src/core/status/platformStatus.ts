import type { Finding, SourceRange } from '../findings/finding.ts';
import type { LeftOver } from '../engine/plan.ts';
import type { Action, Owner, ResourceId } from '../graph/resource.ts';

/** The words of cli.md and of the tree; one pure function (`stateOf`) decides them. `queued`, `skipped` only in a run. */
export type State =
  | 'absent'
  | 'queued'
  | 'pending'
  | 'waiting'
  | 'ready'
  | 'degraded'
  | 'outdated'
  | 'failed'
  | 'blocked'
  | 'skipped'
  | 'deleting'
  | 'unknown';

export type Session = 'connected' | 'signedOut' | 'unreachable' | 'notConnected';

export interface ResourceStatus {
  readonly id: ResourceId;
  readonly title: string;
  readonly kind: string;
  readonly state: State;
  readonly reason: string;
  readonly owner: Owner | 'none';
  readonly physicalId?: string;
  /** Plain outputs (ids, ARNs, endpoints); never a secret. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** For `unknown`: what it was when it was last seen, ISO 8601. */
  readonly lastKnown?: { readonly state: State; readonly at: string };
  /** In a run: what is being done to it. */
  readonly action?: Action;
  /** In a run: seconds since its step began, and how long that takes. */
  readonly elapsed?: number;
  readonly expected?: number;
  readonly estimate?: { readonly createSeconds: number; readonly deleteSeconds: number; readonly monthlyUsd?: number };
  readonly requires: readonly ResourceId[];
  /** Plain data of a failure, for the cause chain and the fix. */
  readonly cause?: { readonly code: string; readonly message: string; readonly requestId?: string };
  readonly next?: string;
  /** Number of changes that a plan would make, for `outdated`. */
  readonly changes?: number;
  /** Which cloud it is of (`aws`, `kubernetes`): what can be done with its row. */
  readonly provider?: string;
  /** The document of a manifest that it comes from. */
  readonly source?: SourceRange;
  /** Where a browser finds it; only while it is ready. */
  readonly url?: string;
}

export interface StageStatus {
  readonly id: string;
  readonly title: string;
  readonly state: State;
  readonly reason: string;
  readonly requires: readonly string[];
  readonly doc: string;
  /** Seconds of its own critical path, and dollars a month. */
  readonly estimate: { readonly createSeconds: number; readonly monthlyUsd: number };
  readonly resources: readonly ResourceStatus[];
}

/** Everything a face shows of one platform: plain data. */
export interface PlatformStatus {
  readonly platform: {
    readonly name: string;
    readonly id?: string;
    readonly region: string;
    readonly account?: string;
    readonly identity?: string;
    readonly file: string;
  };
  readonly mode: 'live' | 'rehearsal';
  readonly session: Session;
  /** ISO 8601, when the world was last asked; absent before the first look. */
  readonly observedAt?: string;
  /** While a run goes on: folded from its events. */
  readonly run?: { readonly id: string; readonly verb: 'apply' | 'destroy'; /** Why it waits for a person. */ readonly paused?: string };
  readonly stages: readonly StageStatus[];
  /**
   * What left the platform file and still stands, as the latest plan or run of this session found it. A status does not look for it
   * itself (that is every list call of every service): absent means not looked for, empty means that nothing is left.
   */
  readonly left?: readonly LeftOver[];
  readonly findings: readonly Finding[];
  /** Of all that is there now, and of the whole platform. `unknown`: what has no known price and is in neither number. */
  readonly cost: { readonly standingMonthlyUsd: number; readonly wholeMonthlyUsd: number; readonly unknown?: readonly ResourceId[] };
  readonly duration: { readonly seconds: number };
}
