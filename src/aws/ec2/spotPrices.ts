import { paginateDescribeSpotPriceHistory, type _InstanceType, type SpotPrice } from '@aws-sdk/client-ec2';
import type { Look } from '../../core/graph/resource.ts';
import type { Aws } from '../aws.ts';
import { readAll } from '../pages.ts';

/**
 * What Spot instances cost now, USD an hour by type: the mean of each zone's last price (`DescribeSpotPriceHistory` with
 * `StartTime` now). @throws what `read` throws; a price only informs, so callers go on without.
 */
export async function spotPrices(aws: Aws, look: Look, types: readonly string[], now: number): Promise<ReadonlyMap<string, number>> {
  const input = { InstanceTypes: types.map(instanceType), ProductDescriptions: ['Linux/UNIX'], StartTime: new Date(now) };
  const history = await look.share('ec2:spot-prices', () =>
    readAll(
      aws,
      look,
      (o) => paginateDescribeSpotPriceHistory({ client: aws.ec2 }, input, o),
      (page) => page.SpotPriceHistory,
    ),
  );
  const latest = new Map<string, SpotPrice>();
  for (const entry of history) {
    const key = `${entry.InstanceType} ${entry.AvailabilityZone}`;
    const before = latest.get(key)?.Timestamp;
    if (before === undefined || (entry.Timestamp !== undefined && entry.Timestamp > before)) latest.set(key, entry);
  }
  return new Map(
    types.flatMap((type): readonly (readonly [string, number])[] => {
      const prices = [...latest.values()].filter((entry) => entry.InstanceType === type).map((entry) => Number(entry.SpotPrice));
      const valid = prices.filter((price) => Number.isFinite(price) && price > 0);
      return valid.length === 0 ? [] : [[type, valid.reduce((sum, price) => sum + price, 0) / valid.length]];
    }),
  );
}

/** The SDK lists the types that its model knew; platform.yml may name a newer one. */
const instanceType = (type: string): _InstanceType => type as _InstanceType;
