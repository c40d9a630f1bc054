import {
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  SimulatePrincipalPolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import assert from 'node:assert/strict';
import { parseFault } from '../../../src/rehearsal/faults.ts';
import { canBeAssumed, canBeAssumedByServiceAccount } from '../../../src/rehearsal/iam/roles.ts';
import { startAccount, type TestAccount } from '../account.ts';
import { present, refusal } from '../refusal.ts';

const CLUSTER_POLICY = 'arn:aws:iam::aws:policy/AmazonEKSClusterPolicy';
const ISSUER = 'oidc.eks.us-west-2.amazonaws.com/id/ABC';

function trust(service: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });
}

function webTrust(provider: string, issuer: string): string {
  const equals = { [`${issuer}:sub`]: 'system:serviceaccount:kube-system:ebs', [`${issuer}:aud`]: 'sts.amazonaws.com' };
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: provider },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: equals },
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

describe('rehearsed IAM', () => {
  let account: TestAccount;
  let iam: IAMClient;

  beforeEach(async () => {
    account = await startAccount();
    iam = new IAMClient(account.client);
  });

  afterEach(async () => {
    iam.destroy();
    await account.remove();
  });

  async function role(name: string, document = trust('eks.amazonaws.com')): Promise<string> {
    const made = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: document }));
    return present(made.Role?.Arn);
  }

  it('shows a role with its tags, boundary and URL-encoded trust, and leaves tags out of lists', async () => {
    const boundary = `arn:aws:iam::${account.world.account}:policy/boundary`;
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'nodes',
        Path: '/team/',
        AssumeRolePolicyDocument: trust('ec2.amazonaws.com'),
        PermissionsBoundary: boundary,
        Tags: [{ Key: 'slipway:platform', Value: 'cauchy' }],
      }),
    );
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'nodes' }));
    assert.equal(Role?.Arn, `arn:aws:iam::${account.world.account}:role/team/nodes`);
    assert.equal(decodeURIComponent(present(Role.AssumeRolePolicyDocument)), trust('ec2.amazonaws.com'));
    assert.match(present(Role.AssumeRolePolicyDocument), /^%7B%22Version/);
    assert.deepEqual(Role.Tags, [{ Key: 'slipway:platform', Value: 'cauchy' }]);
    assert.equal(Role.PermissionsBoundary?.PermissionsBoundaryArn, boundary);
    assert.ok(Role.CreateDate instanceof Date);
    const { Roles } = await iam.send(new ListRolesCommand({ PathPrefix: '/team/' }));
    assert.deepEqual(
      Roles?.map((each) => [each.RoleName, each.Tags]),
      [['nodes', undefined]],
    );
  });

  it('refuses names, documents and boundaries in its own words', async () => {
    const attempt = (fields: Partial<ConstructorParameters<typeof CreateRoleCommand>[0]>): Promise<string> =>
      refusal(iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trust('eks.amazonaws.com'), ...fields })));
    assert.equal(await attempt({ RoleName: 'x'.repeat(65) }), 'ValidationError');
    assert.equal(await attempt({ RoleName: 'a b' }), 'ValidationError');
    assert.equal(await attempt({ AssumeRolePolicyDocument: '{' }), 'MalformedPolicyDocumentException');
    assert.equal(
      await attempt({ AssumeRolePolicyDocument: '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*"}]}' }),
      'MalformedPolicyDocumentException',
    );
    assert.equal(await attempt({ PermissionsBoundary: 'arn:aws:iam::999999999999:policy/b' }), 'NoSuchEntityException');
    assert.equal(await attempt({ Tags: [{ Key: 'aws:x', Value: '' }] }), 'InvalidInputException');
    await role('taken');
    assert.equal(await refusal(role('TAKEN')), 'EntityAlreadyExistsException', 'names differ by more than case');
    assert.equal(await refusal(iam.send(new GetRoleCommand({ RoleName: 'nobody' }))), 'NoSuchEntityException');
  });

  it('deletes a role only when nothing hangs on it', async () => {
    await role('cluster');
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'cluster', PolicyArn: CLUSTER_POLICY }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'cluster', PolicyArn: CLUSTER_POLICY }));
    await iam.send(new PutRolePolicyCommand({ RoleName: 'cluster', PolicyName: 'own', PolicyDocument: '{"Statement":[]}' }));
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'cluster' }));
    assert.deepEqual(AttachedPolicies, [{ PolicyName: 'AmazonEKSClusterPolicy', PolicyArn: CLUSTER_POLICY }]);
    const inline = await iam.send(new GetRolePolicyCommand({ RoleName: 'cluster', PolicyName: 'own' }));
    assert.equal(inline.PolicyDocument, '%7B%22Statement%22%3A%5B%5D%7D');
    assert.equal(await refusal(iam.send(new DeleteRoleCommand({ RoleName: 'cluster' }))), 'DeleteConflictException');
    await iam.send(new DetachRolePolicyCommand({ RoleName: 'cluster', PolicyArn: CLUSTER_POLICY }));
    assert.equal(
      await refusal(iam.send(new DetachRolePolicyCommand({ RoleName: 'cluster', PolicyArn: CLUSTER_POLICY }))),
      'NoSuchEntityException',
    );
    assert.equal(await refusal(iam.send(new DeleteRoleCommand({ RoleName: 'cluster' }))), 'DeleteConflictException');
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'cluster', PolicyName: 'own' }));
    await iam.send(new DeleteRoleCommand({ RoleName: 'cluster' }));
    assert.equal(await refusal(iam.send(new GetRoleCommand({ RoleName: 'cluster' }))), 'NoSuchEntityException');
  });

  it('pages by an opaque marker', async () => {
    for (const name of ['c', 'a', 'b']) await role(name);
    const first = await iam.send(new ListRolesCommand({ MaxItems: 2 }));
    assert.deepEqual([first.Roles?.map((each) => each.RoleName), first.IsTruncated], [['a', 'b'], true]);
    const second = await iam.send(new ListRolesCommand({ MaxItems: 2, Marker: first.Marker }));
    assert.deepEqual([second.Roles?.map((each) => each.RoleName), second.IsTruncated], [['c'], false]);
  });

  it('changes tags one by one', async () => {
    await role('r');
    await iam.send(
      new TagRoleCommand({
        RoleName: 'r',
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await iam.send(new UntagRoleCommand({ RoleName: 'r', TagKeys: ['a'] }));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'r' }));
    assert.deepEqual(Role?.Tags, [{ Key: 'b', Value: '2' }]);
  });

  it('knows the managed policies that exist, and the second version of the CSI one at one of its two paths', async () => {
    const exists = (path: string): Promise<string> =>
      iam.send(new GetPolicyCommand({ PolicyArn: `arn:aws:iam::aws:policy/${path}` })).then(
        () => 'there',
        (error: unknown) => (error instanceof Error ? error.name : ''),
      );
    assert.equal(await exists('service-role/AmazonEBSCSIDriverPolicy'), 'there');
    assert.deepEqual([await exists('AmazonEBSCSIDriverPolicyV2'), await exists('service-role/AmazonEBSCSIDriverPolicyV2')].sort(), [
      'NoSuchEntityException',
      'there',
    ]);
  });

  it('lets services see a new trust only after a while, and longer with the fault', async () => {
    const arn = await role('late');
    assert.equal(canBeAssumed(account.world, arn, 'eks.amazonaws.com'), false);
    account.pass(13);
    assert.equal(canBeAssumed(account.world, arn, 'eks.amazonaws.com'), true);
    assert.equal(canBeAssumed(account.world, arn, 'ec2.amazonaws.com'), false);
    account.world.faults.arm(parseFault('iam-propagation=40'));
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'late', PolicyDocument: trust('ec2.amazonaws.com') }));
    account.pass(30);
    assert.equal(canBeAssumed(account.world, arn, 'ec2.amazonaws.com'), false);
    account.pass(11);
    assert.equal(canBeAssumed(account.world, arn, 'ec2.amazonaws.com'), true);
  });

  it('has one OIDC provider an issuer, and a trust for an earlier issuer opens nothing', async () => {
    const create = new CreateOpenIDConnectProviderCommand({ Url: `https://${ISSUER}`, ClientIDList: ['sts.amazonaws.com'] });
    const { OpenIDConnectProviderArn: arn } = await iam.send(create);
    assert.equal(await refusal(iam.send(create)), 'EntityAlreadyExistsException');
    const shown = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
    assert.equal(shown.Url, ISSUER, 'without the scheme');
    const good = await role('csi', webTrust(present(arn), ISSUER));
    const old = await role('old', webTrust(present(arn), `${ISSUER}-of-an-earlier-cluster`));
    account.pass(13);
    assert.equal(canBeAssumedByServiceAccount(account.world, good, ISSUER, 'system:serviceaccount:kube-system:ebs'), true);
    assert.equal(canBeAssumedByServiceAccount(account.world, good, ISSUER, 'system:serviceaccount:kube-system:other'), false);
    assert.equal(canBeAssumedByServiceAccount(account.world, old, ISSUER, 'system:serviceaccount:kube-system:ebs'), false);
  });

  it('simulates what the access-denied faults take away', async () => {
    account.world.faults.arm(parseFault('access-denied=eks:CreateCluster'));
    const { EvaluationResults } = await iam.send(
      new SimulatePrincipalPolicyCommand({ PolicySourceArn: account.world.callerArn, ActionNames: ['eks:CreateCluster', 'ec2:CreateVpc'] }),
    );
    assert.deepEqual(EvaluationResults?.map((each) => [each.EvalActionName, each.EvalDecision]).sort(), [
      ['ec2:CreateVpc', 'allowed'],
      ['eks:CreateCluster', 'explicitDeny'],
    ]);
  });

  it('makes a service-linked role once', async () => {
    const make = new CreateServiceLinkedRoleCommand({ AWSServiceName: 'spot.amazonaws.com' });
    const { Role } = await iam.send(make);
    assert.equal(Role?.Path, '/aws-service-role/spot.amazonaws.com/');
    assert.equal(await refusal(iam.send(make)), 'InvalidInputException');
  });

  it('has a role in the way when the fault says so', async () => {
    account.world.faults.arm(parseFault('foreign=role=slipway-cauchy'));
    assert.equal(await refusal(role('slipway-cauchy')), 'EntityAlreadyExistsException');
  });
});
