import assert from 'node:assert/strict';
import { discoverEc2 } from '../../src/aws/ec2/discoverEc2.ts';
import { discoverEks } from '../../src/aws/eks/discoverEks.ts';
import { priceBook } from '../../src/aws/prices.ts';
import { lookWith, scriptedAws, type Script } from './scriptedAws.ts';

const record = (resource: string) => ({ 'slipway:platform': 'cauchy', 'slipway:resource': resource });
const list = (resource: string) => Object.entries(record(resource)).map(([Key, Value]) => ({ Key, Value }));

const scopeOf = (script: Script) => ({
  aws: scriptedAws(script).aws,
  identity: { platform: 'cauchy', tags: {} },
  prices: priceBook('us-west-2'),
  clusterName: 'cauchy',
});

describe('what left platform.yml', () => {
  it('takes as long to go, and costs as much, as what still stands there', async () => {
    const prices = priceBook('us-west-2');
    const inEc2 = await discoverEc2(
      scopeOf({
        DescribeVpcs: () => ({}),
        DescribeInternetGateways: () => ({}),
        DescribeSubnets: () => ({}),
        DescribeRouteTables: () => ({}),
        DescribeVpcEndpoints: () => ({}),
        DescribeAddresses: () => ({ Addresses: [{ AllocationId: 'eipalloc-1', Tags: list('address/10.0.0.0-20') }] }),
        DescribeNatGateways: () => ({ NatGateways: [{ NatGatewayId: 'nat-1', State: 'available', Tags: list('nat/10.0.0.0-20') }] }),
      }),
      lookWith(),
    );
    const inEks = await discoverEks(
      scopeOf({
        DescribeCluster: () => ({ cluster: { status: 'ACTIVE', tags: record('cluster') } }),
        ListAddons: () => ({ addons: [] }),
        ListAccessEntries: () => ({ accessEntries: [] }),
        ListNodegroups: () => ({ nodegroups: ['nodes-1'] }),
        DescribeNodegroup: () => ({
          nodegroup: {
            nodegroupName: 'nodes-1',
            tags: record('nodegroup'),
            instanceTypes: ['t3.small'],
            capacityType: 'ON_DEMAND',
            scalingConfig: { minSize: 1, desiredSize: 3, maxSize: 4 },
          },
        }),
      }),
      lookWith(),
    );
    const told = [...inEc2.map(({ resource }) => resource), ...inEks].map(({ id, estimate }) => {
      const { deleteSeconds, monthlyUsd } = estimate?.() ?? {};
      return [id, deleteSeconds, monthlyUsd];
    });
    const node = (prices.instance('t3.small', 'onDemand') ?? 0) + 20 * (prices.gp3Gib ?? 0);
    assert.deepEqual(told, [
      ['address/10.0.0.0-20', 5, prices.publicIpv4],
      ['nat/10.0.0.0-20', 60, prices.natGateway],
      ['cluster', 300, prices.cluster],
      ['nodegroup', 180, 3 * node],
    ]);
  });
});
