import type { Action, Depth, Observation, ResourceId } from '../graph/resource.ts';
import type { ResourceGraph } from '../graph/resourceGraph.ts';
import type { Outcome } from './events.ts';
import type { Plan } from './plan.ts';

export type Verb = 'apply' | 'destroy';

export interface ObserveOptions {
  readonly signal: AbortSignal;
  readonly depth: Depth;
  /** Looks at these alone (and at what they need in order to look); default: everything. */
  readonly only?: ReadonlySet<ResourceId>;
}

export interface PlanOptions {
  readonly signal: AbortSignal;
  /** Only these stages and what they require; for a destroy: and what requires them. */
  readonly stages?: readonly string[];
  /** `abandon:PROVIDER` lets a destroy plan go past what cannot be looked at. */
  readonly consent?: ReadonlySet<string>;
}

/** What a person agreed to, as `approvalOf(plan)` made it: the action that each resource may see at most. */
export type Approval = ReadonlyMap<ResourceId, Action>;

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly stages?: readonly string[];
  /** Consents of their own: `replace:ID`, `delete:ID` (left the spec), `abandon:PROVIDER` (destroy goes past what cannot be reached). */
  readonly consent: ReadonlySet<string>;
  /** The run plans again and ends with "plan again" when it would have to do more than this. Default: whatever the plan says now. */
  readonly approved?: Approval;
}

/** The four verbs. Each throws `GraphError` for an unknown stage and `SignedOut` when there are no credentials and nobody signs in. */
export interface Verbs {
  observe(graph: ResourceGraph, options: ObserveOptions): Promise<ReadonlyMap<ResourceId, Observation<unknown>>>;
  plan(graph: ResourceGraph, verb: Verb, options: PlanOptions): Promise<Plan>;
  /** @throws what the guard threw; `Refused` with code `plan-again` when the approval does not cover what would be done. Nothing was written then. */
  apply(graph: ResourceGraph, options: RunOptions): Promise<Outcome>;
  /** @throws as `apply` does. */
  destroy(graph: ResourceGraph, options: RunOptions): Promise<Outcome>;
}
