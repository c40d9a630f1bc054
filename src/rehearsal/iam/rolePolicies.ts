import type {
  AttachRolePolicyRequest,
  DeleteRolePolicyRequest,
  DetachRolePolicyRequest,
  GetPolicyRequest,
  GetPolicyResponse,
  GetRolePolicyRequest,
  GetRolePolicyResponse,
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse,
  ListRolePoliciesRequest,
  ListRolePoliciesResponse,
  PutRolePolicyRequest,
} from '@aws-sdk/client-iam';
import { AwsError } from '../service.ts';
import type { Call } from '../service.ts';
import type { World } from '../world.ts';
import { iamPage } from './iamPages.ts';
import { checkedPolicy, required, requiredName } from './iamRules.ts';
import { iamState } from './iamState.ts';
import { managedPolicyId } from './managedPolicies.ts';
import { asIamShowsIt, existingRole } from './roles.ts';

/** Default quota "Managed policies per role": IAM User Guide, "IAM and AWS STS quotas". */
const POLICIES_PER_ROLE = 10;

/** Attaching what is attached is no error. */
export function attachRolePolicy(world: World, { input }: Call<AttachRolePolicyRequest>): Record<string, never> {
  const role = existingRole(world, input.RoleName);
  const arn = required(input.PolicyArn, 'policyArn');
  if (managedPolicyId(arn) === undefined) throw new AwsError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404);
  if (role.attached.includes(arn)) return {};
  if (role.attached.length >= POLICIES_PER_ROLE) {
    throw new AwsError('LimitExceeded', `Cannot exceed quota for PoliciesPerRole: ${POLICIES_PER_ROLE}`, 409);
  }
  role.attached.push(arn);
  return {};
}

export function detachRolePolicy(world: World, { input }: Call<DetachRolePolicyRequest>): Record<string, never> {
  const role = existingRole(world, input.RoleName);
  const arn = required(input.PolicyArn, 'policyArn');
  if (!role.attached.includes(arn)) throw new AwsError('NoSuchEntity', `Policy ${arn} was not found.`, 404);
  role.attached = role.attached.filter((other) => other !== arn);
  return {};
}

export function listAttachedRolePolicies(world: World, { input }: Call<ListAttachedRolePoliciesRequest>): ListAttachedRolePoliciesResponse {
  const role = existingRole(world, input.RoleName);
  const { items, ...page } = iamPage(role.attached, policyName, input);
  return { AttachedPolicies: items.map((arn) => ({ PolicyName: policyName(arn), PolicyArn: arn })), ...page };
}

export function putRolePolicy(world: World, { input }: Call<PutRolePolicyRequest>): Record<string, never> {
  const role = existingRole(world, input.RoleName);
  const document = checkedPolicy(required(input.PolicyDocument, 'policyDocument'), { name: 'AggregatePolicySizePerRole', bytes: 10_240 });
  role.inline[requiredName(input.PolicyName, 'policyName')] = document;
  return {};
}

export function getRolePolicy(world: World, { input }: Call<GetRolePolicyRequest>): GetRolePolicyResponse {
  const role = existingRole(world, input.RoleName);
  const name = requiredName(input.PolicyName, 'policyName');
  const document = role.inline[name];
  if (document === undefined) throw new AwsError('NoSuchEntity', `The role policy with name ${name} cannot be found.`, 404);
  return { RoleName: role.name, PolicyName: name, PolicyDocument: asIamShowsIt(document) };
}

export function listRolePolicies(world: World, { input }: Call<ListRolePoliciesRequest>): ListRolePoliciesResponse {
  const { items, ...page } = iamPage(Object.keys(existingRole(world, input.RoleName).inline), (name) => name, input);
  return { PolicyNames: items, ...page };
}

export function deleteRolePolicy(world: World, { input }: Call<DeleteRolePolicyRequest>): Record<string, never> {
  const role = existingRole(world, input.RoleName);
  const name = requiredName(input.PolicyName, 'policyName');
  if (role.inline[name] === undefined) throw new AwsError('NoSuchEntity', `The role policy with name ${name} cannot be found.`, 404);
  delete role.inline[name];
  return {};
}

export function getPolicy(world: World, { input }: Call<GetPolicyRequest>): GetPolicyResponse {
  const arn = required(input.PolicyArn, 'policyArn');
  const id = managedPolicyId(arn);
  if (id === undefined) throw new AwsError('NoSuchEntity', `Policy ${arn} was not found.`, 404);
  const name = policyName(arn);
  return {
    Policy: {
      PolicyName: name,
      PolicyId: id,
      Arn: arn,
      Path: arn.slice(arn.indexOf(':policy') + ':policy'.length, arn.length - name.length),
      DefaultVersionId: 'v1',
      AttachmentCount: Object.values(iamState(world).roles).filter((role) => role.attached.includes(arn)).length,
      PermissionsBoundaryUsageCount: Object.values(iamState(world).roles).filter((role) => role.boundary === arn).length,
      IsAttachable: true,
      CreateDate: new Date('2018-05-27T21:06:14Z'),
      UpdateDate: new Date('2026-04-16T17:00:00Z'),
    },
  };
}

function policyName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
