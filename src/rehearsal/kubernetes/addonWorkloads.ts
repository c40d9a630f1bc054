import { addonHealth, replicasAvailableAt } from '../eks/addonHealth.ts';
import type { AddonRecord, ClusterRecord } from '../eks/eksState.ts';
import type { World } from '../world.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import { kindNamed } from './kinds.ts';
import type { Kind } from './kinds.ts';
import { liveNodes } from './nodeObjects.ts';
import type { LiveNode } from './nodeObjects.ts';
import { rfc3339 } from './objectStore.ts';

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

/** The objects of the cluster's add-ons with their states at this moment: a pure function of records and time. */
export function addonWorkloads(world: World, cluster: ClusterRecord): Controlled[] {
  const nodes = liveNodes(cluster, world.now()).filter((node) => node.ready);
  return WORKLOADS.flatMap((workload) => {
    const addon = addonOf(world, cluster, workload.addon);
    return addon === undefined ? [] : workloadObjects(world, cluster, addon, workload, nodes);
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

function workloadObjects(
  world: World,
  cluster: ClusterRecord,
  addon: AddonRecord,
  workload: Workload,
  nodes: readonly LiveNode[],
): Controlled[] {
  const availableAt = replicasAvailableAt(world, cluster, addon);
  const up = availableAt !== undefined && availableAt <= world.now();
  const placed = workload.kind === 'DaemonSet' ? nodes : placedReplicas(workload.replicas ?? 1, nodes);
  const pods = placed.map((node, index) => podObject(world, cluster, addon, workload, node, index, workload.kind === 'DaemonSet' || up));
  const ready = pods.filter((pod) => pod.ready).length;
  const owner =
    workload.kind === 'DaemonSet'
      ? daemonSet(cluster, addon, workload, nodes.length, ready)
      : deployment(cluster, addon, workload, ready, availableAt);
  return [
    { kind: kindNamed('ServiceAccount'), object: serviceAccount(addon, workload) },
    { kind: kindNamed(workload.kind), object: owner },
    ...pods.map(({ object }) => ({ kind: kindNamed('Pod'), object })),
  ];
}

/** Replicas spread over the nodes; those that have none wait as Pending. */
function placedReplicas(replicas: number, nodes: readonly LiveNode[]): (LiveNode | undefined)[] {
  return Array.from({ length: replicas }, (_each, index) => (nodes.length === 0 ? undefined : nodes[index % nodes.length]));
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

function daemonSet(cluster: ClusterRecord, addon: AddonRecord, workload: Workload, wanted: number, ready: number): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadata(workload, workload.name),
    spec: {
      selector: { matchLabels: { ...workload.labels } },
      template: template(cluster, addon, workload),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
    },
    status: {
      currentNumberScheduled: wanted,
      desiredNumberScheduled: wanted,
      numberMisscheduled: 0,
      numberReady: ready,
      observedGeneration: 1,
      updatedNumberScheduled: wanted,
      ...(ready > 0 && { numberAvailable: ready }),
      ...(wanted > ready && { numberUnavailable: wanted - ready }),
    },
  };
}

function deployment(
  cluster: ClusterRecord,
  addon: AddonRecord,
  workload: Workload,
  ready: number,
  availableAt: number | undefined,
): KubeObject {
  const replicas = workload.replicas ?? 1;
  const available = ready >= replicas;
  const since = rfc3339(available && availableAt !== undefined ? availableAt : addon.createdAt);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(workload, workload.name),
    spec: {
      replicas,
      selector: { matchLabels: { ...workload.labels } },
      template: template(cluster, addon, workload),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: '25%' } },
    },
    status: {
      observedGeneration: 1,
      replicas,
      updatedReplicas: replicas,
      ...(ready > 0 && { readyReplicas: ready, availableReplicas: ready }),
      ...(replicas > ready && { unavailableReplicas: replicas - ready }),
      conditions: [
        {
          type: 'Available',
          status: available ? 'True' : 'False',
          lastTransitionTime: since,
          lastUpdateTime: since,
          reason: available ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
          message: available ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
        },
      ],
    },
  };
}

function podObject(
  world: World,
  cluster: ClusterRecord,
  addon: AddonRecord,
  workload: Workload,
  node: LiveNode | undefined,
  index: number,
  up: boolean,
): { readonly object: KubeObject; readonly ready: boolean } {
  const startedAt = node === undefined ? addon.createdAt : Math.max(node.readyAt, addon.createdAt);
  const ready = node !== undefined && up;
  const spec = podSpec(cluster, addon, workload);
  const suffix =
    workload.kind === 'DaemonSet' && node !== undefined ? node.address.replaceAll('.', '-') : `${addon.arn.slice(-5)}-${index}`;
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadata(workload, `${workload.name}-${suffix}`),
    spec: node === undefined ? spec : { ...spec, nodeName: node.name },
    status: node === undefined ? pendingStatus(world, startedAt) : runningStatus(workload, node, startedAt, ready),
  };
  return { object, ready };
}

function pendingStatus(world: World, since: number): JsonObject {
  const message = 'no nodes available to schedule pods';
  return {
    phase: 'Pending',
    qosClass: 'BestEffort',
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message,
        lastTransitionTime: rfc3339(Math.min(since, world.now())),
      },
    ],
  };
}

function runningStatus(workload: Workload, node: LiveNode, startedAt: number, ready: boolean): JsonObject {
  const time = rfc3339(startedAt);
  const crashed: Json = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off restarting failed container' } };
  return {
    phase: 'Running',
    hostIP: node.address,
    podIP: node.address,
    startTime: time,
    qosClass: 'Burstable',
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
      type,
      status: ready || type === 'Initialized' || type === 'PodScheduled' ? 'True' : 'False',
      lastTransitionTime: time,
    })),
    containerStatuses: workload.containers.map((name) => ({
      name,
      image: workload.image,
      imageID: '',
      ready,
      started: ready,
      restartCount: 0,
      state: ready ? { running: { startedAt: time } } : crashed,
    })),
  };
}
