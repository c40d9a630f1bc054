import assert from 'node:assert/strict';
import { zones, type ZonesWish } from '../../../src/aws/ec2/zones.ts';
import { priceBook } from '../../../src/aws/prices.ts';
import { fails, lookWith, scriptedAws, type Script } from '../scriptedAws.ts';

const identity = { platform: 'cauchy', tags: {} };
const wish: ZonesWish = {
  zones: 2,
  public: ['10.0.0.0/20', '10.0.128.0/20'],
  private: ['10.0.16.0/20', '10.0.144.0/20'],
  instanceTypes: ['t3.small'],
};
const open = (...ids: readonly string[]): Script => ({
  DescribeAvailabilityZones: () => ({ AvailabilityZones: ids.map((ZoneId) => ({ ZoneId, ZoneName: `name-of-${ZoneId}` })) }),
});
const offered = (...ids: readonly string[]): Script => ({
  DescribeInstanceTypeOfferings: () => ({ InstanceTypeOfferings: ids.map((Location) => ({ InstanceType: 't3.small', Location })) }),
});
const subnets = (...pairs: readonly (readonly [resource: string, zone: string])[]): Script => ({
  DescribeSubnets: () => ({
    Subnets: pairs.map(([resource, zone], i) => ({
      SubnetId: `subnet-${i}`,
      AvailabilityZoneId: zone,
      AvailabilityZone: `name-of-${zone}`,
      Tags: [{ Key: 'slipway:resource', Value: resource }],
    })),
  }),
});

async function choose(script: Script, change: Partial<ZonesWish> = {}) {
  const { aws, operations } = scriptedAws(script, 'us-east-1');
  const seen = await zones({ aws, identity, prices: priceBook('us-east-1') }, { ...wish, ...change }).observe(lookWith(), 'status');
  return {
    seen,
    ids: seen.state === 'ready' ? seen.outputs.zones.map((zone) => zone.id) : undefined,
    reason: 'reason' in seen ? (seen.reason ?? '') : '',
    operations: operations(),
  };
}

describe('zones', () => {
  it('leaves out those that EKS refuses, by zone id, and those without the instance type', async () => {
    const { ids } = await choose({
      ...subnets(),
      ...open('use1-az3', 'use1-az1', 'use1-az6', 'use1-az2'),
      ...offered('use1-az3', 'use1-az1', 'use1-az6'),
    });
    assert.deepEqual(ids, ['use1-az1', 'use1-az6']);
  });

  it('asks for nothing but the subnets once they are all there', async () => {
    const there = subnets(['subnet/private/10.0.16.0-20', 'use1-az6'], ['subnet/private/10.0.144.0-20', 'use1-az4']);
    const { ids, operations } = await choose(there);
    assert.deepEqual(ids, ['use1-az6', 'use1-az4']);
    assert.deepEqual(operations, ['DescribeSubnets']);
  });

  it('keeps the zone of a subnet that is there, and gives its zone to no other', async () => {
    const script = {
      ...subnets(['subnet/public/10.0.128.0-20', 'use1-az1']),
      ...open('use1-az1', 'use1-az2', 'use1-az4'),
      ...offered('use1-az1', 'use1-az2', 'use1-az4'),
    };
    assert.deepEqual((await choose(script)).ids, ['use1-az2', 'use1-az1']);
  });

  it('honours zones that were written, in their order, and refuses those that cannot be', async () => {
    const script = { ...subnets(), ...open('use1-az1', 'use1-az2', 'use1-az4') };
    assert.deepEqual((await choose(script, { zones: ['use1-az4', 'use1-az1'] })).ids, ['use1-az4', 'use1-az1']);
    assert.match(
      (await choose(script, { zones: ['use1-az9', 'use1-az1'] })).reason,
      /Zone use1-az9 is not available .* it has use1-az1, use1-az2, use1-az4/,
    );
    assert.match(
      (await choose({ ...script, ...open('use1-az3', 'use1-az1') }, { zones: ['use1-az3', 'use1-az1'] })).reason,
      /EKS accepts no cluster in zone use1-az3/,
    );
  });

  it('says what is missing when there are too few', async () => {
    const { seen, reason } = await choose({ ...subnets(), ...open('use1-az1', 'use1-az2'), ...offered('use1-az1') });
    assert.equal(seen.state, 'failed');
    assert.match(reason, /needs 2 zones in us-east-1 .* offer t3\.small; there are 1/);
  });

  it('goes on without offerings where they may not be read', async () => {
    const { ids } = await choose({
      ...subnets(),
      ...open('use1-az1', 'use1-az2'),
      DescribeInstanceTypeOfferings: fails('UnauthorizedOperation'),
    });
    assert.deepEqual(ids, ['use1-az1', 'use1-az2']);
  });
});
