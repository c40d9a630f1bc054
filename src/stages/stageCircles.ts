import type { Finding } from '../core/findings/finding.ts';
import type { ResourceId } from '../core/graph/resource.ts';
import { isEarly } from '../kubernetes/objects/traits.ts';
import { breakCircles, type Unbroken } from '../manifests/circles.ts';
import type { Edge } from '../manifests/edges.ts';
import { place, type ManifestSet } from '../manifests/manifestSet.ts';

type Edges = ReadonlyMap<ResourceId, readonly Edge[]>;

export interface StagesOf {
  /** By object, and by Secret that a person gives. */
  readonly stageOf: ReadonlyMap<ResourceId, string>;
  /** What each stage requires, closed over stages. */
  readonly requires: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The edges without circles that close only through stages: A waits for B of another stage, whose stage requires one in which something
 * waits for A. Of such a circle, what only should be goes first, between stages before within one; a circle of what must be is told.
 */
export function withoutStageCircles(
  edges: Edges,
  set: ManifestSet,
  stages: StagesOf,
): { readonly edges: Edges; readonly findings: readonly Finding[] } {
  const { stageOf } = stages;
  const within = (id: ResourceId, { to }: Edge): boolean => stageOf.get(id) === stageOf.get(to);
  const firm = new Map(
    [...edges].map(([id, list]) => [id, list.map((edge) => (within(id, edge) ? { ...edge, order: 'must' as const } : edge))]),
  );
  const between = breakCircles(withBarriers(firm, set, stages));
  const broken: Unbroken = between.circles.length === 0 ? between : breakCircles(withBarriers(edges, set, stages));
  const kept = [...edges].map(([id, list]) => {
    const stays = new Set(broken.kept.get(id)?.map(({ to }) => to));
    return [id, list.filter(({ to }) => stays.has(to))] as const;
  });
  return { edges: new Map(kept), findings: broken.circles.map((circle) => contradiction(circle, set)) };
}

const BARRIER = 'barrier/';

/** A node a stage, as in the graph: after all of its stage, before all but what is early of those that require it. */
function withBarriers(edges: Edges, set: ManifestSet, { stageOf, requires }: StagesOf): Edges {
  const must = (to: ResourceId): Edge => ({ to, order: 'must', because: 'a stage waits for those that it requires' });
  const all = new Map<ResourceId, readonly Edge[]>(edges);
  const members = new Map<string, Edge[]>();
  for (const [id, stage] of stageOf) {
    const known = members.get(stage);
    if (known === undefined) members.set(stage, [must(id)]);
    else known.push(must(id));
    const object = set.byId.get(id);
    if (object !== undefined && isEarly(object)) continue;
    all.set(id, [...(edges.get(id) ?? []), ...[...(requires.get(stage) ?? [])].map((other) => must(`${BARRIER}${other}`))]);
  }
  for (const [stage, list] of members) all.set(`${BARRIER}${stage}`, list);
  return all;
}

function contradiction(circle: readonly ResourceId[], { byId }: ManifestSet): Finding {
  const words = circle.map((id) => {
    const object = byId.get(id);
    if (object !== undefined) return `${id} (${place(object.source)})`;
    return id.startsWith(BARRIER) ? `the stage ${id.slice(BARRIER.length)}, which its stage requires` : id;
  });
  const first = circle.map((id) => byId.get(id)).find((object) => object !== undefined);
  return {
    code: 'stage-contradiction',
    severity: 'error',
    message: `Each of these would wait for the next: ${[...words, words[0]].join(' → ')}: move one of them to another stage, or change requires.`,
    ...(first === undefined ? {} : { range: first.source.range }),
  };
}
