import { isList, isObject, objectIn, textIn, without } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import { kindNamed } from './kinds.ts';
import type { ObjectStore } from './objectStore.ts';
import type { ResourceRequest } from './resourceRequest.ts';
import { invalid } from './statusError.ts';

const SERVICE = kindNamed('Service');
const STORAGE_CLASS = kindNamed('StorageClass');
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const PROTECTIONS: Readonly<Record<string, string>> = {
  PersistentVolumeClaim: 'kubernetes.io/pvc-protection',
  PersistentVolume: 'kubernetes.io/pv-protection',
};
/** `--service-node-port-range` */
const FIRST_NODE_PORT = 30_000;
const NODE_PORTS = 2768;

/**
 * What the API server's allocators and mutating admission add to an object: addresses of Services, protection and class of
 * claims, the selector of Jobs. Done again, nothing changes.
 */
export function prepared(object: KubeObject, before: KubeObject | undefined, request: ResourceRequest): KubeObject {
  switch (object.kind) {
    case 'Service':
      return withAddresses(object, before, request);
    case 'PersistentVolumeClaim':
      return withClass(before === undefined ? withProtection(object) : object, before, request.store);
    case 'PersistentVolume':
      return before === undefined ? withProtection(object) : object;
    case 'Job':
      return withSelector(object, before, request.store);
    case 'Pod':
      return before === undefined ? withPodAdmission(object) : object;
    default:
      return object;
  }
}

function withProtection(object: KubeObject): KubeObject {
  const finalizers = object.metadata['finalizers'];
  const there = isList(finalizers) ? finalizers : [];
  const wanted = PROTECTIONS[object.kind] ?? '';
  return there.includes(wanted) ? object : { ...object, metadata: { ...object.metadata, finalizers: [...there, wanted] } };
}

/** The newest of the default classes, where a claim names none (`""` means: no class). */
function withClass(claim: KubeObject, before: KubeObject | undefined, store: ObjectStore): KubeObject {
  const spec = objectIn(claim, 'spec');
  if (spec['storageClassName'] !== undefined) return claim;
  const kept = before === undefined ? defaultClass(store) : textIn(objectIn(before, 'spec'), 'storageClassName');
  return kept === undefined ? claim : { ...claim, spec: { ...spec, storageClassName: kept } };
}

/** kubernetes.io, "Storage Classes": default StorageClass. */
export function defaultClass(store: ObjectStore): string | undefined {
  const classes = store.list(STORAGE_CLASS).filter((each) => objectIn(each.metadata, 'annotations')[DEFAULT_CLASS] === 'true');
  const madeAt = (object: KubeObject): string => textIn(object.metadata, 'creationTimestamp') ?? '';
  return [...classes].sort((a, b) => (madeAt(a) < madeAt(b) ? 1 : -1))[0]?.metadata.name;
}

