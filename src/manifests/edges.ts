import type { Finding } from '../core/findings/finding.ts';
import type { ResourceId } from '../core/graph/resource.ts';
import type { PlacedObject } from './manifestObject.ts';
import type { ManifestSet } from './manifestSet.ts';
import { place } from './manifestSet.ts';
import { groupKind, objectId } from './objectKey.ts';
import { breakCircles } from './circles.ts';
import { controllersOf } from './controllers.ts';
import { grouped } from './grouped.ts';
import { podPlaces, runLater } from './referenceTable.ts';
import { definedKinds, pluralOf } from './scopes.ts';
import { webhooksOf } from './webhooks.ts';

/** That one object comes after another, and why, in words that follow on "because". */
export interface Edge {
  readonly to: ResourceId;
  /** `must`: without the other it cannot be made or started. `should`: it works, only later or with noise. */
  readonly order: 'must' | 'should';
  readonly because: string;
}

export interface Edges {
  /** By the id of who comes after. Without circles. */
  readonly after: ReadonlyMap<ResourceId, readonly Edge[]>;
  /** Circles of what must come before each other. */
  readonly findings: readonly Finding[];
}

/**
 * What comes after what, told by the objects themselves. `others` are resources that no manifest holds and that objects
 * name all the same, such as Secrets that a person gives.
 *
 * A Service does not come before its workload, nor a bound claim: volumes are bound when a pod asks for them.
 */
export function edgesOf(set: ManifestSet, others: ReadonlySet<ResourceId> = new Set()): Edges {
  const edges = new EdgeList((id) => set.byId.has(id) || others.has(id));
  const defined = definedKinds(set.objects);
  const webhooks = webhooksOf(set.objects);
  const controllers = controllersOf(set);
  for (const object of set.objects) {
    const { namespace } = object.key;
    if (namespace !== '') edges.add(object, `Namespace/${namespace}`, 'must', 'it lies in that namespace');
    const crd = defined.get(groupKind(object.key))?.crd;
    if (crd !== undefined) edges.add(object, objectId(crd.key), 'must', 'it is of the kind that is defined there');
    const plural = pluralOf(object.key, defined);
    if (crd !== undefined) {
      for (const { workload } of controllers.filter(({ controls }) => controls(object.key, plural, namespace))) {
        edges.add(object, objectId(workload.key), 'should', 'it is the controller of its kind');
      }
    }
    for (const webhook of webhooks.filter(({ selects }) => selects(object.key, plural))) {
      const before = [...webhook.backends, ...webhook.services, webhook.configuration, ...webhook.patchers];
      for (const other of before) edges.add(object, objectId(other.key), 'should', 'it is checked by that webhook');
    }
  }
  for (const { configuration, backends, patchers } of webhooks) {
    for (const backend of backends) edges.add(configuration, objectId(backend.key), 'should', 'nobody else answers its calls');
    for (const patcher of patchers) edges.add(patcher, objectId(configuration.key), 'should', 'it writes a certificate into it');
  }
  for (const { from, to, order, optional, makes } of set.references) {
    if (makes || order === 'free') continue;
    edges.add(from, objectId(to), optional ? 'should' : order, 'it names it');
  }
  addMakers(set, edges);
  addRights(set, edges);
  const { kept, circles } = breakCircles(edges.all);
  return { after: kept, findings: circles.map((circle) => circleFinding(set, circle)) };
}

class EdgeList {
  readonly all = new Map<ResourceId, Edge[]>();
  readonly #exists: (id: ResourceId) => boolean;

  constructor(exists: (id: ResourceId) => boolean) {
    this.#exists = exists;
  }

  /** The first reason is told; the stronger order holds. */
  add(from: PlacedObject, to: ResourceId, order: Edge['order'], because: string): void {
    const id = objectId(from.key);
    if (id === to || !this.#exists(to)) return;
    const known = this.all.get(id) ?? [];
    const index = known.findIndex((edge) => edge.to === to);
    const before = known[index];
    if (before === undefined) this.all.set(id, [...known, { to, order, because }]);
    else if (before.order === 'should' && order === 'must') this.all.set(id, known.with(index, { to, order, because }));
  }
}

/** Who needs a Secret that a Job makes comes after the Job. Certificates may wait for DNS for hours: nobody waits for them. */
function addMakers({ references }: ManifestSet, edges: EdgeList): void {
  const makers = new Map(
    references.filter(({ makes, from }) => makes && from.key.kind === 'Job').map(({ to, from }) => [objectId(to), from] as const),
  );
  for (const { from, to, order, makes } of references) {
    const maker = makers.get(objectId(to));
    if (maker !== undefined && !makes && order === 'must') edges.add(from, objectId(maker.key), 'should', 'that Job makes what it names');
  }
}

/** A workload comes after the bindings that give its account its rights: a Job may fail for good without them. */
function addRights({ objects, references }: ManifestSet, edges: EdgeList): void {
  const bindings = grouped(
    references.filter(({ from, to }) => from.key.kind.endsWith('RoleBinding') && to.kind === 'ServiceAccount'),
    ({ to }) => objectId(to),
  );
  const runs = new Set(
    objects.filter(({ key }) => groupKind(key) in podPlaces && !runLater.includes(groupKind(key))).map(({ key }) => objectId(key)),
  );
  for (const { from, to } of references) {
    if (to.kind !== 'ServiceAccount' || !runs.has(objectId(from.key))) continue;
    for (const binding of bindings.get(objectId(to)) ?? []) {
      edges.add(from, objectId(binding.from.key), 'should', 'it gives its account its rights');
    }
  }
}

function circleFinding({ byId }: ManifestSet, circle: readonly ResourceId[]): Finding {
  const words = circle.map((id) => {
    const object = byId.get(id);
    return object === undefined ? id : `${id} (${place(object.source)})`;
  });
  const first = byId.get(circle[0] ?? '');
  return {
    code: 'manifest.circle',
    severity: 'error',
    message: `These must each come before the other: ${[...words, words[0]].join(' → ')}.`,
    ...(first === undefined ? {} : { range: first.source.rangeOf(['metadata', 'name']), resource: objectId(first.key) }),
  };
}
