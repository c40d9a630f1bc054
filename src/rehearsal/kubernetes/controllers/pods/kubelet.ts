import { textIn } from '../../json.ts';
import type { JsonObject, KubeObject } from '../../json.ts';
import { namespaceOf } from '../../objectStore.ts';
import type { ClusterView, Controller } from '../controller.ts';
import { tell } from '../events.ts';
import { NODE, POD } from '../kinds.ts';
import { earliest, isLeaving, objectsIn, specOf, statusOf, textsIn, uidOf, withCondition, writeStatus } from '../objectParts.ts';
import { imageStatus, runContainer } from './containers.ts';
import type { ContainerMemory, ContainerNow } from './containers.ts';
import { claimsOf, containersOf, initContainersOf, isOver, isReady, nodeOf } from './podState.ts';
import { unreadiness } from './programs.ts';
import { volumeFlaw } from './references.ts';

/** What the kubelets remember of a pod. World times, ms. */
interface PodMemory {
  boundAt: number;
  mountedAt?: number;
  address?: string;
  readonly containers: Record<string, ContainerMemory>;
}

/** A sandbox with its network takes this long, a volume of EBS to be attached longer. */
const SANDBOX_MS = 1_000;
const ATTACH_MS = 6_000;

const memoryOf = (cluster: Pick<ClusterView, 'memory'>): Record<string, PodMemory> =>
  cluster.memory<Record<string, PodMemory>>('pods', () => ({}));

/** The kubelets of all nodes. A pod that is told to go is gone at once: what it would do within its grace period nobody sees. */
export const KUBELET: Controller = {
  name: 'kubelet',
  reconcile(cluster, now) {
    const { store } = cluster;
    const pods = store.list(POD);
    const known = memoryOf(cluster);
    const uids = new Set(pods.map(uidOf));
    for (const uid of Object.keys(known)) if (!uids.has(uid)) delete known[uid];
    const nodes = new Map(store.list(NODE).map((node) => [node.metadata.name, node]));
    let next: number | undefined;
    for (const pod of pods) {
      const name = nodeOf(pod);
      const node = name === undefined ? undefined : nodes.get(name);
      if (isLeaving(pod) || (name !== undefined && node === undefined)) stop(cluster, pod);
      else if (node !== undefined && !isOver(pod) && !rests(cluster, pod, node)) {
        const due = runPod(cluster, pod, node, now);
        next = earliest(next, due);
        if (due === undefined) noteRest(cluster, pod, node);
      }
    }
    return next;
  },
};

/**
 * Ready pods, in this very revision, to which nothing happens by itself any more: most of a cluster, for which no kubelet does anything at
 * most moments. By the node that they run on.
 */
const RESTING = new WeakMap<KubeObject, KubeObject>();

/** A pod that is ready reads nothing again but its probe. */
function rests(cluster: ClusterView, pod: KubeObject, node: KubeObject): boolean {
  return RESTING.get(pod) === node && unreadiness(cluster, pod) === undefined;
}

function noteRest({ store }: ClusterView, pod: KubeObject, node: KubeObject): void {
  const now = store.find(POD, namespaceOf(pod), pod.metadata.name);
  if (now !== undefined && isReady(now)) RESTING.set(now, node);
}

/** Stopped at once; finalizers may keep the object longer. */
function stop({ store }: ClusterView, pod: KubeObject): void {
  if (textsIn(pod.metadata, 'finalizers').length === 0) store.expunge(POD, namespaceOf(pod), pod.metadata.name);
  else if (!isLeaving(pod)) store.remove(POD, namespaceOf(pod), pod.metadata.name);
}

/**
 * What a container has written.
 * @param previous of the run before this one
 */
export function logOf(cluster: Pick<ClusterView, 'memory'>, pod: KubeObject, container: string, previous: boolean): string {
  const memory = memoryOf(cluster)[uidOf(pod)]?.containers[container];
  return (previous ? memory?.previousLog : memory?.log) ?? '';
}

function runPod(cluster: ClusterView, pod: KubeObject, node: KubeObject, now: number): number | undefined {
  const memory = (memoryOf(cluster)[uidOf(pod)] ??= { boundAt: now, containers: {} });
  const flaw = memory.mountedAt !== undefined && now >= memory.mountedAt ? undefined : volumeFlaw(cluster, pod);
  if (flaw !== undefined) {
    delete memory.mountedAt;
    const message = `MountVolume.SetUp failed for volume "${flaw.volume}" : ${flaw.flaw}`;
    tell(cluster, 'kubelet', pod, { type: 'Warning', reason: 'FailedMount', message });
    report(cluster, pod, node, memory, { init: [], app: [] }, now);
    return undefined;
  }
  memory.mountedAt ??= now + (claimsOf(pod).length > 0 ? ATTACH_MS : SANDBOX_MS);
  if (now < memory.mountedAt) {
    report(cluster, pod, node, memory, { init: [], app: [] }, now);
    return memory.mountedAt;
  }
  memory.address ??= addressFor(cluster, pod, node);
  const containers = runContainers(cluster, pod, memory, now);
  report(cluster, pod, node, memory, containers, now);
  return earliest(...[...containers.init, ...containers.app].map((each) => each.next));
}

