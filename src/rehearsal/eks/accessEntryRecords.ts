import { partitionOf } from '../iam/iamState.ts';
import type { World } from '../world.ts';
import { eksArn } from './eksRules.ts';
import { uuid } from './eksState.ts';
import type { AccessEntryRecord } from './eksState.ts';

/** Access policies by name (EKS User Guide, "Review access policy permissions"). */
export const ACCESS_POLICIES = [
  'AmazonEKSClusterAdminPolicy',
  'AmazonEKSAdminPolicy',
  'AmazonEKSAdminViewPolicy',
  'AmazonEKSEditPolicy',
  'AmazonEKSViewPolicy',
] as const;

export function accessPolicyArn(region: string, name: (typeof ACCESS_POLICIES)[number]): string {
  return `arn:${partitionOf(region)}:eks::aws:cluster-access-policy/${name}`;
}

export interface NewAccessEntry {
  readonly principalArn: string;
  readonly type: string;
  readonly username?: string;
  readonly groups?: readonly string[];
  readonly tags?: Record<string, string>;
}

export function newAccessEntry(world: World, region: string, clusterName: string, wanted: NewAccessEntry): AccessEntryRecord {
  const [, , , , account = '', resource = ''] = wanted.principalArn.split(':');
  const kind = resource.slice(0, resource.indexOf('/'));
  const name = resource.slice(resource.lastIndexOf('/') + 1);
  return {
    principalArn: wanted.principalArn,
    arn: eksArn(world, region, `access-entry/${clusterName}/${kind}/${account}/${name}/${uuid(world)}`),
    createdAt: world.now(),
    modifiedAt: world.now(),
    type: wanted.type,
    username: wanted.username ?? usualUsername(region, wanted.principalArn, wanted.type, account, name),
    groups: wanted.groups ?? (wanted.type === 'EC2_LINUX' ? ['system:nodes'] : []),
    tags: wanted.tags ?? {},
    policies: [],
  };
}

/** The untagged entry that EKS makes for the creator with `bootstrapClusterCreatorAdminPermissions` (`domain-facts.md` N). */
export function adminEntry(world: World, region: string, clusterName: string, principalArn: string): AccessEntryRecord {
  const entry = newAccessEntry(world, region, clusterName, { principalArn, type: 'STANDARD' });
  const policyArn = accessPolicyArn(region, 'AmazonEKSClusterAdminPolicy');
  entry.policies.push({ policyArn, associatedAt: world.now(), modifiedAt: world.now(), scope: { type: 'cluster', namespaces: [] } });
  return entry;
}

function usualUsername(region: string, principalArn: string, type: string, account: string, name: string): string {
  if (type === 'EC2_LINUX') return 'system:node:{{EC2PrivateDNSName}}';
  const isRole = principalArn.includes(':role/');
  return isRole ? `arn:${partitionOf(region)}:sts::${account}:assumed-role/${name}/{{SessionName}}` : principalArn;
}
