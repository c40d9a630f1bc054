import { isList, isObject, objectIn, textIn } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import type { Kind } from './kinds.ts';

/** `kubectl get` asks for rows that are ready to print: `Accept: application/json;as=Table;…` */
export function wantsTable(accept: string | undefined): boolean {
  return accept?.includes('as=Table') === true;
}

interface Column {
  readonly name: string;
  readonly type?: 'string' | 'integer' | 'date';
  /** Shown with `-o wide` only. */
  readonly wide?: true;
  value(object: KubeObject): Json;
}

const NAME: Column = { name: 'Name', value: (object) => object.metadata.name };
const AGE: Column = { name: 'Age', type: 'date', value: (object) => object.metadata['creationTimestamp'] ?? null };

/** The columns of the API server's own printers (kubernetes/kubernetes, `pkg/printers/internalversion`), for the kinds that people look at. */
const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Node: [
    NAME,
    { name: 'Status', value: (node) => (condition(node, 'Ready') === 'True' ? 'Ready' : 'NotReady') },
    { name: 'Roles', value: () => '<none>' },
    AGE,
    { name: 'Version', value: (node) => textIn(objectIn(objectIn(node, 'status'), 'nodeInfo'), 'kubeletVersion') ?? '' },
    { name: 'Internal-IP', wide: true, value: (node) => addressOf(node) },
    { name: 'OS-Image', wide: true, value: (node) => textIn(objectIn(objectIn(node, 'status'), 'nodeInfo'), 'osImage') ?? '' },
  ],
  Namespace: [NAME, { name: 'Status', value: (object) => textIn(objectIn(object, 'status'), 'phase') ?? '' }, AGE],
  Pod: [
    NAME,
    { name: 'Ready', value: (pod) => `${readyContainers(pod)}/${containers(pod).length}` },
    { name: 'Status', value: podReason },
    { name: 'Restarts', type: 'integer', value: restarts },
    AGE,
    { name: 'IP', wide: true, value: (pod) => textIn(objectIn(pod, 'status'), 'podIP') ?? '<none>' },
    { name: 'Node', wide: true, value: (pod) => textIn(objectIn(pod, 'spec'), 'nodeName') ?? '<none>' },
  ],
  Deployment: [
    NAME,
    { name: 'Ready', value: readyOfWanted },
    { name: 'Up-to-date', type: 'integer', value: (object) => count(object, 'status', 'updatedReplicas') },
    { name: 'Available', type: 'integer', value: (object) => count(object, 'status', 'availableReplicas') },
    AGE,
  ],
  DaemonSet: [
    NAME,
    { name: 'Desired', type: 'integer', value: (object) => count(object, 'status', 'desiredNumberScheduled') },
    { name: 'Current', type: 'integer', value: (object) => count(object, 'status', 'currentNumberScheduled') },
    { name: 'Ready', type: 'integer', value: (object) => count(object, 'status', 'numberReady') },
    { name: 'Up-to-date', type: 'integer', value: (object) => count(object, 'status', 'updatedNumberScheduled') },
    { name: 'Available', type: 'integer', value: (object) => count(object, 'status', 'numberAvailable') },
    AGE,
  ],
  StorageClass: [
    { name: 'Name', value: (object) => `${object.metadata.name}${isDefaultClass(object) ? ' (default)' : ''}` },
    { name: 'Provisioner', value: (object) => textIn(object, 'provisioner') ?? '' },
    { name: 'ReclaimPolicy', value: (object) => textIn(object, 'reclaimPolicy') ?? 'Delete' },
    { name: 'VolumeBindingMode', value: (object) => textIn(object, 'volumeBindingMode') ?? 'Immediate' },
    { name: 'AllowVolumeExpansion', value: (object) => object['allowVolumeExpansion'] === true },
    AGE,
  ],
  Secret: [
    NAME,
    { name: 'Type', value: (object) => textIn(object, 'type') ?? 'Opaque' },
    { name: 'Data', type: 'integer', value: (object) => Object.keys(objectIn(object, 'data')).length },
    AGE,
  ],
  Event: [
    { name: 'Last Seen', type: 'date', value: (event) => event['lastTimestamp'] ?? event.metadata['creationTimestamp'] ?? null },
    { name: 'Type', value: (event) => textIn(event, 'type') ?? '' },
    { name: 'Reason', value: (event) => textIn(event, 'reason') ?? '' },
    { name: 'Object', value: aboutWhat },
    { name: 'Message', value: (event) => textIn(event, 'message') ?? textIn(event, 'note') ?? '' },
  ],
  StatefulSet: [NAME, { name: 'Ready', value: readyOfWanted }, AGE],
  ReplicaSet: [
    NAME,
    { name: 'Desired', type: 'integer', value: (object) => count(object, 'spec', 'replicas') },
    { name: 'Current', type: 'integer', value: (object) => count(object, 'status', 'replicas') },
    { name: 'Ready', type: 'integer', value: (object) => count(object, 'status', 'readyReplicas') },
    AGE,
  ],
  Job: [
    NAME,
    { name: 'Status', value: jobStatus },
    { name: 'Completions', value: (object) => `${count(object, 'status', 'succeeded')}/${count(object, 'spec', 'completions')}` },
    AGE,
  ],
  PersistentVolumeClaim: [
    NAME,
    { name: 'Status', value: (object) => textIn(objectIn(object, 'status'), 'phase') ?? '' },
    { name: 'Volume', value: (object) => textIn(objectIn(object, 'spec'), 'volumeName') ?? '' },
    { name: 'Capacity', value: (object) => textIn(objectIn(objectIn(object, 'status'), 'capacity'), 'storage') ?? '' },
    { name: 'StorageClass', value: (object) => textIn(objectIn(object, 'spec'), 'storageClassName') ?? '<unset>' },
    AGE,
  ],
  CustomResourceDefinition: [NAME, { name: 'Created At', value: (object) => object.metadata['creationTimestamp'] ?? null }],
  ConfigMap: [NAME, { name: 'Data', type: 'integer', value: (object) => Object.keys(objectIn(object, 'data')).length }, AGE],
  Service: [
    NAME,
    { name: 'Type', value: (object) => textIn(objectIn(object, 'spec'), 'type') ?? '' },
    { name: 'Cluster-IP', value: (object) => textIn(objectIn(object, 'spec'), 'clusterIP') ?? '<none>' },
    { name: 'External-IP', value: outsideName },
    AGE,
  ],
};

