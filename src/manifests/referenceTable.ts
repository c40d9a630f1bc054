/**
 * What names what: one row a place. Order of apply, missing Secrets, expected buckets, and whatever else asks how objects
 * hang together, read this table. Sources: the API reference of Kubernetes 1.36; of Argo Events 1.9, Argo Workflows 3.7,
 * cert-manager 1.21 and the Spark operator 2.3, their `docs/` and `pkg/apis`.
 */
export interface ReferenceRow {
  /** `Kind.group` of who names; `pod` is every pod spec that `podPlaces` finds in an object. */
  readonly on: string;
  /** Pattern of the place, from the object or the pod spec. One that ends in `**` takes every selector `{name, key}` below. */
  readonly at: string;
  /** `Kind.group` of what is named, or the property that tells it, and what its values mean. Other values name nothing of ours. */
  readonly to: string | { readonly property: string; readonly kinds: Readonly<Record<string, string>>; readonly fallback?: string };
  /** Property of the place that holds the name; left out where the place is the name. */
  readonly name?: string;
  /** Property that holds the namespace; left out: that of who names. */
  readonly namespace?: string;
  /** Pattern of the keys of a Secret or ConfigMap that are used, from the place. */
  readonly keys?: string;
  /** Property that says, if true, that it may be missing. */
  readonly optional?: string;
  /** What counts where nothing is written. */
  readonly fallback?: string;
  /** Names that always exist. */
  readonly exists?: readonly string[];
  /**
   * Whether who names comes after what is named: `must` (it cannot be made or started before), `should` (it works without
   * order, only later or with noise; the first to go in a circle), `free` (it finds the other whenever that comes).
   */
  readonly order: 'must' | 'should' | 'free';
  /** It names what it makes: nobody has to provide it. */
  readonly makes?: true;
}

const environment = (on: string, place: string): readonly ReferenceRow[] => [
  { on, at: `${place}.env[].valueFrom.secretKeyRef`, to: 'Secret', name: 'name', keys: 'key', optional: 'optional', order: 'must' },
  { on, at: `${place}.env[].valueFrom.configMapKeyRef`, to: 'ConfigMap', name: 'name', keys: 'key', optional: 'optional', order: 'must' },
  { on, at: `${place}.envFrom[].secretRef`, to: 'Secret', name: 'name', optional: 'optional', order: 'must' },
  { on, at: `${place}.envFrom[].configMapRef`, to: 'ConfigMap', name: 'name', optional: 'optional', order: 'must' },
];

/** The last three are those of Argo, whose templates are pod specs in most ways. */
const containers = ['containers[]', 'initContainers[]', 'container', 'script', 'sidecars[]'];

const pods: readonly ReferenceRow[] = [
  ...containers.flatMap((place) => environment('pod', place)),
  { on: 'pod', at: 'volumes[].secret', to: 'Secret', name: 'secretName', keys: 'items[].key', optional: 'optional', order: 'must' },
  { on: 'pod', at: 'volumes[].configMap', to: 'ConfigMap', name: 'name', keys: 'items[].key', optional: 'optional', order: 'must' },
  {
    on: 'pod',
    at: 'volumes[].projected.sources[].secret',
    to: 'Secret',
    name: 'name',
    keys: 'items[].key',
    optional: 'optional',
    order: 'must',
  },
  {
    on: 'pod',
    at: 'volumes[].projected.sources[].configMap',
    to: 'ConfigMap',
    name: 'name',
    keys: 'items[].key',
    optional: 'optional',
    order: 'must',
  },
  { on: 'pod', at: 'volumes[].persistentVolumeClaim', to: 'PersistentVolumeClaim', name: 'claimName', order: 'must' },
  { on: 'pod', at: 'volumes[].csi.nodePublishSecretRef', to: 'Secret', name: 'name', order: 'must' },
  { on: 'pod', at: 'imagePullSecrets[]', to: 'Secret', name: 'name', order: 'must' },
  { on: 'pod', at: 'serviceAccountName', to: 'ServiceAccount', exists: ['default'], order: 'must' },
  {
    on: 'pod',
    at: 'priorityClassName',
    to: 'PriorityClass.scheduling.k8s.io',
    exists: ['system-cluster-critical', 'system-node-critical'],
    order: 'must',
  },
  { on: 'pod', at: 'runtimeClassName', to: 'RuntimeClass.node.k8s.io', order: 'must' },
];