interface Containers {
  readonly init: readonly ContainerNow[];
  /** Empty while the init containers are at work. */
  readonly app: readonly ContainerNow[];
}

/** Init containers one after the other, those that go on (sidecars) beside what follows; then all the others. */
function runContainers(cluster: ClusterView, pod: KubeObject, memory: PodMemory, now: number): Containers {
  const run = (container: JsonObject): ContainerNow => {
    const name = textIn(container, 'name') ?? '';
    const kept = (memory.containers[name] ??= { restarts: 0, log: '' });
    return runContainer(cluster, pod, container, kept, now);
  };
  const init: ContainerNow[] = [];
  for (const container of initContainersOf(pod)) {
    const at = run(asInit(container));
    init.push(at);
    const passed = at.is === 'done' || (container['restartPolicy'] === 'Always' && at.is === 'running');
    if (!passed) return { init, app: [] };
  }
  return { init, app: containersOf(pod).map(run) };
}

/** An init container that succeeded is never started again; how it fails is the pod's policy. */
function asInit(container: JsonObject): JsonObject {
  return container['restartPolicy'] === 'Always' ? container : { ...container, restartPolicy: 'OnFailure' };
}

function report(cluster: ClusterView, pod: KubeObject, node: KubeObject, memory: PodMemory, at: Containers, now: number): void {
  const { store } = cluster;
  const time = store.time(now);
  const initialized = at.init.length >= initContainersOf(pod).length && (at.app.length > 0 || memory.mountedAt !== undefined);
  const phase = phaseFor(at);
  const over = phase === 'Succeeded' || phase === 'Failed';
  const ready = !over && at.app.length > 0 && at.app.every((each) => each.ready);
  const unready = containersOf(pod).flatMap((each, index) => (at.app[index]?.ready === true ? [] : [textIn(each, 'name') ?? '']));
  const why = over
    ? { reason: 'PodCompleted' }
    : ready
      ? {}
      : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  let conditions: readonly JsonObject[] = objectsIn(statusOf(pod), 'conditions');
  conditions = withCondition(
    conditions,
    { type: 'PodReadyToStartContainers', status: memory.address === undefined ? 'False' : 'True' },
    time,
  );
  conditions = withCondition(conditions, { type: 'Initialized', status: initialized ? 'True' : 'False' }, time);
  conditions = withCondition(conditions, { type: 'Ready', status: ready ? 'True' : 'False', ...why }, time);
  conditions = withCondition(conditions, { type: 'ContainersReady', status: ready ? 'True' : 'False', ...why }, time);
  const address = textIn(objectsIn(statusOf(node), 'addresses')[0], 'address') ?? '';
  const init = statuses(initContainersOf(pod), at.init, memory, 'PodInitializing');
  const status: JsonObject = {
    phase,
    qosClass: statusOf(pod)['qosClass'] ?? 'BestEffort',
    startTime: store.time(memory.boundAt),
    hostIP: address,
    hostIPs: [{ ip: address }],
    ...(memory.address !== undefined && { podIP: memory.address, podIPs: [{ ip: memory.address }] }),
    conditions,
    ...(init.length > 0 && { initContainerStatuses: init }),
    containerStatuses: statuses(containersOf(pod), at.app, memory, init.length > 0 ? 'PodInitializing' : 'ContainerCreating'),
  };
  writeStatus(store, POD, pod, status);
}

function phaseFor(at: Containers): string {
  if (at.init.some((each) => each.is === 'failed')) return 'Failed';
  if (at.app.length === 0 || at.app.every((each) => each.is === 'waiting' && each.lastState === undefined)) return 'Pending';
  if (at.app.every((each) => each.is === 'done' || each.is === 'failed')) {
    return at.app.some((each) => each.is === 'failed') ? 'Failed' : 'Succeeded';
  }
  return 'Running';
}

function statuses(
  containers: readonly JsonObject[],
  at: readonly ContainerNow[],
  memory: PodMemory,
  waitingReason: string,
): readonly JsonObject[] {
  return containers.map((container, index) => {
    const name = textIn(container, 'name') ?? '';
    const now = at[index];
    const isUp = now?.is === 'running';
    return {
      name,
      ...imageStatus(container),
      state: now?.state ?? { waiting: { reason: waitingReason } },
      lastState: now?.lastState ?? {},
      ready: now?.ready === true,
      started: isUp,
      restartCount: memory.containers[name]?.restarts ?? 0,
    };
  });
}

/** The VPC's own addresses, as the VPC CNI gives them: here the node's with another last byte. */
function addressFor(cluster: ClusterView, pod: KubeObject, node: KubeObject): string {
  const host = textIn(objectsIn(statusOf(node), 'addresses')[0], 'address') ?? '10.0.0.1';
  if (specOf(pod)['hostNetwork'] === true) return host;
  const used = new Set(Object.values(memoryOf(cluster)).map((each) => each.address));
  const network = host.split('.').slice(0, 3).join('.');
  for (let last = 10; last < 250; last += 1) {
    const address = `${network}.${last}`;
    if (address !== host && !used.has(address)) return address;
  }
  return host;
}
