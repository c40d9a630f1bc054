import { isUsable, presentIn } from '../graph/observation.ts';
import type { Action, AnyResource, Observation, QuotaDemand, ResourceId } from '../graph/resource.ts';
import type { CriticalPath, ResourceGraph } from '../graph/resourceGraph.ts';
import type { Plan, PlannedChange } from './plan.ts';
import { standsAfter } from './planning.ts';
import type { Verb } from './verbs.ts';

type Observations = ReadonlyMap<ResourceId, Observation<unknown>>;

const actionsOf = (changes: readonly PlannedChange[]): ReadonlyMap<ResourceId, Action> =>
  new Map(changes.map(({ resource, change }) => [resource, change.action]));

/** Dollars a month of what stands after the run, by stage; those without a known price are named and not counted. */
export function costOf(graph: ResourceGraph, observations: Observations, changes: readonly PlannedChange[]): Plan['cost'] {
  const actions = actionsOf(changes);
  const stages: Record<string, number> = {};
  const unknown: ResourceId[] = [];
  const standing = new Set<ResourceId>();
  for (const resource of graph.order) {
    if (!willStand(resource, standing, observations.get(resource.id), actions.get(resource.id))) continue;
    standing.add(resource.id);
    const estimate = resource.estimate?.();
    if (!estimate) continue;
    const stage = graph.stageOf(resource.id);
    if (estimate.monthlyUsd === undefined) unknown.push(resource.id);
    else stages[stage] = (stages[stage] ?? 0) + estimate.monthlyUsd;
  }
  return { monthlyUsd: Object.values(stages).reduce((sum, usd) => sum + usd, 0), stages, unknown };
}

/** What has no steps comes and goes with what it is made of: the load balancer with its Service. */
function willStand(
  resource: AnyResource,
  standing: ReadonlySet<ResourceId>,
  seen: Observation<unknown> | undefined,
  action: Action | undefined,
): boolean {
  const needs = Object.values(resource.needs).flat();
  if (resource.steps || needs.length === 0) return standsAfter(resource, seen, action);
  return needs.every(({ id }) => standing.has(id));
}

/** It costs something, and nobody knows how much: not the same as nothing. */
export function hasUnknownPrice(resource: AnyResource): boolean {
  const estimate = resource.estimate?.();
  return estimate !== undefined && estimate.monthlyUsd === undefined;
}

/** Dollars a month of what was there at the last look. */
export function standingCost(resources: readonly AnyResource[], observations: Observations): number {
  return resources
    .filter((resource) => presentIn(observations.get(resource.id)) !== undefined)
    .reduce((sum, resource) => sum + (resource.estimate?.().monthlyUsd ?? 0), 0);
}

/** Seconds of the longest chain of what changes or is still on its way. */
export function durationOf(graph: ResourceGraph, verb: Verb, observations: Observations, changes: readonly PlannedChange[]): CriticalPath {
  const actions = actionsOf(changes);
  const longest = graph.criticalPath((resource) => secondsOf(resource, verb, observations.get(resource.id), actions.get(resource.id)));
  return verb === 'apply' ? longest : { ...longest, path: longest.path.toReversed() };
}

function secondsOf(resource: AnyResource, verb: Verb, seen: Observation<unknown> | undefined, action: Action | undefined): number {
  const estimate = resource.estimate?.();
  if (!estimate) return 0;
  switch (action) {
    case 'create':
      return estimate.createSeconds;
    case 'update':
      return estimate.updateSeconds ?? 0;
    case 'replace':
    case 'recreate':
      return estimate.deleteSeconds + estimate.createSeconds;
    case 'delete':
      return estimate.deleteSeconds;
    case 'blocked':
      return 0;
    case 'none':
    case undefined:
      return verb === 'apply' && isOnItsWay(resource, seen) ? estimate.createSeconds : 0;
  }
}

/** Being made already, or a gate that is not open yet. */
const isOnItsWay = (resource: AnyResource, seen: Observation<unknown> | undefined): boolean =>
  seen?.state === 'pending' || (!resource.steps && !isUsable(seen) && seen?.state !== 'unknown');

/** What the creations of a plan take of the account's quotas, one entry a quota. */
export function demandOf(graph: ResourceGraph, changes: readonly PlannedChange[]): readonly QuotaDemand[] {
  const amounts = new Map<string, number>();
  for (const { resource, change } of changes) {
    if (change.action !== 'create') continue;
    for (const { quota, amount } of graph.get(resource)?.demand ?? []) amounts.set(quota, (amounts.get(quota) ?? 0) + amount);
  }
  return [...amounts].map(([quota, amount]) => ({ quota, amount }));
}
