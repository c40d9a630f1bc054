import { objectIn, sameJson, textIn } from '../../json.ts';
import type { JsonObject, KubeObject } from '../../json.ts';
import { namespaceOf } from '../../objectStore.ts';
import type { ClusterView, Controller } from '../controller.ts';
import { tell } from '../events.ts';
import { CLAIM, NODE, POD, VOLUME } from '../kinds.ts';
import {
  annotationsOf,
  conditionIn,
  createdAt,
  expressionHolds,
  isLeaving,
  labelsOf,
  objectsIn,
  selects,
  specOf,
  statusOf,
  uidOf,
  withCondition,
  writeMetadata,
} from '../objectParts.ts';
import { quantity } from '../quantities.ts';
import { SELECTED_NODE, waitsForConsumer } from '../volumes.ts';
import { claimsOf, containersOf, initContainersOf, isOver, nodeOf } from './podState.ts';

const NAME = 'default-scheduler';

interface Needs {
  readonly cpu: number;
  readonly memory: number;
}

/** Where the volumes of a pod are, or are being made. */
interface Place {
  readonly zones: readonly string[];
  readonly nodes: readonly string[];
}

/** A node with what is on it. */
interface Room {
  readonly node: KubeObject;
  readonly slots: number;
  readonly cpu: number;
  readonly memory: number;
  readonly pods: KubeObject[];
  used: Needs;
}

/** kube-scheduler, as far as nodes differ here: slots, requests, taints, selectors, zones of volumes, and volumes that wait for their pod. */
export const SCHEDULER: Controller = {
  name: NAME,
  reconcile(cluster) {
    const { store } = cluster;
    const pods = store.list(POD);
    const waiting = pods.filter((pod) => nodeOf(pod) === undefined && !isLeaving(pod) && !isOver(pod));
    if (waiting.length === 0) return undefined;
    // A pod whose volume is being made has its place already.
    const assumed = cluster.memory<Record<string, string>>('assumed-nodes', () => ({}));
    const rooms = roomsOf(store.list(NODE), pods, assumed);
    for (const uid of Object.keys(assumed)) if (!waiting.some((pod) => uidOf(pod) === uid)) delete assumed[uid];
    for (const pod of [...waiting].sort((a, b) => createdAt(a) - createdAt(b))) schedule(cluster, pod, rooms, assumed);
    return undefined;
  },
};

function roomsOf(nodes: readonly KubeObject[], pods: readonly KubeObject[], assumed: Readonly<Record<string, string>>): Room[] {
  const rooms = nodes.map((node): Room => {
    const allocatable = objectIn(statusOf(node), 'allocatable');
    const [slots, cpu, memory] = ['pods', 'cpu', 'memory'].map((name) => quantity(allocatable[name]));
    return { node, slots: slots ?? 0, cpu: cpu ?? 0, memory: memory ?? 0, pods: [], used: { cpu: 0, memory: 0 } };
  });
  for (const pod of pods.filter((each) => !isOver(each))) {
    const name = nodeOf(pod) ?? assumed[uidOf(pod)];
    const room = rooms.find((each) => each.node.metadata.name === name);
    if (room !== undefined) place(room, pod);
  }
  return rooms;
}

function place(room: Room, pod: KubeObject): void {
  const needs = needsOf(pod);
  room.pods.push(pod);
  room.used = { cpu: room.used.cpu + needs.cpu, memory: room.used.memory + needs.memory };
}

/** The sum of the containers, or the largest init container where that is more (kubernetes.io, "Resource sharing within containers"). */
function needsOf(pod: KubeObject): Needs {
  const of = (name: 'cpu' | 'memory'): number => {
    const asked = (container: JsonObject): number => {
      const resources = objectIn(container, 'resources');
      return quantity(objectIn(resources, 'requests')[name] ?? objectIn(resources, 'limits')[name]);
    };
    const running = containersOf(pod).reduce((sum, each) => sum + asked(each), 0);
    return Math.max(running, ...initContainersOf(pod).map(asked));
  };
  return { cpu: of('cpu'), memory: of('memory') };
}

