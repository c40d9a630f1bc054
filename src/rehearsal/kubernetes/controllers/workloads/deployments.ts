import { objectIn, textIn } from '../../json.ts';
import type { JsonObject, KubeObject } from '../../json.ts';
import { namespaceOf } from '../../objectStore.ts';
import type { ClusterView, Controller } from '../controller.ts';
import { tell } from '../events.ts';
import { DEPLOYMENT, REPLICA_SET } from '../kinds.ts';
import {
  annotationsOf,
  byController,
  conditionIn,
  createdAt,
  labelsOf,
  numberIn,
  objectsIn,
  ownerReference,
  portionOf,
  reconcileOwners,
  removeIfThere,
  specOf,
  statusOf,
  timeIn,
  uidOf,
  withCondition,
  writeMetadata,
  writeStatus,
} from '../objectParts.ts';
import { templateHash } from './revisions.ts';

const NAME = 'deployment-controller';
const HASH = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';

export const DEPLOYMENTS: Controller = {
  name: NAME,
  reconcile: (cluster, now) =>
    reconcileOwners(cluster.store, { owner: DEPLOYMENT, owned: REPLICA_SET }, (owner, all) => reconcile(cluster, owner, all, now)),
};

const wantedIn = (set: KubeObject): number => numberIn(specOf(set), 'replicas') ?? 0;
const countIn = (set: KubeObject, key: string): number => numberIn(statusOf(set), key) ?? 0;
const sum = (sets: readonly KubeObject[], count: (set: KubeObject) => number): number => sets.reduce((all, set) => all + count(set), 0);

function reconcile(cluster: ClusterView, deployment: KubeObject, sets: readonly KubeObject[], now: number): number | undefined {
  const { store } = cluster;
  const hash = templateHash(objectIn(specOf(deployment), 'template'));
  const paused = specOf(deployment)['paused'] === true;
  const found = sets.find((set) => labelsOf(set)[HASH] === hash);
  const current = found ?? (paused ? undefined : newSet(cluster, deployment, sets, hash));
  const revision = current === undefined ? undefined : revisionFor(cluster, current, sets);
  if (revision !== undefined && annotationsOf(deployment)[REVISION] !== String(revision))
    writeMetadata(store, DEPLOYMENT, deployment, { annotations: { ...annotationsOf(deployment), [REVISION]: String(revision) } });
  const old = sets.filter((set) => set !== current);
  if (current !== undefined && !paused) roll(cluster, deployment, current, old);
  prune(cluster, deployment, old);
  return report(cluster, deployment, current, now);
}

function newSet(cluster: ClusterView, deployment: KubeObject, sets: readonly KubeObject[], hash: string): KubeObject {
  const spec = specOf(deployment);
  const template = objectIn(spec, 'template');
  const metadata = objectIn(template, 'metadata');
  const labels = { ...objectIn(metadata, 'labels'), [HASH]: hash };
  const selector = objectIn(spec, 'selector');
  return cluster.store.create(REPLICA_SET, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: namespaceOf(deployment),
      labels,
      annotations: { [REVISION]: String(newestRevision(sets) + 1) },
      ownerReferences: [ownerReference(DEPLOYMENT, deployment)],
    },
    spec: {
      replicas: 0,
      ...(spec['minReadySeconds'] !== undefined && { minReadySeconds: spec['minReadySeconds'] }),
      selector: { ...selector, matchLabels: { ...objectIn(selector, 'matchLabels'), [HASH]: hash } },
      template: { ...template, metadata: { ...metadata, labels } },
    },
    status: { replicas: 0 },
  });
}

const revisionOf = (set: KubeObject): number => Number(textIn(annotationsOf(set), REVISION) ?? '0');
const newestRevision = (sets: readonly KubeObject[]): number => Math.max(0, ...sets.map(revisionOf));

/** A template that comes back after others takes the next number. */
function revisionFor(cluster: ClusterView, current: KubeObject, sets: readonly KubeObject[]): number {
  const newest = newestRevision(sets.filter((set) => set !== current));
  if (revisionOf(current) > newest) return revisionOf(current);
  writeMetadata(cluster.store, REPLICA_SET, current, { annotations: { ...annotationsOf(current), [REVISION]: String(newest + 1) } });
  return newest + 1;
}

