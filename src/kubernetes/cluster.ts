import type { Handle, Look } from '../core/graph/resource.ts';
import type { KubernetesClient } from './client.ts';
import type { ClusterAddress } from './connection.ts';
import type { ReachCluster } from './reach.ts';

/** What everything that lives in a cluster is told. */
export interface InCluster {
  readonly cluster: Handle<ClusterAddress>;
  readonly reach: ReachCluster;
}

/** The client of the cluster, `undefined` while there is none (then nothing is in it either). @throws Unseen */
export async function clientOf(look: Look, { cluster, reach }: InCluster): Promise<KubernetesClient | undefined> {
  const { name, endpoint, certificateAuthority } = (await look.outputs(cluster)) ?? {};
  if (name === undefined || endpoint === undefined || certificateAuthority === undefined) return undefined;
  return reach({ name, endpoint, certificateAuthority });
}
