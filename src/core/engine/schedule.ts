import type { Action, AnyResource, ResourceId } from '../graph/resource.ts';
import type { ResourceGraph } from '../graph/resourceGraph.ts';
import type { Goal } from './decide.ts';
import type { Result } from './result.ts';
import type { Run } from './run.ts';
import { settle } from './settle.ts';

interface Task {
  /** Resolves when dependants may go on (or must not). */
  readonly usable: Promise<Result>;
  readonly end: Promise<Result>;
}

export interface Work {
  /** Those that are brought to the goal; the others only keep their place in the order. */
  includes(id: ResourceId): boolean;
  planned(id: ResourceId): Action | undefined;
  /** Ends that are known already: what failed to go is not made anew. */
  readonly known?: ReadonlyMap<ResourceId, Result>;
}

/** Makes, in the order of the graph and as parallel as it allows. */
export const bringThere = (run: Run, graph: ResourceGraph, work: Work): Promise<ReadonlyMap<ResourceId, Result>> =>
  schedule(run, graph.order, 'there', work, (id) => graph.requires(id));

/** Deletes: dependants first. */
export function takeAway(run: Run, graph: ResourceGraph, work: Work): Promise<ReadonlyMap<ResourceId, Result>> {
  const dependants = graph.dependants();
  return schedule(run, graph.order.toReversed(), 'gone', work, (id) => dependants.get(id) ?? []);
}

async function schedule(
  run: Run,
  order: readonly AnyResource[],
  goal: Goal,
  work: Work,
  before: (id: ResourceId) => readonly ResourceId[],
): Promise<ReadonlyMap<ResourceId, Result>> {
  const tasks = new Map<ResourceId, Task>();
  const begin = (resource: AnyResource): Task => {
    const known = work.known?.get(resource.id);
    if (known) return { usable: Promise.resolve(known), end: Promise.resolve(known) };
    let usable = (): void => undefined;
    const early = new Promise<Result>((resolve) => {
      usable = () => resolve({ kind: 'done', action: 'none' });
    });
    const waits = before(resource.id).flatMap((id) => tasks.get(id) ?? []);
    const end = Promise.all(waits.map((task) => task.usable)).then((results): Result | Promise<Result> => {
      const blocker = results.find((result) => result.kind !== 'done');
      if (!work.includes(resource.id)) return blocker ?? { kind: 'done', action: 'none' };
      if (blocker) return skip(run, resource, blocker);
      const endOf = (id: ResourceId): Promise<Result> | undefined => (work.includes(id) ? tasks.get(id)?.end : undefined);
      return settle(run, resource, goal, { planned: work.planned(resource.id), usable, endOf });
    });
    return { usable: Promise.race([early, end]), end };
  };
  for (const resource of order) tasks.set(resource.id, begin(resource));
  const ends = await Promise.all([...tasks].map(async ([id, task]) => [id, await task.end] as const));
  return new Map(ends.filter(([id]) => work.includes(id)));
}

function skip(run: Run, resource: AnyResource, blocker: Exclude<Result, { kind: 'done' }>): Result {
  if (blocker.kind === 'cancelled') return blocker;
  if (!resource.internal) run.emit({ event: 'resource.skipped', ...run.of(resource), because: blocker.cause });
  return { kind: 'skipped', cause: blocker.cause };
}
