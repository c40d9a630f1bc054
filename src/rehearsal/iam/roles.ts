import type {
  CreateRoleRequest,
  CreateRoleResponse,
  DeleteRoleRequest,
  GetRoleRequest,
  GetRoleResponse,
  ListInstanceProfilesForRoleRequest,
  ListInstanceProfilesForRoleResponse,
  ListRolesRequest,
  ListRolesResponse,
  ListRoleTagsRequest,
  ListRoleTagsResponse,
  Role,
  TagRoleRequest,
  UntagRoleRequest,
  UpdateAssumeRolePolicyRequest,
} from '@aws-sdk/client-iam';
import { AwsError } from '../service.ts';
import type { Call } from '../service.ts';
import type { World } from '../world.ts';
import { iamPage } from './iamPages.ts';
import { checkedPath, checkedTags, checkedTrust, required, requiredName, trustStatements } from './iamRules.ts';
import { iamState, partitionOf, propagationMs } from './iamState.ts';
import type { RoleRecord } from './iamState.ts';

export function createRole(world: World, { input, region }: Call<CreateRoleRequest>): CreateRoleResponse {
  const name = requiredName(input.RoleName, 'roleName');
  const path = checkedPath(input.Path);
  const trust = checkedTrust(required(input.AssumeRolePolicyDocument, 'assumeRolePolicyDocument'));
  const boundary = checkedBoundary(world, input.PermissionsBoundary, region);
  const { roles } = iamState(world);
  if (Object.keys(roles).some((other) => other.toLowerCase() === name.toLowerCase())) {
    throw new AwsError('EntityAlreadyExists', `Role with name ${name} already exists.`, 409);
  }
  const role: RoleRecord = {
    name,
    path,
    id: `AROA${world.token(17)}`,
    arn: `arn:${partitionOf(region)}:iam::${world.account}:role${path}${name}`,
    createdAt: world.now(),
    trust,
    trustEffectiveAt: world.now() + propagationMs(world),
    ...(input.Description !== undefined && { description: input.Description }),
    maxSessionSeconds: input.MaxSessionDuration ?? 3600,
    ...(boundary !== undefined && { boundary }),
    tags: checkedTags(input.Tags),
    attached: [],
    inline: {},
  };
  roles[name] = role;
  return { Role: fullRole(role) };
}

export function getRole(world: World, { input }: Call<GetRoleRequest>): GetRoleResponse {
  const role = existingRole(world, input.RoleName);
  return { Role: { ...fullRole(role), RoleLastUsed: {} } };
}

/** IAM leaves tags and boundary out of lists. */
export function listRoles(world: World, { input }: Call<ListRolesRequest>): ListRolesResponse {
  const prefix = input.PathPrefix ?? '/';
  const all = Object.values(iamState(world).roles).filter((role) => role.path.startsWith(prefix));
  const { items, ...page } = iamPage(all, (role) => role.name, input);
  return { Roles: items.map(listedRole), ...page };
}

/** @throws AwsError DeleteConflict while something hangs on it */
export function deleteRole(world: World, { input }: Call<DeleteRoleRequest>): Record<string, never> {
  const role = existingRole(world, input.RoleName);
  const state = iamState(world);
  if (Object.values(state.instanceProfiles).some((profile) => profile.roleName === role.name)) {
    throw new AwsError('DeleteConflict', 'Cannot delete entity, must remove roles from instance profile first.', 409);
  }
  if (role.attached.length > 0) throw new AwsError('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409);
  if (Object.keys(role.inline).length > 0) throw new AwsError('DeleteConflict', 'Cannot delete entity, must delete policies first.', 409);
  delete state.roles[role.name];
  return {};
}

export function updateAssumeRolePolicy(world: World, { input }: Call<UpdateAssumeRolePolicyRequest>): Record<string, never> {
  const role = existingRole(world, input.RoleName);
  const trust = checkedTrust(required(input.PolicyDocument, 'policyDocument'));
  if (trust === role.trust) return {};
  role.trust = trust;
  role.trustEffectiveAt = world.now() + propagationMs(world);
  return {};
}

export function tagRole(world: World, { input }: Call<TagRoleRequest>): Record<string, never> {
  const role = existingRole(world, input.RoleName);
  role.tags = { ...role.tags, ...checkedTags(input.Tags) };
  return {};
}

export function untagRole(world: World, { input }: Call<UntagRoleRequest>): Record<string, never> {
  const role = existingRole(world, input.RoleName);
  const gone = new Set(required(input.TagKeys, 'tagKeys'));
  role.tags = Object.fromEntries(Object.entries(role.tags).filter(([key]) => !gone.has(key)));
  return {};
}

export function listRoleTags(world: World, { input }: Call<ListRoleTagsRequest>): ListRoleTagsResponse {
  const { items, ...page } = iamPage(Object.entries(existingRole(world, input.RoleName).tags), ([key]) => key, input);
  return { Tags: items.map(([Key, Value]) => ({ Key, Value })), ...page };
}

export function listInstanceProfilesForRole(
  world: World,
  { input }: Call<ListInstanceProfilesForRoleRequest>,
): ListInstanceProfilesForRoleResponse {
  const role = existingRole(world, input.RoleName);
  const all = Object.values(iamState(world).instanceProfiles).filter((profile) => profile.roleName === role.name);
  const { items, ...page } = iamPage(all, (profile) => profile.name, input);
  return {
    InstanceProfiles: items.map((profile) => ({
      Path: '/',
      InstanceProfileName: profile.name,
      InstanceProfileId: profile.id,
      Arn: profile.arn,
      CreateDate: new Date(profile.createdAt),
      Roles: [listedRole(role)],
    })),
    ...page,
  };
}

/** @throws AwsError NoSuchEntity, ValidationError */
export function existingRole(world: World, roleName: string | undefined): RoleRecord {
  const name = requiredName(roleName, 'roleName');
  const role = iamState(world).roles[name];
  if (role === undefined) throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404);
  return role;
}