const workloads: readonly ReferenceRow[] = [
  { on: 'StatefulSet.apps', at: 'spec.serviceName', to: 'Service', order: 'free' },
  { on: 'StatefulSet.apps', at: 'spec.volumeClaimTemplates[].spec.storageClassName', to: 'StorageClass.storage.k8s.io', order: 'should' },
  { on: 'PersistentVolumeClaim', at: 'spec.storageClassName', to: 'StorageClass.storage.k8s.io', order: 'should' },
  { on: 'PersistentVolumeClaim', at: 'spec.volumeName', to: 'PersistentVolume', order: 'should' },
  { on: 'PersistentVolume', at: 'spec.storageClassName', to: 'StorageClass.storage.k8s.io', order: 'free' },
  { on: 'ServiceAccount', at: 'imagePullSecrets[]', to: 'Secret', name: 'name', order: 'free' },
  { on: 'Secret', at: 'metadata.annotations["kubernetes.io/service-account.name"]', to: 'ServiceAccount', order: 'should' },
  {
    on: 'HorizontalPodAutoscaler.autoscaling',
    at: 'spec.scaleTargetRef',
    to: { property: 'kind', kinds: { Deployment: 'Deployment.apps', StatefulSet: 'StatefulSet.apps', ReplicaSet: 'ReplicaSet.apps' } },
    name: 'name',
    order: 'free',
  },
];

const rbac: readonly ReferenceRow[] = ['RoleBinding', 'ClusterRoleBinding'].flatMap((kind): readonly ReferenceRow[] => [
  {
    on: `${kind}.rbac.authorization.k8s.io`,
    at: 'roleRef',
    to: { property: 'kind', kinds: { Role: 'Role.rbac.authorization.k8s.io', ClusterRole: 'ClusterRole.rbac.authorization.k8s.io' } },
    name: 'name',
    exists: ['cluster-admin', 'admin', 'edit', 'view'],
    order: 'must',
  },
  {
    on: `${kind}.rbac.authorization.k8s.io`,
    at: 'subjects[]',
    to: { property: 'kind', kinds: { ServiceAccount: 'ServiceAccount' } },
    name: 'name',
    namespace: 'namespace',
    exists: ['default'],
    order: 'free',
  },
]);

const issuers = { ClusterIssuer: 'ClusterIssuer.cert-manager.io', Issuer: 'Issuer.cert-manager.io' };

