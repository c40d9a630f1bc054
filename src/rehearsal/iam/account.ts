import type {
  CreateServiceLinkedRoleRequest,
  CreateServiceLinkedRoleResponse,
  GetUserRequest,
  GetUserResponse,
  ListAccountAliasesResponse,
  SimulatePolicyResponse,
  SimulatePrincipalPolicyRequest,
} from '@aws-sdk/client-iam';
import { AwsError } from '../service.ts';
import type { Call } from '../service.ts';
import type { World } from '../world.ts';
import { callerId } from './caller.ts';
import { iamPage } from './iamPages.ts';
import { required } from './iamRules.ts';
import { iamState, partitionOf } from './iamState.ts';
import type { RoleRecord } from './iamState.ts';
import { listedRole } from './roles.ts';

/** The roles that AWS services make for themselves, by the service that asks (`domain-facts.md` B, D). */
const SERVICE_LINKED_ROLES: Readonly<Record<string, string>> = {
  'eks.amazonaws.com': 'AWSServiceRoleForAmazonEKS',
  'eks-nodegroup.amazonaws.com': 'AWSServiceRoleForAmazonEKSNodegroup',
  'spot.amazonaws.com': 'AWSServiceRoleForEC2Spot',
  'autoscaling.amazonaws.com': 'AWSServiceRoleForAutoScaling',
  'elasticloadbalancing.amazonaws.com': 'AWSServiceRoleForElasticLoadBalancing',
};

/** The world's one identity is an IAM user. */
export function getUser(world: World, { input }: Call<GetUserRequest>): GetUserResponse {
  const own = world.callerArn.slice(world.callerArn.lastIndexOf('/') + 1);
  if (input.UserName !== undefined && input.UserName !== own) {
    throw new AwsError('NoSuchEntity', `The user with name ${input.UserName} cannot be found.`, 404);
  }
  return {
    User: {
      Path: '/',
      UserName: own,
      UserId: callerId(world),
      Arn: world.callerArn,
      CreateDate: new Date('2026-01-01T00:00:00Z'),
    },
  };
}

export function listAccountAliases(): ListAccountAliasesResponse {
  return { AccountAliases: ['slipway-rehearsal'], IsTruncated: false };
}

export function createServiceLinkedRole(
  world: World,
  { input, region }: Call<CreateServiceLinkedRoleRequest>,
): CreateServiceLinkedRoleResponse {
  const service = required(input.AWSServiceName, 'aWSServiceName');
  const name = SERVICE_LINKED_ROLES[service];
  if (name === undefined) throw new AwsError('InvalidInput', `Invalid service name: ${service}`);
  const { roles } = iamState(world);
  if (roles[name] !== undefined) {
    throw new AwsError('InvalidInput', `Service role name ${name} has been taken in this account, please try a different suffix.`);
  }
  const path = `/aws-service-role/${service}/`;
  const role: RoleRecord = {
    name,
    path,
    id: `AROA${world.token(17)}`,
    arn: `arn:${partitionOf(region)}:iam::${world.account}:role${path}${name}`,
    createdAt: world.now(),
    trust: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: [service] }, Action: ['sts:AssumeRole'] }],
    }),
    trustEffectiveAt: world.now(),
    maxSessionSeconds: 3600,
    tags: {},
    attached: [],
    inline: {},
  };
  roles[name] = role;
  return { Role: listedRole(role) };
}

/** The identity may do everything but what the faults `access-denied=ACTION` take away. */
export function simulatePrincipalPolicy(world: World, { input }: Call<SimulatePrincipalPolicyRequest>): SimulatePolicyResponse {
  const source = required(input.PolicySourceArn, 'policySourceArn');
  const known = source === world.callerArn || Object.values(iamState(world).roles).some((role) => role.arn === source);
  if (!known) throw new AwsError('NoSuchEntity', `The principal ${source} cannot be found.`, 404);
  const denied = world.faults.arguments('access-denied');
  const resources = input.ResourceArns ?? ['*'];
  const results = required(input.ActionNames, 'actionNames').flatMap((action) =>
    resources.map((resource) => ({
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: denied.some((each) => each === action || each === action.slice(action.indexOf(':') + 1))
        ? ('explicitDeny' as const)
        : ('allowed' as const),
      MatchedStatements: [],
      MissingContextValues: [],
    })),
  );
  const { items, ...page } = iamPage(results, (result) => `${result.EvalActionName} ${result.EvalResourceName}`, input);
  return { EvaluationResults: items, ...page };
}
