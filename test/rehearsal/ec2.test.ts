import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteNatGatewayCommand,
  DeleteRouteTableCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSpotPriceHistoryCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  EC2Client,
  ModifyVpcAttributeCommand,
  ReleaseAddressCommand,
} from '@aws-sdk/client-ec2';
import assert from 'node:assert/strict';
import { startAccount, type TestAccount } from './account.ts';
import { present, refusal } from './refusal.ts';

describe('rehearsed EC2', () => {
  let account: TestAccount;
  let ec2: EC2Client;

  beforeEach(async () => {
    account = await startAccount();
    ec2 = new EC2Client(account.client);
  });

  afterEach(async () => {
    ec2.destroy();
    await account.remove();
  });

  async function vpc(cidr = '10.0.0.0/16'): Promise<string> {
    const made = await ec2.send(
      new CreateVpcCommand({
        CidrBlock: cidr,
        TagSpecifications: [{ ResourceType: 'vpc', Tags: [{ Key: 'slipway:platform', Value: 'cauchy' }] }],
      }),
    );
    account.pass(5);
    return present(made.Vpc?.VpcId);
  }

  async function subnet(vpcId: string, cidr = '10.0.0.0/20'): Promise<string> {
    const made = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: cidr, AvailabilityZone: 'us-west-2a' }));
    account.pass(5);
    return present(made.Subnet?.SubnetId);
  }

  async function attachedGateway(vpcId: string): Promise<string> {
    const made = await ec2.send(new CreateInternetGatewayCommand({}));
    account.pass(5);
    const id = present(made.InternetGateway?.InternetGatewayId);
    await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: id, VpcId: vpcId }));
    return id;
  }

  async function address(): Promise<string> {
    const made = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
    account.pass(5);
    return present(made.AllocationId);
  }

  async function nat(subnetId: string, allocationId: string, token?: string): Promise<string> {
    const made = await ec2.send(
      new CreateNatGatewayCommand({ SubnetId: subnetId, AllocationId: allocationId, ...(token !== undefined && { ClientToken: token }) }),
    );
    account.pass(5);
    return present(made.NatGateway?.NatGatewayId);
  }

  it('shows a new VPC only after a while, and then by its tags', async () => {
    const made = await ec2.send(
      new CreateVpcCommand({
        CidrBlock: '10.0.0.0/16',
        TagSpecifications: [{ ResourceType: 'vpc', Tags: [{ Key: 'owner', Value: 'slipway & co' }] }],
      }),
    );
    const id = present(made.Vpc?.VpcId);
    assert.match(id, /^vpc-0[0-9a-f]{16}$/);
    assert.equal(made.Vpc?.State, 'pending');
    assert.equal(await refusal(ec2.send(new DescribeVpcsCommand({ VpcIds: [id] }))), 'InvalidVpcID.NotFound');
    account.pass(5);
    const seen = await ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: 'tag:owner', Values: ['slipway*'] }] }));
    assert.deepEqual(
      seen.Vpcs?.map((each) => [each.VpcId, each.State, each.Tags]),
      [[id, 'available', [{ Key: 'owner', Value: 'slipway & co' }]]],
    );
  });

  it('comes with a default VPC, and refuses a sixth', async () => {
    for (let count = 0; count < 4; count += 1) await vpc(`10.${String(count)}.0.0/16`);
    assert.equal(await refusal(ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }))), 'VpcLimitExceeded');
    const other = new EC2Client({ ...account.client, region: 'eu-west-1' });
    const elsewhere = await other.send(new DescribeVpcsCommand({}));
    other.destroy();
    assert.deepEqual(
      elsewhere.Vpcs?.map((each) => [each.IsDefault, each.CidrBlock]),
      [[true, '172.31.0.0/16']],
    );
  });

  it('modifies one VPC attribute a call', async () => {
    const id = await vpc();
    const both = ec2.send(
      new ModifyVpcAttributeCommand({ VpcId: id, EnableDnsHostnames: { Value: true }, EnableDnsSupport: { Value: true } }),
    );
    assert.equal(await refusal(both), 'InvalidParameterCombination');
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId: id, EnableDnsHostnames: { Value: true } }));
    const seen = await ec2.send(new DescribeVpcAttributeCommand({ VpcId: id, Attribute: 'enableDnsHostnames' }));
    assert.equal(seen.EnableDnsHostnames?.Value, true);
  });

  it('refuses blocks that overlap, lie outside or are none', async () => {
    const id = await vpc();
    await subnet(id, '10.0.0.0/20');
    const create = (cidr: string): Promise<string> => refusal(ec2.send(new CreateSubnetCommand({ VpcId: id, CidrBlock: cidr })));
    assert.equal(await create('10.0.8.0/24'), 'InvalidSubnet.Conflict');
    assert.equal(await create('10.1.0.0/20'), 'InvalidSubnet.Range');
    assert.equal(await create('10.0.300.0/20'), 'InvalidParameterValue');
    assert.equal(await refusal(ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/8' }))), 'InvalidVpc.Range');
  });

  it('makes NAT gateways that take their time, and keep everything they stand on', async () => {
    const id = await vpc();
    const subnetId = await subnet(id);
    const gateway = await attachedGateway(id);
    const allocation = await address();
    const natId = await nat(subnetId, allocation, 'canary-token');
    const again = await ec2.send(
      new CreateNatGatewayCommand({ SubnetId: subnetId, AllocationId: allocation, ClientToken: 'canary-token' }),
    );
    assert.equal(again.NatGateway?.NatGatewayId, natId, 'the same token makes nothing new');
    const other = ec2.send(
      new CreateNatGatewayCommand({ SubnetId: subnetId, AllocationId: 'eipalloc-00000000000000000', ClientToken: 'canary-token' }),
    );
    assert.equal(await refusal(other), 'IdempotentParameterMismatch');

    const state = async (): Promise<string | undefined> =>
      (await ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [natId] }))).NatGateways?.[0]?.State;
    assert.equal(await state(), 'pending');
    account.pass(110);
    assert.equal(await state(), 'available');

    assert.equal(await refusal(ec2.send(new ReleaseAddressCommand({ AllocationId: allocation }))), 'InvalidIPAddress.InUse');
    assert.equal(await refusal(ec2.send(new DeleteSubnetCommand({ SubnetId: subnetId }))), 'DependencyViolation');
    assert.equal(
      await refusal(ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId: gateway, VpcId: id }))),
      'DependencyViolation',
    );
    assert.equal(await refusal(ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: gateway }))), 'DependencyViolation');
    assert.equal(await refusal(ec2.send(new DeleteVpcCommand({ VpcId: id }))), 'DependencyViolation');

    await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: natId }));
    assert.equal(await state(), 'deleting');
    account.pass(61);
    assert.equal(await state(), 'deleted');
    await ec2.send(new ReleaseAddressCommand({ AllocationId: allocation }));
    assert.equal(await refusal(ec2.send(new ReleaseAddressCommand({ AllocationId: allocation }))), 'InvalidAllocationID.NotFound');
    await ec2.send(new DeleteSubnetCommand({ SubnetId: subnetId }));
    await ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId: gateway, VpcId: id }));
    await ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: gateway }));
    await ec2.send(new DeleteVpcCommand({ VpcId: id }));
    assert.equal(await refusal(ec2.send(new DescribeVpcsCommand({ VpcIds: [id] }))), 'InvalidVpcID.NotFound');
  });

  it('lets a NAT gateway fail where no internet gateway is attached, and its address free again', async () => {
    const subnetId = await subnet(await vpc());
    const allocation = await address();
    const natId = await nat(subnetId, allocation);
    account.pass(30);
    const seen = await ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [natId] }));
    assert.deepEqual([seen.NatGateways?.[0]?.State, seen.NatGateways?.[0]?.FailureCode], ['failed', 'Gateway.NotAttached']);
    const addresses = await ec2.send(new DescribeAddressesCommand({ AllocationIds: [allocation] }));
    assert.equal(addresses.Addresses?.[0]?.AssociationId, undefined);
  });

  it('routes: one for a destination, a black hole when the target goes, tables in use stay', async () => {
    const id = await vpc();
    const subnetId = await subnet(id);
    const gateway = await attachedGateway(id);
    const made = await ec2.send(new CreateRouteTableCommand({ VpcId: id, ClientToken: 'canary-routes' }));
    account.pass(5);
    const table = present(made.RouteTable?.RouteTableId);
    const route = (): Promise<unknown> =>
      ec2.send(new CreateRouteCommand({ RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway }));
    await route();
    assert.equal(await refusal(route()), 'RouteAlreadyExists');
    const associate = (): Promise<unknown> => ec2.send(new AssociateRouteTableCommand({ RouteTableId: table, SubnetId: subnetId }));
    await associate();
    assert.equal(await refusal(associate()), 'Resource.AlreadyAssociated');
    assert.equal(await refusal(ec2.send(new DeleteRouteTableCommand({ RouteTableId: table }))), 'DependencyViolation');
    await ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId: gateway, VpcId: id }));
    const seen = await ec2.send(new DescribeRouteTablesCommand({ Filters: [{ Name: 'association.subnet-id', Values: [subnetId] }] }));
    assert.deepEqual(
      seen.RouteTables?.[0]?.Routes?.map((each) => [each.DestinationCidrBlock, each.State]),
      [
        ['10.0.0.0/16', 'active'],
        ['0.0.0.0/0', 'blackhole'],
      ],
    );
  });

  it('has five addresses and no more', async () => {
    for (let count = 0; count < 5; count += 1) await address();
    assert.equal(await refusal(ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }))), 'AddressLimitExceeded');
  });

  it('refuses filters it does not have, pages, and keeps tags within their rules', async () => {
    const id = await vpc();
    assert.equal(
      await refusal(ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'colour', Values: ['red'] }] }))),
      'InvalidParameterValue',
    );
    for (let index = 0; index < 6; index += 1) await subnet(id, `10.0.${String(index * 16)}.0/20`);
    const mine = { Filters: [{ Name: 'vpc-id', Values: [id] }], MaxResults: 5 };
    const first = await ec2.send(new DescribeSubnetsCommand(mine));
    const second = await ec2.send(new DescribeSubnetsCommand({ ...mine, NextToken: present(first.NextToken) }));
    assert.deepEqual([first.Subnets?.length, second.Subnets?.length, second.NextToken], [5, 1, undefined]);
    assert.equal(await refusal(ec2.send(new DescribeSubnetsCommand({ ...mine, MaxResults: 2 }))), 'InvalidParameterValue');
    assert.equal(await refusal(ec2.send(new DescribeSubnetsCommand({ ...mine, NextToken: 'canary-nonsense' }))), 'InvalidParameterValue');
    const reserved = ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'aws:x', Value: 'y' }] }));
    assert.equal(await refusal(reserved), 'InvalidParameterValue');
    await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'team', Value: 'ü<&>' }] }));
    const seen = await ec2.send(new DescribeVpcsCommand({ VpcIds: [id] }));
    assert.equal(seen.Vpcs?.[0]?.Tags?.find((tag) => tag.Key === 'team')?.Value, 'ü<&>');
  });

  it('answers a dry run with the error that means yes, and makes nothing', async () => {
    assert.equal(await refusal(ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', DryRun: true }))), 'DryRunOperation');
    account.pass(5);
    assert.equal((await ec2.send(new DescribeVpcsCommand({}))).Vpcs?.length, 1);
  });

  it('knows zones by name and id, the default security group, and spot prices as strings', async () => {
    const zones = await ec2.send(new DescribeAvailabilityZonesCommand({ Filters: [{ Name: 'zone-type', Values: ['availability-zone'] }] }));
    assert.deepEqual(zones.AvailabilityZones?.[0], {
      ...zones.AvailabilityZones?.[0],
      ZoneName: 'us-west-2a',
      ZoneId: 'usw2-az1',
      OptInStatus: 'opt-in-not-required',
      State: 'available',
    });
    const id = await vpc();
    const groups = await ec2.send(
      new DescribeSecurityGroupsCommand({
        Filters: [
          { Name: 'vpc-id', Values: [id] },
          { Name: 'group-name', Values: ['default'] },
        ],
      }),
    );
    assert.equal(groups.SecurityGroups?.length, 1);
    const prices = await ec2.send(
      new DescribeSpotPriceHistoryCommand({
        InstanceTypes: ['t3.small'],
        ProductDescriptions: ['Linux/UNIX'],
        StartTime: new Date(account.world.now()),
      }),
    );
    assert.deepEqual(
      prices.SpotPriceHistory?.map((each) => each.AvailabilityZone),
      ['us-west-2a', 'us-west-2b', 'us-west-2c', 'us-west-2d'],
    );
    assert.match(prices.SpotPriceHistory?.[0]?.SpotPrice ?? '', /^0\.00\d{4}$/);
    const asked = (prices.SpotPriceHistory ?? []).map(({ SpotPrice }) => Number(SpotPrice));
    const mean = asked.reduce((sum, price) => sum + price, 0) / asked.length;
    assert.ok(Math.abs(mean - 0.0208 * 0.38) < 1e-5, `the mean of the zones is that of every day: ${mean}`);
  });
});
