import type { ClusterAddress, Transport } from './connection.ts';
import { KubernetesClient } from './client.ts';
import type { NamedConnection } from './kubeconfigConnection.ts';

/** Gives the client of a cluster: the same one as long as its address is the same. */
export type ReachCluster = (cluster: ClusterAddress) => KubernetesClient;

export interface ReachOptions {
  readonly transport: Transport;
  /** A token for the cluster of this name; a secret. */
  token(cluster: string): Promise<string>;
  /** Whether the credentials that make it have not ended. @throws SignedOut */
  assertSignedIn?(signal: AbortSignal): Promise<void>;
  /** `--kubeconfig`: this connection instead of the endpoint that EKS reports. */
  readonly instead?: NamedConnection;
}

/** Endpoint and authority come from EKS, the token is made in process. A cluster that was made again has another address, and so another client. */
export function reachCluster(options: ReachOptions): ReachCluster {
  const { instead, transport } = options;
  const clients = new Map<string, { readonly authority: string; readonly client: KubernetesClient }>();
  return (cluster) => {
    const key = `${cluster.name} ${cluster.endpoint}`;
    const known = clients.get(key);
    if (known?.authority === cluster.certificateAuthority) return known.client;
    const token = (): Promise<string> => options.token(cluster.name);
    const connection = instead?.(token) ?? {
      server: cluster.endpoint,
      certificateAuthority: Buffer.from(cluster.certificateAuthority, 'base64').toString('utf8'),
      token,
    };
    // A kubeconfig may bring credentials of its own, which nobody here knows anything of.
    const own = connection.token === token && options.assertSignedIn !== undefined ? { assertSignedIn: options.assertSignedIn } : {};
    const client = new KubernetesClient({ ...connection, ...own }, transport);
    clients.set(key, { authority: cluster.certificateAuthority, client });
    return client;
  };
}