function scale(cluster: ClusterView, deployment: KubeObject, set: KubeObject, replicas: number): void {
  const live = cluster.store.get(REPLICA_SET, namespaceOf(set), set.metadata.name);
  const before = wantedIn(live);
  if (before === replicas) return;
  cluster.store.replace(REPLICA_SET, { ...live, spec: { ...specOf(live), replicas } });
  const message = `Scaled ${replicas > before ? 'up' : 'down'} replica set ${set.metadata.name} from ${before} to ${replicas}`;
  tell(cluster, NAME, deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
}

/** One step of a rollout, as `reconcileNewReplicaSet` and `reconcileOldReplicaSets` of the real controller reckon it. */
function roll(cluster: ClusterView, deployment: KubeObject, current: KubeObject, old: readonly KubeObject[]): void {
  const spec = specOf(deployment);
  const wanted = numberIn(spec, 'replicas') ?? 1;
  const strategy = objectIn(spec, 'strategy');
  if (textIn(strategy, 'type') === 'Recreate') {
    for (const set of old) scale(cluster, deployment, set, 0);
    if (sum(old, (set) => countIn(set, 'replicas')) === 0) scale(cluster, deployment, current, wanted);
    return;
  }
  const rolling = objectIn(strategy, 'rollingUpdate');
  const surge = portionOf(rolling['maxSurge'], wanted, 'up', '25%');
  const spare = portionOf(rolling['maxUnavailable'], wanted, 'down', '25%');
  const maxUnavailable = surge === 0 && spare === 0 ? 1 : spare;
  const others = sum(old, wantedIn);
  const currentWanted = wantedIn(current) > wanted ? wanted : Math.min(wanted, Math.max(wantedIn(current), wanted + surge - others));
  scale(cluster, deployment, current, currentWanted);
  if (others === 0) return;
  const minAvailable = wanted - maxUnavailable;
  const newUnavailable = currentWanted - countIn(current, 'availableReplicas');
  let mayGo = others + currentWanted - minAvailable - newUnavailable;
  for (const set of [...old].sort((a, b) => createdAt(a) - createdAt(b))) {
    const unhealthy = wantedIn(set) - countIn(set, 'availableReplicas');
    const goes = Math.max(0, Math.min(unhealthy, mayGo));
    if (goes > 0) scale(cluster, deployment, set, wantedIn(set) - goes);
    mayGo -= goes;
  }
  let healthyMayGo = sum([...old, current], (set) => countIn(set, 'availableReplicas')) - minAvailable;
  for (const set of old) {
    const live = cluster.store.get(REPLICA_SET, namespaceOf(set), set.metadata.name);
    const goes = Math.max(0, Math.min(wantedIn(live), healthyMayGo));
    if (goes > 0) scale(cluster, deployment, live, wantedIn(live) - goes);
    healthyMayGo -= goes;
  }
}

/** Replica sets of earlier templates are kept for a rollback, so many. */
function prune(cluster: ClusterView, deployment: KubeObject, old: readonly KubeObject[]): void {
  const limit = numberIn(specOf(deployment), 'revisionHistoryLimit') ?? 10;
  const empty = old.filter((set) => wantedIn(set) === 0 && countIn(set, 'replicas') === 0);
  const surplus = empty.sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, Math.max(0, empty.length - limit));
  for (const set of surplus) removeIfThere(cluster.store, REPLICA_SET, set);
}

