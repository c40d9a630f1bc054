import type {
  AccessEntry,
  AssociateAccessPolicyRequest,
  AssociateAccessPolicyResponse,
  AssociatedAccessPolicy,
  CreateAccessEntryRequest,
  CreateAccessEntryResponse,
  DeleteAccessEntryRequest,
  DescribeAccessEntryRequest,
  DescribeAccessEntryResponse,
  DisassociateAccessPolicyRequest,
  ListAccessEntriesRequest,
  ListAccessEntriesResponse,
  ListAccessPoliciesRequest,
  ListAccessPoliciesResponse,
  ListAssociatedAccessPoliciesRequest,
  ListAssociatedAccessPoliciesResponse,
  UpdateAccessEntryRequest,
  UpdateAccessEntryResponse,
} from '@aws-sdk/client-eks';
import type { Call } from '../service.ts';
import type { World } from '../world.ts';
import { ACCESS_POLICIES, accessPolicyArn, newAccessEntry } from './accessEntryRecords.ts';
import {
  checkedTags,
  existingCluster,
  inUse,
  invalidParameter,
  invalidRequest,
  isRepeated,
  notFound,
  page,
  rememberToken,
  required,
} from './eksRules.ts';
import type { AccessEntryRecord, AssociationRecord, ClusterRecord } from './eksState.ts';
import { eksOf } from './settle.ts';

const PRINCIPAL = /^arn:aws(?:-us-gov)?:iam::\d{12}:(?:role|user)\/[\x21-\x7e]+$/;
const TYPES = ['STANDARD', 'EC2_LINUX', 'EC2_WINDOWS', 'FARGATE_LINUX', 'EC2', 'HYBRID_LINUX'];

/** Whether a principal of another account, or of this one, exists is not checked: the world knows no principals but its own. */
export function createAccessEntry(world: World, call: Call<CreateAccessEntryRequest>): CreateAccessEntryResponse {
  const { input, region } = call;
  const state = eksOf(world, region);
  const cluster = clusterWithEntries(existingCluster(state, input.clusterName));
  const principalArn = checkedPrincipal(input.principalArn, cluster);
  const existing = cluster.accessEntries[principalArn];
  if (existing !== undefined && isRepeated(state, call)) return { accessEntry: shown(cluster, existing) };
  if (existing !== undefined)
    throw inUse('The specified access entry resource is already in use on this cluster.', { clusterName: cluster.name });
  const type = input.type ?? 'STANDARD';
  if (!TYPES.includes(type)) throw invalidParameter(`The type parameter value is not valid: ${type}`, { clusterName: cluster.name });
  const groups = input.kubernetesGroups ?? [];
  if (groups.some((group) => group.startsWith('system:'))) {
    throw invalidParameter('The kubernetes group name cannot start with system:', { clusterName: cluster.name });
  }
  const entry = newAccessEntry(world, region, cluster.name, {
    principalArn,
    type,
    ...(input.username !== undefined && { username: input.username }),
    ...(type === 'STANDARD' && { groups }),
    tags: checkedTags(input.tags),
  });
  cluster.accessEntries[principalArn] = entry;
  rememberToken(state, call);
  return { accessEntry: shown(cluster, entry) };
}

export function describeAccessEntry(world: World, { input, region }: Call<DescribeAccessEntryRequest>): DescribeAccessEntryResponse {
  const cluster = clusterWithEntries(existingCluster(eksOf(world, region), input.clusterName));
  return { accessEntry: shown(cluster, existingEntry(cluster, input.principalArn)) };
}

export function listAccessEntries(world: World, { input, region }: Call<ListAccessEntriesRequest>): ListAccessEntriesResponse {
  const cluster = clusterWithEntries(existingCluster(eksOf(world, region), input.clusterName));
  const arns = Object.values(cluster.accessEntries)
    .filter(
      (entry) => input.associatedPolicyArn === undefined || entry.policies.some((policy) => policy.policyArn === input.associatedPolicyArn),
    )
    .map((entry) => entry.principalArn);
  const { items, ...rest } = page(arns.sort(), input);
  return { accessEntries: items, ...rest };
}

export function updateAccessEntry(world: World, { input, region }: Call<UpdateAccessEntryRequest>): UpdateAccessEntryResponse {
  const cluster = clusterWithEntries(existingCluster(eksOf(world, region), input.clusterName));
  const entry = existingEntry(cluster, input.principalArn);
  if (entry.type !== 'STANDARD')
    throw invalidRequest(`Access entries of type ${entry.type} cannot be updated.`, { clusterName: cluster.name });
  entry.groups = input.kubernetesGroups ?? entry.groups;
  entry.username = input.username ?? entry.username;
  entry.modifiedAt = world.now();
  return { accessEntry: shown(cluster, entry) };
}

export function deleteAccessEntry(world: World, { input, region }: Call<DeleteAccessEntryRequest>): Record<string, never> {
  const cluster = clusterWithEntries(existingCluster(eksOf(world, region), input.clusterName));
  delete cluster.accessEntries[existingEntry(cluster, input.principalArn).principalArn];
  return {};
}

