import { objectIn, textIn } from '../json.ts';
import type { Json, JsonObject, KubeObject } from '../json.ts';
import { namespaceOf } from '../objectStore.ts';
import type { ClusterView, Controller } from './controller.ts';
import { ENDPOINT_SLICE, ENDPOINTS, POD, SERVICE } from './kinds.ts';
import { hashSuffix } from './names.ts';
import {
  controllerOf,
  isLeaving,
  labelsOf,
  numberIn,
  objectsIn,
  ownerReference,
  removeIfThere,
  specOf,
  statusOf,
  textsIn,
  uidOf,
} from './objectParts.ts';
import { containersOf, isOver, isReady, nodeOf } from './pods/podState.ts';

const FIRST_NODE_PORT = 30_000;
const NODE_PORTS = 2_768;

/** Addresses of Services, and which pods stand behind them. */
export const SERVICES: Controller = {
  name: 'endpoint-slice-controller',
  reconcile(cluster) {
    const { store } = cluster;
    const pods = store.list(POD);
    for (const service of store.list(SERVICE)) {
      if (isLeaving(service)) continue;
      giveAddresses(cluster, service);
      const selector = Object.entries(objectIn(specOf(service), 'selector'));
      if (selector.length === 0) continue;
      const chosen = pods.filter(
        (pod) =>
          namespaceOf(pod) === namespaceOf(service) &&
          textIn(statusOf(pod), 'podIP') !== undefined &&
          !isOver(pod) &&
          selector.every(([key, value]) => labelsOf(pod)[key] === value),
      );
      writeSlice(cluster, service, chosen);
      writeEndpoints(cluster, service, chosen);
    }
    removeStale(cluster);
    return undefined;
  },
};

/** Ready endpoints of a Service: what a webhook or an ingress needs to be answered. */
export function hasReadyEndpoint({ store }: ClusterView, namespace: string, service: string): boolean {
  return store
    .list(ENDPOINT_SLICE, namespace)
    .filter((slice) => labelsOf(slice)['kubernetes.io/service-name'] === service)
    .some((slice) => objectsIn(slice, 'endpoints').some((each) => objectIn(each, 'conditions')['ready'] === true));
}

/** `clusterIP` and node ports, which the API server of a real cluster hands out as the Service is written. */
function giveAddresses(cluster: ClusterView, service: KubeObject): void {
  const { store } = cluster;
  const spec = specOf(service);
  const type = textIn(spec, 'type') ?? 'ClusterIP';
  if (type === 'ExternalName') return;
  const ports = type === 'ClusterIP' ? spec['ports'] : objectsIn(spec, 'ports').map((port) => withNodePort(cluster, service, port));
  const address = textIn(spec, 'clusterIP') ?? freeAddress(cluster);
  store.replace(SERVICE, {
    ...service,
    spec: {
      ...spec,
      clusterIP: address,
      clusterIPs: textsIn(spec, 'clusterIPs').length > 0 ? (spec['clusterIPs'] ?? []) : [address],
      ...(ports !== undefined && { ports }),
    },
  });
}

function withNodePort({ store }: ClusterView, service: KubeObject, port: JsonObject): JsonObject {
  if (typeof port['nodePort'] === 'number' && port['nodePort'] > 0) return port;
  const used = new Set(store.list(SERVICE).flatMap((each) => objectsIn(specOf(each), 'ports').map((one) => one['nodePort'])));
  let offset = Number.parseInt(hashOffset(`${uidOf(service)} ${String(numberIn(port, 'port') ?? 0)}`), 10) % NODE_PORTS;
  while (used.has(FIRST_NODE_PORT + offset)) offset = (offset + 1) % NODE_PORTS;
  return { ...port, nodePort: FIRST_NODE_PORT + offset };
}

const hashOffset = (text: string): string => String([...hashSuffix(text, 8)].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7));

function freeAddress({ store, cluster }: ClusterView): string {
  const used = new Set(store.list(SERVICE).map((each) => textIn(specOf(each), 'clusterIP')));
  const network = cluster.serviceIpv4Cidr.split('.').slice(0, 2).join('.');
  for (let host = 10; ; host += 1) {
    const address = `${network}.${Math.floor(host / 250)}.${(host % 250) + 2}`;
    if (!used.has(address)) return address;
  }
}

