import { textAt } from './json.ts';
import type { ManifestObject } from './manifestObject.ts';
import { groupKind } from './objectKey.ts';
import type { ObjectKey } from './objectKey.ts';

export type Scope = 'namespaced' | 'cluster';
export type GroupKind = Pick<ObjectKey, 'group' | 'kind'>;

/** Built-in kinds of Kubernetes 1.36 by group (`kubectl api-resources`): those of the cluster, and those of a namespace. */
const builtIn: readonly (readonly [group: string, cluster: string, namespaced: string])[] = [
  [
    '',
    'ComponentStatus Namespace Node PersistentVolume',
    'Binding ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount',
  ],
  [
    'admissionregistration.k8s.io',
    'MutatingWebhookConfiguration ValidatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding MutatingAdmissionPolicy MutatingAdmissionPolicyBinding',
    '',
  ],
  ['apiextensions.k8s.io', 'CustomResourceDefinition', ''],
  ['apiregistration.k8s.io', 'APIService', ''],
  ['apps', '', 'ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet'],
  ['authentication.k8s.io', 'SelfSubjectReview TokenReview', ''],
  ['authorization.k8s.io', 'SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview', 'LocalSubjectAccessReview'],
  ['autoscaling', '', 'HorizontalPodAutoscaler'],
  ['batch', '', 'CronJob Job'],
  ['certificates.k8s.io', 'CertificateSigningRequest ClusterTrustBundle', ''],
  ['coordination.k8s.io', '', 'Lease'],
  ['discovery.k8s.io', '', 'EndpointSlice'],
  ['events.k8s.io', '', 'Event'],
  ['flowcontrol.apiserver.k8s.io', 'FlowSchema PriorityLevelConfiguration', ''],
  ['networking.k8s.io', 'IngressClass IPAddress ServiceCIDR', 'Ingress NetworkPolicy'],
  ['node.k8s.io', 'RuntimeClass', ''],
  ['policy', '', 'PodDisruptionBudget'],
  ['rbac.authorization.k8s.io', 'ClusterRole ClusterRoleBinding', 'Role RoleBinding'],
  ['resource.k8s.io', 'DeviceClass ResourceSlice', 'ResourceClaim ResourceClaimTemplate'],
  ['scheduling.k8s.io', 'PriorityClass', ''],
  ['storage.k8s.io', 'CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass', 'CSIStorageCapacity'],
  // custom kinds that the runbook's charts bring: their definitions stand in no folder
  ['cert-manager.io', 'ClusterIssuer', 'Certificate CertificateRequest Issuer'],
  ['acme.cert-manager.io', '', 'Challenge Order'],
  [
    'argoproj.io',
    'ClusterWorkflowTemplate',
    'AppProject Application ApplicationSet CronWorkflow EventBus EventSource Rollout Sensor Workflow WorkflowArtifactGCTask WorkflowEventBinding WorkflowTaskResult WorkflowTaskSet WorkflowTemplate',
  ],
  ['sparkoperator.k8s.io', '', 'ScheduledSparkApplication SparkApplication SparkConnect'],
];

const known: ReadonlyMap<string, Scope> = new Map(
  builtIn.flatMap(([group, cluster, namespaced]) => [
    ...kindsOf(group, cluster).map((id): [string, Scope] => [id, 'cluster']),
    ...kindsOf(group, namespaced).map((id): [string, Scope] => [id, 'namespaced']),
  ]),
);

function kindsOf(group: string, kinds: string): readonly string[] {
  return kinds
    .split(' ')
    .filter(Boolean)
    .map((kind) => groupKind({ group, kind }));
}

/** The kinds that CRDs among `objects` define, with the CRD of each. */
export function definedKinds(
  objects: readonly ManifestObject[],
): ReadonlyMap<string, { readonly scope: Scope; readonly crd: ManifestObject }> {
  return new Map(
    objects.filter(isCrd).flatMap((crd) => {
      const kind = textAt(crd.json, 'spec', 'names', 'kind');
      if (kind === undefined) return [];
      const scope = textAt(crd.json, 'spec', 'scope') === 'Cluster' ? 'cluster' : 'namespaced';
      return [[groupKind({ group: textAt(crd.json, 'spec', 'group') ?? '', kind }), { scope, crd }]];
    }),
  );
}

export function isCrd({ key }: ManifestObject): boolean {
  return key.kind === 'CustomResourceDefinition' && key.group === 'apiextensions.k8s.io';
}

/** Whether an object of that kind lies in a namespace; `undefined` where only the cluster knows. */
export function scopeOf(kind: GroupKind, defined: ReturnType<typeof definedKinds>): Scope | undefined {
  return defined.get(groupKind(kind))?.scope ?? known.get(groupKind(kind));
}

/** Of kinds that are known without a CRD at hand. */
export function isClusterScoped(kind: GroupKind): boolean {
  return known.get(groupKind(kind)) === 'cluster';
}

/** The resource's name in URLs and in rules of webhooks: `ingresses` of `Ingress`. */
export function pluralOf({ group, kind }: GroupKind, defined: ReturnType<typeof definedKinds>): string {
  const written = textAt(defined.get(groupKind({ group, kind }))?.crd.json, 'spec', 'names', 'plural');
  if (written !== undefined) return written;
  const lower = kind.toLowerCase();
  if (lower === 'endpoints') return lower;
  if (/(?:s|x|ch|sh)$/.test(lower)) return `${lower}es`;
  return /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}
