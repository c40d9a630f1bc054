import type { Duplex } from 'node:stream';
import type { ClusterView } from './controllers/controller.ts';
import { logOf } from './controllers/pods/kubelet.ts';
import { isList, isObject, objectIn, textIn } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import { kindNamed, storageOf } from './kinds.ts';
import { namespaceOf } from './objectStore.ts';
import { backendOf } from './podBackends.ts';
import type { CarriedOut, PodBackend } from './podBackends.ts';
import type { ResourceRequest } from './resourceRequest.ts';
import { badRequest, StatusError } from './statusError.ts';

/** What goes on between a client and a pod. */
export type PodStream = LogStream | PortForward;

export interface LogStream {
  readonly is: 'log';
  readonly first: string;
  /** Tells what is written from now on. @returns ends that; `undefined`: the answer ends with `first` */
  readonly follow: ((tell: (text: string) => void, end: () => void) => () => void) | undefined;
}

export interface PortForward {
  readonly is: 'portforward';
  /** Those that the request names, in the order of their channels; over SPDY each stream names its own. */
  readonly ports: readonly ForwardedPort[];
  portNumbered(port: number): ForwardedPort;
}

export interface ForwardedPort {
  readonly port: number;
  /** Serves one connection. `undefined`: nothing listens there, and the error channel says this. */
  readonly connect: ((connection: Duplex, carriedOut: CarriedOut) => void) | undefined;
  readonly refusal: string;
}

const POD = kindNamed('Pod');

/** `pods/log` and `pods/portforward`. @throws StatusError 400, 404 */
export function openPodStream(cluster: ClusterView, request: ResourceRequest, what: 'log' | 'portforward'): PodStream {
  const { store, namespace = '', name = '' } = request;
  const pod = store.get(POD, namespace, name);
  return what === 'log' ? openLog(cluster, request, pod) : openPorts(cluster, request, pod);
}

function openLog(cluster: ClusterView, request: ResourceRequest, pod: KubeObject): LogStream {
  const { query, store } = request;
  const container = containerOf(pod, query.get('container'));
  const previous = query.get('previous') === 'true';
  const read = (object: KubeObject): string => logOf(cluster, object, container, previous);
  const status = statusOf(pod, container);
  const waiting = objectIn(objectIn(status, 'state'), 'waiting');
  const name = pod.metadata.name;
  if (textIn(objectIn(pod, 'spec'), 'nodeName') === undefined) throw badRequest(`pod ${name} does not have a host assigned`);
  if (previous && Number(status['restartCount'] ?? 0) === 0) {
    throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  }
  const neverRan = Object.keys(waiting).length > 0 && Number(status['restartCount'] ?? 0) === 0;
  if (neverRan || Object.keys(status).length === 0) {
    const why = textIn(waiting, 'reason') ?? 'ContainerCreating';
    throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${why}`);
  }
  let told = read(pod);
  const follows = query.get('follow') === 'true' || query.get('follow') === '1';
  return {
    is: 'log',
    first: lastLines(told, query.get('tailLines')),
    follow: !follows
      ? undefined
      : (tell, end) =>
          store.subscribe(({ storage, object, type }) => {
            if (storage !== storageOf(POD) || object.metadata.name !== name || namespaceOf(object) !== namespaceOf(pod)) return;
            if (type === 'DELETED') return end();
            const now = read(object);
            if (now === told) return;
            tell(now.startsWith(told) ? now.slice(told.length) : now);
            told = now;
          }),
  };
}

function containerOf(pod: KubeObject, asked: string | null): string {
  const spec = objectIn(pod, 'spec');
  const names = [...objectsIn(spec['containers']), ...objectsIn(spec['initContainers'])].map((each) => textIn(each, 'name') ?? '');
  if (asked !== null && asked !== '') {
    if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
    return asked;
  }
  const usual = textIn(objectIn(pod.metadata, 'annotations'), 'kubectl.kubernetes.io/default-container');
  if (objectsIn(spec['containers']).length > 1 && usual === undefined) {
    throw badRequest(`a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`);
  }
  return usual ?? names[0] ?? '';
}

function statusOf(pod: KubeObject, container: string): JsonObject {
  const status = objectIn(pod, 'status');
  const all = [...objectsIn(status['containerStatuses']), ...objectsIn(status['initContainerStatuses'])];
  return all.find((each) => each['name'] === container) ?? {};
}

function lastLines(text: string, count: string | null): string {
  if (count === null || !/^\d+$/.test(count)) return text;
  const lines = text.split('\n').slice(0, -1);
  const kept = lines.slice(Math.max(0, lines.length - Number(count)));
  return kept.map((line) => `${line}\n`).join('');
}

function openPorts(cluster: ClusterView, request: ResourceRequest, pod: KubeObject): PortForward {
  const ports = request.query
    .getAll('ports')
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '');
  if (textIn(objectIn(pod, 'status'), 'phase') !== 'Running') {
    throw new StatusError(
      500,
      'InternalError',
      `error upgrading connection: unable to upgrade connection: pod not found ("${pod.metadata.name}_${namespaceOf(pod)}")`,
    );
  }
  const portNumbered = (port: number): ForwardedPort => {
    const backend: PodBackend | undefined = backendOf(pod, port);
    const refusal = `error forwarding port ${port} to pod ${pod.metadata.name}, uid : dial tcp4 127.0.0.1:${port}: connect: connection refused`;
    if (backend === undefined) return { port, refusal, connect: undefined };
    return { port, refusal, connect: (connection, carriedOut) => backend.serve(connection, { ...cluster, pod, port, carriedOut }) };
  };
  return {
    is: 'portforward',
    portNumbered,
    ports: ports.map((text) => {
      const port = Number(text);
      if (!Number.isInteger(port) || port < 1 || port > 65_535) throw badRequest(`unable to parse "${text}" as a port`);
      return portNumbered(port);
    }),
  };
}

const objectsIn = (value: Json | undefined): readonly JsonObject[] => (isList(value) ? value.filter(isObject) : []);