function report(cluster: ClusterView, deployment: KubeObject, current: KubeObject | undefined, now: number): number | undefined {
  const { store } = cluster;
  const live = store.get(DEPLOYMENT, namespaceOf(deployment), deployment.metadata.name);
  const sets = store.list(REPLICA_SET, namespaceOf(deployment)).filter((set) => byController([set]).has(uidOf(deployment)));
  const spec = specOf(live);
  const wanted = numberIn(spec, 'replicas') ?? 1;
  const newest = sets.find((set) => set.metadata.name === current?.metadata.name);
  const counts = {
    replicas: sum(sets, (set) => countIn(set, 'replicas')),
    updatedReplicas: newest === undefined ? 0 : countIn(newest, 'replicas'),
    readyReplicas: sum(sets, (set) => countIn(set, 'readyReplicas')),
    availableReplicas: sum(sets, (set) => countIn(set, 'availableReplicas')),
  };
  const spare = portionOf(objectIn(objectIn(spec, 'strategy'), 'rollingUpdate')['maxUnavailable'], wanted, 'down', '25%');
  const minAvailable = textIn(objectIn(spec, 'strategy'), 'type') === 'Recreate' ? wanted : wanted - spare;
  const available = counts.availableReplicas >= minAvailable;
  const unavailable = Math.max(0, counts.replicas - counts.availableReplicas, wanted - counts.availableReplicas);
  let conditions = withCondition(
    objectsIn(statusOf(live), 'conditions').filter((each) => textIn(each, 'type') !== 'ReplicaFailure'),
    {
      type: 'Available',
      status: available ? 'True' : 'False',
      reason: available ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: available ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
    },
    store.time(),
  );
  const failure = sets.map((set) => conditionIn(statusOf(set), 'ReplicaFailure')).find((each) => each !== undefined);
  if (failure !== undefined) conditions = [...conditions, failure];
  const progress = newest === undefined ? undefined : progressing(live, newest, counts, now);
  if (progress !== undefined) conditions = withProgress(conditions, progress.condition, progress.moved, store.time());
  writeStatus(store, DEPLOYMENT, live, {
    observedGeneration: numberIn(live.metadata, 'generation') ?? 1,
    ...nonZero(counts),
    ...(unavailable > 0 && { unavailableReplicas: unavailable }),
    conditions,
  });
  return progress?.next;
}

type Counts = Readonly<Record<'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas', number>>;

interface Progress {
  readonly condition: {
    readonly type: 'Progressing';
    readonly status: 'True' | 'False';
    readonly reason: string;
    readonly message: string;
  };
  /** Something came nearer: the deadline runs anew. */
  readonly moved: boolean;
  readonly next?: number;
}

/** `Progressing`: complete, on its way, or over its deadline (`progressDeadlineSeconds`). */
function progressing(deployment: KubeObject, set: KubeObject, counts: Counts, now: number): Progress {
  const spec = specOf(deployment);
  const wanted = numberIn(spec, 'replicas') ?? 1;
  const before = statusOf(deployment);
  const known = conditionIn(before, 'Progressing');
  const { name } = set.metadata;
  const said = (status: 'True' | 'False', reason: string, message: string, moved: boolean, next?: number): Progress => ({
    condition: { type: 'Progressing', status, reason, message },
    moved,
    ...(next !== undefined && { next }),
  });
  const complete = counts.updatedReplicas === wanted && counts.replicas === wanted && counts.availableReplicas === wanted;
  if (complete)
    return said(
      'True',
      'NewReplicaSetAvailable',
      `ReplicaSet "${name}" has successfully progressed.`,
      known?.['reason'] !== 'NewReplicaSetAvailable',
    );
  const moved =
    known === undefined ||
    numberIn(before, 'observedGeneration') !== numberIn(deployment.metadata, 'generation') ||
    counts.updatedReplicas > (numberIn(before, 'updatedReplicas') ?? 0) ||
    counts.readyReplicas > (numberIn(before, 'readyReplicas') ?? 0) ||
    counts.availableReplicas > (numberIn(before, 'availableReplicas') ?? 0);
  const reason = known?.['reason'];
  // A rollout that was complete does not fail afterwards for pods that it lost.
  if (!moved && reason === 'NewReplicaSetAvailable') return said('True', 'NewReplicaSetAvailable', textIn(known, 'message') ?? '', false);
  const deadline = numberIn(spec, 'progressDeadlineSeconds');
  const since = moved ? now : (timeIn(known, 'lastUpdateTime') ?? now);
  const until = deadline === undefined ? undefined : since + deadline * 1000;
  if (until !== undefined && until <= now)
    return said('False', 'ProgressDeadlineExceeded', `ReplicaSet "${name}" has timed out progressing.`, false);
  return said('True', 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`, moved, until);
}

/** This condition has a second time, at which it last moved. */
function withProgress(conditions: readonly JsonObject[], wanted: Progress['condition'], moved: boolean, time: string): JsonObject[] {
  const before = conditions.find((each) => textIn(each, 'type') === 'Progressing');
  const updated = moved ? time : (textIn(before, 'lastUpdateTime') ?? time);
  return withCondition(conditions, wanted, time).map((each) =>
    textIn(each, 'type') === 'Progressing' ? { ...each, lastUpdateTime: updated } : each,
  );
}

function nonZero(counts: Readonly<Record<string, number>>): JsonObject {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
