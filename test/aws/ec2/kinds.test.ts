import assert from 'node:assert/strict';
import { address } from '../../../src/aws/ec2/address.ts';
import { internetGateway } from '../../../src/aws/ec2/internetGateway.ts';
import { natGateway } from '../../../src/aws/ec2/natGateway.ts';
import { privateRoutes } from '../../../src/aws/ec2/routeTable.ts';
import { subnet } from '../../../src/aws/ec2/subnet.ts';
import { vpc } from '../../../src/aws/ec2/vpc.ts';
import { priceBook } from '../../../src/aws/prices.ts';
import { NotYet } from '../../../src/core/graph/errors.ts';
import type { AddressOut, GatewayOut, NatOut, SubnetOut, VpcOut, ZonesOut } from '../../../src/aws/outputs.ts';
import type { Observation, Present } from '../../../src/core/graph/resource.ts';
import { awsError, fails, handleOf, lookWith, scriptedAws, stepContext, type Script } from '../scriptedAws.ts';

const identity = { platform: 'cauchy/k3f9x2', tags: { team: 'data' } };
const prices = priceBook('us-west-2');

const scopeOf = (script: Script) => {
  const scripted = scriptedAws(script);
  return { ...scripted, scope: { aws: scripted.aws, identity, prices } };
};

const tagsFor = (resource: string, extra: Readonly<Record<string, string>> = {}) =>
  Object.entries({
    Name: `cauchy/${resource}`,
    team: 'data',
    'slipway:tags': 'team',
    'slipway:platform': 'cauchy/k3f9x2',
    'slipway:resource': resource,
    ...extra,
  }).map(([Key, Value]) => ({ Key, Value }));

function there<O>(seen: Observation<O>): Present & Observation<O> {
  assert.ok(seen.state !== 'absent' && seen.state !== 'unknown', seen.state);
  return seen;
}

const home = handleOf<VpcOut>('vpc');

describe('VPC', () => {
  const flags = (support: boolean, hostnames: boolean): Script => ({
    DescribeVpcs: () => ({ Vpcs: [{ VpcId: 'vpc-1', CidrBlock: '10.0.0.0/16', State: 'available', Tags: tagsFor('vpc') }] }),
    DescribeVpcAttribute: ({ Attribute }) =>
      Attribute === 'enableDnsSupport' ? { EnableDnsSupport: { Value: support } } : { EnableDnsHostnames: { Value: hostnames } },
    ModifyVpcAttribute: () => ({}),
    CreateVpc: () => ({}),
  });

  it('is created with its tags in the one call that makes it', async () => {
    const { scope, sent } = scopeOf(flags(true, true));
    await vpc(scope, { cidr: '10.0.0.0/16', after: [] }).steps?.create?.({}, stepContext());
    assert.deepEqual(
      sent.map((each) => each.operation),
      ['CreateVpc'],
    );
    assert.deepEqual(sortTags(sent[0]?.input['TagSpecifications']), tagsFor('vpc').sort(byKey));
  });

  it('switches DNS on with one attribute a call, support first', async () => {
    for (const [support, expected] of [
      [false, { VpcId: 'vpc-1', EnableDnsSupport: { Value: true } }],
      [true, { VpcId: 'vpc-1', EnableDnsHostnames: { Value: true } }],
    ] as const) {
      const { scope, sent } = scopeOf(flags(support, false));
      const resource = vpc(scope, { cidr: '10.0.0.0/16', after: [] });
      const seen = await resource.observe(lookWith(), 'plan');
      assert.equal(resource.steps?.plan(seen, {}).action, 'update');
      await resource.steps?.update?.(seen, {}, stepContext());
      assert.deepEqual(sent.at(-1), { operation: 'ModifyVpcAttribute', input: expected });
    }
  });

  it('reads its DNS flags for a plan only, and then does not invent a difference for a status', async () => {
    const { scope, operations } = scopeOf(flags(false, false));
    const resource = vpc(scope, { cidr: '10.0.0.0/16', after: [] });
    const seen = await resource.observe(lookWith(), 'status');
    assert.deepEqual(operations(), ['DescribeVpcs']);
    assert.equal(resource.steps?.plan(seen, {}).action, 'none');
  });

  it('refuses another CIDR in words', async () => {
    const { scope } = scopeOf(flags(true, true));
    const resource = vpc(scope, { cidr: '10.1.0.0/16', after: [] });
    const change = resource.steps?.plan(await resource.observe(lookWith(), 'plan'), {});
    assert.ok(change?.action === 'blocked');
    assert.match(change.summary, /cidr cannot be changed in place\. Destroy the platform and apply again/);
  });

  it('of two, names the one that something lives in as its own and the other as an unused twin', async () => {
    const two = ['vpc-1', 'vpc-2'].map((VpcId) => ({ VpcId, CidrBlock: '10.0.0.0/16', State: 'available', Tags: tagsFor('vpc') }));
    const { scope } = scopeOf({
      DescribeVpcs: () => ({ Vpcs: two }),
      DescribeSubnets: () => ({ Subnets: [{ SubnetId: 'subnet-1', VpcId: 'vpc-2', Tags: tagsFor('subnet/public/10.0.0.0-20') }] }),
      DescribeInternetGateways: () => ({ InternetGateways: [] }),
    });
    const seen = there(await vpc(scope, { cidr: '10.0.0.0/16', after: [] }).observe(lookWith(), 'status'));
    assert.equal(seen.physicalId, 'vpc-2');
    assert.deepEqual(seen.twins, [{ physicalId: 'vpc-1', used: false }]);
  });

  it('reads every page', async () => {
    const { scope } = scopeOf({
      DescribeVpcs: ({ NextToken }) =>
        NextToken === undefined
          ? { Vpcs: [], NextToken: 'more' }
          : { Vpcs: [{ VpcId: 'vpc-1', CidrBlock: '10.0.0.0/16', State: 'available', Tags: tagsFor('vpc') }] },
    });
    assert.equal((await vpc(scope, { cidr: '10.0.0.0/16', after: [] }).observe(lookWith(), 'status')).state, 'ready');
  });
});