function schedule(cluster: ClusterView, pod: KubeObject, rooms: readonly Room[], assumed: Record<string, string>): void {
  const { store } = cluster;
  const claims = claimsOf(pod).map((name) => ({ name, claim: store.find(CLAIM, namespaceOf(pod), name) }));
  const missing = claims.find((each) => each.claim === undefined);
  if (missing !== undefined) {
    refuse(cluster, pod, `0/${rooms.length} nodes are available: persistentvolumeclaim "${missing.name}" not found.`);
    return;
  }
  const held = claims.flatMap((each) => (each.claim === undefined ? [] : [each.claim]));
  const unbound = held.filter((claim) => textIn(statusOf(claim), 'phase') !== 'Bound');
  if (unbound.some((claim) => !waitsForConsumer(store, claim))) {
    refuse(cluster, pod, `0/${rooms.length} nodes are available: pod has unbound immediate PersistentVolumeClaims.`);
    return;
  }
  const known = assumed[uidOf(pod)];
  const room = rooms.find((each) => each.node.metadata.name === known) ?? bestRoom(cluster, pod, rooms, held);
  if (room === undefined) return;
  const { name } = room.node.metadata;
  if (known === undefined) place(room, pod);
  if (unbound.length > 0) {
    assumed[uidOf(pod)] = name;
    for (const claim of unbound) {
      if (annotationsOf(claim)[SELECTED_NODE] === name) continue;
      writeMetadata(store, CLAIM, claim, { annotations: { ...annotationsOf(claim), [SELECTED_NODE]: name } });
    }
    return;
  }
  delete assumed[uidOf(pod)];
  bind(cluster, pod, name);
}

function bind(cluster: ClusterView, pod: KubeObject, node: string): void {
  const { store } = cluster;
  const time = store.time();
  const conditions = withCondition(objectsIn(statusOf(pod), 'conditions'), { type: 'PodScheduled', status: 'True' }, time);
  const scheduled = conditions.map(({ reason: _reason, message: _message, ...rest }) => rest);
  const bound = store.replace(POD, {
    ...store.get(POD, namespaceOf(pod), pod.metadata.name),
    spec: { ...specOf(pod), nodeName: node },
    status: { ...statusOf(pod), conditions: scheduled },
  });
  const message = `Successfully assigned ${namespaceOf(pod)}/${pod.metadata.name} to ${node}`;
  tell(cluster, NAME, bound, { type: 'Normal', reason: 'Scheduled', message });
}

/** The node with the fewest pods among those that fit; the first of these in the order of names, so that a world repeats itself. */
function bestRoom(cluster: ClusterView, pod: KubeObject, rooms: readonly Room[], claims: readonly KubeObject[]): Room | undefined {
  const place: Place = { zones: zonesOf(cluster, claims), nodes: selectedNodes(claims, rooms) };
  const needs = needsOf(pod);
  const verdicts = rooms.map((room) => ({ room, flaw: flawOf(pod, room, needs, place) }));
  const fits = verdicts.filter((each) => each.flaw === undefined).map((each) => each.room);
  if (fits.length > 0) return fits.reduce((best, each) => (each.pods.length < best.pods.length ? each : best));
  if (rooms.length === 0) {
    refuse(cluster, pod, 'no nodes available to schedule pods');
    return undefined;
  }
  const counted = new Map<string, number>();
  for (const { flaw = '' } of verdicts) counted.set(flaw, (counted.get(flaw) ?? 0) + 1);
  const reasons = [...counted].map(([flaw, count]) => `${count} ${flaw}`).sort();
  const total = rooms.length;
  refuse(
    cluster,
    pod,
    `0/${total} nodes are available: ${reasons.join(', ')}. no new claims to deallocate, preemption: 0/${total} nodes are available: ${total} No preemption victims found for incoming pod.`,
  );
  return undefined;
}

/** Why a node will not do, in the scheduler's words (the filter plugins' `ErrReason…`). */
function flawOf(pod: KubeObject, room: Room, needs: Needs, { zones, nodes }: Place): string | undefined {
  const { node } = room;
  const labels = labelsOf(node);
  if (specOf(node)['unschedulable'] === true) return 'node(s) were unschedulable';
  const taint = taintsOf(node).find((each) => !isTolerated(pod, each));
  if (taint !== undefined) return `node(s) had untolerated taint(s)`;
  const wanted = Object.entries(objectIn(specOf(pod), 'nodeSelector'));
  if (!wanted.every(([key, value]) => labels[key] === value) || !affinityHolds(pod, labels))
    return "node(s) didn't match Pod's node affinity/selector";
  const zone = labels['topology.kubernetes.io/zone'];
  if (zones.some((each) => each !== zone)) return 'node(s) had volume node affinity conflict';
  if (nodes.some((each) => each !== node.metadata.name)) return "node(s) didn't find available persistent volumes to bind";
  if (refusesCompany(pod, room)) return "node(s) didn't match pod anti-affinity rules";
  if (room.pods.length >= room.slots) return 'Too many pods';
  if (room.used.cpu + needs.cpu > room.cpu) return 'Insufficient cpu';
  if (room.used.memory + needs.memory > room.memory) return 'Insufficient memory';
  return undefined;
}

