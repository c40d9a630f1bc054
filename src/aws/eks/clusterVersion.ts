import { paginateDescribeClusterVersions } from '@aws-sdk/client-eks';
import type { ClusterVersionInformation } from '@aws-sdk/client-eks';
import type { Finding } from '../../core/findings/finding.ts';
import type { Look, Observation, Resource } from '../../core/graph/resource.ts';
import type { VersionOut } from '../outputs.ts';
import { readAll } from '../pages.ts';
import { describeCluster } from './describeCluster.ts';
import type { EksScope } from './eksScope.ts';
import { compareVersions } from './kubernetesVersion.ts';

const ID = 'cluster-version';

/** A version whose standard support ends sooner is not begun with: an upgrade would be due before the team has settled. */
const ENOUGH_SUPPORT_MS = 90 * 24 * 3_600_000;

/**
 * The Kubernetes version, chosen once: the cluster's own where there is one, else what platform.yml says, else the newest in standard
 * support (`eks:DescribeClusterVersions`). Never a number of ours: support ends every few months.
 */
export function clusterVersion(scope: EksScope, wish: { readonly version: string; readonly now: () => number }): Resource<VersionOut> {
  return {
    id: ID,
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
      const newest = newestSupported(await versionsIn(scope, look, 'STANDARD_SUPPORT'), wish.now());
      return newest === undefined ? { state: 'unknown', reason: 'EKS lists no Kubernetes version in standard support' } : chosen(newest);
    },
    check: (look) => supportFindings(scope, wish, look),
  };
}

function chosen(version: string): Observation<VersionOut> {
  return { state: 'ready', owner: 'slipway', physicalId: version, attributes: {}, outputs: { version } };
}

function versionsIn(
  { aws }: EksScope,
  look: Look,
  versionStatus: 'STANDARD_SUPPORT' | 'EXTENDED_SUPPORT',
): Promise<readonly ClusterVersionInformation[]> {
  return look.share(`eks:versions ${versionStatus}`, () =>
    readAll(
      aws,
      look,
      (o) => paginateDescribeClusterVersions({ client: aws.eks }, { versionStatus }, o),
      (page) => page.clusterVersions,
    ),
  );
}

/** How the version that runs, or that is written for a cluster to be made, stands in EKS's calendar. What is newer informs and changes nothing. */
async function supportFindings(
  scope: EksScope,
  wish: { readonly version: string; readonly now: () => number },
  look: Look,
): Promise<readonly Finding[]> {
  const running = (await describeCluster(scope, look))?.version;
  const version = running ?? (wish.version === 'latest' ? undefined : wish.version);
  if (version === undefined) return [];
  const standard = await versionsIn(scope, look, 'STANDARD_SUPPORT');
  const newest = newestSupported(standard, wish.now());
  if (newest === undefined) return [];
  const found = standard.find(({ clusterVersion: known }) => known === version);
  if (found === undefined) {
    const extended = (await versionsIn(scope, look, 'EXTENDED_SUPPORT')).some(({ clusterVersion: known }) => known === version);
    return [outOfSupport(version, newest, { extended, running: running !== undefined })];
  }
  const end = found.endOfStandardSupportDate;
  if (end !== undefined && end.getTime() - wish.now() < ENOUGH_SUPPORT_MS) {
    const message = `Standard support of Kubernetes ${version} ends on ${end.toISOString().slice(0, 10)}; the newest is ${newest}. AWS upgrades the cluster by itself then.`;
    return [{ code: 'cluster-version-ends', severity: 'information', resource: ID, message }];
  }
  if (running === undefined || compareVersions(newest, running) <= 0) return [];
  const message = `Kubernetes ${newest} is there; the cluster runs ${running} and stays on it.`;
  return [{ code: 'cluster-version-newer', severity: 'information', resource: ID, message }];
}

/** A cluster is made with standard support only; one that runs already is AWS's to upgrade. */
function outOfSupport(
  version: string,
  newest: string,
  { extended, running }: { readonly extended: boolean; readonly running: boolean },
): Finding {
  if (!extended && !running) {
    const message = `EKS makes no cluster of Kubernetes ${version}. Write cluster.version: latest, or "${newest}".`;
    return { code: 'cluster-version-unsupported', severity: 'error', resource: ID, message };
  }
  const message = `Kubernetes ${version} is out of standard support: AWS upgrades the cluster by itself. The newest is ${newest}.`;
  return { code: 'cluster-version-extended', severity: 'warning', resource: ID, message };
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