const network: readonly ReferenceRow[] = [
  { on: 'Ingress.networking.k8s.io', at: 'spec.defaultBackend.service', to: 'Service', name: 'name', order: 'free' },
  { on: 'Ingress.networking.k8s.io', at: 'spec.rules[].http.paths[].backend.service', to: 'Service', name: 'name', order: 'free' },
  { on: 'Ingress.networking.k8s.io', at: 'spec.ingressClassName', to: 'IngressClass.networking.k8s.io', order: 'should' },
  { on: 'Ingress.networking.k8s.io', at: 'spec.tls[]', to: 'Secret', name: 'secretName', order: 'free' },
  {
    on: 'Ingress.networking.k8s.io',
    at: 'metadata.annotations["cert-manager.io/cluster-issuer"]',
    to: 'ClusterIssuer.cert-manager.io',
    order: 'free',
  },
  { on: 'Ingress.networking.k8s.io', at: 'metadata.annotations["cert-manager.io/issuer"]', to: 'Issuer.cert-manager.io', order: 'free' },
  { on: 'Ingress.networking.k8s.io', at: 'metadata.annotations["nginx.ingress.kubernetes.io/auth-secret"]', to: 'Secret', order: 'free' },
  {
    on: 'Ingress.networking.k8s.io',
    at: 'metadata.annotations["nginx.ingress.kubernetes.io/auth-tls-secret"]',
    to: 'Secret',
    order: 'free',
  },
  {
    on: 'Ingress.networking.k8s.io',
    at: 'metadata.annotations["nginx.ingress.kubernetes.io/proxy-ssl-secret"]',
    to: 'Secret',
    order: 'free',
  },
  {
    on: 'ValidatingWebhookConfiguration.admissionregistration.k8s.io',
    at: 'webhooks[].clientConfig.service',
    to: 'Service',
    name: 'name',
    namespace: 'namespace',
    order: 'free',
  },
  {
    on: 'MutatingWebhookConfiguration.admissionregistration.k8s.io',
    at: 'webhooks[].clientConfig.service',
    to: 'Service',
    name: 'name',
    namespace: 'namespace',
    order: 'free',
  },
  {
    on: 'CustomResourceDefinition.apiextensions.k8s.io',
    at: 'spec.conversion.webhook.clientConfig.service',
    to: 'Service',
    name: 'name',
    namespace: 'namespace',
    order: 'free',
  },
  { on: 'APIService.apiregistration.k8s.io', at: 'spec.service', to: 'Service', name: 'name', namespace: 'namespace', order: 'should' },
  { on: 'Certificate.cert-manager.io', at: 'spec.secretName', to: 'Secret', order: 'free', makes: true },
  {
    on: 'Certificate.cert-manager.io',
    at: 'spec.issuerRef',
    to: { property: 'kind', kinds: issuers, fallback: 'Issuer' },
    name: 'name',
    order: 'should',
  },
  ...['Issuer', 'ClusterIssuer'].flatMap((kind): readonly ReferenceRow[] => [
    { on: `${kind}.cert-manager.io`, at: 'spec.acme.privateKeySecretRef', to: 'Secret', name: 'name', order: 'free', makes: true },
    { on: `${kind}.cert-manager.io`, at: 'spec.ca', to: 'Secret', name: 'secretName', order: 'must' },
    { on: `${kind}.cert-manager.io`, at: 'spec.acme.solvers[].dns01.*.**', to: 'Secret', name: 'name', keys: 'key', order: 'must' },
    {
      on: `${kind}.cert-manager.io`,
      at: 'spec.acme.externalAccountBinding.keySecretRef',
      to: 'Secret',
      name: 'name',
      keys: 'key',
      order: 'must',
    },
  ]),
  { on: 'ExternalSecret.external-secrets.io', at: 'spec.target', to: 'Secret', name: 'name', order: 'free', makes: true },
  { on: 'SealedSecret.bitnami.com', at: 'metadata', to: 'Secret', name: 'name', order: 'free', makes: true },
];

const credentials = (on: string, at: string): ReferenceRow => ({
  on,
  at,
  to: 'Secret',
  name: 'name',
  keys: 'key',
  optional: 'optional',
  order: 'must',
});

const argoEvents: readonly ReferenceRow[] = [
  { on: 'EventSource.argoproj.io', at: 'spec', to: 'EventBus.argoproj.io', name: 'eventBusName', fallback: 'default', order: 'must' },
  { on: 'Sensor.argoproj.io', at: 'spec', to: 'EventBus.argoproj.io', name: 'eventBusName', fallback: 'default', order: 'must' },
  { on: 'Sensor.argoproj.io', at: 'spec.dependencies[]', to: 'EventSource.argoproj.io', name: 'eventSourceName', order: 'should' },
  // every credential of an event source is a selector {name, key} under a name of its own
  credentials('EventSource.argoproj.io', 'spec.*.*.**'),
  credentials('Sensor.argoproj.io', 'spec.triggers[].**'),
  credentials('EventBus.argoproj.io', 'spec.**'),
];

const workflowPlaces: readonly (readonly [kind: string, spec: string])[] = [
  ['Workflow', 'spec'],
  ['WorkflowTemplate', 'spec'],
  ['ClusterWorkflowTemplate', 'spec'],
  ['CronWorkflow', 'spec.workflowSpec'],
];

