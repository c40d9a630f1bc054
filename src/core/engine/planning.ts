import { foreseenOf } from '../graph/inputs.ts';
import { isForeign, isLeaving, isOurs, outputsIn, presentIn } from '../graph/observation.ts';
import type { AnyResource, Change, Observation, ResourceId } from '../graph/resource.ts';
import type { ResourceGraph } from '../graph/resourceGraph.ts';
import { sentenceCodeOf, type SentenceCode } from '../status/sentences.ts';
import { ORPHANS } from './orphans.ts';
import type { Consent, PlannedChange } from './plan.ts';

type Observations = ReadonlyMap<ResourceId, Observation<unknown>>;
type Doing = Extract<Change, { readonly diff: unknown }>;
type Blocked = Extract<Change, { readonly action: 'blocked' }>;

const ABSENT: Observation<unknown> = { state: 'absent' };

/** What has to change so that the selected resources are as wanted. Pure; in the order of the graph, orphans last. */
export function planApply(
  graph: ResourceGraph,
  selected: ReadonlySet<ResourceId>,
  observations: Observations,
  orphans: readonly AnyResource[],
): readonly PlannedChange[] {
  const changes = new Map<ResourceId, Change>();
  const foreseen = new Map<ResourceId, unknown>();
  for (const resource of graph.order) {
    const seen = observations.get(resource.id) ?? ABSENT;
    const here = isLeaving(seen) ? ABSENT : seen;
    const inputs = foreseenOf(resource.needs, (id) => foreseen.get(id));
    const own: Change = resource.steps?.plan(here, inputs) ?? { action: 'none' };
    const cascade = cascaded(graph, resource, here, own, changes);
    const planned: Change = selected.has(resource.id) || isTakenAlong(cascade) ? cascade : { action: 'none' };
    const change = isOnlyNotSeenYet(resource, planned, observations) ? { ...planned, waits: true as const } : planned;
    if (change.action !== 'none') changes.set(resource.id, change);
    const isAnew = change.action === 'create' || change.action === 'replace' || change.action === 'recreate';
    const then = isAnew || isForeign(here) ? ABSENT : here;
    foreseen.set(resource.id, resource.steps?.foresee?.(then, inputs) ?? outputsIn(then));
  }
  const own = graph.order.flatMap((resource): readonly PlannedChange[] => {
    const change = changes.get(resource.id);
    return change === undefined || change.action === 'none'
      ? []
      : [entry(graph.stageOf(resource.id), resource, withinSelection(change, resource, selected))];
  });
  return [...own, ...orphans.map((orphan) => entry(ORPHANS, orphan, deletion(orphan, 'no longer in the platform file')))];
}

/** Why a look failed that the next one may well get through. */
const PASSING: ReadonlySet<string | undefined> = new Set<SentenceCode>([
  'throttled',
  'provider-error',
  'lost-network',
  'kubernetes-restarting',
  'kubernetes-error',
]);

/**
 * Out of sight for a moment, or in a home that is ours or not there: nobody else's then, and it may come into sight in the run (an access
 * entry takes its time to work), which looks again with its own patience. Whatever else cannot be seen may be somebody else's, and what
 * may not be seen stays out of sight.
 */
function isOnlyNotSeenYet(resource: AnyResource, change: Change, observations: Observations): change is Blocked {
  const seen = observations.get(resource.id);
  if (change.action !== 'blocked' || change.code !== 'unseen' || seen?.state !== 'unknown') return false;
  const code = seen.cause && sentenceCodeOf(seen.cause.code);
  if (code === 'denied' || PASSING.has(code)) return code !== 'denied';
  const home = resource.within && observations.get(resource.within.id);
  return home?.state === 'absent' || isOurs(home);
}

const isTakenAlong = (change: Change): boolean => 'because' in change;

/** What lives in something that is replaced, or was made from an immutable value of it, is replaced with it. */
function cascaded(
  graph: ResourceGraph,
  resource: AnyResource,
  seen: Observation<unknown>,
  change: Change,
  changes: ReadonlyMap<ResourceId, Change>,
): Change {
  const isReplaced = (id: ResourceId): boolean => changes.get(id)?.action === 'replace';
  const home = resource.within && isReplaced(resource.within.id) ? resource.within.id : undefined;
  const isUnsure = 'unsure' in change && change.unsure.length > 0;
  const because = home ?? (isUnsure ? graph.requires(resource.id).find(isReplaced) : undefined);
  if (because === undefined || !resource.steps?.delete || !isOurs(seen)) return change;
  const root = graph.get(because)?.title ?? because;
  return { action: 'replace', summary: `replace ${resource.title}: ${root} is replaced`, diff: [], because };
}

