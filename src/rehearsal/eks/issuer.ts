import type { ClusterRecord } from './eksState.ts';

/** The cluster's OpenID Connect issuer, without the scheme: a new cluster of the same name has a new one. */
export function issuerOf(cluster: ClusterRecord): string {
  return `oidc.eks.${cluster.region}.amazonaws.com/id/${cluster.id}`;
}