/** The number behind `targetPort`; a name is looked up in the pod. */
function targetPort(pod: KubeObject | undefined, port: JsonObject): number | undefined {
  const target: Json | undefined = port['targetPort'] ?? port['port'];
  if (typeof target === 'number') return target;
  const named = pod === undefined ? [] : containersOf(pod).flatMap((each) => objectsIn(each, 'ports'));
  const found = named.find((each) => each['name'] === target)?.['containerPort'];
  return typeof found === 'number' ? found : undefined;
}

function portsFor(service: KubeObject, pod: KubeObject | undefined): JsonObject[] {
  return objectsIn(specOf(service), 'ports').flatMap((port): JsonObject[] => {
    const number = targetPort(pod, port);
    if (number === undefined) return [];
    return [
      {
        ...(textIn(port, 'name') !== undefined && { name: textIn(port, 'name') ?? '' }),
        port: number,
        protocol: textIn(port, 'protocol') ?? 'TCP',
      },
    ];
  });
}

function writeSlice({ store }: ClusterView, service: KubeObject, pods: readonly KubeObject[]): void {
  const namespace = namespaceOf(service);
  const name = `${service.metadata.name}-${hashSuffix(uidOf(service), 5)}`;
  const endpoints = pods.map((pod) => ({
    addresses: [textIn(statusOf(pod), 'podIP') ?? ''],
    conditions: { ready: isReady(pod), serving: isReady(pod), terminating: false },
    ...(nodeOf(pod) !== undefined && { nodeName: nodeOf(pod) ?? '' }),
    targetRef: { kind: 'Pod', namespace, name: pod.metadata.name, uid: uidOf(pod) },
  }));
  const before = store.find(ENDPOINT_SLICE, namespace, name);
  const slice: KubeObject = {
    ...before,
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...before?.metadata,
      name,
      namespace,
      labels: {
        ...labelsOf(service),
        'kubernetes.io/service-name': service.metadata.name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [ownerReference(SERVICE, service)],
    },
    addressType: 'IPv4',
    endpoints,
    ports: portsFor(service, pods[0]),
  };
  if (before === undefined) store.create(ENDPOINT_SLICE, slice);
  else store.replace(ENDPOINT_SLICE, slice);
}

function writeEndpoints({ store }: ClusterView, service: KubeObject, pods: readonly KubeObject[]): void {
  const namespace = namespaceOf(service);
  const { name } = service.metadata;
  const addressOf = (pod: KubeObject): JsonObject => ({
    ip: textIn(statusOf(pod), 'podIP') ?? '',
    ...(nodeOf(pod) !== undefined && { nodeName: nodeOf(pod) ?? '' }),
    targetRef: { kind: 'Pod', namespace, name: pod.metadata.name, uid: uidOf(pod) },
  });
  const [ready, notReady] = [pods.filter(isReady).map(addressOf), pods.filter((pod) => !isReady(pod)).map(addressOf)];
  const subset: JsonObject = {
    ...(ready.length > 0 && { addresses: ready }),
    ...(notReady.length > 0 && { notReadyAddresses: notReady }),
    ports: portsFor(service, pods[0]),
  };
  const before = store.find(ENDPOINTS, namespace, name);
  const endpoints: KubeObject = {
    ...before,
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...before?.metadata, name, namespace, labels: labelsOf(service) },
    ...(pods.length > 0 && { subsets: [subset] }),
  };
  if (before === undefined) store.create(ENDPOINTS, endpoints);
  else {
    const { subsets: _before, ...bare } = endpoints;
    store.replace(ENDPOINTS, pods.length > 0 ? endpoints : { ...bare, apiVersion: 'v1', kind: 'Endpoints', metadata: endpoints.metadata });
  }
}

/** Endpoints carry no owner: they go with the Service of their name. */
function removeStale({ store }: ClusterView): void {
  for (const each of store.list(ENDPOINTS))
    if (store.find(SERVICE, namespaceOf(each), each.metadata.name) === undefined) removeIfThere(store, ENDPOINTS, each);
  for (const slice of store.list(ENDPOINT_SLICE)) {
    const owner = textIn(controllerOf(slice), 'name');
    if (owner !== undefined && store.find(SERVICE, namespaceOf(slice), owner) === undefined) removeIfThere(store, ENDPOINT_SLICE, slice);
  }
}