/** A replacement takes along what lives in it, also what is not in this run: then it may not be done in this run. */
function withinSelection(
  change: PlannedChange['change'],
  resource: AnyResource,
  selected: ReadonlySet<ResourceId>,
): PlannedChange['change'] {
  if (selected.has(resource.id)) return change;
  return { action: 'blocked', code: 'outside', summary: `${resource.title} would have to be replaced too: apply without choosing stages` };
}

/** What a destroy deletes, in its order: dependants first. What is not ours stays; what dies with its home needs no step. */
export function planDestroy(
  graph: ResourceGraph,
  selected: ReadonlySet<ResourceId>,
  observations: Observations,
  consent: ReadonlySet<string>,
): readonly PlannedChange[] {
  return graph.order.toReversed().flatMap((resource): readonly PlannedChange[] => {
    const seen = observations.get(resource.id);
    if (!selected.has(resource.id) || !resource.steps?.delete || diesWithHome(graph, resource, selected, observations)) return [];
    const stage = graph.stageOf(resource.id);
    if (seen?.state === 'unknown') {
      if (consent.has(`abandon:${resource.provider}`)) return [];
      const summary = `${resource.title} could not be looked at: ${seen.reason}`;
      return [{ resource: resource.id, stage, title: resource.title, change: { action: 'blocked', code: 'unseen', summary } }];
    }
    if (!isOurs(seen)) return [];
    return [{ resource: resource.id, stage, title: resource.title, change: deletion(resource) }];
  });
}

/**
 * An object of another provider's thing (a Kubernetes object in its cluster) goes with it and is not deleted on its own,
 * unless it `leaves` something outside; one of the same provider where it says so.
 */
export function diesWithHome(
  graph: ResourceGraph,
  resource: AnyResource,
  selected: ReadonlySet<ResourceId>,
  observations: Observations,
): boolean {
  const home = resource.within && graph.get(resource.within.id);
  if (!home || resource.leaves || !selected.has(home.id)) return false;
  if (home.provider === resource.provider && !resource.goesWithHome) return false;
  const seen = observations.get(home.id);
  return seen?.state === 'absent' || (isOurs(seen) && home.steps?.delete !== undefined);
}

function deletion(resource: AnyResource, why?: string): Doing {
  return { action: 'delete', summary: `delete ${resource.title}${why === undefined ? '' : `: ${why}`}`, diff: [] };
}

function entry(stage: string, resource: AnyResource, change: PlannedChange['change']): PlannedChange {
  const consent = consentFor(change);
  return { resource: resource.id, stage, title: resource.title, change, ...(consent === undefined ? {} : { consent }) };
}

/**
 * Creating, changing and mending are covered by the one question, unless they take something from somebody else; what a replacement
 * takes along, by the consent of its root.
 */
function consentFor(change: PlannedChange['change']): Consent | undefined {
  if (change.action === 'blocked') return undefined;
  if (change.action !== 'replace' && change.action !== 'delete') return change.consent;
  return change.because === undefined ? change.action : undefined;
}

/** Those that are to go before anything is made, by consent of their own or of the root that takes them along. */
export function doomedIn(changes: readonly PlannedChange[], consent: ReadonlySet<string>): ReadonlySet<ResourceId> {
  const doomed = new Set<ResourceId>();
  for (const { resource, change } of changes) {
    if (change.action !== 'replace' && change.action !== 'delete') continue;
    if (consent.has(`${change.action}:${resource}`) || (change.because !== undefined && doomed.has(change.because))) doomed.add(resource);
  }
  return doomed;
}

/** There after the run, if all of it is done. */
export function standsAfter(resource: AnyResource, seen: Observation<unknown> | undefined, change: Change['action'] | undefined): boolean {
  if (change === 'delete') return false;
  const isMade = change === 'create' || change === 'replace' || change === 'recreate';
  return isMade || presentIn(seen) !== undefined || (!resource.steps && seen?.state !== 'absent');
}
