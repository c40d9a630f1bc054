import { isList, isObject, objectIn, textIn } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import type { Kind } from './kinds.ts';
import { podDefaults, withRequests } from './podDefaults.ts';

/**
 * What the API server fills in for a built-in kind before it keeps an object (kubernetes/kubernetes, `pkg/apis/<group>/<version>/defaults.go`).
 * Filled in again, nothing changes.
 */
export function withDefaults(object: KubeObject, kind: Kind): KubeObject {
  const name = `${kind.group}/${kind.kind}`;
  const fill = FILLS[name];
  const status = FIRST_STATUS[name];
  const begun: KubeObject = status === undefined || 'status' in object ? object : { ...object, status };
  return fill === undefined ? begun : { ...begun, ...fill(begun, objectIn(begun, 'spec')) };
}

/** What Go writes for a status that nobody has written yet. */
const FIRST_STATUS: Readonly<Record<string, JsonObject>> = {
  'apps/Deployment': {},
  'apps/ReplicaSet': { replicas: 0 },
  'apps/StatefulSet': { replicas: 0, availableReplicas: 0 },
  'apps/DaemonSet': { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  'batch/Job': {},
  'batch/CronJob': {},
  'networking.k8s.io/Ingress': { loadBalancer: {} },
  'policy/PodDisruptionBudget': { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  'autoscaling/HorizontalPodAutoscaler': { desiredReplicas: 0, currentMetrics: null },
  'apiextensions.k8s.io/CustomResourceDefinition': { conditions: null, acceptedNames: { plural: '', kind: '' } },
  'apiregistration.k8s.io/APIService': {},
  'certificates.k8s.io/CertificateSigningRequest': {},
};

type Fill = (object: KubeObject, spec: JsonObject) => JsonObject;

/** A spec with the values that it has none of its own for. */
const filled = (spec: JsonObject, usual: JsonObject): JsonObject => ({ spec: { ...usual, ...spec } });
const ROLLING = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } };

const FILLS: Readonly<Record<string, Fill>> = {
  '/Namespace': ({ metadata, ...object }, spec) => ({
    metadata: { ...metadata, labels: { ...objectIn(metadata, 'labels'), 'kubernetes.io/metadata.name': metadata.name } },
    spec: { finalizers: ['kubernetes'], ...spec },
    status: { phase: textIn(metadata, 'deletionTimestamp') === undefined ? 'Active' : 'Terminating', ...objectIn(object, 'status') },
  }),
  '/Secret': (object) => ({ type: textIn(object, 'type') ?? 'Opaque' }),
  '/Service': (_object, spec) => ({ spec: serviceSpec(spec) }),
  '/Pod': (_object, spec) => ({ spec: { enableServiceLinks: true, ...podDefaults(withRequests(spec)) } }),
  '/PersistentVolumeClaim': (object, spec) => ({
    ...filled(spec, { volumeMode: 'Filesystem' }),
    status: { phase: 'Pending', ...objectIn(object, 'status') },
  }),
  '/PersistentVolume': (object, spec) => ({
    ...filled(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }),
    status: { phase: 'Pending', ...objectIn(object, 'status') },
  }),
  'apps/Deployment': (_object, spec) =>
    filled(withTemplate(spec), {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: strategyOf(objectIn(spec, 'strategy')),
    }),
  'apps/ReplicaSet': (_object, spec) => filled(withTemplate(spec), { replicas: 1 }),
  'apps/StatefulSet': (_object, spec) => ({ spec: statefulSpec(withTemplate(spec)) }),
  'apps/DaemonSet': (_object, spec) =>
    filled(withTemplate(spec), {
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    }),
  'batch/Job': (_object, spec) => filled(withTemplate(spec), JOB),
  'batch/CronJob': (_object, spec) => ({ spec: cronSpec(spec) }),
  'storage.k8s.io/StorageClass': (object) => ({
    reclaimPolicy: textIn(object, 'reclaimPolicy') ?? 'Delete',
    volumeBindingMode: textIn(object, 'volumeBindingMode') ?? 'Immediate',
  }),
  'rbac.authorization.k8s.io/RoleBinding': bindingDefaults,
  'rbac.authorization.k8s.io/ClusterRoleBinding': bindingDefaults,
  'networking.k8s.io/NetworkPolicy': (_object, spec) =>
    filled(spec, { policyTypes: isList(spec['egress']) ? ['Ingress', 'Egress'] : ['Ingress'] }),
  'scheduling.k8s.io/PriorityClass': (object) => ({ preemptionPolicy: textIn(object, 'preemptionPolicy') ?? 'PreemptLowerPriority' }),
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': (object) => ({ ...webhookDefaults(object, {}) }),
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': (object) => ({
    ...webhookDefaults(object, { reinvocationPolicy: 'Never' }),
  }),
  'autoscaling/HorizontalPodAutoscaler': (_object, spec) =>
    filled(spec, {
      minReplicas: 1,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
    }),
  'apiextensions.k8s.io/CustomResourceDefinition': (object, spec) => ({
    spec: definitionSpec(spec),
    status: { storedVersions: storageVersions(spec), ...objectIn(object, 'status') },
  }),
  'apiregistration.k8s.io/APIService': (_object, spec) =>
    isObject(spec['service']) ? { spec: { ...spec, service: { port: 443, ...spec['service'] } } } : {},
  'discovery.k8s.io/EndpointSlice': (object) => ({
    ports: objectsIn(object['ports']).map((port) => ({ name: '', protocol: 'TCP', ...port })),
  }),
};