/** A Job without a selector of its own selects what carries its uid. */
function withSelector(job: KubeObject, before: KubeObject | undefined, store: ObjectStore): KubeObject {
  const spec = objectIn(job, 'spec');
  if (spec['manualSelector'] === true) return job;
  const known = before === undefined ? objectIn(spec, 'selector') : objectIn(objectIn(before, 'spec'), 'selector');
  const key = 'batch.kubernetes.io/controller-uid';
  const uid = textIn(objectIn(known, 'matchLabels'), key) ?? textIn(store.stamped(kindNamed('Job'), job).metadata, 'uid') ?? '';
  const template = objectIn(spec, 'template');
  const metadata = objectIn(template, 'metadata');
  const labels = {
    ...objectIn(metadata, 'labels'),
    [key]: uid,
    'controller-uid': uid,
    'batch.kubernetes.io/job-name': job.metadata.name,
    'job-name': job.metadata.name,
  };
  return {
    ...job,
    metadata: 'labels' in job.metadata ? job.metadata : { ...job.metadata, labels },
    spec: {
      manualSelector: false,
      ...spec,
      selector: { matchLabels: { [key]: uid } },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  };
}

/** ServiceAccount, Priority and DefaultTolerationSeconds. */
function withPodAdmission(pod: KubeObject): KubeObject {
  const spec = objectIn(pod, 'spec');
  const account = textIn(spec, 'serviceAccountName') ?? 'default';
  const tolerations = isList(spec['tolerations']) ? spec['tolerations'] : [];
  const usual = ['not-ready', 'unreachable']
    .map((name) => `node.kubernetes.io/${name}`)
    .filter((key) => !tolerations.some((each) => isObject(each) && (each['key'] === key || each['key'] === undefined)))
    .map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
  return {
    ...pod,
    spec: {
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
      ...spec,
      serviceAccount: account,
      serviceAccountName: account,
      tolerations: [...tolerations, ...usual],
    },
    status: { phase: 'Pending', qosClass: qualityOf(spec), ...objectIn(pod, 'status') },
  };
}

/** kubernetes.io, "Pod Quality of Service Classes". */
function qualityOf(spec: JsonObject): string {
  const containers = objectsIn(spec['containers']).map((each) => objectIn(each, 'resources'));
  const names = ['cpu', 'memory'];
  const asks = (resources: JsonObject, part: string, name: string): Json | undefined => objectIn(resources, part)[name];
  if (
    containers.every((each) =>
      names.every((name) => asks(each, 'requests', name) === undefined && asks(each, 'limits', name) === undefined),
    )
  )
    return 'BestEffort';
  const guaranteed = containers.every((each) =>
    names.every((name) => asks(each, 'limits', name) !== undefined && asks(each, 'limits', name) === asks(each, 'requests', name)),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function withAddresses(service: KubeObject, before: KubeObject | undefined, request: ResourceRequest): KubeObject {
  const spec = objectIn(service, 'spec');
  const type = textIn(spec, 'type') ?? 'ClusterIP';
  if (type === 'ExternalName') return { ...service, spec: without(spec, 'clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy') };
  const was = objectIn(before, 'spec');
  const wanted = textIn(spec, 'clusterIP') ?? '';
  const kept = wanted === '' ? (textIn(was, 'clusterIP') ?? '') : wanted;
  if (before === undefined && wanted !== '' && wanted !== 'None' && addressesOf(request.store).has(wanted)) {
    const message = `Invalid value: ["${wanted}"]: failed to allocate IP ${wanted}: provided IP is already allocated`;
    throw invalid(SERVICE, service.metadata.name, [{ field: 'spec.clusterIPs', reason: 'FieldValueInvalid', message }]);
  }
  const clusterIP = kept === '' ? freeAddress(request) : kept;
  const ports =
    type === 'ClusterIP' ? objectsIn(spec['ports']).map((port) => without(port, 'nodePort')) : withNodePorts(spec, was, request.store);
  return {
    ...service,
    spec: {
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ...spec,
      clusterIP,
      clusterIPs: [clusterIP],
      ...(ports.length > 0 && { ports }),
    },
    status: { loadBalancer: {}, ...objectIn(service, 'status') },
  };
}

/** The same answer for a dry run as for the write after it. */
function freeAddress({ store, serviceNetwork }: ResourceRequest): string {
  const used = addressesOf(store);
  const [network = '172.20.0.0'] = serviceNetwork.split('/');
  const [a = 172, b = 20] = network.split('.').map(Number);
  for (let each = 10; ; each += 1) {
    const address = `${a}.${b}.${(each >> 8) & 255}.${each & 255}`;
    if (!used.has(address)) return address;
  }
}

function addressesOf(store: ObjectStore): Set<string> {
  return new Set(store.list(SERVICE).map((each) => textIn(objectIn(each, 'spec'), 'clusterIP') ?? ''));
}

const portKey = (port: JsonObject): string => JSON.stringify([port['port'], port['protocol']]);

function withNodePorts(spec: JsonObject, was: JsonObject, store: ObjectStore): JsonObject[] {
  if (spec['allocateLoadBalancerNodePorts'] === false) return [...objectsIn(spec['ports'])];
  const portsOf = (each: JsonObject): readonly JsonObject[] => objectsIn(each['ports']);
  const used = new Set(store.list(SERVICE).flatMap((each) => portsOf(objectIn(each, 'spec')).map((port) => port['nodePort'])));
  const before = new Map(portsOf(was).map((port) => [portKey(port), port['nodePort']]));
  return portsOf(spec).map((port) => {
    const kept = port['nodePort'] ?? before.get(portKey(port));
    if (kept !== undefined) return { ...port, nodePort: kept };
    let free = FIRST_NODE_PORT;
    while (used.has(free) && free < FIRST_NODE_PORT + NODE_PORTS) free += 1;
    used.add(free);
    return { ...port, nodePort: free };
  });
}

const objectsIn = (value: Json | undefined): readonly JsonObject[] => (isList(value) ? value.filter(isObject) : []);
