import type { ClusterAddress, Connection, Transport } from './connection.ts';
import { KubernetesClient } from './client.ts';

/** Gives the client of a cluster: the same one as long as its address is the same. */
export type ReachCluster = (cluster: ClusterAddress) => KubernetesClient;

export interface ReachOptions {
  readonly transport: Transport;
  /** A token for the cluster of this name; a secret. */
  token(cluster: string): Promise<string>;
  /** `--kubeconfig`: this connection instead of the endpoint that EKS reports. */
  readonly instead?: Connection;
}

/** Endpoint and authority come from EKS, the token is made in process. A cluster that was made again has another address, and so another client. */
export function reachCluster(options: ReachOptions): ReachCluster {
  const { instead, transport } = options;
  if (instead !== undefined) {
    const client = new KubernetesClient(instead, transport);
    return () => client;
  }
  const clients = new Map<string, KubernetesClient>();
  return (cluster) => {
    const key = `${cluster.name} ${cluster.endpoint} ${cluster.certificateAuthority}`;
    const known = clients.get(key);
    if (known !== undefined) return known;
    const client = new KubernetesClient(
      {
        server: cluster.endpoint,
        certificateAuthority: Buffer.from(cluster.certificateAuthority, 'base64').toString('utf8'),
        token: () => options.token(cluster.name),
      },
      transport,
    );
    clients.set(key, client);
    return client;
  };
}
