import { NotYet } from '../../core/graph/errors.ts';
import type { Change, Handle, Observation, Resource, ResourceId } from '../../core/graph/resource.ts';
import { groupKind, type ObjectKey } from '../../manifests/objectKey.ts';
import type { KubernetesClient, KubernetesObject } from '../client.ts';
import { clientOf, type InCluster } from '../cluster.ts';
import type { ClusterAddress } from '../connection.ts';
import { PLATFORM_LABEL } from '../platformLabel.ts';
import { readCollection } from '../watches.ts';
import { applySetId, CONTAINS, ID, INVENTORY_COLLECTION, INVENTORY_NAMESPACE, NAMESPACES, namesIn, TOOLING } from './applySetId.ts';

/** The inventory of a stage: what it is told by, and the resource that keeps it. */
export interface ApplySet {
  /** Of its ConfigMap. */
  readonly name: string;
  /** The value of `applyset.kubernetes.io/part-of` of each member. */
  readonly partOf: string;
  /** Written before the first member. */
  readonly resource: Resource<Record<never, never>, { readonly cluster: Handle<ClusterAddress> }>;
}

export interface ApplySetWish {
  readonly stage: string;
  /** The value of `slipway.dev/platform`. */
  readonly label: string;
  readonly members: readonly ObjectKey[];
  readonly after: readonly ResourceId[];
}

interface Inventory {
  readonly groupKinds: readonly string[];
  readonly namespaces: readonly string[];
}

/**
 * The parent of an ApplySet (KEP-3659), so that other tools can read what belongs to a stage: a ConfigMap that says which kinds in which
 * namespaces have members. It lies beside `kube-system/slipway`, in a namespace that is always there and goes with nothing. What it says
 * only grows: it is true at every moment of a run, cancelled or not, and a kind that has no member any more costs one request to see.
 */
export function applySet(inCluster: InCluster, { stage, label, members, after }: ApplySetWish): ApplySet {
  const name = `slipway-${stage}`;
  const path = `${INVENTORY_COLLECTION}/${name}`;
  const title = `Inventory of ${stage}`;
  const partOf = applySetId({ name, namespace: INVENTORY_NAMESPACE });
  const wanted: Inventory = {
    groupKinds: sorted(members.map(groupKind)),
    namespaces: sorted(members.map(({ namespace }) => namespace).filter((each) => each !== '' && each !== INVENTORY_NAMESPACE)),
  };
  const manifest = (inventory: Inventory) => manifestOf(name, label, partOf, inventory);
  /** A delete is told what was seen, not where: it goes to the cluster that the last look went to. */
  let seenWith: KubernetesClient | undefined;
  return {
    name,
    partOf,
    resource: {
      id: `ApplySet/${stage}`,
      kind: 'ApplySet',
      provider: 'kubernetes',
      title,
      needs: { cluster: inCluster.cluster },
      after,
      within: inCluster.cluster,
      internal: true,
      early: true,
      async observe(look) {
        seenWith = await clientOf(look, inCluster);
        if (seenWith === undefined) return { state: 'absent' };
        const found = (await readCollection(look, seenWith, INVENTORY_COLLECTION)).get(`${INVENTORY_NAMESPACE}/${name}`);
        return found === undefined ? { state: 'absent' } : viewOf(found, label);
      },
      steps: {
        plan: (seen) => planOf(title, seen, wanted),
        async create({ cluster }, ctx) {
          await inCluster.reach(cluster).apply(path, manifest(wanted), ctx.signal);
        },
        async update(seen, { cluster }, ctx) {
          await inCluster.reach(cluster).apply(path, manifest(union(inventoryIn(seen), wanted)), ctx.signal);
        },
        async delete({ physicalId }, ctx) {
          if (seenWith === undefined) throw new NotYet('the cluster cannot be reached just now');
          await seenWith.delete(path, ctx.signal, { uid: physicalId });
        },
      },
      estimate: () => ({ createSeconds: 1, updateSeconds: 1, deleteSeconds: 1, monthlyUsd: 0 }),
    },
  };
}

function viewOf(found: KubernetesObject, label: string): Observation<Record<never, never>> {
  const { uid = found.metadata.name, labels, annotations } = found.metadata;
  const owner = labels?.[PLATFORM_LABEL] === label ? 'slipway' : 'foreign';
  const attributes = { groupKinds: namesIn(annotations?.[CONTAINS]), namespaces: namesIn(annotations?.[NAMESPACES]) };
  return { state: 'ready', owner, physicalId: uid, attributes, outputs: {} };
}

function planOf(title: string, seen: Observation<unknown>, wanted: Inventory): Change {
  if (seen.state === 'absent') return { action: 'create', summary: `create ${title}`, diff: [] };
  if (seen.state === 'unknown') return { action: 'blocked', code: 'unseen', summary: `${title} could not be looked at: ${seen.reason}` };
  if (seen.owner === 'foreign')
    return { action: 'blocked', code: 'kubernetes-foreign', summary: `${title} is in the cluster and not this platform's` };
  const live = inventoryIn(seen);
  const all = union(live, wanted);
  const diff = (['groupKinds', 'namespaces'] as const)
    .filter((path) => all[path].length > live[path].length)
    .map((path) => ({ path, before: live[path], after: all[path] }));
  return diff.length === 0 ? { action: 'none' } : { action: 'update', summary: `update ${title}`, diff };
}

function inventoryIn(seen: Observation<unknown>): Inventory {
  const attributes = 'attributes' in seen ? seen.attributes : {};
  const texts = (path: string): readonly string[] => {
    const value = attributes[path];
    return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
  };
  return { groupKinds: texts('groupKinds'), namespaces: texts('namespaces') };
}

const union = (a: Inventory, b: Inventory): Inventory => ({
  groupKinds: sorted([...a.groupKinds, ...b.groupKinds]),
  namespaces: sorted([...a.namespaces, ...b.namespaces]),
});

const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

function manifestOf(name: string, label: string, id: string, { groupKinds, namespaces }: Inventory) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: INVENTORY_NAMESPACE,
      labels: { [ID]: id, [PLATFORM_LABEL]: label },
      annotations: { [TOOLING]: 'slipway/v1', [CONTAINS]: groupKinds.join(','), [NAMESPACES]: namespaces.join(',') },
    },
  };
}
