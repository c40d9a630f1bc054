import type { ClusterRecord } from '../../src/rehearsal/eks/eksState.ts';
import { objectsOf, viewOf } from '../../src/rehearsal/kubernetes/clusterObjects.ts';
import { isList, isObject, objectIn, textIn, without } from '../../src/rehearsal/kubernetes/json.ts';
import type { Json, JsonObject, KubeObject } from '../../src/rehearsal/kubernetes/json.ts';
import { namespaceOf } from '../../src/rehearsal/kubernetes/objectStore.ts';
import { bucketsOf } from '../../src/rehearsal/minio/buckets.ts';
import type { World } from '../../src/rehearsal/world.ts';

const OURS = 'slipway.dev/platform';
/** They tell what happened and not what is. */
const TOLD = new Set(['events', 'leases.coordination.k8s.io', 'controllerrevisions.apps', 'endpoints']);
/** Their names are drawn. */
const COUNTED = new Set(['nodes', 'persistentvolumes', 'csinodes.storage.k8s.io', 'volumeattachments.storage.k8s.io']);
/** Given by the server: another one each time. */
const GIVEN = ['clusterIP', 'clusterIPs', 'nodePort', 'healthCheckNodePort', 'volumeName', 'volume.kubernetes.io/selected-node'];
const KEPT_METADATA = ['name', 'namespace', 'labels', 'annotations', 'generation', 'finalizers', 'deletionTimestamp'];

/** What stands in a cluster, one line a thing: ours with all that it says, what controllers made of it by its owner and how many. */
export function clusterShape(world: World, cluster: ClusterRecord): readonly string[] {
  const all = [...objectsOf(world, cluster).everything()].filter(
    ([storage, object]) => !TOLD.has(storage) && !isOldRevision(storage, object),
  );
  const byUid = new Map(all.map(([, object]) => [textIn(object.metadata, 'uid'), object]));
  const counts = new Map<string, number>();
  for (const [storage, object] of all) {
    const line = lineOf(storage, object, byUid);
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [
    ...[...counts].map(([line, count]) => `${count} × ${line}`),
    ...Object.keys(bucketsOf(viewOf(world, cluster))).map((name) => `bucket ${name}`),
  ];
}

/** A rollout leaves the revision before it behind; how many there were is told by nothing else. */
const isOldRevision = (storage: string, object: KubeObject): boolean =>
  storage === 'replicasets.apps' && objectIn(object, 'spec')['replicas'] === 0;

function lineOf(storage: string, object: KubeObject, byUid: ReadonlyMap<string | undefined, KubeObject>): string {
  if (COUNTED.has(storage)) return storage;
  const owner = topOwner(object, byUid);
  if (owner !== object) return `${storage} of ${owner.kind} ${namespaceOf(owner)}/${owner.metadata.name}`;
  const isOurs = objectIn(object.metadata, 'labels')[OURS] !== undefined;
  return `${storage} ${namespaceOf(object)}/${object.metadata.name}${isOurs ? ` ${JSON.stringify(written(object))}` : ''}`;
}

function topOwner(object: KubeObject, byUid: ReadonlyMap<string | undefined, KubeObject>): KubeObject {
  const owners = object.metadata['ownerReferences'];
  const first = isList(owners) ? owners[0] : undefined;
  const owner = isObject(first) ? byUid.get(textIn(first, 'uid')) : undefined;
  return owner === undefined ? object : topOwner(owner, byUid);
}

/** What somebody wrote into it, in one order. */
function written(object: KubeObject): Json {
  const kept = Object.fromEntries(Object.entries(object.metadata).filter(([key]) => KEPT_METADATA.includes(key)));
  return inOrder(withoutGiven({ ...without(object, 'status'), metadata: kept }));
}

function withoutGiven(value: Json): Json {
  if (isList(value)) return value.map(withoutGiven);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(without(value, ...GIVEN)).map(([key, each]) => [key, withoutGiven(each)]));
}

function inOrder(value: Json): Json {
  if (isList(value)) return value.map(inOrder);
  if (!isObject(value)) return value;
  const sorted: JsonObject = Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, inOrder(value[key] ?? null)]),
  );
  return sorted;
}
