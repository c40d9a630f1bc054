import type { ResourceId } from '../core/graph/resource.ts';
import type { Edge } from './edges.ts';
import { grouped } from './grouped.ts';

export interface Unbroken {
  readonly kept: ReadonlyMap<ResourceId, readonly Edge[]>;
  /** What is left when nothing more may go: each a way round, by ids. */
  readonly circles: readonly (readonly ResourceId[])[];
}

type Graph = ReadonlyMap<ResourceId, readonly Edge[]>;

/**
 * The edges without circles: of those that lie on one, what only should be goes first; a circle of what must be is told and
 * taken out whole. Linear, and without recursion: a chain may be as long as a set.
 */
export function breakCircles(edges: Graph): Unbroken {
  const soft = withoutCircles(edges, ({ order }) => order === 'should');
  const parts = partsOf(soft);
  const circles = [...grouped(soft.keys(), (id) => parts.get(id)).values()].flatMap((ids) => {
    const way = wayRound(ids, soft, parts);
    return way === undefined ? [] : [way];
  });
  return { kept: circles.length === 0 ? soft : withoutCircles(soft, () => true), circles };
}

function withoutCircles(edges: Graph, goes: (edge: Edge) => boolean): Graph {
  const parts = partsOf(edges);
  return new Map([...edges].map(([id, list]) => [id, list.filter((edge) => !(goes(edge) && parts.get(edge.to) === parts.get(id)))]));
}

/** The strongly connected part that each id lies in (Tarjan's, with a stack of its own). */
function partsOf(edges: Graph): ReadonlyMap<ResourceId, number> {
  const index = new Map<ResourceId, number>();
  const low = new Map<ResourceId, number>();
  const part = new Map<ResourceId, number>();
  const open: ResourceId[] = [];
  let parts = 0;
  for (const root of edges.keys()) {
    const work: { readonly id: ResourceId; next: number }[] = index.has(root) ? [] : [{ id: root, next: 0 }];
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const { id } = top;
      if (top.next === 0) {
        index.set(id, index.size);
        low.set(id, index.size - 1);
        open.push(id);
      }
      const to = edges.get(id)?.[top.next++]?.to;
      if (to !== undefined) {
        if (!index.has(to)) work.push({ id: to, next: 0 });
        else if (!part.has(to)) lower(low, id, index.get(to));
        continue;
      }
      work.pop();
      const above = work.at(-1)?.id;
      if (above !== undefined) lower(low, above, low.get(id));
      if (low.get(id) !== index.get(id)) continue;
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        part.set(member, parts);
        if (member === id) break;
      }
      parts++;
    }
  }
  return part;
}

function lower(low: Map<ResourceId, number>, id: ResourceId, value: number | undefined): void {
  if (value !== undefined && value < (low.get(id) ?? Infinity)) low.set(id, value);
}

/** One circle among the ids of a part, or `undefined` where it has none. */
function wayRound(ids: readonly ResourceId[], edges: Graph, parts: ReadonlyMap<ResourceId, number>): readonly ResourceId[] | undefined {
  const inside = (id: ResourceId): ResourceId | undefined => edges.get(id)?.find(({ to }) => parts.get(to) === parts.get(id))?.to;
  const way: ResourceId[] = [];
  for (let id = ids[0]; id !== undefined; id = inside(id)) {
    const at = way.indexOf(id);
    if (at >= 0) return way.slice(at);
    way.push(id);
  }
  return undefined;
}
