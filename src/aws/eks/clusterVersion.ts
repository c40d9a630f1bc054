import { paginateDescribeClusterVersions } from '@aws-sdk/client-eks';
import type { ClusterVersionInformation } from '@aws-sdk/client-eks';
import type { Look, Observation, Resource } from '../../core/graph/resource.ts';
import type { VersionOut } from '../outputs.ts';
import { readAll } from '../pages.ts';
import { describeCluster } from './describeCluster.ts';
import type { EksScope } from './eksScope.ts';
import { compareVersions } from './kubernetesVersion.ts';

/** A version whose standard support ends sooner is not begun with: an upgrade would be due before the team has settled. */
const ENOUGH_SUPPORT_MS = 90 * 24 * 3_600_000;

/**
 * The Kubernetes version, chosen once: the cluster's own where there is one, else what platform.yml says, else the newest in standard
 * support (`eks:DescribeClusterVersions`). Never a number of ours: support ends every few months.
 */
export function clusterVersion(scope: EksScope, wish: { readonly version: string; readonly now: () => number }): Resource<VersionOut> {
  return {
    id: 'cluster-version',
    kind: 'choice',
    provider: 'aws',
    title: 'Kubernetes version',
    internal: true,
    needs: {},
    placeholders: () => ({ version: wish.version === 'latest' ? '<KUBERNETES-VERSION>' : wish.version }),
    commands: () =>
      wish.version === 'latest'
        ? [
            [
              ...['aws', 'eks', 'describe-cluster-versions', '--region', scope.aws.region, '--version-status', 'STANDARD_SUPPORT'],
              ...['--query', 'clusterVersions[].clusterVersion', '--output', 'text'],
            ],
          ]
        : [],
    async observe(look) {
      const existing = (await describeCluster(scope, look))?.version;
      if (existing !== undefined) return chosen(existing);
      if (wish.version !== 'latest') return chosen(wish.version);
      const newest = newestSupported(await supportedVersions(scope, look), wish.now());
      return newest === undefined ? { state: 'unknown', reason: 'EKS lists no Kubernetes version in standard support' } : chosen(newest);
    },
  };
}

function chosen(version: string): Observation<VersionOut> {
  return { state: 'ready', owner: 'slipway', physicalId: version, attributes: {}, outputs: { version } };
}

function supportedVersions({ aws }: EksScope, look: Look): Promise<readonly ClusterVersionInformation[]> {
  return look.share('eks:versions', () =>
    readAll(
      aws,
      look,
      (o) => paginateDescribeClusterVersions({ client: aws.eks }, { versionStatus: 'STANDARD_SUPPORT' }, o),
      (page) => page.clusterVersions,
    ),
  );
}

/** The newest with enough support left; where none has, the one that is supported longest. */
export function newestSupported(versions: readonly ClusterVersionInformation[], now: number): string | undefined {
  const known = versions.flatMap(({ clusterVersion: version, endOfStandardSupportDate: end }) =>
    version === undefined ? [] : [{ version, end: end?.getTime() ?? Number.POSITIVE_INFINITY }],
  );
  const newest = known.filter(({ end }) => end - now >= ENOUGH_SUPPORT_MS).sort((a, b) => compareVersions(b.version, a.version));
  const longest = [...known].sort((a, b) => b.end - a.end);
  return (newest[0] ?? longest[0])?.version;
}
