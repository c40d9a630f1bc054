import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import {
  CreateAddonCommand,
  DeleteNodegroupCommand,
  DescribeAddonCommand,
  DescribeNodegroupCommand,
  UpdateAddonCommand,
  UpdateNodegroupConfigCommand,
} from '@aws-sdk/client-eks';
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  ListInstanceProfilesForRoleCommand,
} from '@aws-sdk/client-iam';
import assert from 'node:assert/strict';
import { parseFault } from '../../../src/rehearsal/faults.ts';
import { startAccount, type TestAccount } from '../account.ts';
import { present, refusal } from '../refusal.ts';
import { RehearsedPlatform, type Ground } from './rehearsedPlatform.ts';

describe('rehearsed EKS: add-ons and node groups', function () {
  this.timeout(10_000);
  let account: TestAccount;
  let platform: RehearsedPlatform;
  let ground: Ground;

  beforeEach(async () => {
    account = await startAccount();
    platform = new RehearsedPlatform(account);
    ground = await platform.ground();
    await platform.cluster(ground);
  });

  afterEach(async () => {
    platform.destroy();
    await account.remove();
  });

  async function addonState(name: string): Promise<readonly (string | undefined)[]> {
    const { status, health } = await platform.describeAddon(name);
    return [status, ...(health?.issues ?? []).map((issue) => issue.code)];
  }

  it('leaves an add-on DEGRADED for want of nodes, and heals it when they come', async () => {
    for (const name of ['vpc-cni', 'coredns']) await platform.addon(name);
    assert.deepEqual(await addonState('coredns'), ['CREATING'], 'with no issue at first');
    account.pass(50);
    assert.deepEqual(
      [await addonState('vpc-cni'), await addonState('coredns')],
      [['ACTIVE'], ['DEGRADED', 'InsufficientNumberOfReplicas']],
    );
    await platform.nodegroup(ground, { minSize: 2, desiredSize: 2, maxSize: 2 });
    account.pass(220);
    assert.deepEqual(await addonState('coredns'), ['ACTIVE']);
    assert.equal((await platform.describeNodegroup()).status, 'ACTIVE');
    const readyAt = (kind: string, id: string): number =>
      Date.parse(present(account.world.timelineEntries().find((entry) => entry.kind === kind && entry.id === id)?.readyAt));
    const pods = readyAt('AWS::EKS::Addon', 'cauchy/coredns');
    assert.ok(pods > readyAt('Kubernetes::Nodes', 'cauchy/ng'), 'not before there was a node for its pods');
    assert.ok(readyAt('AWS::EKS::Addon', 'cauchy/vpc-cni') < pods, 'which it does not need');
  });

  it('never gets the CSI driver healthy with a role that trusts an earlier issuer', async () => {
    await platform.addon('vpc-cni');
    const issuer = present((await platform.describeCluster()).identity?.oidc?.issuer).replace('https://', '');
    const { OpenIDConnectProviderArn: provider } = await platform.iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: `https://${issuer}`, ClientIDList: ['sts.amazonaws.com'] }),
    );
    const role = async (name: string, trusted: string): Promise<string> => {
      const equals = {
        [`${trusted}:sub`]: 'system:serviceaccount:kube-system:ebs-csi-controller-sa',
        [`${trusted}:aud`]: 'sts.amazonaws.com',
      };
      const statement = {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: equals },
      };
      const made = await platform.iam.send(
        new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify({ Statement: [statement] }) }),
      );
      return present(made.Role?.Arn);
    };
    const old = await role('old', 'oidc.eks.us-west-2.amazonaws.com/id/GONE');
    const good = await role('good', issuer);
    await platform.addon('aws-ebs-csi-driver', { serviceAccountRoleArn: old });
    await platform.nodegroup(ground, { minSize: 1, desiredSize: 1, maxSize: 2 });
    account.pass(400);
    assert.deepEqual(await addonState('aws-ebs-csi-driver'), ['DEGRADED', 'InsufficientNumberOfReplicas']);
    await platform.eks.send(
      new UpdateAddonCommand({ clusterName: 'cauchy', addonName: 'aws-ebs-csi-driver', serviceAccountRoleArn: good }),
    );
    assert.deepEqual(await addonState('aws-ebs-csi-driver'), ['UPDATING']);
    account.pass(31);
    assert.deepEqual(await addonState('aws-ebs-csi-driver'), ['ACTIVE']);
  });

  it('holds configuration values against the add-on’s own schema', async () => {
    const create = (configurationValues: string): Promise<unknown> =>
      platform.eks.send(new CreateAddonCommand({ clusterName: 'cauchy', addonName: 'aws-ebs-csi-driver', configurationValues }));
    await assert.rejects(create('{"controler":{}}'), /\$\.controler: is not defined in the schema/);
    await assert.rejects(create('{"controller":{"extraVolumeTags":{"a":1}}}'), /Json schema validation failed/);
    await assert.rejects(create('{'), /not in valid JSON or YAML/);
    assert.equal(await refusal(platform.addon('aws-ebs-csi-driver', { addonVersion: 'v0' })), 'InvalidParameterException');
    await create('{"controller":{"extraVolumeTags":{"slipway:platform":"cauchy"}}}');
    assert.equal(await refusal(create('{}')), 'ResourceInUseException');
  });

  it('refuses to overwrite self-managed copies unless told to', async () => {
    account.world.faults.arm(parseFault('foreign=cluster=theirs'));
    const clusterName = 'theirs';
    const theirs = new CreateAddonCommand({ clusterName, addonName: 'vpc-cni' });
    await platform.eks.send(theirs);
    account.pass(11);
    const { addon } = await platform.eks.send(new DescribeAddonCommand({ clusterName, addonName: 'vpc-cni' }));
    assert.deepEqual([addon?.status, addon?.health?.issues?.[0]?.code], ['CREATE_FAILED', 'ConfigurationConflict']);
  });

  it('fails as a whole when it is made at a size that spot cannot give', async () => {
    await platform.addon('vpc-cni');
    account.world.faults.arm(parseFault('no-spot-capacity'));
    await platform.nodegroup(ground, { minSize: 12, desiredSize: 14, maxSize: 16 });
    account.pass(300);
    const creating = await platform.describeNodegroup();
    assert.deepEqual([creating.status, creating.health?.issues?.[0]?.code], ['CREATING', 'AsgInstanceLaunchFailures']);
    account.pass(601);
    const failed = await platform.describeNodegroup();
    assert.deepEqual([failed.status, failed.health?.issues?.[0]?.code], ['CREATE_FAILED', 'NodeCreationFailure']);
    assert.match(String(failed.health?.issues?.[0]?.resourceIds?.[0]), /^DUMMY_/);
  });

  it('is a live group with an issue when it was grown into the shortage, and heals', async () => {
    await platform.addon('vpc-cni');
    account.world.faults.arm(parseFault('no-spot-capacity=2'));
    await platform.nodegroup(ground, { minSize: 2, desiredSize: 2, maxSize: 2 });
    account.pass(220);
    assert.equal((await platform.describeNodegroup()).status, 'ACTIVE');
    const grow = new UpdateNodegroupConfigCommand({
      clusterName: 'cauchy',
      nodegroupName: 'ng',
      scalingConfig: { minSize: 12, desiredSize: 14, maxSize: 16 },
    });
    await platform.eks.send(grow);
    assert.equal((await platform.describeNodegroup()).status, 'UPDATING');
    assert.equal(await refusal(platform.eks.send(grow)), 'ResourceInUseException');
    account.pass(21);
    const short = await platform.describeNodegroup();
    assert.deepEqual(
      [short.status, short.health?.issues?.[0]?.code, short.scalingConfig?.desiredSize],
      ['DEGRADED', 'AsgInstanceLaunchFailures', 14],
    );
    account.world.faults.disarm('no-spot-capacity');
    account.pass(30);
    assert.equal((await platform.describeNodegroup()).status, 'ACTIVE');
    account.pass(90);
    const { Reservations } = await platform.ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'instance-state-name', Values: ['running'] }] }),
    );
    assert.equal(Reservations?.flatMap((each) => each.Instances ?? []).length, 14);
  });

  it('never joins nodes without a network plugin or a way out', async () => {
    await platform.nodegroup(ground, { minSize: 1, desiredSize: 1, maxSize: 2 });
    account.pass(901);
    assert.equal((await platform.describeNodegroup()).status, 'CREATE_FAILED');
  });

  it('refuses impossible sizes, types and images in its own words', async () => {
    const group = (
      more: Parameters<RehearsedPlatform['nodegroup']>[2],
      scaling = { minSize: 1, desiredSize: 1, maxSize: 1 },
    ): Promise<void> => platform.nodegroup(ground, scaling, more);
    await assert.rejects(group({}, { minSize: 3, desiredSize: 2, maxSize: 4 }), /Minimum capacity 3 can't be greater than desired size 2/);
    await assert.rejects(group({}, { minSize: 1, desiredSize: 5, maxSize: 4 }), /desired capacity 5 can't be greater than max size 4/);
    await assert.rejects(group({ instanceTypes: ['t9.small'] }), /instance types do not exist: \[t9.small\]/);
    await assert.rejects(group({ amiType: 'AL2_x86_64' }), /1\.32 or earlier/);
    await assert.rejects(group({ nodeRole: ground.clusterRole }), /required service principals \[ec2\.amazonaws\.com\]/);
  });

  it('takes its instances and its instance profile along', async () => {
    await platform.addon('vpc-cni');
    await platform.nodegroup(ground, { minSize: 2, desiredSize: 2, maxSize: 2 });
    account.pass(220);
    const profiles = async (): Promise<number> =>
      present((await platform.iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: 'nodes' }))).InstanceProfiles).length;
    assert.equal(await profiles(), 1);
    assert.equal(await refusal(platform.iam.send(new DeleteRoleCommand({ RoleName: 'nodes' }))), 'DeleteConflictException');
    await platform.eks.send(new DeleteNodegroupCommand({ clusterName: 'cauchy', nodegroupName: 'ng' }));
    assert.equal((await platform.describeNodegroup()).status, 'DELETING');
    account.pass(181);
    const gone = platform.eks.send(new DescribeNodegroupCommand({ clusterName: 'cauchy', nodegroupName: 'ng' }));
    assert.equal(await refusal(gone), 'ResourceNotFoundException');
    assert.equal(await profiles(), 0);
    account.pass(60);
    const { Reservations } = await platform.ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'instance-state-name', Values: ['running'] }] }),
    );
    assert.deepEqual(Reservations, []);
  });
});
