import { handlesOf } from './inputs.ts';
import type { AnyResource, ResourceId } from './resource.ts';
import type { Stage } from './stage.ts';

/** The stages cannot be put in an order: a cycle, an unknown id, a name given twice. The message names them. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}

export type Direction = 'requires' | 'dependants';

export interface CriticalPath {
  readonly seconds: number;
  /** Those of the longest chain that take time, in order. */
  readonly path: readonly ResourceId[];
}

/**
 * Resources in the order in which they may be made. Immutable, and knows no state.
 *
 * Edges are the handles in `needs`, the ids in `after`, and, for a stage with a barrier, the stages that it requires. Of these each
 * is one node (`barrier/<stage>`, internal) that comes after all resources of its stage, so a barrier costs n + m edges and not n × m.
 */
export class ResourceGraph {
  readonly stages: readonly Stage[];
  /** Topological; ties in the order given. */
  readonly order: readonly AnyResource[];
  readonly #byId = new Map<ResourceId, AnyResource>();
  readonly #stageOf = new Map<ResourceId, string>();
  readonly #requires = new Map<ResourceId, readonly ResourceId[]>();
  readonly #dependants = new Map<ResourceId, ResourceId[]>();

  /** @throws GraphError naming a cycle, an id that is not there, or one that is there twice. */
  constructor(stages: readonly Stage[]) {
    this.stages = stages;
    checkStages(stages);
    for (const stage of stages) for (const resource of stage.resources) this.#add(stage, resource);
    for (const stage of stages) if (isAwaited(stage, stages)) this.#add(stage, barrierOf(stage));
    for (const stage of stages) {
      const barrier = stage.barrier ? stage.requires.map(barrierId) : [];
      for (const resource of stage.resources) this.#connect(resource, resource.early ? [] : barrier);
    }
    for (const stage of stages) if (isAwaited(stage, stages)) this.#connect(barrierOf(stage), []);
    this.order = topological(this.#byId, this.#requires);
  }

  has(id: ResourceId): boolean {
    return this.#byId.has(id);
  }

  get(id: ResourceId): AnyResource | undefined {
    return this.#byId.get(id);
  }

  /** The stage's id. @throws GraphError for a resource that is not in the graph. */
  stageOf(id: ResourceId): string {
    const stage = this.#stageOf.get(id);
    if (stage === undefined) throw new GraphError(`${id} is in no stage`);
    return stage;
  }

  /** What must be usable before it may be made: direct ones only. */
  requires(id: ResourceId): readonly ResourceId[] {
    return this.#requires.get(id) ?? [];
  }

  /** The same edges turned round: who must be gone before it may go. */
  dependants(): ReadonlyMap<ResourceId, readonly ResourceId[]> {
    return this.#dependants;
  }

  /** The longest chain by the duration given, in seconds. */
  criticalPath(duration: (resource: AnyResource) => number): CriticalPath {
    const ends = new Map<ResourceId, { readonly seconds: number; readonly from: ResourceId | undefined; readonly own: number }>();
    let last: ResourceId | undefined;
    let longest = 0;
    for (const { id } of this.order) {
      let from: ResourceId | undefined;
      let before = 0;
      for (const required of this.requires(id)) {
        const seconds = ends.get(required)?.seconds ?? 0;
        if (seconds > before) [from, before] = [required, seconds];
      }
      const resource = this.#byId.get(id);
      const own = resource ? duration(resource) : 0;
      ends.set(id, { seconds: before + own, from, own });
      if (before + own > longest) [last, longest] = [id, before + own];
    }
    const path: ResourceId[] = [];
    for (let at = last; at !== undefined; at = ends.get(at)?.from) if ((ends.get(at)?.own ?? 0) > 0) path.unshift(at);
    return { seconds: longest, path };
  }

  /**
   * The resources that `--stage` means. `requires`: these stages and all that they require. `dependants` (for a destroy): these
   * stages, those that require them, and whatever is made with one of their resources; without what something that stays is still
   * `after` (the cluster's role carries the claim on the VPC, and goes with the VPC).
   *
   * @throws GraphError for a stage that does not exist.
   */
  select(stageIds: readonly string[], direction: Direction): ReadonlySet<ResourceId> {
    const known = this.stages.map((stage) => stage.id);
    for (const id of stageIds) if (!known.includes(id)) throw new GraphError(`There is no stage ${id}: it is one of ${known.join(', ')}.`);
    const stages = closure(stageIds, (id) =>
      direction === 'requires'
        ? (this.stages.find((stage) => stage.id === id)?.requires ?? [])
        : this.stages.filter((stage) => stage.requires.includes(id)).map((stage) => stage.id),
    );
    const own = this.order.map((resource) => resource.id).filter((id) => stages.has(this.stageOf(id)));
    if (direction === 'requires') return closure(own, (id) => this.requires(id));
    return this.#withoutWhatIsStillNeeded(closure(own, (id) => this.#madeWith(id)));
  }

  #add(stage: Stage, resource: AnyResource): void {
    if (this.#byId.has(resource.id)) throw new GraphError(`Two resources are called ${resource.id}.`);
    this.#byId.set(resource.id, resource);
    this.#stageOf.set(resource.id, stage.id);
  }

  #connect(resource: AnyResource, barrier: readonly ResourceId[]): void {
    const required = [...new Set([...handlesOf(resource.needs).map((handle) => handle.id), ...(resource.after ?? []), ...barrier])];
    for (const id of required) {
      if (!this.#byId.has(id)) throw new GraphError(`${resource.id} requires ${id}, which is not in the graph.`);
      const dependants = this.#dependants.get(id);
      if (dependants) dependants.push(resource.id);
      else this.#dependants.set(id, [resource.id]);
    }
    this.#requires.set(resource.id, required);
  }

  /** Deletable dependants by data. A value that was only found out (`zones`, `caller`) is never deleted and takes nothing along. */
  #madeWith(id: ResourceId): readonly ResourceId[] {
    if (!this.#isDeletable(id)) return [];
    return (this.#dependants.get(id) ?? []).filter((other) => {
      const resource = this.#byId.get(other);
      return resource !== undefined && handlesOf(resource.needs).some((handle) => handle.id === id);
    });
  }

