import assert from 'node:assert/strict';
import { priceBook } from '../../src/aws/prices.ts';
import { residueOf } from '../../src/aws/residue.ts';
import type { AnyResource, Observation } from '../../src/core/graph/resource.ts';
import { lookWith, scriptedAws, type Script } from './scriptedAws.ts';

const tags = (resource: string) => [
  { Key: 'slipway:platform', Value: 'cauchy' },
  { Key: 'slipway:resource', Value: resource },
];
const empty: Script = {
  DescribeVpcs: () => ({}),
  DescribeInternetGateways: () => ({}),
  DescribeSubnets: () => ({}),
  DescribeAddresses: () => ({}),
  DescribeNatGateways: () => ({}),
  DescribeRouteTables: () => ({}),
  DescribeVpcEndpoints: () => ({}),
  DescribeVolumes: () => ({}),
  DescribeNetworkInterfaces: () => ({}),
  DescribeSecurityGroups: () => ({}),
  DescribeLoadBalancers: () => ({}),
};

async function scan(script: Script, others: readonly AnyResource[] = [], went?: ReadonlySet<string>) {
  const { aws, sent } = scriptedAws({ ...empty, ...script });
  const scope = { aws, identity: { platform: 'cauchy', tags: {} }, prices: priceBook('us-west-2'), clusterName: 'cauchy' };
  return { residue: await residueOf(scope, lookWith(), [async () => others], went), sent };
}

describe('residue of AWS', () => {
  it('is empty where nothing is left', async () => {
    assert.deepEqual((await scan({})).residue, []);
  });

  it('names what is left with its cost a month', async () => {
    const { residue } = await scan({
      DescribeAddresses: () => ({ Addresses: [{ AllocationId: 'eipalloc-1', Tags: tags('address/10.0.0.0-20') }] }),
      DescribeVolumes: () => ({
        Volumes: [
          { VolumeId: 'vol-1', State: 'available', Size: 10 },
          { VolumeId: 'vol-2', State: 'deleting', Size: 10 },
        ],
      }),
      DescribeNetworkInterfaces: () => ({ NetworkInterfaces: [{ NetworkInterfaceId: 'eni-1' }] }),
      DescribeLoadBalancers: () => ({ LoadBalancers: [{ LoadBalancerArn: 'arn:lb' }], LoadBalancerDescriptions: [] }),
      DescribeTags: () => ({
        TagDescriptions: [{ ResourceArn: 'arn:lb', Tags: [{ Key: 'kubernetes.io/cluster/cauchy', Value: 'owned' }] }],
      }),
    });
    const lines = residue.map(({ kind, physicalId, monthlyUsd }) => [kind, physicalId, monthlyUsd?.toFixed(2)]);
    assert.deepEqual(lines, [
      ['Elastic IP', 'eipalloc-1', '3.65'],
      ['volume', 'vol-1', '0.80'],
      ['network interface', 'eni-1', '0.00'],
      ['load balancer', 'arn:lb', '16.43'],
    ]);
    for (const { reason } of residue) assert.match(reason, /delete/);
  });

  it('counts a NAT gateway that is being deleted as gone', async () => {
    const { residue } = await scan({
      DescribeNatGateways: () => ({ NatGateways: [{ NatGatewayId: 'nat-1', State: 'deleting', Tags: tags('nat/10.0.0.0-20') }] }),
    });
    assert.deepEqual(residue, []);
  });

  it('tells of roles and clusters that are still there and ours, by looking at them', async () => {
    const role = (id: string, seen: Observation<unknown>): AnyResource => ({
      id,
      kind: 'AWS::IAM::Role',
      provider: 'aws',
      title: id,
      needs: {},
      observe: async () => seen,
    });
    const present = { physicalId: 'arn:role', attributes: {}, outputs: {}, state: 'ready' } as const;
    const { residue } = await scan({}, [
      role('role/a', { state: 'absent' }),
      role('role/b', { ...present, owner: 'slipway' }),
      role('role/c', { ...present, owner: 'foreign' }),
    ]);
    assert.deepEqual(
      residue.map(({ kind, physicalId }) => [kind, physicalId]),
      [['role', 'arn:role']],
    );
  });

  it('of some stages is what was to go: what stands beside it, and what a standing cluster looks after, is none', async () => {
    const script: Script = {
      DescribeAddresses: () => ({
        Addresses: ['eipalloc-1', 'eipalloc-2'].map((id) => ({ AllocationId: id, Tags: tags(`address/${id}`) })),
      }),
      DescribeVolumes: () => ({ Volumes: [{ VolumeId: 'vol-1', State: 'in-use', Size: 10 }] }),
    };
    const cluster: AnyResource = {
      id: 'cluster',
      kind: 'AWS::EKS::Cluster',
      provider: 'aws',
      title: 'cluster',
      needs: {},
      observe: async () => ({ physicalId: 'arn:cluster', attributes: {}, outputs: {}, state: 'ready', owner: 'slipway' }),
    };
    const left = async (others: readonly AnyResource[]): Promise<readonly string[]> =>
      (await scan(script, others, new Set(['eipalloc-2']))).residue.map(({ physicalId }) => physicalId);
    assert.deepEqual(await left([cluster]), ['eipalloc-2']);
    assert.deepEqual(await left([]), ['eipalloc-2', 'vol-1']);
  });

  it('looks in the whole region, not only in a VPC that may be gone', async () => {
    const { sent } = await scan({});
    const filters = sent.filter(({ operation }) => operation === 'DescribeSecurityGroups').map(({ input }) => input['Filters']);
    assert.deepEqual(filters, [[{ Name: 'tag:kubernetes.io/cluster/cauchy', Values: ['owned'] }]]);
  });
});
