import { objectIn, textIn } from '../../json.ts';
import type { JsonObject, KubeObject } from '../../json.ts';
import type { ClusterView, Controller } from '../controller.ts';
import { tell } from '../events.ts';
import { POD, REPLICA_SET } from '../kinds.ts';
import { randomSuffix } from '../names.ts';
import {
  byController,
  createdAt,
  earliest,
  isLeaving,
  numberIn,
  objectsIn,
  reconcileOwners,
  removeIfThere,
  specOf,
  statusOf,
  uidOf,
  withCondition,
  writeStatus,
} from '../objectParts.ts';
import { makePod } from '../pods/makePod.ts';
import { isAvailable, isOver, isReady, nodeOf, readySince } from '../pods/podState.ts';

const NAME = 'replicaset-controller';
/** Pods that admission refuses are tried again: the first steps of the controller's back-off. */
const AGAIN_MS = 10_000;

export const REPLICA_SETS: Controller = {
  name: NAME,
  reconcile: (cluster, now) =>
    reconcileOwners(cluster.store, { owner: REPLICA_SET, owned: POD }, (owner, all) => reconcile(cluster, owner, all, now)),
};

function reconcile(cluster: ClusterView, set: KubeObject, all: readonly KubeObject[], now: number): number | undefined {
  const { store } = cluster;
  const wanted = numberIn(specOf(set), 'replicas') ?? 1;
  const pods = all.filter((pod) => !isLeaving(pod) && !isOver(pod));
  const refused = pods.length < wanted ? add(cluster, set, wanted - pods.length) : undefined;
  for (const pod of [...pods].sort(leastUseful).slice(0, Math.max(0, pods.length - wanted))) {
    removeIfThere(store, POD, pod);
    tell(cluster, NAME, set, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
  }
  const minReady = numberIn(specOf(set), 'minReadySeconds') ?? 0;
  const kept = byController(store.list(POD)).get(uidOf(set)) ?? [];
  const ready = kept.filter(isReady);
  const available = ready.filter((pod) => isAvailable(pod, minReady, now));
  const before = objectsIn(statusOf(set), 'conditions').filter((each) => textIn(each, 'type') !== 'ReplicaFailure');
  const conditions: JsonObject[] =
    refused === undefined
      ? [...before]
      : withCondition(before, { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: refused }, store.time());
  writeStatus(store, REPLICA_SET, set, {
    replicas: kept.length,
    ...(kept.length > 0 && { fullyLabeledReplicas: kept.length }),
    ...(ready.length > 0 && { readyReplicas: ready.length }),
    ...(available.length > 0 && { availableReplicas: available.length }),
    observedGeneration: numberIn(set.metadata, 'generation') ?? 1,
    ...(conditions.length > 0 && { conditions }),
  });
  const later = ready.flatMap((pod) => readySince(pod) ?? []).map((since) => since + minReady * 1000);
  return earliest(refused === undefined ? undefined : now + AGAIN_MS, ...later.filter((each) => each > now));
}

/** @returns why pods could not be made */
function add(cluster: ClusterView, set: KubeObject, count: number): string | undefined {
  for (let made = 0; made < count; made += 1) {
    const name = `${set.metadata.name}-${randomSuffix(cluster.world)}`;
    const template = objectIn(specOf(set), 'template');
    const { refused } = makePod(cluster, { name, template, owner: { kind: REPLICA_SET, object: set } });
    if (refused !== undefined) {
      const message = `Error creating: ${refused.replace(name, `${set.metadata.name}-`)}`;
      tell(cluster, NAME, set, { type: 'Warning', reason: 'FailedCreate', message });
      return refused.replace(name, `${set.metadata.name}-`);
    }
    tell(cluster, NAME, set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${name}` });
  }
  return undefined;
}

/** Which pods go first: those without a node, those that are not ready, the youngest (`ActivePodsWithRanks`). */
function leastUseful(a: KubeObject, b: KubeObject): number {
  const rank = (pod: KubeObject): number => (nodeOf(pod) === undefined ? 0 : isReady(pod) ? 2 : 1);
  return rank(a) - rank(b) || createdAt(b) - createdAt(a);
}
