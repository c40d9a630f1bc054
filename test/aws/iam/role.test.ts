import assert from 'node:assert/strict';
import { NotYet, Refused } from '../../../src/core/graph/errors.ts';
import type { Observation } from '../../../src/core/graph/resource.ts';
import { claimBy } from '../../../src/aws/iam/claim.ts';
import { serviceRole, webIdentityRole } from '../../../src/aws/iam/role.ts';
import { roleName } from '../../../src/aws/iam/roleName.ts';
import { webIdentityTrust } from '../../../src/aws/iam/trust.ts';
import { priceBook } from '../../../src/aws/prices.ts';
import type { CallerOut, OidcOut, RoleOut } from '../../../src/aws/outputs.ts';
import { awsError, fails, handleOf, lookWith, scriptedAws, stepContext } from '../scriptedAws.ts';
import type { Script } from '../scriptedAws.ts';

const account = '012345678901';
const caller: CallerOut = { account, partition: 'aws', arn: `arn:aws:iam::${account}:user/ops` };
const oidc: OidcOut = {
  issuer: 'https://oidc.eks.us-west-2.amazonaws.com/id/ABCD',
  providerArn: `arn:aws:iam::${account}:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/ABCD`,
};
const arn = `arn:aws:iam::${account}:role/slipway-cauchy-us-west-2-nodes`;
const ours = [
  { Key: 'slipway:platform', Value: 'cauchy' },
  { Key: 'slipway:resource', Value: 'role/nodes' },
  { Key: 'team', Value: 'data' },
  { Key: 'slipway:tags', Value: 'team' },
];
const trust = encodeURIComponent(
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  }),
);
const policy = (name: string): string => `arn:aws:iam::aws:policy/${name}`;
const attached = (...names: string[]) => ({ AttachedPolicies: names.map((name) => ({ PolicyArn: policy(name) })) });

function nodeRole(script: Script, boundary?: string) {
  const scripted = scriptedAws(script);
  const scope = { aws: scripted.aws, identity: { platform: 'cauchy', tags: { team: 'data' } }, prices: noPrices };
  const spec = {
    id: 'role/nodes',
    title: 'Node role',
    name: 'slipway-cauchy-us-west-2-nodes',
    permissionsBoundary: boundary,
    service: 'ec2.amazonaws.com' as const,
    policies: ['A', 'B'],
  };
  const role = serviceRole(scope, spec, { caller: handleOf<CallerOut>('caller') });
  return { ...scripted, role, inputs: { caller }, look: () => lookWith({ caller }) };
}

const noPrices = priceBook('nowhere');

const found = (extra: object = {}) => ({ Role: { Arn: arn, AssumeRolePolicyDocument: trust, Tags: ours, ...extra } });

function planned(role: ReturnType<typeof nodeRole>['role'], seen: Observation<RoleOut>) {
  const change = role.steps?.plan(seen, { caller });
  assert.ok(change);
  return change;
}

describe('roleName', () => {
  it('is the platform, the region and the role', () => {
    assert.equal(roleName('cauchy', 'us-west-2', 'cluster'), 'slipway-cauchy-us-west-2-cluster');
  });

  it('is at most 64 characters, and still differs where only the cut part does', () => {
    const long = 'n'.repeat(100);
    const names = ['cluster', 'nodes', 'ebs-csi'].map((role) => roleName(long, 'ap-southeast-2', role));
    for (const name of names) assert.ok(name.length <= 64, name);
    assert.equal(new Set(names).size, 3);
  });
});

