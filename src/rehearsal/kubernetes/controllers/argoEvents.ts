import { isObject, objectIn, textIn } from '../json.ts';
import type { Json, JsonObject, KubeObject } from '../json.ts';
import type { Kind } from '../kinds.ts';
import { namespaceOf } from '../objectStore.ts';
import type { ClusterView, Controller } from './controller.ts';
import { DEPLOYMENT, EVENT_BUS, EVENT_SOURCE, SECRET, SENSOR, SERVICE, STATEFUL_SET } from './kinds.ts';
import { hashSuffix } from './names.ts';
import type { Condition } from './objectParts.ts';
import {
  conditionIn,
  dropFinalizer,
  isLeaving,
  numberIn,
  objectsIn,
  ownerReference,
  specOf,
  statusOf,
  textsIn,
  withCondition,
  withFinalizer,
  writeStatus,
} from './objectParts.ts';

/** What the objects of Argo Events are held by until their controller has let go of them. */
const FINALIZERS: Readonly<Record<string, string>> = {
  EventBus: 'eventbus-controller',
  EventSource: 'eventsource-controller',
  Sensor: 'sensor-controller',
};
/** A value that says of itself that it is none. */
const MADE_UP = Buffer.from('rehearsal-auth').toString('base64');

/** The controller of Argo Events, while its Deployment is available: buses, sources, sensors and what they run (argo-events `pkg/reconciler`). */
export const ARGO_EVENTS: Controller = {
  name: 'argo-events-controller-manager',
  reconcile(cluster) {
    const { store } = cluster;
    const runs = store
      .list(DEPLOYMENT)
      .some(
        (each) =>
          /^(argo-events-)?(eventbus-)?controller-manager$/.test(each.metadata.name) &&
          (numberIn(statusOf(each), 'availableReplicas') ?? 0) > 0,
      );
    if (!runs) return undefined;
    each(cluster, EVENT_BUS, reconcileBus);
    each(cluster, EVENT_SOURCE, reconcileSource);
    each(cluster, SENSOR, reconcileSensor);
    return undefined;
  },
};

function each(cluster: ClusterView, kind: Kind, reconcile: (cluster: ClusterView, object: KubeObject) => void): void {
  const finalizer = FINALIZERS[kind.kind] ?? '';
  for (const object of cluster.store.list(kind)) {
    if (isLeaving(object)) {
      if (textsIn(object.metadata, 'finalizers').includes(finalizer)) dropFinalizer(cluster.store, kind, object, finalizer);
      continue;
    }
    withFinalizer(cluster.store, kind, object, finalizer);
    reconcile(cluster, object);
  }
}

/** Three pods of JetStream, or of the older NATS Streaming. */
function reconcileBus(cluster: ClusterView, bus: KubeObject): void {
  const jetstream = objectIn(specOf(bus), 'jetstream');
  const isJetstream = Object.keys(jetstream).length > 0;
  const native = objectIn(objectIn(specOf(bus), 'nats'), 'native');
  const name = `eventbus-${bus.metadata.name}-${isJetstream ? 'js' : 'stan'}`;
  const namespace = namespaceOf(bus);
  const labels = { controller: 'eventbus-controller', 'eventbus-name': bus.metadata.name, 'owner-name': bus.metadata.name };
  makeOnce(cluster, SECRET, bus, EVENT_BUS, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `${name}-client-auth`, namespace, labels },
    type: 'Opaque',
    data: { 'client-auth': MADE_UP },
  });
  makeOnce(cluster, SERVICE, bus, EVENT_BUS, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `${name}-svc`, namespace, labels },
    spec: {
      clusterIP: 'None',
      type: 'ClusterIP',
      selector: labels,
      ports: [{ name: 'client', port: 4222, protocol: 'TCP', targetPort: 4222 }],
    },
  });
  const container = (part: string, image: string, templateKey: string): JsonObject => ({
    name: part,
    image,
    ...resourcesOf(objectIn(isJetstream ? jetstream : native, templateKey)),
  });
  const containers = isJetstream
    ? [
        container('main', `nats:${textIn(jetstream, 'version') ?? 'latest'}`, 'containerTemplate'),
        container('reloader', 'natsio/nats-server-config-reloader:0.14.0', 'reloaderContainerTemplate'),
        container('metrics', 'natsio/prometheus-nats-exporter:0.14.0', 'metricsContainerTemplate'),
      ]
    : [
        container('stan', 'nats-streaming:0.22.1', 'containerTemplate'),
        container('metrics', 'natsio/prometheus-nats-exporter:0.8.0', 'metricsContainerTemplate'),
      ];
  makeOnce(cluster, STATEFUL_SET, bus, EVENT_BUS, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace, labels },
    spec: {
      replicas: numberIn(isJetstream ? jetstream : native, 'replicas') ?? 3,
      podManagementPolicy: 'Parallel',
      serviceName: `${name}-svc`,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  });
  conclude(cluster, EVENT_BUS, bus, [
    { type: 'Configured', status: 'True' },
    { type: 'Deployed', status: 'True', reason: 'JetStream', message: 'JetStream is deployed' },
  ]);
}

function resourcesOf(template: JsonObject): JsonObject {
  return template['resources'] === undefined ? {} : { resources: template['resources'] };
}

