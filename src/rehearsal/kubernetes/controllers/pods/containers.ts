import { textIn } from '../../json.ts';
import type { JsonObject, KubeObject } from '../../json.ts';
import { rfc3339 } from '../../objectStore.ts';
import type { ClusterView } from '../controller.ts';
import { tell } from '../events.ts';
import { numberIn, specOf } from '../objectParts.ts';
import { fullReference, pullOf } from './images.ts';
import { nodeOf } from './podState.ts';
import { runOf, unreadiness } from './programs.ts';
import type { Run } from './programs.ts';
import { environmentFlaw } from './references.ts';

/** What a kubelet remembers of a container. World times, ms. */
export interface ContainerMemory {
  pulledAt?: number;
  /** The pull failed first then. */
  pullFailedAt?: number;
  startsAt?: number;
  startedAt?: number;
  run?: Run;
  /** Ended for the last time then. */
  endedAt?: number;
  exitCode?: number;
  restarts: number;
  /** Of this run, and of the one before it. */
  log: string;
  previousLog?: string;
}

export interface ContainerNow {
  readonly state: JsonObject;
  readonly lastState?: JsonObject;
  readonly ready: boolean;
  readonly is: 'waiting' | 'running' | 'done' | 'failed';
  /** When something happens to it by itself. */
  readonly next?: number;
}

const START_MS = 500;
/** `ErrImagePull` turns into `ImagePullBackOff` after the first try. */
const FIRST_PULL_MS = 2_000;
/** How often it is looked whether an image can be had by now: the first step of the kubelet's back-off. */
const PULL_AGAIN_MS = 10_000;
const LONGEST_BACK_OFF_MS = 300_000;

/** Brings one container to `now`: pulled, made, started, ended, started again. */
export function runContainer(
  cluster: ClusterView,
  pod: KubeObject,
  container: JsonObject,
  memory: ContainerMemory,
  now: number,
): ContainerNow {
  const image = textIn(container, 'image') ?? '';
  if (memory.pulledAt === undefined || now < memory.pulledAt) {
    const waiting = pull(cluster, pod, image, memory, now);
    if (waiting !== undefined) return waiting;
  }
  if (memory.startedAt === undefined) {
    const flaw = environmentFlaw(cluster, pod, container);
    if (flaw !== undefined) {
      tell(cluster, 'kubelet', pod, { type: 'Warning', reason: 'Failed', message: `Error: ${flaw}` });
      delete memory.startsAt;
      return waitingFor('CreateContainerConfigError', flaw);
    }
    memory.startsAt ??= now + START_MS;
    if (now < memory.startsAt) return { ...waitingFor('ContainerCreating'), next: memory.startsAt };
    start(cluster, pod, container, memory, memory.startsAt);
  }
  return running(cluster, pod, container, memory, now);
}