/** A node that is not Ready is tainted by its controller. */
function taintsOf(node: KubeObject): readonly JsonObject[] {
  const ready = textIn(conditionIn(statusOf(node), 'Ready'), 'status') === 'True';
  const own = objectsIn(specOf(node), 'taints').filter((each) => textIn(each, 'effect') !== 'PreferNoSchedule');
  return ready ? own : [...own, { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }];
}

function isTolerated(pod: KubeObject, taint: JsonObject): boolean {
  return objectsIn(specOf(pod), 'tolerations').some((each) => {
    const effect = textIn(each, 'effect');
    if (effect !== undefined && effect !== '' && effect !== taint['effect']) return false;
    if (textIn(each, 'operator') === 'Exists') return each['key'] === undefined || each['key'] === taint['key'];
    return each['key'] === taint['key'] && (textIn(each, 'value') ?? '') === (textIn(taint, 'value') ?? '');
  });
}

function affinityHolds(pod: KubeObject, labels: JsonObject): boolean {
  const required = objectIn(objectIn(objectIn(specOf(pod), 'affinity'), 'nodeAffinity'), 'requiredDuringSchedulingIgnoredDuringExecution');
  const terms = objectsIn(required, 'nodeSelectorTerms');
  return terms.length === 0 || terms.some((term) => objectsIn(term, 'matchExpressions').every((each) => expressionHolds(each, labels)));
}

/** Anti-affinity that is required, between the pods of one node. */
function refusesCompany(pod: KubeObject, room: Room): boolean {
  const terms = objectsIn(
    objectIn(objectIn(specOf(pod), 'affinity'), 'podAntiAffinity'),
    'requiredDuringSchedulingIgnoredDuringExecution',
  ).filter((term) => textIn(term, 'topologyKey') === 'kubernetes.io/hostname');
  const company = room.pods.filter((each) => namespaceOf(each) === namespaceOf(pod));
  return terms.some((term) => company.some((each) => selects(objectIn(term, 'labelSelector'), labelsOf(each))));
}

/** Where the volumes of a pod are: it can be nowhere else. */
function zonesOf({ store }: ClusterView, claims: readonly KubeObject[]): string[] {
  return claims.flatMap((claim) => {
    const volume = store.find(VOLUME, '', textIn(specOf(claim), 'volumeName') ?? '');
    return volume === undefined ? [] : (textIn(labelsOf(volume), 'topology.kubernetes.io/zone') ?? []);
  });
}

/**
 * Nodes for which volumes are being made: whoever shares a claim goes where the first of them was sent (kube-scheduler's `volumebinding`
 * plugin, `checkVolumeProvisions`). A node that went is chosen anew.
 */
function selectedNodes(claims: readonly KubeObject[], rooms: readonly Room[]): string[] {
  const unbound = claims.filter((claim) => textIn(statusOf(claim), 'phase') !== 'Bound');
  const selected = unbound.flatMap((claim) => textIn(annotationsOf(claim), SELECTED_NODE) ?? []);
  return selected.filter((name) => rooms.some(({ node }) => node.metadata.name === name));
}

/** Told once for each set of reasons; the condition says the latest. */
function refuse(cluster: ClusterView, pod: KubeObject, message: string): void {
  const { store } = cluster;
  const live = store.get(POD, namespaceOf(pod), pod.metadata.name);
  const conditions = withCondition(
    objectsIn(statusOf(live), 'conditions'),
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
    store.time(),
  );
  const status = { ...statusOf(live), phase: 'Pending', conditions };
  if (!sameJson(status, live['status'])) store.replace(POD, { ...live, status });
  tell(cluster, NAME, live, { type: 'Warning', reason: 'FailedScheduling', message });
}