describe('a service role', () => {
  it('is created with its trust, tags and permissions boundary in one call', async () => {
    const { role, sent, inputs } = nodeRole({ CreateRole: () => ({}) }, 'arn:aws:iam::012345678901:policy/boundary');
    await role.steps?.create?.(inputs, stepContext());
    const [{ operation, input } = { operation: '', input: {} }] = sent;
    assert.equal(operation, 'CreateRole');
    assert.equal(sent.length, 1);
    assert.equal(input['PermissionsBoundary'], 'arn:aws:iam::012345678901:policy/boundary');
    assert.deepEqual(JSON.parse(String(input['AssumeRolePolicyDocument'])), JSON.parse(decodeURIComponent(trust)));
    assert.deepEqual(input['Tags'], [ours[2], ours[3], ours[0], ours[1]]);
  });

  it('is read by one GetRole for a status, and with its policies for a plan', async () => {
    const { role, look, operations } = nodeRole({ GetRole: () => found(), ListAttachedRolePolicies: () => attached('A') });
    const status = await role.observe(look(), 'status');
    assert.deepEqual(operations(), ['GetRole']);
    assert.deepEqual(planned(role, status), { action: 'none' });
    const change = planned(role, await role.observe(look(), 'plan'));
    assert.equal(change.action, 'update');
  });

  it('gets one missing policy a step, and nobody else loses theirs', async () => {
    const script = { GetRole: () => found(), ListAttachedRolePolicies: () => attached('A', 'Theirs'), AttachRolePolicy: () => ({}) };
    const { role, look, sent, inputs } = nodeRole(script);
    const seen = await role.observe(look(), 'plan');
    await role.steps?.update?.(seen, inputs, stepContext());
    assert.deepEqual(sent.at(-1), {
      operation: 'AttachRolePolicy',
      input: { RoleName: 'slipway-cauchy-us-west-2-nodes', PolicyArn: policy('B') },
    });
  });

  it('mends a trust that drifted before anything else', async () => {
    const script = {
      GetRole: () => found({ AssumeRolePolicyDocument: encodeURIComponent('{"Version":"2012-10-17","Statement":[]}') }),
      ListAttachedRolePolicies: () => attached(),
      UpdateAssumeRolePolicy: () => ({}),
    };
    const { role, look, operations, inputs } = nodeRole(script);
    await role.steps?.update?.(await role.observe(look(), 'plan'), inputs, stepContext());
    assert.equal(operations().at(-1), 'UpdateAssumeRolePolicy');
  });

  it('of our name without our tag is refused with its ARN', async () => {
    const { role, look } = nodeRole({ GetRole: () => found({ Tags: [{ Key: 'slipway:platform', Value: 'somebody' }] }) });
    const change = planned(role, await role.observe(look(), 'status'));
    assert.equal(change.action, 'blocked');
    assert.ok(change.action === 'blocked' && change.summary.includes(arn));
  });

  it('that is not there is absent; one that may not be read is unseen', async () => {
    const absent = nodeRole({ GetRole: fails('NoSuchEntityException') });
    assert.deepEqual(await absent.role.observe(absent.look(), 'plan'), { state: 'absent' });
    const denied = nodeRole({ GetRole: fails('AccessDenied') });
    await assert.rejects(denied.role.observe(denied.look(), 'plan'), { name: 'Unseen' });
  });

  it('is deleted in as many steps as there are policies, and itself last', async () => {
    const policies = ['A', 'B'];
    const inline = ['written-by-hand'];
    const script: Script = {
      ListAttachedRolePolicies: () => attached(...policies),
      ListRolePolicies: () => ({ PolicyNames: inline }),
      DetachRolePolicy: () => (policies.shift(), {}),
      DeleteRolePolicy: () => (inline.shift(), {}),
      DeleteRole: () => ({}),
    };
    const { role, sent } = nodeRole(script);
    const seen = { owner: 'slipway', physicalId: arn, attributes: {} } as const;
    for (let step = 0; step < 4; step++) await role.steps?.delete?.(seen, stepContext());
    const writes = sent.map(({ operation }) => operation).filter((operation) => !operation.startsWith('List'));
    assert.deepEqual(writes, ['DetachRolePolicy', 'DetachRolePolicy', 'DeleteRolePolicy', 'DeleteRole']);
  });

  it('that is already there is looked at again, and a denied creation is not', async () => {
    const exists = nodeRole({ CreateRole: fails('EntityAlreadyExistsException') });
    await assert.rejects(async () => exists.role.steps?.create?.(exists.inputs, stepContext()), NotYet);
    const denied = nodeRole({ CreateRole: () => Promise.reject(awsError('AccessDenied', 'not authorized', 403)) });
    await assert.rejects(async () => denied.role.steps?.create?.(denied.inputs, stepContext()), Refused);
  });
});