/** @param now world time, ms: ages are the world's, not the wall's */
export function asTable(kind: Kind, objects: readonly KubeObject[], metadata: JsonObject, now: number): JsonObject {
  const columns = COLUMNS[kind.kind] ?? [NAME, AGE];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map((column) => ({
      name: column.name,
      type: column.type ?? 'string',
      format: column === NAME ? 'name' : '',
      description: '',
      priority: column.wide === true ? 1 : 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => (column.type === 'date' ? ageOf(column.value(object), now) : column.value(object))),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

/** As kubectl writes durations: the two largest units where the first is small. */
function ageOf(created: Json, now: number): string {
  if (typeof created !== 'string') return '<unknown>';
  const seconds = Math.max(0, Math.floor((now - Date.parse(created)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return `${minutes}m${seconds % 60 === 0 ? '' : `${seconds % 60}s`}`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}

function condition(object: KubeObject, type: string): string | undefined {
  const conditions = objectIn(object, 'status')['conditions'];
  return isList(conditions)
    ? textIn(
        conditions.filter(isObject).find((each) => each['type'] === type),
        'status',
      )
    : undefined;
}

function addressOf(node: KubeObject): string {
  const addresses = objectIn(node, 'status')['addresses'];
  return (
    (isList(addresses)
      ? textIn(
          addresses.filter(isObject).find((each) => each['type'] === 'InternalIP'),
          'address',
        )
      : undefined) ?? '<none>'
  );
}

function containers(pod: KubeObject): readonly Json[] {
  const list = objectIn(pod, 'spec')['containers'];
  return isList(list) ? list : [];
}

function readyContainers(pod: KubeObject): number {
  const list = objectIn(pod, 'status')['containerStatuses'];
  return isList(list) ? list.filter(isObject).filter((each) => each['ready'] === true).length : 0;
}

/** Why a container waits or how it ended, else the phase: as `printPod` of Kubernetes' pkg/printers/internalversion has it. */
function podReason(pod: KubeObject): string {
  const list = objectIn(pod, 'status')['containerStatuses'];
  const states = (isList(list) ? list : []).filter(isObject).map((each) => objectIn(each, 'state'));
  const reasons = states.map((state) => textIn(objectIn(state, 'waiting'), 'reason') ?? textIn(objectIn(state, 'terminated'), 'reason'));
  return reasons.find((reason) => reason !== undefined) ?? textIn(objectIn(pod, 'status'), 'phase') ?? 'Unknown';
}

function count(object: KubeObject, part: 'spec' | 'status', key: string): number {
  const value = objectIn(object, part)[key];
  return typeof value === 'number' ? value : 0;
}

function isDefaultClass(object: KubeObject): boolean {
  return objectIn(object.metadata, 'annotations')['storageclass.kubernetes.io/is-default-class'] === 'true';
}

function restarts(pod: KubeObject): number {
  const list = objectIn(pod, 'status')['containerStatuses'];
  const counts = (isList(list) ? list : []).filter(isObject).map((each) => each['restartCount']);
  return counts.reduce<number>((sum, each) => sum + (typeof each === 'number' ? each : 0), 0);
}

function readyOfWanted(object: KubeObject): string {
  return `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`;
}

function aboutWhat(event: KubeObject): string {
  const about = objectIn(event, 'involvedObject');
  return `${(textIn(about, 'kind') ?? '').toLowerCase()}/${textIn(about, 'name') ?? ''}`;
}

function jobStatus(job: KubeObject): string {
  if (condition(job, 'Failed') === 'True') return 'Failed';
  if (condition(job, 'Complete') === 'True') return 'Complete';
  return condition(job, 'Suspended') === 'True' ? 'Suspended' : 'Running';
}

function outsideName(service: KubeObject): string {
  if (objectIn(service, 'spec')['type'] !== 'LoadBalancer') return '<none>';
  const ingress = objectIn(objectIn(service, 'status'), 'loadBalancer')['ingress'];
  const [first] = isList(ingress) ? ingress.filter(isObject) : [];
  return textIn(first, 'hostname') ?? '<pending>';
}