const JOB = {
  backoffLimit: 6,
  completionMode: 'NonIndexed',
  completions: 1,
  parallelism: 1,
  podReplacementPolicy: 'TerminatingOrFailed',
  suspend: false,
};

function withTemplate(spec: JsonObject): JsonObject {
  const template = objectIn(spec, 'template');
  return 'template' in spec ? { ...spec, template: { metadata: {}, ...template, spec: podDefaults(objectIn(template, 'spec')) } } : spec;
}

function strategyOf(given: JsonObject): JsonObject {
  if (Object.keys(given).length === 0) return ROLLING;
  if (given['type'] === 'Recreate') return given;
  return { type: 'RollingUpdate', ...given, rollingUpdate: { ...ROLLING.rollingUpdate, ...objectIn(given, 'rollingUpdate') } };
}

function statefulSpec(spec: JsonObject): JsonObject {
  const strategy = objectIn(spec, 'updateStrategy');
  const rolling = strategy['type'] === undefined || strategy['type'] === 'RollingUpdate';
  const claims = objectsIn(spec['volumeClaimTemplates']).map((claim) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    ...claim,
    spec: { volumeMode: 'Filesystem', ...objectIn(claim, 'spec') },
    status: { phase: 'Pending' },
  }));
  return {
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    ...spec,
    updateStrategy: rolling
      ? { type: 'RollingUpdate', ...strategy, rollingUpdate: { partition: 0, ...objectIn(strategy, 'rollingUpdate') } }
      : strategy,
    ...(claims.length > 0 && { volumeClaimTemplates: claims }),
  };
}

function cronSpec(spec: JsonObject): JsonObject {
  const template = objectIn(spec, 'jobTemplate');
  return {
    concurrencyPolicy: 'Allow',
    failedJobsHistoryLimit: 1,
    successfulJobsHistoryLimit: 3,
    suspend: false,
    ...spec,
    jobTemplate: { metadata: {}, ...template, spec: withTemplate(objectIn(template, 'spec')) },
  };
}

function serviceSpec(spec: JsonObject): JsonObject {
  const type = textIn(spec, 'type') ?? 'ClusterIP';
  const ports = objectsIn(spec['ports']).map((port) => ({ protocol: 'TCP', ...port, targetPort: port['targetPort'] ?? port['port'] ?? 0 }));
  const outside = type === 'LoadBalancer' || type === 'NodePort';
  return {
    sessionAffinity: 'None',
    ...(type !== 'ExternalName' && { internalTrafficPolicy: 'Cluster' }),
    ...(spec['clusterIP'] === 'None' && !('selector' in spec) && { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' }),
    ...(outside && { externalTrafficPolicy: 'Cluster' }),
    ...(type === 'LoadBalancer' && { allocateLoadBalancerNodePorts: true }),
    ...spec,
    type,
    ...('ports' in spec && { ports }),
  };
}

function bindingDefaults(object: KubeObject): JsonObject {
  const subjects = objectsIn(object['subjects']).map((subject) => ({
    ...(subject['kind'] !== 'ServiceAccount' && { apiGroup: 'rbac.authorization.k8s.io' }),
    ...subject,
  }));
  const roleRef = objectIn(object, 'roleRef');
  const group = textIn(roleRef, 'apiGroup') ?? '';
  return {
    roleRef: { ...roleRef, apiGroup: group === '' ? 'rbac.authorization.k8s.io' : group },
    ...(subjects.length > 0 && { subjects }),
  };
}

function webhookDefaults(object: KubeObject, own: JsonObject): JsonObject {
  const webhooks = objectsIn(object['webhooks']).map((hook) => ({
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
    ...own,
    ...hook,
    clientConfig: withPort(objectIn(hook, 'clientConfig')),
    ...('rules' in hook && { rules: objectsIn(hook['rules']).map((rule) => ({ scope: '*', ...rule })) }),
  }));
  return webhooks.length > 0 ? { webhooks } : {};
}

function withPort(config: JsonObject): JsonObject {
  return isObject(config['service']) ? { ...config, service: { port: 443, ...config['service'] } } : config;
}

const storageVersions = (spec: JsonObject): readonly Json[] =>
  objectsIn(spec['versions'])
    .filter((version) => version['storage'] === true)
    .map((version) => version['name'] ?? '');

function definitionSpec(spec: JsonObject): JsonObject {
  const names = objectIn(spec, 'names');
  const kind = textIn(names, 'kind') ?? '';
  return { conversion: { strategy: 'None' }, ...spec, names: { listKind: `${kind}List`, singular: kind.toLowerCase(), ...names } };
}

const objectsIn = (value: Json | undefined): readonly JsonObject[] => (isList(value) ? value.filter(isObject) : []);
