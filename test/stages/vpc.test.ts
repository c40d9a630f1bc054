import assert from 'node:assert/strict';
import {
  DescribeAddressesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { awsProvider } from '../../src/aws/provider.ts';
import { ResourceGraph } from '../../src/core/graph/resourceGraph.ts';
import type { ComputeSpec, NetworkSpec, PlatformSpec } from '../../src/core/platform/platformSpec.ts';
import { vpcStage, type VpcContext } from '../../src/stages/vpc.ts';
import { makeNetworkInterface, makeSecurityGroup } from '../../src/rehearsal/ec2/onBehalf.ts';
import { parseFault } from '../../src/rehearsal/faults.ts';
import { RehearsedAccount } from '../aws/rehearsedAccount.ts';

const network: NetworkSpec = {
  cidr: '10.0.0.0/16',
  zones: 2,
  natGateways: 'perZone',
  s3Endpoint: false,
  public: ['10.0.0.0/20', '10.0.128.0/20'],
  private: ['10.0.16.0/20', '10.0.144.0/20'],
};
const compute: ComputeSpec = { instanceTypes: ['t3.small'], capacity: 'spot', min: 12, desired: 14, desiredWritten: false, max: 16 };

const specOf = (change: Partial<NetworkSpec> = {}): PlatformSpec => ({
  name: 'cauchy',
  id: 'k3f9x2',
  region: 'us-west-2',
  tags: { team: 'data' },
  network: { ...network, ...change },
  cluster: { version: 'latest', endpoint: { public: true, private: true, publicCidrs: ['0.0.0.0/0'] }, admins: [], addons: {} },
  compute,
  stages: {},
});

const contextOf = (account: RehearsedAccount, spec = specOf()): VpcContext => ({ ...account.scope, spec, clock: account.clock });
const graphOf = (account: RehearsedAccount, spec = specOf()): ResourceGraph =>
  new ResourceGraph([vpcStage(contextOf(account, spec), []).stage]);
const signal = new AbortController().signal;
const consent = new Set<string>();

describe('stage vpc, rehearsed', function () {
  this.timeout(60_000);
  let account: RehearsedAccount;
  beforeEach(async () => {
    account = await RehearsedAccount.start();
  });
  afterEach(() => account[Symbol.asyncDispose]());

  const apply = (spec = specOf()) =>
    account.engine([awsProvider(contextOf(account, spec))]).apply(graphOf(account, spec), { signal, consent });

  it('brings up the runbook’s network, and a second run writes nothing', async () => {
    const outcome = await apply();
    assert.equal(outcome.outcome, 'succeeded', account.failures());
    const { aws } = account;
    const vpcs =
      (await aws.ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: 'tag:slipway:platform', Values: ['cauchy/k3f9x2'] }] }))).Vpcs ?? [];
    assert.deepEqual(
      vpcs.map((vpc) => vpc.CidrBlock),
      ['10.0.0.0/16'],
    );
    const hostnames = await aws.ec2.send(new DescribeVpcAttributeCommand({ VpcId: vpcs[0]?.VpcId, Attribute: 'enableDnsHostnames' }));
    assert.equal(hostnames.EnableDnsHostnames?.Value, true);

    const subnets =
      (await aws.ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcs[0]?.VpcId ?? ''] }] }))).Subnets ?? [];
    const zoneOf = (cidr: string): string | undefined => subnets.find((subnet) => subnet.CidrBlock === cidr)?.AvailabilityZoneId;
    assert.equal(zoneOf('10.0.0.0/20'), zoneOf('10.0.16.0/20'), 'the first public and the first private subnet share a zone');
    assert.equal(zoneOf('10.0.128.0/20'), zoneOf('10.0.144.0/20'));
    assert.notEqual(zoneOf('10.0.0.0/20'), zoneOf('10.0.128.0/20'));

    const nats = (await aws.ec2.send(new DescribeNatGatewaysCommand({}))).NatGateways ?? [];
    const tables =
      (await aws.ec2.send(new DescribeRouteTablesCommand({ Filters: [{ Name: 'tag:slipway:platform', Values: ['cauchy/k3f9x2'] }] })))
        .RouteTables ?? [];
    for (const cidr of network.private) {
      const subnet = subnets.find((each) => each.CidrBlock === cidr);
      const table = tables.find((each) => each.Associations?.some((association) => association.SubnetId === subnet?.SubnetId));
      const nat = nats.find(
        (each) => each.NatGatewayId === table?.Routes?.find((route) => route.DestinationCidrBlock === '0.0.0.0/0')?.NatGatewayId,
      );
      const home = subnets.find((each) => each.SubnetId === nat?.SubnetId);
      assert.equal(home?.AvailabilityZoneId, subnet?.AvailabilityZoneId, `${cidr} leaves through the NAT gateway of its own zone`);
      assert.ok(home?.CidrBlock !== undefined && network.public.includes(home.CidrBlock), 'the NAT gateway is in a public subnet');
    }

    const before = account.log().length;
    const again = await apply();
    assert.equal(again.outcome, 'succeeded', account.failures());
    assert.deepEqual(
      account
        .log()
        .slice(before)
        .filter((call) => call.mutating),
      [],
    );
  });

  it('looks with one request a kind', async () => {
    await apply();
    const before = account.log().length;
    const seen = await account.engine().observe(graphOf(account), { signal, depth: 'status' });
    assert.ok([...seen.values()].every((each) => each.state === 'ready' || each.state === 'absent'));
    const operations = account
      .log()
      .slice(before)
      .map((call) => call.operation);
    assert.deepEqual([...operations].sort(), [
      'DescribeAddresses',
      'DescribeInternetGateways',
      'DescribeNatGateways',
      'DescribeRouteTables',
      'DescribeSecurityGroups',
      'DescribeSubnets',
      'DescribeVpcs',
      'GetCallerIdentity',
    ]);
  });

  it('takes changed tags, and one NAT gateway for two, without touching what stays', async () => {
    await apply();
    const single = { ...specOf({ natGateways: 'single' }), tags: { team: 'search' } };
    const context = { ...contextOf(account, single), identity: { ...account.scope.identity, tags: single.tags } };
    const graph = new ResourceGraph([vpcStage(context, []).stage]);
    const engine = account.engine([awsProvider(context)]);
    const plan = await engine.plan(graph, 'apply', { signal });
    const actions = new Map(plan.changes.map(({ resource, change }) => [resource, change.action]));
    assert.equal(actions.get('vpc'), 'update');
    assert.equal(actions.get('nat/10.0.128.0-20'), 'delete');
    assert.equal(actions.get('address/10.0.128.0-20'), 'delete');
    assert.equal(actions.get('routes/private/10.0.144.0-20'), 'update');

    const outcome = await account
      .engine([awsProvider(context)])
      .apply(graph, { signal, consent: new Set(['delete:nat/10.0.128.0-20', 'delete:address/10.0.128.0-20']) });
    assert.equal(outcome.outcome, 'succeeded', account.failures());
    const addresses = (await account.aws.ec2.send(new DescribeAddressesCommand({}))).Addresses ?? [];
    assert.equal(addresses.length, 1);
    const before = account.log().length;
    await account.engine([awsProvider(context)]).apply(graph, { signal, consent });
    assert.deepEqual(
      account
        .log()
        .slice(before)
        .filter((call) => call.mutating),
      [],
    );
  });

  it('is destroyed to the last address', async () => {
    await apply();
    const outcome = await account.engine([awsProvider(contextOf(account))]).destroy(graphOf(account), { signal, consent });
    assert.equal(outcome.outcome, 'succeeded', account.failures());
    assert.deepEqual(outcome.residue, []);
    const { aws } = account;
    const ours = { Filters: [{ Name: 'tag:slipway:platform', Values: ['cauchy/k3f9x2'] }] };
    assert.deepEqual((await aws.ec2.send(new DescribeVpcsCommand(ours))).Vpcs ?? [], []);
    assert.deepEqual((await aws.ec2.send(new DescribeAddressesCommand({}))).Addresses ?? [], []);
    assert.deepEqual((await aws.ec2.send(new DescribeInternetGatewaysCommand(ours))).InternetGateways ?? [], []);
  });

  it('takes along what controllers left in it, which would keep the VPC for ever', async () => {
    await apply();
    const { ec2 } = account.aws;
    const ours = { Filters: [{ Name: 'tag:slipway:platform', Values: ['cauchy/k3f9x2'] }] };
    const VpcId = (await ec2.send(new DescribeVpcsCommand(ours))).Vpcs?.[0]?.VpcId;
    const SubnetId = (await ec2.send(new DescribeSubnetsCommand(ours))).Subnets?.[0]?.SubnetId;
    assert.ok(VpcId !== undefined && SubnetId !== undefined);
    // As the controllers do it: on the account's behalf, with tags of their own.
    const group = makeSecurityGroup(account.world, 'us-west-2', {
      vpcId: VpcId,
      name: 'k8s-elb-a1',
      description: 'Security group for Kubernetes ELB a1',
      tags: { 'kubernetes.io/cluster/cauchy': 'owned' },
    });
    const left = makeNetworkInterface(account.world, 'us-west-2', {
      subnetId: SubnetId,
      groupIds: [group.id],
      description: 'aws-K8S-i-0abc',
    });
    account.world.save();
    const outcome = await account.engine([awsProvider(contextOf(account))]).destroy(graphOf(account), { signal, consent });
    assert.equal(outcome.outcome, 'succeeded', account.failures());
    assert.deepEqual(outcome.residue, []);
    const deletes = account
      .log()
      .filter((call) => call.mutating && call.operation.startsWith('Delete'))
      .map((call) => call.operation);
    assert.ok(deletes.indexOf('DeleteNetworkInterface') < deletes.indexOf('DeleteSecurityGroup'), `${left.id} held the group`);
    assert.ok(deletes.indexOf('DeleteSecurityGroup') < deletes.indexOf('DeleteVpc') && deletes.includes('DeleteSecurityGroup'));
  });

  const arm = (fault: string): void => account.world.faults.arm(parseFault(fault));
  const standing = async () => {
    const ours = { Filters: [{ Name: 'tag:slipway:platform', Values: ['cauchy/k3f9x2'] }] };
    const [vpcs, gateways, addresses] = await Promise.all([
      account.aws.ec2.send(new DescribeVpcsCommand(ours)),
      account.aws.ec2.send(new DescribeInternetGatewaysCommand(ours)),
      account.aws.ec2.send(new DescribeAddressesCommand(ours)),
    ]);
    return [vpcs.Vpcs?.length, gateways.InternetGateways?.length, addresses.Addresses?.length];
  };

  for (const operation of [
    'CreateVpc',
    'CreateInternetGateway',
    'AllocateAddress',
    'CreateNatGateway',
    'CreateSubnet',
    'AssociateRouteTable',
  ]) {
    it(`makes nothing twice when the answer to ${operation} is lost`, async () => {
      arm(`lost-answer=${operation}`);
      const outcome = await apply();
      assert.equal(outcome.outcome, 'succeeded', account.failures());
      assert.equal(account.world.faults.armed('lost-answer'), undefined, 'the fault has struck');
      assert.deepEqual(await standing(), [1, 1, 2]);
    });
  }

  it('says why a NAT gateway failed, and makes it anew in the next run', async () => {
    arm('nat-failed');
    const failed = await apply();
    assert.equal(failed.outcome, 'failed');
    assert.match(account.failures(), /^nat\/.*: AWS had a problem of its own/m);
    const outcome = await apply();
    assert.equal(outcome.outcome, 'succeeded', account.failures());
    assert.deepEqual(await standing(), [1, 1, 2]);
  });

  it('tells before the first write that Elastic IPs are short, with numbers', async () => {
    arm('address-quota=1');
    const plan = await account.engine([awsProvider(contextOf(account))]).plan(graphOf(account), 'apply', { signal });
    const messages = plan.findings.filter((finding) => finding.code === 'quota').map((finding) => finding.message);
    assert.equal(messages.length, 1, JSON.stringify(plan.findings));
    assert.match(messages[0] ?? '', /needs 2 Elastic IPs, 1 of 5 left in us-west-2/);
  });

  it('goes on through throttling and errors of AWS', async () => {
    arm('throttle');
    arm('server-error');
    const outcome = await apply();
    assert.equal(outcome.outcome, 'succeeded', account.failures());
    assert.deepEqual(await standing(), [1, 1, 2]);
  });

  it('names the action that is denied', async () => {
    arm('access-denied=ec2:CreateVpc');
    const plan = await account.engine([awsProvider(contextOf(account))]).plan(graphOf(account), 'apply', { signal });
    assert.ok(
      plan.findings.some((finding) => finding.code === 'denied' && finding.message.includes('ec2:CreateVpc')),
      JSON.stringify(plan.findings),
    );
    await assert.rejects(apply(), /This identity may not do ec2:CreateVpc/);
    assert.deepEqual(
      account.log().filter((call) => call.mutating && call.status < 400),
      [],
      'nothing was half-made',
    );
  });
});
