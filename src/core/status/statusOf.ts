import { durationOf, hasUnknownPrice, standingCost } from '../engine/forecast.ts';
import { planApply } from '../engine/planning.ts';
import type { LeftOver } from '../engine/plan.ts';
import type { Finding } from '../findings/finding.ts';
import { presentIn } from '../graph/observation.ts';
import type { AnyResource, Change, Observation, ResourceId } from '../graph/resource.ts';
import type { ResourceGraph } from '../graph/resourceGraph.ts';
import type { PlatformStatus, ResourceStatus, Session, StageStatus } from './platformStatus.ts';
import { wordsFor } from './sentences.ts';
import { stageState } from './stageState.ts';
import { stateOf } from './stateOf.ts';

export type Observations = ReadonlyMap<ResourceId, Observation<unknown>>;

export interface Looked {
  readonly platform: PlatformStatus['platform'];
  readonly mode: PlatformStatus['mode'];
  readonly session: Session;
  readonly findings: readonly Finding[];
  readonly graph: ResourceGraph;
  /** What `Engine.observe` answered; a resource that is not in it was not looked at and is `unknown`. */
  readonly observations: Observations;
  /** ISO 8601. */
  readonly observedAt: string;
  /** The status before this one: it says what those were that cannot be seen now. */
  readonly previous?: PlatformStatus | undefined;
  /** What the latest plan or run found that the file does not name; a look does not look for it. */
  readonly left?: readonly LeftOver[] | undefined;
}

export type Outlined = Pick<Looked, 'platform' | 'mode' | 'findings' | 'graph'> & { readonly session?: Session };

/**
 * What a face shows after a look. Pure. What a plan would change is told from the same observations: a look reads less than a plan,
 * so it may miss an `outdated`, and never invents one.
 */
export function statusOf(looked: Looked): PlatformStatus {
  const { graph, observations, previous, observedAt, platform, mode, session, findings, left } = looked;
  const all = new Set(graph.order.map((resource) => resource.id));
  const planned = planApply(graph, all, observations, []);
  const changes = new Map<ResourceId, Change>(planned.map(({ resource, change }) => [resource, change]));
  const before = new Map(previous?.stages.flatMap((stage) => stage.resources.map((resource) => [resource.id, resource])));
  const row = (resource: AnyResource): ResourceStatus => {
    const seen = observations.get(resource.id) ?? { state: 'unknown' as const, reason: 'not looked at' };
    const status = rowOf(graph, resource, seen, changes.get(resource.id));
    const lastKnown = status.state === 'unknown' ? lastKnownOf(before.get(resource.id), previous?.observedAt) : undefined;
    return lastKnown ? { ...status, lastKnown } : status;
  };
  return {
    platform,
    mode,
    session,
    observedAt,
    findings,
    stages: stagesOf(graph, row),
    // What came back into the file since then has a row of its own again.
    ...(left === undefined ? {} : { left: left.filter(({ resource }) => !graph.has(resource)) }),
    cost: costsOf(graph, observations),
    duration: { seconds: durationOf(graph, 'apply', observations, planned).seconds },
  };
}

/** The rows that can be told from the file alone, before any look: everything absent. */
export function outline({ graph, platform, mode, findings, session = 'notConnected' }: Outlined): PlatformStatus {
  return {
    platform,
    mode,
    session,
    findings,
    stages: stagesOf(graph, (resource) => rowOf(graph, resource, { state: 'absent' })),
    cost: costsOf(graph, new Map()),
    duration: { seconds: graph.criticalPath((resource) => resource.estimate?.().createSeconds ?? 0).seconds },
  };
}

/** A platform that cannot be looked at now: every row unknown, with what it was when it was last seen. */
export function unseenStatus(looked: Omit<Looked, 'observations' | 'observedAt'>, reason: string): PlatformStatus {
  const observations = new Map(looked.graph.order.map((resource) => [resource.id, { state: 'unknown' as const, reason }]));
  const { observedAt: _, ...status } = statusOf({ ...looked, observations, observedAt: '' });
  const at = looked.previous?.observedAt;
  return at === undefined ? status : { ...status, observedAt: at };
}

function stagesOf(graph: ResourceGraph, row: (resource: AnyResource) => ResourceStatus): readonly StageStatus[] {
  return graph.stages.map((stage): StageStatus => {
    const resources = stage.resources.filter((resource) => !resource.internal).map(row);
    const own = new Set(stage.resources.map((resource) => resource.id));
    const seconds = graph.criticalPath((resource) => (own.has(resource.id) ? (resource.estimate?.().createSeconds ?? 0) : 0)).seconds;
    return {
      id: stage.id,
      title: stage.title,
      ...stageState(resources, false),
      requires: stage.requires,
      doc: stage.doc,
      estimate: { createSeconds: seconds, monthlyUsd: wholeCost(stage.resources) },
      resources,
    };
  });
}

function rowOf(graph: ResourceGraph, resource: AnyResource, seen: Observation<unknown>, change?: Change): ResourceStatus {
  const present = presentIn(seen);
  const outputs = present && plainOutputs(present.outputs);
  const estimate = resource.estimate?.();
  const requires = graph.requires(resource.id).filter((id) => graph.get(id)?.internal !== true);
  const url = seen.state === 'ready' ? resource.url?.(seen.outputs ?? {}) : undefined;
  return {
    id: resource.id,
    title: resource.title,
    kind: resource.kind,
    ...stateOf(seen, change),
    ...troubleOf(seen),
    owner: present?.owner ?? 'none',
    ...(present ? { physicalId: present.physicalId } : {}),
    ...(outputs ? { outputs } : {}),
    ...(estimate
      ? {
          estimate: {
            createSeconds: estimate.createSeconds,
            deleteSeconds: estimate.deleteSeconds,
            ...(estimate.monthlyUsd === undefined ? {} : { monthlyUsd: estimate.monthlyUsd }),
          },
        }
      : {}),
    requires,
    provider: resource.provider,
    ...(resource.source === undefined ? {} : { source: resource.source }),
    ...(url === undefined ? {} : { url }),
  };
}

/** What the provider says is wrong, and what to do about it. */
function troubleOf(seen: Observation<unknown>): Pick<ResourceStatus, 'cause' | 'next'> {
  if (!('cause' in seen)) return {};
  const next = wordsFor(seen.cause.code)?.next;
  return { cause: seen.cause, ...(next === undefined ? {} : { next }) };
}

/** Outputs are plain objects of ids, ARNs and endpoints; anything else is not shown. */
function plainOutputs(outputs: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof outputs !== 'object' || outputs === null) return undefined;
  const shown = Object.entries(outputs).filter(([, value]) => value !== undefined && typeof value !== 'function');
  return shown.length > 0 ? Object.fromEntries(shown) : undefined;
}

function lastKnownOf(before: ResourceStatus | undefined, at: string | undefined): ResourceStatus['lastKnown'] {
  if (!before) return undefined;
  if (before.state === 'unknown') return before.lastKnown;
  return at === undefined ? undefined : { state: before.state, at };
}

const wholeCost = (resources: readonly AnyResource[]): number =>
  resources.reduce((sum, resource) => sum + (resource.estimate?.().monthlyUsd ?? 0), 0);

function costsOf(graph: ResourceGraph, observations: Observations): PlatformStatus['cost'] {
  const unknown = graph.order.flatMap((resource) => (hasUnknownPrice(resource) ? [resource.id] : []));
  return {
    standingMonthlyUsd: standingCost(graph.order, observations),
    wholeMonthlyUsd: wholeCost(graph.order),
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}
