import { compare } from '../core/graph/compare.ts';
import { NotYet } from '../core/graph/errors.ts';
import type { Handle, Observation, Resource } from '../core/graph/resource.ts';
import type { KubernetesClient, KubernetesObject } from './client.ts';
import { clientOf } from './cluster.ts';
import type { InCluster } from './cluster.ts';
import type { ClusterAddress } from './connection.ts';

/** Whose a cluster is, as a ConfigMap of ours in it says. */
export interface ClusterClaim {
  readonly platform: string;
  readonly account: string;
  readonly region: string;
}

/** The object that says it. */
export interface ClaimObject extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

const NAMESPACE = 'kube-system';
const NAME = 'slipway';

export const CLAIM_PATH = `/api/v1/namespaces/${NAMESPACE}/configmaps/${NAME}`;

export function claimManifest(claim: ClusterClaim) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, namespace: NAMESPACE }, data: { ...claim } };
}

/** All that is known of the claim stands in the object. */
export function says(found: ClaimObject, claim: Partial<ClusterClaim>): boolean {
  return Object.entries(claim).every(([key, value]) => found.data?.[key] === value);
}

const unread: Observation<Record<never, never>> = { state: 'ready', owner: 'slipway', physicalId: NAME, attributes: {}, outputs: {} };

export interface ClusterProofWish {
  readonly platform: string;
  readonly region: string;
  readonly after: readonly string[];
  /** The cluster is reached by a kubeconfig: the mark is all that says whose it is, so it has a row, and each status reads it. */
  readonly isProof: boolean;
}

type ClusterProofNeeds = { readonly cluster: Handle<ClusterAddress>; readonly caller: Handle<{ readonly account: string }> };

/**
 * The mark by which a cluster proves whose it is to whoever reaches it by a kubeconfig (`--kubeconfig`) and not by what EKS reports.
 * One that names another platform is refused and never written over. Where EKS's own endpoint is used nothing hangs on it, and only a
 * plan reads it.
 */
export function clusterProof(
  inCluster: InCluster,
  { platform, region, after, isProof }: ClusterProofWish,
  caller: ClusterProofNeeds['caller'],
): Resource<Record<never, never>, ClusterProofNeeds> {
  const { cluster, reach } = inCluster;
  const title = 'Mark of the platform';
  /** A delete is told what was seen, not where: it goes to the cluster that the last look went to. */
  let seenWith: KubernetesClient | undefined;
  return {
    id: `ConfigMap/${NAMESPACE}/${NAME}`,
    kind: 'ConfigMap',
    provider: 'kubernetes',
    title,
    needs: { cluster, caller },
    after,
    within: cluster,
    ...(isProof ? {} : { internal: true as const }),
    async observe(look, depth) {
      const [client, who] = await Promise.all([clientOf(look, inCluster), look.outputs(caller)]);
      seenWith = client;
      if (depth === 'status' && !isProof && client !== undefined) return unread;
      const found = client && (await look.share('kubernetes:claim', () => client.get<ClaimObject>(CLAIM_PATH, look.signal)));
      if (found === undefined) return { state: 'absent' };
      const isOurs = says(found, { platform, region, ...(who?.account === undefined ? {} : { account: who.account }) });
      return {
        state: 'ready',
        owner: isOurs ? 'slipway' : 'foreign',
        physicalId: found.metadata.uid ?? NAME,
        attributes: {},
        outputs: {},
      };
    },
    steps: {
      plan: (seen) => compare(title, seen, {}),
      async create({ cluster: address, caller: { account } }, ctx) {
        await reach(address).apply(CLAIM_PATH, claimManifest({ platform, account, region }), ctx.signal);
      },
      async delete(_seen, ctx) {
        if (seenWith === undefined) throw new NotYet('the cluster cannot be reached just now');
        await seenWith.delete(CLAIM_PATH, ctx.signal);
      },
    },
    estimate: () => ({ createSeconds: 2, deleteSeconds: 2, monthlyUsd: 0 }),
    commands: ({ caller: { account = '<ACCOUNT-ID>' } }) => [
      {
        stdin: JSON.stringify(claimManifest({ platform, account, region })),
        argv: ['kubectl', 'apply', '--server-side', '--field-manager', 'slipway', '-f', '-'],
      },
    ],
  };
}
