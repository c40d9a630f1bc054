import { AllocateAddressCommand, CreateInternetGatewayCommand, CreateVpcCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { paginateSimulatePrincipalPolicy, GetRoleCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Finding } from '../core/findings/finding.ts';
import { Unseen } from '../core/graph/errors.ts';
import type { Look } from '../core/graph/resource.ts';
import type { Aws } from './aws.ts';
import { isDenied } from './errorCodes.ts';
import { codeOf, read, type Send } from './errors.ts';
import { readAll } from './pages.ts';

/** What a bootstrap writes besides the creates that are tried dry. */
const SIMULATED: readonly string[] = [
  'ec2:CreateSubnet',
  'ec2:CreateNatGateway',
  'ec2:CreateRouteTable',
  'ec2:CreateRoute',
  'ec2:CreateTags',
  'eks:CreateCluster',
  'eks:CreateAddon',
  'eks:CreateNodegroup',
  'eks:CreateAccessEntry',
  'iam:CreateRole',
  'iam:AttachRolePolicy',
  'iam:PassRole',
  'iam:CreateOpenIDConnectProvider',
];

/** Permissions that a creation would lack, as far as AWS tells beforehand: certain where a dry run says so, likely where a simulation does. */
export async function checkPermissions(aws: Aws, look: Look): Promise<readonly Finding[]> {
  const [dry, simulated] = await Promise.all([dryRuns(aws, look), simulation(aws, look)]);
  return [...dry, ...simulated];
}

async function dryRuns(aws: Aws, look: Look): Promise<readonly Finding[]> {
  // An engine that does not know DryRun (moto) would really create: a read tells whether it does.
  if ((await dryRun(look, (o) => aws.ec2.send(new DescribeVpcsCommand({ DryRun: true }), o))) === 'ignored') return [];
  const tried = await Promise.all([
    dryRun(look, (o) => aws.ec2Once.send(new CreateVpcCommand({ DryRun: true, CidrBlock: '10.0.0.0/16' }), o)).then(
      (answer) => ['ec2:CreateVpc', answer] as const,
    ),
    dryRun(look, (o) => aws.ec2Once.send(new CreateInternetGatewayCommand({ DryRun: true }), o)).then(
      (answer) => ['ec2:CreateInternetGateway', answer] as const,
    ),
    dryRun(look, (o) => aws.ec2Once.send(new AllocateAddressCommand({ DryRun: true, Domain: 'vpc' }), o)).then(
      (answer) => ['ec2:AllocateAddress', answer] as const,
    ),
  ]);
  return tried.flatMap(([action, answer]): readonly Finding[] =>
    answer === 'denied' ? [{ code: 'denied', severity: 'error', message: `This identity may not do ${action}: ${ADVICE}` }] : [],
  );
}

const ADVICE = 'give it the permission (`slipway policy` prints the least one) or sign in as another';

/** A dry run ends in an error also when it is allowed: `DryRunOperation` (EC2 API, "DryRun"). */
async function dryRun({ signal }: Look, send: Send<unknown>): Promise<'allowed' | 'denied' | 'ignored' | 'unknown'> {
  try {
    await send({ abortSignal: signal });
    return 'ignored';
  } catch (error) {
    const code = codeOf(error);
    if (code === 'DryRunOperation') return 'allowed';
    return isDenied(code) ? 'denied' : 'unknown';
  }
}

/** `iam:SimulatePrincipalPolicy` sees neither conditions of resources nor service control policies: what it denies is a warning. */
async function simulation(aws: Aws, look: Look): Promise<readonly Finding[]> {
  try {
    const principal = await principalArn(aws, look);
    if (principal === undefined) return [];
    const input = { PolicySourceArn: principal, ActionNames: [...SIMULATED] };
    const results = await readAll(
      aws,
      look,
      (o) => paginateSimulatePrincipalPolicy({ client: aws.iam }, input, o),
      (page) => page.EvaluationResults,
    );
    const denied = results.flatMap((result) =>
      result.EvalDecision === 'allowed' || result.EvalActionName === undefined ? [] : [result.EvalActionName],
    );
    if (denied.length === 0) return [];
    return [{ code: 'denied-likely', severity: 'warning', message: `This identity probably may not do ${denied.join(', ')}: ${ADVICE}` }];
  } catch (error) {
    if (error instanceof Unseen)
      return [
        {
          code: 'permissions-unread',
          severity: 'information',
          message: `Whether this identity has every permission could not be told beforehand: ${error.message}`,
        },
      ];
    throw error;
  }
}

/** Policies hang on the role, not on its session; the account's root user has none. */
async function principalArn(aws: Aws, look: Look): Promise<string | undefined> {
  const arn = (await look.share('sts:caller', () => read(aws, look, (o) => aws.sts.send(new GetCallerIdentityCommand({}), o))))?.Arn;
  if (arn === undefined || arn.endsWith(':root')) return undefined;
  const [, RoleName] = /:assumed-role\/([^/]+)\//.exec(arn) ?? [];
  if (RoleName === undefined) return arn;
  return (await read(aws, look, (o) => aws.iam.send(new GetRoleCommand({ RoleName }), o)))?.Role?.Arn;
}