/** Associating again changes the scope. */
export function associateAccessPolicy(world: World, { input, region }: Call<AssociateAccessPolicyRequest>): AssociateAccessPolicyResponse {
  const cluster = clusterWithEntries(existingCluster(eksOf(world, region), input.clusterName));
  const entry = existingEntry(cluster, input.principalArn);
  const policyArn = required(input.policyArn, 'policyArn');
  if (!ACCESS_POLICIES.some((name) => accessPolicyArn(region, name) === policyArn)) {
    throw invalidParameter('The policyArn parameter value is not valid', { clusterName: cluster.name });
  }
  if (entry.type !== 'STANDARD')
    throw invalidRequest('Access policies can only be associated with access entries of type STANDARD.', { clusterName: cluster.name });
  const scope = required(input.accessScope, 'accessScope');
  if (scope.type === 'namespace' && (scope.namespaces ?? []).length === 0) {
    throw invalidParameter('Namespaces are required for the namespace access scope.', { clusterName: cluster.name });
  }
  const known = entry.policies.find((policy) => policy.policyArn === policyArn);
  const association = known ?? { policyArn, associatedAt: world.now(), modifiedAt: world.now(), scope };
  association.scope = scope;
  association.modifiedAt = world.now();
  if (known === undefined) entry.policies.push(association);
  return { clusterName: cluster.name, principalArn: entry.principalArn, associatedAccessPolicy: shownAssociation(association) };
}

export function disassociateAccessPolicy(world: World, { input, region }: Call<DisassociateAccessPolicyRequest>): Record<string, never> {
  const cluster = clusterWithEntries(existingCluster(eksOf(world, region), input.clusterName));
  const entry = existingEntry(cluster, input.principalArn);
  const index = entry.policies.findIndex((policy) => policy.policyArn === input.policyArn);
  if (index === -1) {
    throw notFound(`No associated access policy was found for: ${String(input.policyArn)}`, { clusterName: cluster.name });
  }
  entry.policies.splice(index, 1);
  return {};
}

export function listAssociatedAccessPolicies(
  world: World,
  { input, region }: Call<ListAssociatedAccessPoliciesRequest>,
): ListAssociatedAccessPoliciesResponse {
  const cluster = clusterWithEntries(existingCluster(eksOf(world, region), input.clusterName));
  const entry = existingEntry(cluster, input.principalArn);
  const { items, ...rest } = page(entry.policies, input);
  return { clusterName: cluster.name, principalArn: entry.principalArn, associatedAccessPolicies: items.map(shownAssociation), ...rest };
}

export function listAccessPolicies(_world: World, { input, region }: Call<ListAccessPoliciesRequest>): ListAccessPoliciesResponse {
  const { items, ...rest } = page(ACCESS_POLICIES, input);
  return { accessPolicies: items.map((name) => ({ name, arn: accessPolicyArn(region, name) })), ...rest };
}

/** @throws AwsError InvalidRequestException for a cluster that knows only its ConfigMap */
function clusterWithEntries(cluster: ClusterRecord): ClusterRecord {
  if (cluster.settings.authenticationMode === 'CONFIG_MAP') {
    throw invalidRequest("The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.", {
      clusterName: cluster.name,
    });
  }
  return cluster;
}

/** An STS session is no principal: `assumed-role/NAME/session` is refused (`domain-facts.md` N). */
function checkedPrincipal(arn: string | undefined, cluster: ClusterRecord): string {
  const given = required(arn, 'principalArn');
  if (!PRINCIPAL.test(given)) {
    throw invalidParameter('The specified principalArn is invalid: invalid principal.', { clusterName: cluster.name });
  }
  return given;
}

function existingEntry(cluster: ClusterRecord, principalArn: string | undefined): AccessEntryRecord {
  const given = checkedPrincipal(principalArn, cluster);
  const entry = cluster.accessEntries[given];
  if (entry === undefined) {
    throw notFound(
      `The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.`,
      { clusterName: cluster.name },
    );
  }
  return entry;
}

function shown(cluster: ClusterRecord, entry: AccessEntryRecord): AccessEntry {
  return {
    clusterName: cluster.name,
    principalArn: entry.principalArn,
    kubernetesGroups: [...entry.groups],
    accessEntryArn: entry.arn,
    createdAt: new Date(entry.createdAt),
    modifiedAt: new Date(entry.modifiedAt),
    tags: { ...entry.tags },
    username: entry.username,
    type: entry.type,
  };
}

function shownAssociation(association: AssociationRecord): AssociatedAccessPolicy {
  return {
    policyArn: association.policyArn,
    accessScope: { type: association.scope.type, namespaces: association.scope.namespaces ?? [] },
    associatedAt: new Date(association.associatedAt),
    modifiedAt: new Date(association.modifiedAt),
  };
}
