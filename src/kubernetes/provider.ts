import type { Provider } from '../core/engine/ports.ts';
import { Unseen } from '../core/graph/errors.ts';
import type { AnyResource, Look } from '../core/graph/resource.ts';
import type { ResourceGraph } from '../core/graph/resourceGraph.ts';
import type { KubernetesClient } from './client.ts';
import type { ClusterAddress } from './connection.ts';
import { discoverLabelledSecrets } from './helm/discoverReleases.ts';
import type { Helm } from './helm/helm.ts';
import { discoverMembers } from './objects/discoverMembers.ts';
import type { ReachCluster } from './reach.ts';

export interface KubernetesProviderOptions {
  readonly reach: ReachCluster;
  /** The value of `slipway.dev/platform`. */
  readonly label: string;
  /** Uninstalls releases that left the file. Without it none is looked for: a platform without a Kubernetes half has none. */
  readonly helm?: Helm;
  /** Why the graph does not hold all that the platform's manifests describe: then nothing in the cluster is an orphan. */
  readonly incomplete?: string;
}

/** Kubernetes as the engine knows it. What left the manifests is told by the inventories in the cluster. */
export function kubernetesProvider({ reach, label, helm, incomplete }: KubernetesProviderOptions): Provider {
  return {
    name: 'kubernetes',
    // An API server takes hundreds at one time (priority and fairness says 429 where it does not), and an apply is mostly waiting.
    parallel: 24,
    async discover(look, graph) {
      if (incomplete !== undefined) throw new Unseen(incomplete);
      const address = await addressIn(look, graph);
      return address === undefined ? [] : (await inventoryOf(look, reach(address), label, helm)).map((each) => inCluster(graph, each));
    },
  };
}

/** What the ApplySets hold, and what only its own Secret tells of. */
async function inventoryOf(look: Look, client: KubernetesClient, label: string, helm: Helm | undefined): Promise<readonly AnyResource[]> {
  const { releases, secrets, keptIn } =
    helm === undefined ? { releases: [], secrets: [], keptIn: [] } : await discoverLabelledSecrets(look, client, label, helm);
  const members = await discoverMembers(look, client, label, keptIn);
  const charts = releases.map(({ id }) => id);
  return [
    // The controllers of a chart still have to take the finalizers off what is theirs.
    ...members.map((member) => (isCustom(member.kind) ? { ...member, after: [...(member.after ?? []), ...charts] } : member)),
    ...releases,
    ...secrets,
  ];
}

/** Groups of Kubernetes itself have no dot, or end in `.k8s.io`: `Deployment.apps`, `Ingress.networking.k8s.io`. */
const isCustom = (groupKind: string): boolean => /\..*\./.test(groupKind) && !groupKind.endsWith('.k8s.io');

const CLUSTER = 'cluster';

async function addressIn(look: Look, graph: ResourceGraph): Promise<ClusterAddress | undefined> {
  const cluster = graph.get(CLUSTER);
  const outputs = cluster && (await look.outputs(cluster));
  return isAddress(outputs) ? outputs : undefined;
}

/** Whether these are the outputs of a cluster that answers. */
export function isAddress(value: unknown): value is ClusterAddress {
  if (typeof value !== 'object' || value === null) return false;
  return ['name', 'endpoint', 'certificateAuthority'].every((key) => typeof Reflect.get(value, key) === 'string');
}

/** It goes before the cluster does. */
const inCluster = (graph: ResourceGraph, member: AnyResource): AnyResource => {
  const cluster = graph.get(CLUSTER);
  return { ...member, after: [...(member.after ?? []), CLUSTER], ...(cluster === undefined ? {} : { within: cluster }) };
};
