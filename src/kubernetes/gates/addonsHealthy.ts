import type { Handle, Look, Observation, Resource, ResourceId } from '../../core/graph/resource.ts';
import type { KubernetesClient, KubernetesObject } from '../client.ts';
import { clientOf } from '../cluster.ts';
import type { InCluster } from '../cluster.ts';
import type { ClusterAddress } from '../connection.ts';

interface Deployment extends KubernetesObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly availableReplicas?: number };
}

interface DaemonSet extends KubernetesObject {
  readonly status?: { readonly desiredNumberScheduled?: number; readonly numberAvailable?: number };
}

/** A workload of an add-on: how many pods it should have and has. */
interface Workload {
  readonly name: string;
  readonly wanted: number;
  readonly available: number;
}

/** What EKS's add-ons run in `kube-system` (their manifests). An add-on that is not here is believed what EKS says of it. */
const WORKLOADS: Readonly<Record<string, readonly string[]>> = {
  'vpc-cni': ['aws-node'],
  'kube-proxy': ['kube-proxy'],
  coredns: ['coredns'],
  'aws-ebs-csi-driver': ['ebs-csi-controller', 'ebs-csi-node'],
  'metrics-server': ['metrics-server'],
  'eks-pod-identity-agent': ['eks-pod-identity-agent'],
};

type AddonsNeeds = { readonly cluster: Handle<ClusterAddress> };

/**
 * Waits until the add-ons run on the nodes. EKS was seen to call an add-on ACTIVE a quarter of an hour after its pods were healthy, so
 * the workloads in the cluster are asked.
 */
export function addonsHealthy(
  { cluster, reach }: InCluster,
  addons: readonly string[],
  after: readonly ResourceId[],
): Resource<Record<never, never>, AddonsNeeds> {
  const id: ResourceId = 'gate/addons-healthy';
  const expected = addons.flatMap((addon) => WORKLOADS[addon] ?? []);
  return {
    id,
    kind: 'gate',
    provider: 'kubernetes',
    title: 'Add-ons healthy',
    needs: { cluster },
    after,
    within: cluster,
    async observe(look) {
      const client = await clientOf(look, { cluster, reach });
      return client === undefined ? { state: 'absent' } : viewOf(id, expected, await listWorkloads(look, client));
    },
    estimate: () => ({ createSeconds: 30, deleteSeconds: 0, monthlyUsd: 0 }),
    commands: () => [['kubectl', 'get', 'deployments,daemonsets', '--namespace', 'kube-system']],
  };
}

async function listWorkloads(look: Look, client: KubernetesClient): Promise<readonly Workload[]> {
  const apps = '/apis/apps/v1/namespaces/kube-system';
  const [deployments, daemonSets] = await Promise.all([
    look.share('kubernetes:kube-system deployments', () => client.list<Deployment>(`${apps}/deployments`, look.signal)),
    look.share('kubernetes:kube-system daemonsets', () => client.list<DaemonSet>(`${apps}/daemonsets`, look.signal)),
  ]);
  return [
    ...deployments.map(({ metadata, spec, status }) => ({
      name: metadata.name,
      wanted: spec?.replicas ?? 1,
      available: status?.availableReplicas ?? 0,
    })),
    ...daemonSets.map(({ metadata, status }) => ({
      name: metadata.name,
      wanted: status?.desiredNumberScheduled ?? 0,
      available: status?.numberAvailable ?? 0,
    })),
  ];
}

function viewOf(id: ResourceId, expected: readonly string[], workloads: readonly Workload[]): Observation<Record<never, never>> {
  const base = { owner: 'slipway', physicalId: id, attributes: {}, outputs: {} } as const;
  const seen = expected.map((name) => workloads.find((each) => each.name === name) ?? { name, wanted: 1, available: 0 });
  // A DaemonSet wants nothing while there are no nodes: that is not health.
  const lacking = seen.filter(({ wanted, available }) => wanted === 0 || available < wanted);
  if (lacking.length === 0) return { ...base, state: 'ready', reason: `${seen.length} workloads are available` };
  const reason = lacking.map(({ name, wanted, available }) => `${name} ${available} of ${wanted}`).join(', ');
  const running = lacking.every(({ available }) => available > 0);
  return { ...base, state: running ? 'degraded' : 'pending', reason: `available: ${reason}` };
}
