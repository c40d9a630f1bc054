import assert from 'node:assert/strict';
import instances from '../../../resources/instance-types.json' with { type: 'json' };
import prices from '../../../resources/prices.json' with { type: 'json' };
import regions from '../../../resources/regions.json' with { type: 'json' };
import { instanceTypeNames, instanceTypeOf, workloadSlots } from '../../../src/core/platform/instanceTypes.ts';
import { regionIds, regionOf } from '../../../src/core/platform/regions.ts';

describe('the tables in resources', () => {
  it('are dated and name their source', () => {
    for (const { asOf, source } of [instances, prices, regions]) {
      assert.match(asOf, /^\d{4}-\d\d-\d\d$/);
      assert.ok(source.length > 20);
    }
  });

  it('know the pod slots that Amazon’s own list gives', () => {
    const pods = {
      't3.small': 11,
      't3a.small': 8,
      't3.medium': 17,
      't3a.medium': 17,
      't2.small': 11,
      't3.micro': 4,
      'm5.large': 29,
      'm5.4xlarge': 234,
      'c6i.xlarge': 58,
    };
    for (const [name, count] of Object.entries(pods)) assert.equal(instanceTypeOf(name)?.pods, count, name);
    const small = instanceTypeOf('t3.small');
    assert.equal(small && workloadSlots(small), 8);
    assert.deepEqual([small?.vcpu, small?.memoryMib, small?.architecture], [2, 2048, 'x86_64']);
    assert.equal(instanceTypeOf('t4g.small')?.architecture, 'arm64');
    assert.equal(instanceTypeOf('toString'), undefined);
  });

  it('know regions by partition, opt-in and zone ids', () => {
    assert.deepEqual(regionOf('us-west-2'), {
      id: 'us-west-2',
      name: 'US West (Oregon)',
      partition: 'aws',
      optIn: false,
      zonePrefix: 'usw2',
    });
    assert.equal(regionOf('af-south-1')?.optIn, true);
    assert.equal(regionOf('us-gov-west-1')?.partition, 'aws-us-gov');
    assert.deepEqual(
      ['ap-northeast-1', 'ap-southeast-2', 'eu-central-1'].map((id) => regionOf(id)?.zonePrefix),
      ['apne1', 'apse2', 'euc1'],
    );
    assert.ok(regionIds.includes('us-gov-east-1') && !regionIds.includes('cn-north-1'));
    const prefixes = Object.values(regions.regions).map(({ zonePrefix }) => zonePrefix);
    assert.equal(new Set(prefixes).size, prefixes.length);
  });

  it('price what the runbook makes, where it is usually made', () => {
    assert.deepEqual(
      ['us-west-2', 'eu-west-1'].filter((id) => !(id in prices.regions)),
      [],
    );
    const oregon = prices.regions['us-west-2'];
    const hours = prices.hoursPerMonth;
    assert.equal(Math.round(oregon.eksClusterHour * hours), 73);
    assert.equal(Math.round(oregon.eksExtendedSupportClusterHour * hours), 438);
    assert.equal((2 * oregon.natGatewayHour * hours).toFixed(2), '65.70');
    assert.equal((4 * oregon.publicIpv4Hour * hours).toFixed(2), '14.60');
    assert.equal(Math.round(14 * oregon.instanceHour['t3.small'] * hours), 213);
    const { low, typical, high } = prices.spotFactor;
    assert.ok(0 < low && low < typical && typical < high && high < 1);
  });

  it('price types and regions that exist', () => {
    for (const [id, region] of Object.entries(prices.regions)) {
      assert.ok(regionOf(id), id);
      for (const [name, price] of Object.entries(region.instanceHour)) assert.ok(instanceTypeNames.includes(name) && price > 0, name);
    }
  });
});
