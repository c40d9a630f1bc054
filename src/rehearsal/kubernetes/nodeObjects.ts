import { instanceTypeOf } from '../../core/platform/instanceTypes.ts';
import type { ClusterRecord, NodegroupRecord, NodeRecord } from '../eks/eksState.ts';
import { patchVersion } from '../eks/versions.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import { rfc3339 } from './objectStore.ts';

/** A kubelet registers its node this long before it is Ready. */
const REGISTERED_MS = 20_000;

/** The `Node` objects of a cluster at a world time. */
export function nodeObjects(cluster: ClusterRecord, now: number): KubeObject[] {
  return registered(cluster, now).map(({ group, node, readyAt }) => nodeObject(cluster, group, node, readyAt, readyAt <= now));
}

/** Nodes that have registered and not left. */
function registered(cluster: ClusterRecord, now: number): { group: NodegroupRecord; node: NodeRecord; readyAt: number }[] {
  return Object.values(cluster.nodegroups).flatMap((group) =>
    group.nodes.flatMap((node) => {
      const { readyAt } = node;
      const there = readyAt !== undefined && now >= readyAt - REGISTERED_MS && (node.goneAt === undefined || now < node.goneAt);
      return there ? [{ group, node, readyAt }] : [];
    }),
  );
}

function nodeObject(cluster: ClusterRecord, group: NodegroupRecord, node: NodeRecord, readyAt: number, ready: boolean): KubeObject {
  const type = instanceTypeOf(node.instanceType);
  const architecture = type?.architecture === 'arm64' ? 'arm64' : 'amd64';
  const resources = nodeResources(cluster, group, node);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: node.name, labels: nodeLabels(cluster, group, node, architecture) },
    spec: {
      providerID: `aws:///${node.zone}/${node.instanceId}`,
      ...(group.settings.taints.length > 0 && { taints: group.settings.taints.map(taint) }),
    },
    status: {
      ...resources,
      addresses: [
        { type: 'InternalIP', address: node.address },
        { type: 'InternalDNS', address: node.name },
        { type: 'Hostname', address: node.name },
      ],
      conditions: conditions(readyAt, ready),
      nodeInfo: {
        architecture,
        bootID: node.instanceId,
        containerRuntimeVersion: 'containerd://2.1.4',
        kernelVersion: '6.12.46-66.121.amzn2023.x86_64',
        kubeProxyVersion: '',
        kubeletVersion: `v${patchVersion(group.version)}-eks-ecaa3a6`,
        machineID: node.instanceId,
        operatingSystem: 'linux',
        osImage: 'Amazon Linux 2023.9.20261030',
        systemUUID: node.instanceId,
      },
    },
  };
}

function nodeLabels(cluster: ClusterRecord, group: NodegroupRecord, node: NodeRecord, architecture: string): JsonObject {
  return {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/instance-type': node.instanceType,
    'beta.kubernetes.io/os': 'linux',
    'eks.amazonaws.com/capacityType': group.capacityType,
    'eks.amazonaws.com/nodegroup': group.name,
    'eks.amazonaws.com/nodegroup-image': 'ami-0a1b2c3d4e5f60718',
    'failure-domain.beta.kubernetes.io/region': cluster.region,
    'failure-domain.beta.kubernetes.io/zone': node.zone,
    'k8s.io/cloud-provider-aws': cluster.id.toLowerCase(),
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': node.name,
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': node.instanceType,
    'topology.k8s.aws/zone-id': node.zone,
    'topology.kubernetes.io/region': cluster.region,
    'topology.kubernetes.io/zone': node.zone,
    ...group.settings.labels,
  };
}

/** Reserves as nodeadm computes them: `domain-facts.md` D. */
function nodeResources(cluster: ClusterRecord, group: NodegroupRecord, node: NodeRecord): JsonObject {
  const type = instanceTypeOf(node.instanceType);
  const [vcpu, memoryMib, pods] = [type?.vcpu ?? 2, type?.memoryMib ?? 2048, podSlots(cluster, node)];
  const usableMib = Math.floor(memoryMib * 0.95);
  const diskKib = group.diskGiB * 1024 * 1024;
  return {
    capacity: {
      cpu: String(vcpu),
      'ephemeral-storage': `${diskKib}Ki`,
      'hugepages-1Gi': '0',
      'hugepages-2Mi': '0',
      memory: `${usableMib * 1024}Ki`,
      pods: String(pods),
    },
    allocatable: {
      cpu: `${vcpu * 1000 - 70}m`,
      'ephemeral-storage': String(Math.floor(diskKib * 0.9) * 1024),
      'hugepages-1Gi': '0',
      'hugepages-2Mi': '0',
      memory: `${(usableMib - (11 * pods + 255) - 100) * 1024}Ki`,
      pods: String(pods),
    },
  };
}

/** With prefix delegation on the VPC CNI addresses are no limit: 110 (`domain-facts.md` N). It counts for nodes made afterwards; here for all. */
function podSlots(cluster: ClusterRecord, node: NodeRecord): number {
  const delegates = /"?ENABLE_PREFIX_DELEGATION"?\s*:\s*"?true/.test(cluster.addons['vpc-cni']?.settings.configuration ?? '');
  return delegates ? 110 : (instanceTypeOf(node.instanceType)?.pods ?? 11);
}

function conditions(readyAt: number, ready: boolean): Json[] {
  const since = rfc3339(ready ? readyAt : readyAt - REGISTERED_MS);
  const pressure = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => {
    const reason = `KubeletHasSufficient${type === 'PIDPressure' ? 'PID' : type.replace('Pressure', '')}`;
    return { type, status: 'False', lastTransitionTime: rfc3339(readyAt - REGISTERED_MS), reason, message: `kubelet has no ${type}` };
  });
  const message = ready
    ? 'kubelet is posting ready status'
    : 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';
  return [
    ...pressure,
    {
      type: 'Ready',
      status: ready ? 'True' : 'False',
      lastTransitionTime: since,
      reason: ready ? 'KubeletReady' : 'KubeletNotReady',
      message,
    },
  ];
}

/** `NO_SCHEDULE` in EKS is `NoSchedule` in Kubernetes. */
function taint({ key, value, effect }: { key?: string | undefined; value?: string | undefined; effect?: string | undefined }): Json {
  const words = (effect ?? 'NO_SCHEDULE').toLowerCase().split('_');
  return {
    key: key ?? '',
    ...(value !== undefined && { value }),
    effect: words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(''),
  };
}