type Tag = { readonly Key: string; readonly Value: string };
const byKey = (a: Tag, b: Tag): number => (a.Key < b.Key ? -1 : 1);
const sortTags = (specifications: unknown): Tag[] =>
  [...((specifications as readonly { Tags: readonly Tag[] }[])[0]?.Tags ?? [])].sort(byKey);

describe('subnet', () => {
  const zones = handleOf<ZonesOut>('zones');
  const make = (script: Script) => {
    const scripted = scopeOf(script);
    return { ...scripted, resource: subnet(scripted.scope, { access: 'public', cidr: '10.0.128.0/20', index: 1 }, { vpc: home, zones }) };
  };
  const inputs = {
    vpc: { vpcId: 'vpc-1' },
    zones: {
      zones: [
        { id: 'usw2-az1', name: 'us-west-2b' },
        { id: 'usw2-az2', name: 'us-west-2a' },
      ],
    },
  };

  it('is made in the zone of its place, by zone id, with its role tag', async () => {
    const { resource, sent } = make({ CreateSubnet: () => ({}) });
    await resource.steps?.create?.(inputs, stepContext());
    assert.equal(sent[0]?.input['AvailabilityZoneId'], 'usw2-az2');
    assert.ok(sortTags(sent[0]?.input['TagSpecifications']).some((tag) => tag.Key === 'kubernetes.io/role/elb' && tag.Value === '1'));
  });

  it('takes changed tags in place, refuses another zone, and leaves tags that are not ours alone', async () => {
    const actual = tagsFor('subnet/public/10.0.128.0-20', { team: 'search', owner: 'somebody' });
    const { resource } = make({
      DescribeSubnets: () => ({
        Subnets: [
          {
            SubnetId: 'subnet-1',
            VpcId: 'vpc-1',
            CidrBlock: '10.0.128.0/20',
            AvailabilityZoneId: 'usw2-az2',
            State: 'available',
            Tags: [...actual, { Key: 'kubernetes.io/role/elb', Value: '1' }],
          },
        ],
      }),
    });
    const seen = await resource.observe(lookWith(), 'plan');
    const change = resource.steps?.plan(seen, inputs);
    assert.ok(change?.action === 'update');
    assert.deepEqual(
      change.diff.map(({ path }) => path),
      ['tags'],
    );
    const moved = resource.steps?.plan(seen, {
      ...inputs,
      zones: { zones: [inputs.zones.zones[0], { id: 'usw2-az3', name: 'us-west-2c' }].flatMap((zone) => zone ?? []) },
    });
    assert.equal(moved?.action, 'blocked');
  });
});

