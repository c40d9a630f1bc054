import { DescribeNetworkInterfacesCommand, DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2';
import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeAccessEntryCommand,
  DescribeAddonVersionsCommand,
  DescribeClusterCommand,
  DescribeClusterVersionsCommand,
  DescribeUpdateCommand,
  ListAccessEntriesCommand,
  ListAssociatedAccessPoliciesCommand,
  ListClustersCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UnsupportedAvailabilityZoneException,
  UpdateClusterConfigCommand,
} from '@aws-sdk/client-eks';
import assert from 'node:assert/strict';
import { parseFault } from '../../../src/rehearsal/faults.ts';
import { startAccount, type TestAccount } from '../account.ts';
import { present, refusal } from '../refusal.ts';
import { RehearsedPlatform, type Ground } from './rehearsedPlatform.ts';

describe('rehearsed EKS: clusters', function () {
  this.timeout(10_000);
  let account: TestAccount;
  let platform: RehearsedPlatform;
  let ground: Ground;

  beforeEach(async () => {
    account = await startAccount();
    platform = new RehearsedPlatform(account);
    ground = await platform.ground();
  });

  afterEach(async () => {
    platform.destroy();
    await account.remove();
  });

  async function create(more: Parameters<RehearsedPlatform['clusterRequest']>[1] = {}): Promise<unknown> {
    return platform.eks.send(new CreateClusterCommand(platform.clusterRequest(ground, more)));
  }

  it('is CREATING without an endpoint, then ACTIVE with endpoint, authority and an issuer of its own', async () => {
    await create();
    const creating = await platform.describeCluster();
    assert.deepEqual([creating.status, creating.endpoint, creating.identity], ['CREATING', undefined, undefined]);
    account.pass(601);
    const active = await platform.describeCluster();
    assert.equal(active.status, 'ACTIVE');
    assert.match(present(active.identity?.oidc?.issuer), /^https:\/\/oidc\.eks\.us-west-2\.amazonaws\.com\/id\/[A-Z0-9]{32}$/);
    assert.equal(active.kubernetesNetworkConfig?.serviceIpv4Cidr, '172.20.0.0/16');
    assert.deepEqual(
      [active.upgradePolicy?.supportType, active.resourcesVpcConfig?.endpointPrivateAccess],
      ['EXTENDED', false],
      'the API has other defaults than the console',
    );
    await platform.eks.send(new DeleteClusterCommand({ name: 'cauchy' }));
    account.pass(301);
    assert.equal(await refusal(platform.describeCluster()), 'ResourceNotFoundException');
    const again = await platform.cluster(ground);
    assert.notEqual(again.identity?.oidc?.issuer, active.identity?.oidc?.issuer);
  });

  it('repeats a call with its token and refuses another one of that name', async () => {
    await create({ clientRequestToken: 'once' });
    await create({ clientRequestToken: 'once' });
    assert.equal(await refusal(create({ clientRequestToken: 'once', tags: { other: 'arguments' } })), 'InvalidParameterException');
    assert.equal(await refusal(create({ clientRequestToken: 'twice' })), 'ResourceInUseException');
    const { clusters } = await platform.eks.send(new ListClustersCommand({}));
    assert.deepEqual(clusters, ['cauchy']);
  });

  it('cannot assume a role that IAM has not told everybody about', async () => {
    const roleArn = await platform.role('new', 'eks.amazonaws.com');
    await assert.rejects(create({ roleArn }), /could not be assumed because it does not exist or the trusted entity is not correct/);
    account.pass(13);
    await create({ roleArn });
  });

  it('wants two zones, subnets that are there, and a zone with room', async () => {
    const [first = ''] = ground.privateSubnets;
    assert.equal(await refusal(create({ resourcesVpcConfig: { subnetIds: [first] } })), 'InvalidParameterException');
    assert.equal(
      await refusal(create({ resourcesVpcConfig: { subnetIds: [first, 'subnet-00000000000000000'] } })),
      'InvalidParameterException',
    );
    account.world.faults.arm(parseFault('zones-refused=us-west-2b'));
    const error = await create().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof UnsupportedAvailabilityZoneException);
    assert.deepEqual(error.validZones, ['us-west-2a', 'us-west-2c', 'us-west-2d']);
  });

  it('makes a security group and interfaces in the account, and takes them along', async () => {
    const cluster = await platform.cluster(ground);
    const interfaces = async (): Promise<number> => {
      const found = await platform.ec2.send(
        new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'description', Values: ['Amazon EKS cauchy'] }] }),
      );
      return present(found.NetworkInterfaces).length;
    };
    const groups = await platform.ec2.send(
      new DescribeSecurityGroupsCommand({ GroupIds: [present(cluster.resourcesVpcConfig?.clusterSecurityGroupId)] }),
    );
    assert.match(present(groups.SecurityGroups?.[0]?.GroupName), /^eks-cluster-sg-cauchy-\d+$/);
    assert.ok((await interfaces()) > 0);
    await platform.eks.send(new DeleteClusterCommand({ name: 'cauchy' }));
    assert.ok((await interfaces()) > 0, 'until it is gone');
    account.pass(301);
    assert.equal(await interfaces(), 0);
  });

  it('fails for good when the fault says so, and can be deleted then', async () => {
    account.world.faults.arm(parseFault('cluster-failed'));
    await create();
    account.pass(601);
    assert.equal((await platform.describeCluster()).status, 'FAILED');
    await platform.eks.send(new DeleteClusterCommand({ name: 'cauchy' }));
    account.pass(301);
    await create();
    account.pass(601);
    assert.equal((await platform.describeCluster()).status, 'ACTIVE', 'the fault strikes once');
  });

  it('is not deleted while it is protected, being created or holds a node group', async () => {
    await create({ deletionProtection: true });
    const remove = (): Promise<string> => refusal(platform.eks.send(new DeleteClusterCommand({ name: 'cauchy' })));
    assert.equal(await remove(), 'InvalidRequestException');
    account.pass(601);
    await platform.eks.send(new UpdateClusterConfigCommand({ name: 'cauchy', deletionProtection: false }));
    assert.equal(await remove(), 'InvalidRequestException', 'the change is on its way');
    account.pass(91);
    await platform.nodegroup(ground, { minSize: 1, desiredSize: 1, maxSize: 2 });
    assert.equal(await remove(), 'ResourceInUseException');
  });

  it('takes one kind of change a call, and shows it when it is done', async () => {
    await platform.cluster(ground);
    const update = (change: Partial<ConstructorParameters<typeof UpdateClusterConfigCommand>[0]>): UpdateClusterConfigCommand =>
      new UpdateClusterConfigCommand({ name: 'cauchy', ...change });
    const both = update({ resourcesVpcConfig: { endpointPrivateAccess: true }, upgradePolicy: { supportType: 'STANDARD' } });
    await assert.rejects(platform.eks.send(both), /Only one type of update can be allowed/);
    const { update: started } = await platform.eks.send(
      update({ resourcesVpcConfig: { endpointPrivateAccess: true, publicAccessCidrs: ['198.51.100.0/24'] } }),
    );
    assert.equal(started?.type, 'EndpointAccessUpdate');
    assert.equal(await refusal(platform.eks.send(update({ upgradePolicy: { supportType: 'STANDARD' } }))), 'ResourceInUseException');
    const during = await platform.describeCluster();
    assert.deepEqual([during.status, during.resourcesVpcConfig?.endpointPrivateAccess], ['UPDATING', false]);
    account.pass(91);
    const after = await platform.describeCluster();
    assert.deepEqual(
      [after.status, after.resourcesVpcConfig?.endpointPrivateAccess, after.resourcesVpcConfig?.publicAccessCidrs],
      ['ACTIVE', true, ['198.51.100.0/24']],
    );
    const told = await platform.eks.send(new DescribeUpdateCommand({ name: 'cauchy', updateId: started.id }));
    assert.equal(told.update?.status, 'Successful');
    assert.equal(
      await refusal(platform.eks.send(update({ resourcesVpcConfig: { endpointPrivateAccess: true } }))),
      'InvalidParameterException',
      'nothing to change',
    );
    assert.equal(
      await refusal(platform.eks.send(update({ accessConfig: { authenticationMode: 'CONFIG_MAP' } }))),
      'InvalidRequestException',
      'never back',
    );
  });

  it('tags by ARN', async () => {
    await create();
    const { arn } = await platform.describeCluster();
    await platform.eks.send(new TagResourceCommand({ resourceArn: arn, tags: { team: 'data' } }));
    const { tags } = await platform.eks.send(new ListTagsForResourceCommand({ resourceArn: arn }));
    assert.deepEqual(tags, { team: 'data' });
    assert.equal(
      await refusal(platform.eks.send(new TagResourceCommand({ resourceArn: `${String(arn)}-other`, tags: {} }))),
      'NotFoundException',
    );
  });

  it('lets principals in, and no session', async () => {
    await platform.cluster(ground);
    const role = `arn:aws:iam::${account.world.account}:role/aws-reserved/sso.amazonaws.com/eu-west-1/Admin`;
    const entry = (principalArn: string): CreateAccessEntryCommand => new CreateAccessEntryCommand({ clusterName: 'cauchy', principalArn });
    const session = `arn:aws:sts::${account.world.account}:assumed-role/Admin/me`;
    await assert.rejects(platform.eks.send(entry(session)), /invalid principal/);
    await platform.eks.send(entry(role));
    assert.equal(await refusal(platform.eks.send(entry(role))), 'ResourceInUseException');
    const policyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';
    const associate = (policy: string): AssociateAccessPolicyCommand =>
      new AssociateAccessPolicyCommand({ clusterName: 'cauchy', principalArn: role, policyArn: policy, accessScope: { type: 'cluster' } });
    assert.equal(await refusal(platform.eks.send(associate('arn:aws:iam::aws:policy/AdministratorAccess'))), 'InvalidParameterException');
    await platform.eks.send(associate(policyArn));
    const policies = await platform.eks.send(new ListAssociatedAccessPoliciesCommand({ clusterName: 'cauchy', principalArn: role }));
    assert.deepEqual(
      policies.associatedAccessPolicies?.map((each) => each.policyArn),
      [policyArn],
    );
    const { accessEntries } = await platform.eks.send(new ListAccessEntriesCommand({ clusterName: 'cauchy' }));
    assert.deepEqual(accessEntries, [role], 'no entry for the creator: bootstrapClusterCreatorAdminPermissions was false');
  });

  it('makes the creator an untagged entry where it is not told otherwise, and none in CONFIG_MAP mode', async () => {
    await platform.cluster(ground, { accessConfig: { authenticationMode: 'API' } });
    const principalArn = account.world.callerArn;
    const { accessEntry } = await platform.eks.send(new DescribeAccessEntryCommand({ clusterName: 'cauchy', principalArn }));
    assert.deepEqual(accessEntry?.tags, {});
    await platform.eks.send(new CreateClusterCommand(platform.clusterRequest(ground, { name: 'old', accessConfig: {} })));
    assert.equal(await refusal(platform.eks.send(new ListAccessEntriesCommand({ clusterName: 'old' }))), 'InvalidRequestException');
  });

  it('tells versions by their support, and exactly one default add-on version for each', async () => {
    const { clusterVersions } = await platform.eks.send(new DescribeClusterVersionsCommand({ versionStatus: 'STANDARD_SUPPORT' }));
    assert.ok(present(clusterVersions).length >= 2);
    assert.equal(clusterVersions?.filter((each) => each.defaultVersion === true).length, 1);
    for (const { clusterVersion } of present(clusterVersions)) {
      const { addons } = await platform.eks.send(
        new DescribeAddonVersionsCommand({ kubernetesVersion: clusterVersion, addonName: 'coredns' }),
      );
      const versions = present(addons?.[0]?.addonVersions);
      const defaults = versions.filter((each) => each.compatibilities?.some((compatibility) => compatibility.defaultVersion === true));
      assert.equal(defaults.length, 1);
      assert.notEqual(defaults[0], versions[0], 'the default is not the newest');
    }
    assert.equal(await refusal(create({ version: '1.19' })), 'InvalidParameterException');
  });

  it('has somebody else’s cluster in the way when the fault says so', async () => {
    account.world.faults.arm(parseFault('foreign=cluster=cauchy'));
    assert.equal(await refusal(create()), 'ResourceInUseException');
    const { cluster } = await platform.eks.send(new DescribeClusterCommand({ name: 'cauchy' }));
    assert.deepEqual([cluster?.status, cluster?.tags], ['ACTIVE', { owner: 'somebody else' }]);
  });
});