  #withoutWhatIsStillNeeded(selected: ReadonlySet<ResourceId>): ReadonlySet<ResourceId> {
    const rest = new Set(selected);
    for (const { id } of this.order.toReversed()) {
      const needed = (this.#dependants.get(id) ?? []).some((other) => !rest.has(other) && this.#isDeletable(other));
      if (needed) rest.delete(id);
    }
    return rest;
  }

  #isDeletable(id: ResourceId): boolean {
    return this.#byId.get(id)?.steps?.delete !== undefined;
  }
}

const barrierId = (stage: string): ResourceId => `barrier/${stage}`;

const isAwaited = (stage: Stage, stages: readonly Stage[]): boolean =>
  stages.some((other) => other.barrier && other.requires.includes(stage.id));

function barrierOf(stage: Stage): AnyResource {
  const id = barrierId(stage.id);
  return {
    id,
    kind: 'barrier',
    provider: 'none',
    title: stage.title,
    needs: {},
    after: stage.resources.map((resource) => resource.id),
    internal: true,
    observe: () => Promise.resolve({ state: 'ready', owner: 'slipway', physicalId: id, attributes: {}, outputs: {} }),
  };
}

function checkStages(stages: readonly Stage[]): void {
  const ids = new Set<string>();
  for (const { id } of stages) {
    if (ids.has(id)) throw new GraphError(`Two stages are called ${id}.`);
    ids.add(id);
  }
  for (const stage of stages) {
    for (const id of stage.requires) if (!ids.has(id)) throw new GraphError(`Stage ${stage.id} requires ${id}, which does not exist.`);
  }
}

function closure(start: readonly string[], next: (id: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...next(id));
  }
  return found;
}

/** Depth first with a stack of its own: a chain of thousands of objects must not end in a stack overflow. */
function topological(
  byId: ReadonlyMap<ResourceId, AnyResource>,
  requires: ReadonlyMap<ResourceId, readonly ResourceId[]>,
): readonly AnyResource[] {
  const order: AnyResource[] = [];
  const done = new Set<ResourceId>();
  const open = new Set<ResourceId>();
  const stack: { readonly resource: AnyResource; readonly rest: Iterator<ResourceId> }[] = [];
  const enter = (resource: AnyResource | undefined): void => {
    if (resource === undefined || done.has(resource.id)) return;
    if (open.has(resource.id)) {
      const ids = [...open];
      throw new GraphError(`These wait for each other: ${[...ids.slice(ids.indexOf(resource.id)), resource.id].join(' → ')}.`);
    }
    open.add(resource.id);
    stack.push({ resource, rest: (requires.get(resource.id) ?? []).values() });
  };
  for (const start of byId.values()) {
    enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.next();
      if (next.done !== true) {
        enter(byId.get(next.value));
        continue;
      }
      stack.pop();
      open.delete(top.resource.id);
      done.add(top.resource.id);
      order.push(top.resource);
    }
  }
  return order;
}