const argoWorkflows: readonly ReferenceRow[] = workflowPlaces.flatMap(([kind, spec]): readonly ReferenceRow[] => {
  const on = `${kind}.argoproj.io`;
  const kinds = { true: 'ClusterWorkflowTemplate.argoproj.io', false: 'WorkflowTemplate.argoproj.io' };
  const template = { to: { property: 'clusterScope', kinds, fallback: 'false' }, name: 'name' };
  return [
    { on, at: `${spec}.workflowTemplateRef`, ...template, order: 'should' },
    { on, at: `${spec}.templates[].steps[][].templateRef`, ...template, order: 'should' },
    { on, at: `${spec}.templates[].dag.tasks[].templateRef`, ...template, order: 'should' },
    // a template of the cluster names Secrets of whatever namespace it is used in
    ...(kind === 'ClusterWorkflowTemplate' ? [] : [credentials(on, `${spec}.**`)]),
  ];
});

const sparkPlaces: readonly (readonly [kind: string, spec: string])[] = [
  ['SparkApplication', 'spec'],
  ['ScheduledSparkApplication', 'spec.template'],
];

const spark: readonly ReferenceRow[] = sparkPlaces.flatMap(([kind, spec]): readonly ReferenceRow[] => {
  const on = `${kind}.sparkoperator.k8s.io`;
  return [
    { on, at: `${spec}.imagePullSecrets[]`, to: 'Secret', order: 'must' },
    { on, at: `${spec}.sparkConfigMap`, to: 'ConfigMap', order: 'must' },
    { on, at: `${spec}.hadoopConfigMap`, to: 'ConfigMap', order: 'must' },
    ...['driver', 'executor'].flatMap((role): readonly ReferenceRow[] => [
      ...environment(on, `${spec}.${role}`),
      { on, at: `${spec}.${role}.serviceAccount`, to: 'ServiceAccount', exists: ['default'], order: 'must' },
      { on, at: `${spec}.${role}.secrets[]`, to: 'Secret', name: 'name', order: 'must' },
      { on, at: `${spec}.${role}.configMaps[]`, to: 'ConfigMap', name: 'name', order: 'must' },
      { on, at: `${spec}.${role}.envSecretKeyRefs.*`, to: 'Secret', name: 'name', keys: 'key', order: 'must' },
    ]),
  ];
});

export const referenceTable: readonly ReferenceRow[] = [
  ...pods,
  ...workloads,
  ...rbac,
  ...network,
  ...argoEvents,
  ...argoWorkflows,
  ...spark,
];

/** Kinds that run nothing when they are applied, only later: what they name need not be there yet. */
export const runLater: readonly string[] = [
  'PodTemplate',
  'CronJob.batch',
  'WorkflowTemplate.argoproj.io',
  'ClusterWorkflowTemplate.argoproj.io',
  'CronWorkflow.argoproj.io',
  'ScheduledSparkApplication.sparkoperator.k8s.io',
];

/** Where the pod specs of a kind are. */
export const podPlaces: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  PodTemplate: ['template.spec'],
  ReplicationController: ['spec.template.spec'],
  'Deployment.apps': ['spec.template.spec'],
  'StatefulSet.apps': ['spec.template.spec'],
  'DaemonSet.apps': ['spec.template.spec'],
  'ReplicaSet.apps': ['spec.template.spec'],
  'Job.batch': ['spec.template.spec'],
  'CronJob.batch': ['spec.jobTemplate.spec.template.spec'],
  'EventSource.argoproj.io': ['spec.template'],
  'Sensor.argoproj.io': ['spec.template'],
  'Workflow.argoproj.io': ['spec', 'spec.templates[]'],
  'WorkflowTemplate.argoproj.io': ['spec', 'spec.templates[]'],
  'ClusterWorkflowTemplate.argoproj.io': ['spec', 'spec.templates[]'],
  'CronWorkflow.argoproj.io': ['spec.workflowSpec', 'spec.workflowSpec.templates[]'],
  'SparkApplication.sparkoperator.k8s.io': ['spec', 'spec.driver', 'spec.executor'],
  'ScheduledSparkApplication.sparkoperator.k8s.io': ['spec.template', 'spec.template.driver', 'spec.template.executor'],
};
