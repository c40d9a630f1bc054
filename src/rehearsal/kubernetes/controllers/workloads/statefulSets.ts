import { objectIn, textIn } from '../../json.ts';
import type { JsonObject, KubeObject } from '../../json.ts';
import { namespaceOf } from '../../objectStore.ts';
import type { ClusterView, Controller } from '../controller.ts';
import { tell } from '../events.ts';
import { CLAIM, POD, STATEFUL_SET } from '../kinds.ts';
import {
  byController,
  isLeaving,
  labelsOf,
  numberIn,
  objectsIn,
  reconcileOwners,
  removeIfThere,
  specOf,
  statusOf,
  uidOf,
  writeStatus,
} from '../objectParts.ts';
import { makePod } from '../pods/makePod.ts';
import { isOver, isReady } from '../pods/podState.ts';
import { templateHash } from './revisions.ts';

const NAME = 'statefulset-controller';
const HASH = 'controller-revision-hash';

export const STATEFUL_SETS: Controller = {
  name: NAME,
  reconcile: (cluster) =>
    reconcileOwners(cluster.store, { owner: STATEFUL_SET, owned: POD }, (owner, all) => {
      reconcile(cluster, owner, all);
      return undefined;
    }),
};

function reconcile(cluster: ClusterView, set: KubeObject, all: readonly KubeObject[]): void {
  const { store } = cluster;
  const spec = specOf(set);
  const wanted = numberIn(spec, 'replicas') ?? 1;
  const revision = `${set.metadata.name}-${templateHash(objectIn(spec, 'template'))}`;
  const ordered = textIn(spec, 'podManagementPolicy') !== 'Parallel';
  const ordinal = (pod: KubeObject): number => Number(pod.metadata.name.slice(set.metadata.name.length + 1));
  for (const pod of all.filter(isOver)) removeIfThere(store, POD, pod);
  const pods = all.filter((pod) => !isLeaving(pod) && !isOver(pod)).sort((a, b) => ordinal(a) - ordinal(b));
  grow(cluster, set, pods, wanted, revision, ordered);
  const surplus = pods.filter((pod) => ordinal(pod) >= wanted).reverse();
  for (const pod of ordered ? surplus.slice(0, 1) : surplus) removeIfThere(store, POD, pod);
  if (surplus.length === 0) update(cluster, set, pods, wanted, revision);
  report(cluster, set, revision);
}

/** In order: a pod is made when all before it are ready. */
function grow(
  cluster: ClusterView,
  set: KubeObject,
  pods: readonly KubeObject[],
  wanted: number,
  revision: string,
  ordered: boolean,
): void {
  const there = new Map(pods.map((pod) => [pod.metadata.name, pod]));
  for (let index = 0; index < wanted; index += 1) {
    const name = `${set.metadata.name}-${index}`;
    const pod = there.get(name);
    if (pod === undefined && !add(cluster, set, name, index, revision)) return;
    if (ordered && (pod === undefined || !isReady(pod))) return;
  }
}

function add(cluster: ClusterView, set: KubeObject, name: string, index: number, revision: string): boolean {
  const spec = specOf(set);
  const template = objectIn(spec, 'template');
  const claims = objectsIn(spec, 'volumeClaimTemplates').map((claim) => ({
    volume: textIn(objectIn(claim, 'metadata'), 'name') ?? '',
    claim,
  }));
  for (const { volume, claim } of claims) makeClaim(cluster, set, `${volume}-${name}`, claim);
  const volumes = objectsIn(objectIn(template, 'spec'), 'volumes').filter((each) => !claims.some(({ volume }) => volume === each['name']));
  const { refused } = makePod(cluster, {
    name,
    template,
    owner: { kind: STATEFUL_SET, object: set },
    labels: { 'statefulset.kubernetes.io/pod-name': name, 'apps.kubernetes.io/pod-index': String(index), [HASH]: revision },
    spec: {
      hostname: name,
      subdomain: textIn(spec, 'serviceName') ?? '',
      volumes: [...volumes, ...claims.map(({ volume }) => ({ name: volume, persistentVolumeClaim: { claimName: `${volume}-${name}` } }))],
    },
  });
  if (refused !== undefined) {
    const message = `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${refused}`;
    tell(cluster, NAME, set, { type: 'Warning', reason: 'FailedCreate', message });
    return false;
  }
  const message = `create Pod ${name} in StatefulSet ${set.metadata.name} successful`;
  tell(cluster, NAME, set, { type: 'Normal', reason: 'SuccessfulCreate', message });
  return true;
}

/** Claims outlive their set: data is not deleted with it (`persistentVolumeClaimRetentionPolicy` Retain). */
function makeClaim({ store }: ClusterView, set: KubeObject, name: string, template: JsonObject): void {
  const namespace = namespaceOf(set);
  if (store.find(CLAIM, namespace, name) !== undefined) return;
  const labels = { ...objectIn(objectIn(template, 'metadata'), 'labels'), ...objectIn(objectIn(specOf(set), 'selector'), 'matchLabels') };
  store.create(CLAIM, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace, labels, annotations: objectIn(objectIn(template, 'metadata'), 'annotations') },
    spec: { volumeMode: 'Filesystem', ...objectIn(template, 'spec') },
    status: { phase: 'Pending' },
  });
}

/** From the last to the first, each when those after it are ready; a partition keeps the lower ones. One that never got ready is replaced too. */
function update(cluster: ClusterView, set: KubeObject, pods: readonly KubeObject[], wanted: number, revision: string): void {
  const strategy = objectIn(specOf(set), 'updateStrategy');
  if (textIn(strategy, 'type') === 'OnDelete') return;
  const partition = numberIn(objectIn(strategy, 'rollingUpdate'), 'partition') ?? 0;
  for (const pod of [...pods].slice(0, wanted).reverse()) {
    const ordinal = Number(pod.metadata.name.slice(set.metadata.name.length + 1));
    if (ordinal < partition) return;
    if (labelsOf(pod)[HASH] !== revision) {
      removeIfThere(cluster.store, POD, pod);
      return;
    }
    if (!isReady(pod)) return;
  }
}

function report({ store }: ClusterView, set: KubeObject, revision: string): void {
  const pods = (byController(store.list(POD, namespaceOf(set))).get(uidOf(set)) ?? []).filter((pod) => !isOver(pod));
  const wanted = numberIn(specOf(set), 'replicas') ?? 1;
  const ready = pods.filter(isReady);
  const updated = pods.filter((pod) => labelsOf(pod)[HASH] === revision);
  const complete = updated.length === pods.length && ready.length === wanted && pods.length === wanted;
  const current = complete ? revision : (textIn(statusOf(set), 'currentRevision') ?? revision);
  const onCurrent = pods.filter((pod) => labelsOf(pod)[HASH] === current);
  writeStatus(store, STATEFUL_SET, set, {
    observedGeneration: numberIn(set.metadata, 'generation') ?? 1,
    replicas: pods.length,
    ...(ready.length > 0 && { readyReplicas: ready.length }),
    ...(onCurrent.length > 0 && { currentReplicas: onCurrent.length }),
    ...(updated.length > 0 && { updatedReplicas: updated.length }),
    availableReplicas: ready.length,
    currentRevision: current,
    updateRevision: revision,
    collisionCount: 0,
  });
}