function pull(cluster: ClusterView, pod: KubeObject, image: string, memory: ContainerMemory, now: number): ContainerNow | undefined {
  const images = cluster.memory<Record<string, Record<string, true>>>('images', () => ({}));
  const cached = (images[nodeOf(pod) ?? ''] ??= {});
  const answer = pullOf(cluster.world, image);
  if ('error' in answer && cached[image] === undefined) {
    memory.pullFailedAt ??= now + FIRST_PULL_MS;
    delete memory.pulledAt;
    if (now < memory.pullFailedAt) return { ...waitingFor('ContainerCreating'), next: memory.pullFailedAt };
    tell(cluster, 'kubelet', pod, { type: 'Warning', reason: 'Failed', message: `Failed to pull image "${image}": ${answer.error}` });
    if (now < memory.pullFailedAt + PULL_AGAIN_MS) {
      return { ...waitingFor('ErrImagePull', answer.error), next: memory.pullFailedAt + PULL_AGAIN_MS };
    }
    tell(cluster, 'kubelet', pod, { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' });
    const message = `Back-off pulling image "${image}": ErrImagePull: ${answer.error}`;
    tell(cluster, 'kubelet', pod, { type: 'Normal', reason: 'BackOff', message: `Back-off pulling image "${image}"` });
    return { ...waitingFor('ImagePullBackOff', message), next: now + PULL_AGAIN_MS };
  }
  memory.pulledAt ??= now + ('error' in answer || cached[image] !== undefined ? 0 : answer.ms);
  if (now < memory.pulledAt) return { ...waitingFor('ContainerCreating'), next: memory.pulledAt };
  const message =
    cached[image] === undefined ? `Successfully pulled image "${image}"` : `Container image "${image}" already present on machine`;
  cached[image] = true;
  tell(cluster, 'kubelet', pod, { type: 'Normal', reason: 'Pulled', message });
  return undefined;
}

function start(cluster: ClusterView, pod: KubeObject, container: JsonObject, memory: ContainerMemory, at: number): void {
  memory.startedAt = at;
  memory.run = runOf(cluster, pod, container);
  const name = textIn(container, 'name') ?? '';
  if (memory.restarts > 0) memory.previousLog = memory.log;
  memory.log = `${rfc3339(at)} ${name} started\n${memory.run.log ?? ''}`;
  if (memory.restarts === 0) tell(cluster, 'kubelet', pod, { type: 'Normal', reason: 'Started', message: `Started container ${name}` });
}

function running(cluster: ClusterView, pod: KubeObject, container: JsonObject, memory: ContainerMemory, now: number): ContainerNow {
  const { startedAt = now, run = {} } = memory;
  const endsAt = run.endsAfterMs === undefined ? undefined : startedAt + run.endsAfterMs;
  if (endsAt === undefined || now < endsAt) {
    const readyAt = startedAt + readyAfterMs(container);
    const unready = unreadiness(cluster, pod);
    const ready = unready === undefined && now >= readyAt && endsAt === undefined;
    if (unready !== undefined && now >= readyAt) tell(cluster, 'kubelet', pod, { type: 'Warning', reason: 'Unhealthy', message: unready });
    const next = endsAt ?? (now < readyAt ? readyAt : undefined);
    const last = lastEnd(memory);
    return {
      state: { running: { startedAt: rfc3339(startedAt) } },
      ready,
      is: 'running',
      ...(next !== undefined && { next }),
      ...(last !== undefined && { lastState: last }),
    };
  }
  return ended(cluster, pod, container, { memory, run, endsAt, now });
}

interface Ending {
  readonly memory: ContainerMemory;
  readonly run: Run;
  readonly endsAt: number;
  readonly now: number;
}

function ended(cluster: ClusterView, pod: KubeObject, container: JsonObject, { memory, run, endsAt, now }: Ending): ContainerNow {
  const exitCode = run.exitCode ?? 0;
  memory.endedAt = endsAt;
  memory.exitCode = exitCode;
  const policy = textIn(container, 'restartPolicy') ?? textIn(specOf(pod), 'restartPolicy') ?? 'Always';
  const again = policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
  if (!again) return { state: terminated(memory, exitCode, endsAt), ready: false, is: exitCode === 0 ? 'done' : 'failed' };
  const backOffMs = Math.min(10_000 * 2 ** memory.restarts, LONGEST_BACK_OFF_MS);
  const startsAt = endsAt + backOffMs;
  const last = lastEnd(memory);
  if (now < startsAt) {
    const name = textIn(container, 'name') ?? '';
    const message = `back-off ${duration(backOffMs)} restarting failed container=${name} pod=${pod.metadata.name}`;
    tell(cluster, 'kubelet', pod, { type: 'Warning', reason: 'BackOff', message: `Back-off restarting failed container ${name}` });
    return { ...waitingFor('CrashLoopBackOff', message), next: startsAt, ...(last !== undefined && { lastState: last }) };
  }
  memory.restarts += 1;
  delete memory.startedAt;
  memory.startsAt = startsAt;
  return runContainer(cluster, pod, container, memory, now);
}

function lastEnd(memory: ContainerMemory): JsonObject | undefined {
  if (memory.endedAt === undefined) return undefined;
  return terminated(memory, memory.exitCode ?? 0, memory.endedAt);
}

function terminated(memory: ContainerMemory, exitCode: number, at: number): JsonObject {
  const startedAt = memory.startedAt ?? at;
  return {
    terminated: {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt: rfc3339(Math.min(startedAt, at)),
      finishedAt: rfc3339(at),
    },
  };
}

/** The readiness probe is first asked after its delay and then each period; a startup probe comes before. What has none is ready at once. */
function readyAfterMs(container: JsonObject): number {
  const seconds = ['startupProbe', 'readinessProbe'].map((name) => {
    const probe = container[name];
    if (typeof probe !== 'object' || probe === null || Array.isArray(probe)) return 0;
    return Math.max(numberIn(probe as JsonObject, 'initialDelaySeconds') ?? 0, 1) + 1;
  });
  return seconds.reduce((sum, each) => sum + each, 0) * 1000;
}

function waitingFor(reason: string, message?: string): ContainerNow {
  return { state: { waiting: { reason, ...(message !== undefined && { message }) } }, ready: false, is: 'waiting' };
}

/** As Go writes durations: `10s`, `2m40s`. */
function duration(ms: number): string {
  const seconds = ms / 1000;
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

/** What a container's status says of its image. */
export function imageStatus(container: JsonObject): JsonObject {
  const image = textIn(container, 'image') ?? '';
  return { image: fullReference(image), imageID: '' };
}