describe('a role for a service account', () => {
  it('is pinned to sub and aud, with the issuer without its scheme and with its path', () => {
    const document = webIdentityTrust(oidc, 'kube-system', 'ebs-csi-controller-sa');
    assert.deepEqual(document, {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: oidc.providerArn },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              'oidc.eks.us-west-2.amazonaws.com/id/ABCD:aud': 'sts.amazonaws.com',
              'oidc.eks.us-west-2.amazonaws.com/id/ABCD:sub': 'system:serviceaccount:kube-system:ebs-csi-controller-sa',
            },
          },
        },
      ],
    });
  });

  it('of an old cluster gets the trust of the new one', async () => {
    const old = webIdentityTrust({ ...oidc, issuer: oidc.issuer.replace('ABCD', 'OLD') }, 'kube-system', 'ebs-csi-controller-sa');
    const scripted = scriptedAws({
      GetRole: () =>
        found({
          AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(old)),
          Tags: ours.with(1, { Key: 'slipway:resource', Value: 'role/ebs-csi' }),
        }),
      ListAttachedRolePolicies: () => attached('P'),
      UpdateAssumeRolePolicy: () => ({}),
    });
    const scope = { aws: scripted.aws, identity: { platform: 'cauchy', tags: { team: 'data' } }, prices: noPrices };
    const spec = {
      id: 'role/ebs-csi',
      title: 'role',
      name: 'r',
      permissionsBoundary: undefined,
      namespace: 'kube-system',
      serviceAccount: 'ebs-csi-controller-sa',
    };
    const needs = { caller: handleOf<CallerOut>('caller'), oidc: handleOf<OidcOut>('oidc'), policy: handleOf<{ arn: string }>('policy') };
    const role = webIdentityRole(scope, spec, needs);
    const inputs = { caller, oidc, policy: { arn: policy('P') } };
    const seen = await role.observe(lookWith({ caller }), 'plan');
    assert.equal(role.steps?.plan(seen, inputs).action, 'update');
    // While the new cluster is not there, nobody knows: that is no difference.
    assert.deepEqual(role.steps?.plan(seen, { caller, oidc: {}, policy: {} }), { action: 'none' });
    await role.steps?.update?.(seen, inputs, stepContext());
    assert.equal(scripted.operations().at(-1), 'UpdateAssumeRolePolicy');
    assert.ok(String(scripted.sent.at(-1)?.input['PolicyDocument']).includes('/id/ABCD:sub'));
  });
});

describe('the claim of a run', () => {
  const at = Date.parse('2026-11-22T12:00:00Z');
  const setting = (vpc: boolean) => {
    const clock = { now: at };
    const claim = claimBy({ now: () => clock.now, hiddenFor: 60_000, vpcExists: () => Promise.resolve(vpc) });
    return { clock, claim };
  };

  it('is ours when this process made it', async () => {
    const { claim } = setting(false);
    assert.deepEqual(await claim.look(lookWith(), claim.tags('mine')), { state: 'ours' });
  });

  it('of another run is waited for while EC2 may hide its VPC, and taken over after', async () => {
    const theirs = setting(false).claim.tags('theirs');
    const { claim, clock } = setting(false);
    clock.now = at + 59_000;
    assert.equal((await claim.look(lookWith(), theirs)).state, 'waiting');
    clock.now = at + 60_000;
    assert.deepEqual(await claim.look(lookWith(), theirs), { state: 'left' });
  });

  it('matters no more once the VPC is there', async () => {
    const theirs = setting(false).claim.tags('theirs');
    assert.deepEqual(await setting(true).claim.look(lookWith(), theirs), { state: 'ours' });
  });

  it('from the future is a wrong clock, which nobody waits for', async () => {
    const { claim, clock } = setting(false);
    const theirs = setting(false).claim.tags('theirs');
    clock.now = at - 3_600_000;
    assert.deepEqual(await claim.look(lookWith(), theirs), { state: 'left' });
  });
});