/**
 * Whether a service can assume a role by now: it exists, its trust lets the service in, and that has reached the service.
 * All three look the same from outside (`domain-facts.md` B).
 */
export function canBeAssumed(world: World, roleArn: string, service: string): boolean {
  const role = Object.values(iamState(world).roles).find((candidate) => candidate.arn === roleArn);
  if (role === undefined || role.trustEffectiveAt > world.now()) return false;
  return trustStatements(role.trust).some(
    (statement) =>
      statement.allows && statement.actions.includes('sts:AssumeRole') && statement.principals['Service']?.includes(service) === true,
  );
}

/**
 * Whether a service account of a cluster can assume a role: the issuer's provider is in the account with the audience of STS,
 * and the trust policy names this provider, this issuer and this subject. A trust made for an earlier cluster does not.
 * @param issuer without the scheme
 */
export function canBeAssumedByServiceAccount(world: World, roleArn: string, issuer: string, subject: string): boolean {
  const { roles, oidcProviders } = iamState(world);
  const role = Object.values(roles).find((candidate) => candidate.arn === roleArn);
  const provider = Object.values(oidcProviders).find((candidate) => candidate.url === issuer);
  if (role === undefined || provider === undefined || role.trustEffectiveAt > world.now()) return false;
  if (!provider.clientIds.includes('sts.amazonaws.com')) return false;
  return trustStatements(role.trust).some(
    (statement) =>
      statement.allows &&
      statement.actions.includes('sts:AssumeRoleWithWebIdentity') &&
      statement.principals['Federated']?.includes(provider.arn) === true &&
      allowsValue(statement.equals[`${issuer}:sub`], subject) &&
      allowsValue(statement.equals[`${issuer}:aud`], 'sts.amazonaws.com') &&
      Object.keys(statement.equals).every((key) => key.startsWith(`${issuer}:`)),
  );
}

/** No condition on a key allows all values of it. */
function allowsValue(allowed: readonly string[] | undefined, value: string): boolean {
  return allowed === undefined || allowed.includes(value);
}

function checkedBoundary(world: World, arn: string | undefined, region: string): string | undefined {
  if (arn === undefined) return undefined;
  const policies = `arn:${partitionOf(region)}:iam::`;
  if (!arn.startsWith(`${policies}aws:policy/`) && !arn.startsWith(`${policies}${world.account}:policy/`)) {
    throw new AwsError('NoSuchEntity', `Scope ARN: ${arn} does not exist or is not attachable.`, 404);
  }
  return arn;
}

/** A role as lists show it. */
export function listedRole(role: RoleRecord): Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: asIamShowsIt(role.trust),
    ...(role.description !== undefined && { Description: role.description }),
    MaxSessionDuration: role.maxSessionSeconds,
  };
}

function fullRole(role: RoleRecord): Role {
  return {
    ...listedRole(role),
    ...(Object.keys(role.tags).length > 0 && { Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })) }),
    ...(role.boundary !== undefined && {
      PermissionsBoundary: { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: role.boundary },
    }),
  };
}

/** URL-encoded by RFC 3986, which also escapes `!'()*` (IAM API Reference, "GetRole"). */
export function asIamShowsIt(document: string): string {
  return encodeURIComponent(document).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