describe('internet gateway', () => {
  const make = (attachments: readonly object[]) => {
    const scripted = scopeOf({
      DescribeInternetGateways: () => ({
        InternetGateways: [{ InternetGatewayId: 'igw-1', Attachments: attachments, Tags: tagsFor('internet-gateway') }],
      }),
      AttachInternetGateway: () => ({}),
      DetachInternetGateway: () => ({}),
      DeleteInternetGateway: () => ({}),
    });
    return { ...scripted, resource: internetGateway(scripted.scope, { vpc: home }) };
  };

  it('is there once it is attached', async () => {
    const { resource, sent } = make([]);
    const seen = await resource.observe(lookWith(), 'plan');
    assert.equal(seen.state, 'pending');
    assert.equal(resource.steps?.plan(seen, { vpc: { vpcId: 'vpc-1' } }).action, 'update');
    await resource.steps?.update?.(seen, { vpc: { vpcId: 'vpc-1' } }, stepContext());
    assert.deepEqual(sent.at(-1), { operation: 'AttachInternetGateway', input: { InternetGatewayId: 'igw-1', VpcId: 'vpc-1' } });
  });

  it('is detached before it is deleted, one call each', async () => {
    const attached = make([{ State: 'available', VpcId: 'vpc-1' }]);
    await attached.resource.steps?.delete?.(there(await attached.resource.observe(lookWith(), 'plan')), stepContext());
    assert.equal(attached.operations().at(-1), 'DetachInternetGateway');
    const detached = make([]);
    await detached.resource.steps?.delete?.(there(await detached.resource.observe(lookWith(), 'plan')), stepContext());
    assert.equal(detached.operations().at(-1), 'DeleteInternetGateway');
  });
});

describe('Elastic IP', () => {
  it('waits while the NAT gateway has not let go of it, which AWS words as AuthFailure', async () => {
    const { scope } = scopeOf({ ReleaseAddress: fails('AuthFailure', 'You do not have permission to access the specified resource.') });
    const seen: Present = { owner: 'slipway', physicalId: 'eipalloc-1', attributes: {} };
    await assert.rejects(async () => address(scope, '10.0.0.0/20').steps?.delete?.(seen, stepContext()), NotYet);
  });

  it('is claimed against the quota and priced from the day that it is allocated', () => {
    const resource = address(scopeOf({}).scope, '10.0.0.0/20');
    assert.deepEqual(resource.demand, [{ quota: 'ec2:L-0263D0A3', amount: 1 }]);
    assert.equal(resource.estimate?.().monthlyUsd, 3.65);
  });
});

describe('NAT gateway', () => {
  const needs = {
    subnet: handleOf<SubnetOut>('subnet/public/10.0.0.0-20'),
    address: handleOf<AddressOut>('address/10.0.0.0-20'),
    gateway: handleOf<GatewayOut>('internet-gateway'),
  };
  const inputs = {
    subnet: { subnetId: 'subnet-1', zoneId: 'usw2-az1' },
    address: { allocationId: 'eipalloc-1', publicIp: '203.0.113.7' },
    gateway: { gatewayId: 'igw-1' },
  };
  const make = (nats: readonly object[], more: Script = {}) => {
    const scripted = scopeOf({ DescribeNatGateways: () => ({ NatGateways: nats }), CreateNatGateway: () => ({}), ...more });
    return { ...scripted, resource: natGateway(scripted.scope, '10.0.0.0/20', needs) };
  };
  const nat = (State: string, more: object = {}) => ({
    NatGatewayId: 'nat-1',
    SubnetId: 'subnet-1',
    State,
    NatGatewayAddresses: [{ AllocationId: 'eipalloc-1' }],
    Tags: tagsFor('nat/10.0.0.0-20'),
    ...more,
  });

  it('that failed is made anew, and says why it failed', async () => {
    const { resource } = make([
      nat('failed', { FailureCode: 'Gateway.NotAttached', FailureMessage: 'Network vpc-1 has no Internet gateway attached' }),
    ]);
    const seen = await resource.observe(lookWith(), 'plan');
    assert.ok(seen.state === 'failed');
    assert.equal(seen.reason, 'the internet gateway was not attached to the VPC yet');
    assert.match(seen.cause?.message ?? '', /^Gateway\.NotAttached: Network vpc-1/);
    assert.equal(resource.steps?.plan(seen, inputs).action, 'recreate');
  });

  it('that was deleted an hour ago is not there, and one that is going is waited for', async () => {
    assert.equal((await make([nat('deleted')]).resource.observe(lookWith(), 'plan')).state, 'absent');
    assert.equal(there(await make([nat('deleting')]).resource.observe(lookWith(), 'plan')).leaving, true);
  });

  it('keeps its client token until an answer was seen: a repeated request makes no second one, a new one does', async () => {
    let answers = 0;
    const { resource, sent } = make([], {
      CreateNatGateway: () => {
        answers += 1;
        if (answers === 1) throw awsError('InternalError', 'lost', 500);
        return {};
      },
    });
    await assert.rejects(async () => resource.steps?.create?.(inputs, stepContext()));
    await resource.steps?.create?.(inputs, stepContext());
    await resource.steps?.create?.(inputs, stepContext());
    const [first, second, third] = sent.map(({ input }) => input['ClientToken']);
    assert.equal(first, second);
    assert.notEqual(second, third);
  });
});

