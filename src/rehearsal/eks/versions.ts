import type {
  ClusterVersionInformation,
  DescribeClusterVersionsRequest,
  DescribeClusterVersionsResponse,
  VersionStatus,
} from '@aws-sdk/client-eks';
import type { Call } from '../service.ts';
import type { World } from '../world.ts';
import { page } from './eksRules.ts';

interface KnownVersion {
  readonly version: string;
  readonly patch: string;
  readonly released: string;
  readonly standardUntil: string;
  readonly extendedUntil: string;
}

/** EKS User Guide, "Amazon EKS Kubernetes release calendar"; 1.36 from a third party (`domain-facts.md` B). Oldest first. */
const VERSIONS: readonly KnownVersion[] = [
  { version: '1.31', patch: '1.31.14', released: '2024-09-26', standardUntil: '2025-11-26', extendedUntil: '2026-11-26' },
  { version: '1.32', patch: '1.32.10', released: '2025-01-23', standardUntil: '2026-03-23', extendedUntil: '2027-03-23' },
  { version: '1.33', patch: '1.33.6', released: '2025-05-29', standardUntil: '2026-07-29', extendedUntil: '2027-07-29' },
  { version: '1.34', patch: '1.34.3', released: '2025-10-02', standardUntil: '2026-12-02', extendedUntil: '2027-12-02' },
  { version: '1.35', patch: '1.35.2', released: '2026-01-27', standardUntil: '2027-03-27', extendedUntil: '2028-03-27' },
  { version: '1.36', patch: '1.36.1', released: '2026-06-02', standardUntil: '2027-08-02', extendedUntil: '2028-08-02' },
];

const DEFAULT_VERSION = '1.35';
const YEAR_MS = 365 * 24 * 3600 * 1000;

export function describeClusterVersions(world: World, { input }: Call<DescribeClusterVersionsRequest>): DescribeClusterVersionsResponse {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- AWS still takes the old member, and so does its CLI
  const wanted = input.versionStatus ?? asVersionStatus(input.status);
  const all = [...VERSIONS]
    .reverse()
    .map((known) => information(world, known))
    .filter((each) => input.includeAll === true || each.versionStatus !== 'UNSUPPORTED' || wanted === 'UNSUPPORTED')
    .filter((each) => wanted === undefined || each.versionStatus === wanted)
    .filter((each) => input.defaultOnly !== true || each.defaultVersion === true)
    .filter((each) => input.clusterVersions === undefined || input.clusterVersions.includes(each.clusterVersion ?? ''));
  const { items, ...rest } = page(all, input);
  return { clusterVersions: items, ...rest };
}

/** Versions that a cluster can be made with now. */
export function supportedVersions(world: World): string[] {
  return VERSIONS.filter((known) => information(world, known).versionStatus !== 'UNSUPPORTED').map((known) => known.version);
}

/** The one a cluster gets that asks for none. */
export function defaultVersion(): string {
  return DEFAULT_VERSION;
}

/** All minor versions of the world, oldest first. */
export function allVersions(): readonly string[] {
  return VERSIONS.map((known) => known.version);
}

/** e.g. `1.35.2` for `1.35`: what the API server and the kubelets say they are. */
export function patchVersion(version: string): string {
  return VERSIONS.find((known) => known.version === version)?.patch ?? `${version}.0`;
}

/** The table ends somewhere, a rehearsal should not: the newest version stays in standard support whatever the clock says. */
function information(world: World, known: KnownVersion): ClusterVersionInformation {
  const now = world.now();
  const newest = known === VERSIONS.at(-1);
  const standardUntil = newest ? Math.max(Date.parse(known.standardUntil), now + YEAR_MS / 2) : Date.parse(known.standardUntil);
  const extendedUntil = newest ? Math.max(Date.parse(known.extendedUntil), standardUntil + YEAR_MS) : Date.parse(known.extendedUntil);
  const versionStatus: VersionStatus = now < standardUntil ? 'STANDARD_SUPPORT' : now < extendedUntil ? 'EXTENDED_SUPPORT' : 'UNSUPPORTED';
  return {
    clusterVersion: known.version,
    clusterType: 'eks',
    defaultPlatformVersion: 'eks.6',
    defaultVersion: known.version === DEFAULT_VERSION,
    releaseDate: new Date(known.released),
    endOfStandardSupportDate: new Date(standardUntil),
    endOfExtendedSupportDate: new Date(extendedUntil),
    status:
      versionStatus === 'STANDARD_SUPPORT' ? 'standard-support' : versionStatus === 'EXTENDED_SUPPORT' ? 'extended-support' : 'unsupported',
    versionStatus,
    kubernetesPatchVersion: known.patch,
  };
}

/** The deprecated member `status` says the same in lower case. */
function asVersionStatus(status: DescribeClusterVersionsRequest['status']): VersionStatus | undefined {
  switch (status) {
    case undefined:
      return undefined;
    case 'standard-support':
      return 'STANDARD_SUPPORT';
    case 'extended-support':
      return 'EXTENDED_SUPPORT';
    default:
      return 'UNSUPPORTED';
  }
}
