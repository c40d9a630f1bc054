import { accessPolicyArn } from '../eks/accessEntryRecords.ts';
import { isServing } from '../eks/clusters.ts';
import type { AccessEntryRecord, ClusterRecord } from '../eks/eksState.ts';
import { allClusters } from '../eks/settle.ts';
import { haveExpired } from '../faults.ts';
import { verifySignature } from '../sigv4.ts';
import { SECONDS } from '../world.ts';
import type { World } from '../world.ts';

/** Who asks, and which cluster. */
export interface Caller {
  readonly cluster: ClusterRecord;
  readonly username: string;
  readonly groups: readonly string[];
  readonly may: 'everything' | 'read' | 'nothing';
}

export interface TokenRules {
  /** Milliseconds of the wall clock: tokens are dated by it. */
  readonly wall: number;
  /** The rehearsal's own AWS endpoint: `aws eks get-token` presigns for the STS that it was told of. */
  readonly endpoint: string;
}

const PREFIX = 'k8s-aws-v1.';
const MAX_TOKEN_BYTES = 4096;
const VALID_MS = 15 * 60_000;
const CLUSTER_HEADER = 'x-k8s-aws-id';
const ALLOWED_PARAMETERS = [
  'action',
  'version',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
];

/**
 * What the authenticator in front of an EKS API server does (aws-iam-authenticator, `token.go`: `Verify`): the token is a
 * presigned `sts:GetCallerIdentity`, worth something only for the cluster whose name was signed with it, for fifteen minutes,
 * and only while an access entry lets its caller in. All clusters share one port here, so the signature also tells which is meant.
 * @returns `undefined`: 401
 */
export function authenticate(world: World, authorization: string | undefined, rules: TokenRules): Caller | undefined {
  const url = presignedUrl(authorization, rules.endpoint);
  // STS, which the authenticator asks, answers ExpiredToken then.
  if (url === undefined || haveExpired(world.faults)) return undefined;
  const region = url.searchParams.get('X-Amz-Credential')?.split('/')[2];
  const clusters = allClusters(world).filter((cluster) => isServing(world, cluster));
  const meant = clusters
    .filter((cluster) => isSignedFor(world, url, cluster.name, rules.wall))
    .sort((a, b) => Number(b.region === region) - Number(a.region === region));
  const [cluster] = meant;
  const entry = cluster?.accessEntries[world.callerArn];
  if (cluster === undefined || entry === undefined) return undefined;
  if (world.now() < entry.createdAt + SECONDS.accessEntryEffective * 1000) return undefined;
  return { cluster, username: entry.username, groups: [...entry.groups, 'system:authenticated'], may: rightsOf(cluster, entry) };
}

function presignedUrl(authorization: string | undefined, endpoint: string): URL | undefined {
  const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  if (token === undefined || token.length > MAX_TOKEN_BYTES || !token.startsWith(PREFIX)) return undefined;
  const encoded = token.slice(PREFIX.length);
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) return undefined;
  const text = Buffer.from(encoded, 'base64url').toString('utf8');
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isSts = url.protocol === 'https:' && /^sts(\.[a-z0-9-]+)?\.amazonaws\.com$/.test(url.host);
  if ((!isSts && url.origin !== endpoint) || url.pathname !== '/') return undefined;
  const names = [...url.searchParams.keys()].map((name) => name.toLowerCase());
  if (new Set(names).size !== names.length || !names.every((name) => ALLOWED_PARAMETERS.includes(name))) return undefined;
  return url.searchParams.get('Action') === 'GetCallerIdentity' ? url : undefined;
}

/** Valid for fifteen minutes from its date, whatever `X-Amz-Expires` says. */
function isSignedFor(world: World, url: URL, clusterName: string, wall: number): boolean {
  if (!(url.searchParams.get('X-Amz-SignedHeaders') ?? '').split(';').includes(CLUSTER_HEADER)) return false;
  const date = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(url.searchParams.get('X-Amz-Date') ?? '');
  if (date === null) return false;
  const [year = 0, month = 0, ...rest] = date.slice(1).map(Number);
  const at = Date.UTC(year, month - 1, ...rest);
  if (Math.abs(wall - at) > VALID_MS) return false;
  const request = {
    method: 'GET',
    path: '/',
    query: url.search.slice(1),
    headers: { host: url.host, [CLUSTER_HEADER]: clusterName },
    body: Buffer.alloc(0),
  };
  const verdict = verifySignature(request, world.credentials, at);
  return 'scope' in verdict && !('flaw' in verdict) && verdict.scope.service === 'sts';
}

function rightsOf(cluster: ClusterRecord, entry: AccessEntryRecord): Caller['may'] {
  const policies = entry.policies.map((policy) => policy.policyArn);
  const has = (...names: Parameters<typeof accessPolicyArn>[1][]): boolean =>
    names.some((name) => policies.includes(accessPolicyArn(cluster.region, name)));
  if (has('AmazonEKSClusterAdminPolicy', 'AmazonEKSAdminPolicy') || entry.groups.includes('system:masters')) return 'everything';
  return has('AmazonEKSAdminViewPolicy', 'AmazonEKSViewPolicy', 'AmazonEKSEditPolicy') ? 'read' : 'nothing';
}