describe('private route table', () => {
  const needs = { vpc: home, subnet: handleOf<SubnetOut>('subnet/private/10.0.16.0-20'), nat: handleOf<NatOut>('nat/10.0.0.0-20') };
  const inputs = { vpc: { vpcId: 'vpc-1' }, subnet: { subnetId: 'subnet-3', zoneId: 'usw2-az1' }, nat: { natGatewayId: 'nat-1' } };
  const make = (table: object) => {
    const answer = (): object => ({});
    const scripted = scopeOf({
      DescribeRouteTables: () => ({
        RouteTables: [{ RouteTableId: 'rtb-1', VpcId: 'vpc-1', Tags: tagsFor('routes/private/10.0.16.0-20'), ...table }],
      }),
      CreateRoute: answer,
      ReplaceRoute: answer,
      AssociateRouteTable: answer,
      DisassociateRouteTable: answer,
      DeleteRouteTable: answer,
    });
    return { ...scripted, resource: privateRoutes(scripted.scope, '10.0.16.0/20', needs) };
  };
  const route = (NatGatewayId: string, State = 'active') => ({ DestinationCidrBlock: '0.0.0.0/0', NatGatewayId, State });
  const association = (SubnetId: string) => ({
    SubnetId,
    RouteTableAssociationId: `rtbassoc-${SubnetId}`,
    AssociationState: { State: 'associated' },
  });

  const steps: readonly (readonly [string, object, string])[] = [
    ['without a route gets one', {}, 'CreateRoute'],
    ['with a route to a NAT gateway that is gone gets it replaced', { Routes: [route('nat-0', 'blackhole')] }, 'ReplaceRoute'],
    ['without its subnet is associated', { Routes: [route('nat-1')] }, 'AssociateRouteTable'],
    [
      'with a subnet too many lets go of it',
      { Routes: [route('nat-1')], Associations: [association('subnet-3'), association('subnet-9')] },
      'DisassociateRouteTable',
    ],
  ];
  for (const [title, table, operation] of steps) {
    it(`${title}, and nothing else in that step`, async () => {
      const { resource, operations } = make(table);
      const seen = await resource.observe(lookWith(), 'plan');
      assert.equal(resource.steps?.plan(seen, inputs).action, 'update');
      await resource.steps?.update?.(seen, inputs, stepContext());
      assert.deepEqual(operations(), ['DescribeRouteTables', operation]);
    });
  }

  it('gives egress only when its subnet really has a way out', async () => {
    const whole = { Routes: [route('nat-1')], Associations: [association('subnet-3')] };
    const seen = await make(whole).resource.observe(lookWith(), 'status');
    assert.ok(seen.state === 'ready');
    assert.deepEqual(seen.outputs, { routeTableId: 'rtb-1', subnetId: 'subnet-3' });
    const blackhole = await make({ ...whole, Routes: [route('nat-1', 'blackhole')] }).resource.observe(lookWith(), 'status');
    assert.equal(blackhole.state, 'pending');
  });

  it('is taken from its subnet before it is deleted', async () => {
    const used = make({ Routes: [route('nat-1')], Associations: [association('subnet-3')] });
    await used.resource.steps?.delete?.(there(await used.resource.observe(lookWith(), 'plan')), stepContext());
    assert.deepEqual(used.sent.at(-1), { operation: 'DisassociateRouteTable', input: { AssociationId: 'rtbassoc-subnet-3' } });
    const free = make({ Routes: [route('nat-1')] });
    await free.resource.steps?.delete?.(there(await free.resource.observe(lookWith(), 'plan')), stepContext());
    assert.equal(free.operations().at(-1), 'DeleteRouteTable');
  });
});