/** `undefined`: the bus is there and deployed. */
function busFlaw({ store }: ClusterView, object: KubeObject): Condition | undefined {
  const name = textIn(specOf(object), 'eventBusName') ?? 'default';
  const bus = store.find(EVENT_BUS, namespaceOf(object), name);
  if (bus === undefined) return { type: 'Deployed', status: 'False', reason: 'EventBusNotFound', message: 'EventBus not found.' };
  if (textIn(conditionIn(statusOf(bus), 'Deployed'), 'status') !== 'True')
    return { type: 'Deployed', status: 'False', reason: 'EventBusNotReady', message: 'EventBus not ready.' };
  return undefined;
}

function reconcileSource(cluster: ClusterView, source: KubeObject): void {
  const provided: Condition = { type: 'SourcesProvided', status: 'True' };
  const flaw = busFlaw(cluster, source);
  if (flaw !== undefined) return conclude(cluster, EVENT_SOURCE, source, [provided, flaw]);
  const { name } = source.metadata;
  const labels = { controller: 'eventsource-controller', 'eventsource-name': name, 'owner-name': name };
  deploy(cluster, source, EVENT_SOURCE, `${name}-eventsource`, labels);
  const ports = objectsIn(objectIn(specOf(source), 'service'), 'ports');
  if (ports.length > 0)
    makeOnce(cluster, SERVICE, source, EVENT_SOURCE, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `${name}-eventsource-svc`, namespace: namespaceOf(source), labels },
      spec: { type: 'ClusterIP', sessionAffinity: 'None', selector: labels, ports: [...ports] },
    });
  conclude(cluster, EVENT_SOURCE, source, [provided, { type: 'Deployed', status: 'True' }]);
}

function reconcileSensor(cluster: ClusterView, sensor: KubeObject): void {
  const provided: Condition[] = [
    { type: 'DependenciesProvided', status: 'True' },
    { type: 'TriggersProvided', status: 'True' },
  ];
  const flaw = busFlaw(cluster, sensor);
  if (flaw !== undefined) return conclude(cluster, SENSOR, sensor, [...provided, flaw]);
  const { name } = sensor.metadata;
  deploy(cluster, sensor, SENSOR, `${name}-sensor`, { controller: 'sensor-controller', 'sensor-name': name, 'owner-name': name });
  conclude(cluster, SENSOR, sensor, [...provided, { type: 'Deployed', status: 'True' }]);
}

/** Its Deployment: the program, with a volume for each Secret that its spec names. A new spec is a new template. */
function deploy(cluster: ClusterView, owner: KubeObject, kind: Kind, prefix: string, labels: JsonObject): void {
  const { store } = cluster;
  const template = objectIn(specOf(owner), 'template');
  const name = `${prefix}-${hashSuffix(prefix, 5)}`;
  const secrets = [...new Set(secretsIn(specOf(owner)))];
  const spec: JsonObject = {
    ...(textIn(template, 'serviceAccountName') !== undefined && { serviceAccountName: textIn(template, 'serviceAccountName') ?? '' }),
    containers: [
      {
        name: 'main',
        image: 'quay.io/argoproj/argo-events:v1.9.6',
        args: [kind === SENSOR ? 'sensor-service' : 'eventsource-service'],
        ...resourcesOf(objectIn(template, 'container')),
      },
    ],
    volumes: secrets.map((secret) => ({ name: `secret-${hashSuffix(secret, 8)}`, secret: { secretName: secret } })),
  };
  const metadata = { labels: { ...labels }, annotations: { 'rehearsal/spec': hashSuffix(JSON.stringify(specOf(owner))) } };
  const before = store.find(DEPLOYMENT, namespaceOf(owner), name);
  if (before === undefined) {
    makeOnce(cluster, DEPLOYMENT, owner, kind, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: namespaceOf(owner), labels },
      spec: { replicas: 1, progressDeadlineSeconds: 600, selector: { matchLabels: labels }, template: { metadata, spec } },
    });
    return;
  }
  // Others restart it by an annotation on the template: that stays.
  const old = objectIn(specOf(before), 'template');
  const annotations = { ...objectIn(objectIn(old, 'metadata'), 'annotations'), ...metadata.annotations };
  store.replace(DEPLOYMENT, { ...before, spec: { ...specOf(before), template: { ...old, metadata: { ...metadata, annotations }, spec } } });
}

/** Secrets behind `{name, key}`, wherever they stand in a spec of Argo Events. */
function secretsIn(value: Json, key = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each: Json) => secretsIn(each));
  if (!isObject(value)) return [];
  const isReference = /(accessKey|secretKey|apiToken|webhookSecret|secret|token|password)$/i.test(key);
  const name = textIn(value, 'name');
  if (isReference && name !== undefined && textIn(value, 'key') !== undefined) return [name];
  return Object.entries(value).flatMap(([inner, each]) => secretsIn(each, inner));
}

function makeOnce({ store }: ClusterView, kind: Kind, owner: KubeObject, ownerKind: Kind, object: KubeObject): void {
  if (store.find(kind, namespaceOf(object), object.metadata.name) !== undefined) return;
  store.create(kind, { ...object, metadata: { ...object.metadata, ownerReferences: [ownerReference(ownerKind, owner)] } });
}

function conclude({ store }: ClusterView, kind: Kind, object: KubeObject, wanted: readonly Condition[]): void {
  let conditions = objectsIn(statusOf(object), 'conditions');
  for (const condition of wanted) conditions = withCondition(conditions, condition, store.time());
  writeStatus(store, kind, object, { ...statusOf(object), conditions, observedGeneration: numberIn(object.metadata, 'generation') ?? 1 });
}
