import { addonHealth } from '../eks/addonHealth.ts';
import type { AddonRecord, ClusterRecord } from '../eks/eksState.ts';
import type { World } from '../world.ts';
import type { JsonObject, KubeObject } from './json.ts';
import { kindNamed } from './kinds.ts';
import type { Kind } from './kinds.ts';

/** What an EKS add-on puts into kube-system. */
interface Workload {
  readonly addon: string;
  readonly kind: 'Deployment' | 'DaemonSet';
  readonly name: string;
  readonly replicas?: number;
  readonly serviceAccount: string;
  readonly labels: JsonObject;
  readonly containers: readonly string[];
  /** Below the registry of EKS. */
  readonly image: string;
}

const WORKLOADS: readonly Workload[] = [
  {
    addon: 'vpc-cni',
    kind: 'DaemonSet',
    name: 'aws-node',
    serviceAccount: 'aws-node',
    labels: { 'k8s-app': 'aws-node', 'app.kubernetes.io/name': 'aws-node' },
    containers: ['aws-node', 'aws-eks-nodeagent'],
    image: 'amazon-k8s-cni',
  },
  {
    addon: 'kube-proxy',
    kind: 'DaemonSet',
    name: 'kube-proxy',
    serviceAccount: 'kube-proxy',
    labels: { 'k8s-app': 'kube-proxy' },
    containers: ['kube-proxy'],
    image: 'eks/kube-proxy',
  },
  {
    addon: 'coredns',
    kind: 'Deployment',
    name: 'coredns',
    replicas: 2,
    serviceAccount: 'coredns',
    labels: { 'k8s-app': 'kube-dns', 'eks.amazonaws.com/component': 'coredns' },
    containers: ['coredns'],
    image: 'eks/coredns',
  },
  {
    addon: 'aws-ebs-csi-driver',
    kind: 'Deployment',
    name: 'ebs-csi-controller',
    replicas: 2,
    serviceAccount: 'ebs-csi-controller-sa',
    labels: { app: 'ebs-csi-controller', 'app.kubernetes.io/name': 'aws-ebs-csi-driver' },
    containers: ['ebs-plugin', 'csi-provisioner', 'csi-attacher', 'csi-snapshotter', 'csi-resizer', 'liveness-probe'],
    image: 'eks/aws-ebs-csi-driver',
  },
  {
    addon: 'aws-ebs-csi-driver',
    kind: 'DaemonSet',
    name: 'ebs-csi-node',
    serviceAccount: 'ebs-csi-node-sa',
    labels: { app: 'ebs-csi-node', 'app.kubernetes.io/name': 'aws-ebs-csi-driver' },
    containers: ['ebs-plugin', 'node-driver-registrar', 'liveness-probe'],
    image: 'eks/aws-ebs-csi-driver',
  },
  {
    addon: 'eks-pod-identity-agent',
    kind: 'DaemonSet',
    name: 'eks-pod-identity-agent',
    serviceAccount: 'eks-pod-identity-agent',
    labels: { 'app.kubernetes.io/name': 'eks-pod-identity-agent' },
    containers: ['eks-pod-identity-agent'],
    image: 'eks/eks-pod-identity-agent',
  },
  {
    addon: 'metrics-server',
    kind: 'Deployment',
    name: 'metrics-server',
    replicas: 2,
    serviceAccount: 'metrics-server',
    labels: { 'app.kubernetes.io/name': 'metrics-server' },
    containers: ['metrics-server'],
    image: 'eks/metrics-server',
  },
];

export interface Controlled {
  readonly kind: Kind;
  readonly object: KubeObject;
}

/** What the add-ons of a cluster put into it: EKS applies it, and the controllers of the cluster run it like everybody's. */
export function addonWorkloads(world: World, cluster: ClusterRecord): Controlled[] {
  return WORKLOADS.flatMap((workload) => {
    const addon = addonOf(world, cluster, workload.addon);
    if (addon === undefined) return [];
    return [
      { kind: kindNamed('ServiceAccount'), object: serviceAccount(addon, workload) },
      { kind: kindNamed(workload.kind), object: workloadObject(cluster, addon, workload) },
    ];
  });
}

/** The add-on as installed by EKS, or the self-managed copy of a cluster that was told to bring them. */
function addonOf(world: World, cluster: ClusterRecord, name: string): AddonRecord | undefined {
  const addon = cluster.addons[name];
  if (addon !== undefined) return addonHealth(world, cluster, addon).status === 'CREATE_FAILED' ? undefined : addon;
  if (!cluster.selfManagedAddons || !['vpc-cni', 'kube-proxy', 'coredns'].includes(name)) return undefined;
  return {
    name,
    arn: '',
    createdAt: cluster.activeAt,
    modifiedAt: cluster.activeAt,
    conflict: false,
    settings: { version: 'v1.0.0' },
    tags: {},
  };
}

function metadata(workload: Workload, name: string): KubeObject['metadata'] {
  return { name, namespace: 'kube-system', labels: { ...workload.labels } };
}

function serviceAccount(addon: AddonRecord, workload: Workload): KubeObject {
  const { roleArn } = addon.settings;
  const usesRole = roleArn !== undefined && ['ebs-csi-controller', 'aws-node'].includes(workload.name);
  const base = metadata(workload, workload.serviceAccount);
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: usesRole ? { ...base, annotations: { 'eks.amazonaws.com/role-arn': roleArn } } : base,
  };
}

function podSpec(cluster: ClusterRecord, addon: AddonRecord, workload: Workload): JsonObject {
  const image = `602401143452.dkr.ecr.${cluster.region}.amazonaws.com/${workload.image}:${addon.settings.version}`;
  return {
    serviceAccountName: workload.serviceAccount,
    containers: workload.containers.map((name) => ({ name, image })),
    ...(workload.kind === 'DaemonSet' && { hostNetwork: true, tolerations: [{ operator: 'Exists' }] }),
  };
}

function template(cluster: ClusterRecord, addon: AddonRecord, workload: Workload): JsonObject {
  return { metadata: { labels: { ...workload.labels } }, spec: podSpec(cluster, addon, workload) };
}

function workloadObject(cluster: ClusterRecord, addon: AddonRecord, workload: Workload): KubeObject {
  const common = { selector: { matchLabels: { ...workload.labels } }, template: template(cluster, addon, workload) };
  return {
    apiVersion: 'apps/v1',
    kind: workload.kind,
    metadata: metadata(workload, workload.name),
    spec:
      workload.kind === 'DaemonSet'
        ? { ...common, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } } }
        : {
            ...common,
            replicas: workload.replicas ?? 1,
            strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: '25%' } },
            progressDeadlineSeconds: 600,
          },
  };
}
