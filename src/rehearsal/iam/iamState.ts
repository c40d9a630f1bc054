import { SECONDS } from '../world.ts';
import type { World } from '../world.ts';

/** IAM is one for the whole account: no region in its name. Times are world times, ms since the epoch. */
export interface IamState {
  readonly roles: Record<string, RoleRecord>;
  /** By ARN. */
  readonly oidcProviders: Record<string, OidcProviderRecord>;
  /** By name. EKS makes one for each node group. */
  readonly instanceProfiles: Record<string, InstanceProfileRecord>;
}

export interface RoleRecord {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly createdAt: number;
  /** The document as it was sent. */
  trust: string;
  /** From then on services go by `trust`. */
  trustEffectiveAt: number;
  readonly description?: string;
  readonly maxSessionSeconds: number;
  readonly boundary?: string;
  tags: Record<string, string>;
  /** ARNs of managed policies, in the order of attaching. */
  attached: string[];
  readonly inline: Record<string, string>;
}

export interface OidcProviderRecord {
  readonly arn: string;
  /** Without the scheme, as IAM shows it. */
  readonly url: string;
  readonly createdAt: number;
  clientIds: string[];
  readonly thumbprints: readonly string[];
  tags: Record<string, string>;
}

export interface InstanceProfileRecord {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly roleName: string;
  readonly createdAt: number;
  /** Its node group takes it along. */
  goneAt?: number;
}

/** What time has taken is not there for anybody. */
export function iamState(world: World): IamState {
  const state = world.part<IamState>('iam', () => ({ roles: {}, oidcProviders: {}, instanceProfiles: {} }));
  for (const profile of Object.values(state.instanceProfiles)) {
    if (profile.goneAt !== undefined && profile.goneAt <= world.now()) delete state.instanceProfiles[profile.name];
  }
  for (const name of foreignNames(world)) state.roles[name] ??= foreignRole(world, name);
  return state;
}

/** The fault `foreign=role=NAME`: a role of that name is there, and nobody's tag is on it. */
function foreignNames(world: World): string[] {
  return world.faults.arguments('foreign').flatMap((argument) => (argument.startsWith('role=') ? [argument.slice('role='.length)] : []));
}

function foreignRole(world: World, name: string): RoleRecord {
  return {
    name,
    path: '/',
    id: `AROA${world.token(17)}`,
    arn: `arn:aws:iam::${world.account}:role/${name}`,
    createdAt: world.now(),
    trust: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    }),
    trustEffectiveAt: world.now(),
    maxSessionSeconds: 3600,
    tags: {},
    attached: [],
    inline: {},
  };
}

/** How long a new trust needs to reach the services, in ms. The fault `iam-propagation[=SECONDS]` makes it longer. */
export function propagationMs(world: World): number {
  const longer = world.faults.armed('iam-propagation');
  if (longer === undefined) return SECONDS.iamPropagation * 1000;
  return Math.max(SECONDS.iamPropagation, Number(longer) || 90) * 1000;
}

/** The partition that a region belongs to, as it stands in ARNs. */
export function partitionOf(region: string): 'aws' | 'aws-us-gov' {
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
