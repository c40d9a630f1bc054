import table from '../../resources/prices.json' with { type: 'json' };

/** USD a month of 730 hours, by the dated table in `resources/prices.json`. `undefined`: not known for this region; shown as unknown, never as nothing. */
export interface PriceBook {
  /** The day the table was checked, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly cluster: number | undefined;
  readonly natGateway: number | undefined;
  /** One address, used or not. */
  readonly publicIpv4: number | undefined;
  /** One GiB of gp3. */
  readonly gp3Gib: number | undefined;
  readonly networkLoadBalancer: number | undefined;
  readonly classicLoadBalancer: number | undefined;
  /** One hosted zone of Route 53: the same price everywhere. */
  readonly hostedZone: number;
  /** One instance. Spot by the region's own history once `learnSpot` was told it, else by a typical share of the on-demand price. */
  instance(type: string, capacity: 'spot' | 'onDemand'): number | undefined;
  /** What AWS asked last for Spot instances, USD an hour by instance type. */
  learnSpot(hourly: ReadonlyMap<string, number>): void;
}

interface RegionPrices {
  readonly eksClusterHour: number;
  readonly natGatewayHour: number;
  readonly publicIpv4Hour: number;
  readonly networkLoadBalancerHour: number;
  readonly classicLoadBalancerHour: number;
  readonly gp3GibMonth: number;
  readonly instanceHour: Readonly<Record<string, number>>;
}

const regions: ReadonlyMap<string, RegionPrices> = new Map(Object.entries(table.regions));

const monthly = (hourly: number | undefined): number | undefined => (hourly === undefined ? undefined : hourly * table.hoursPerMonth);

/** The prices of a region; all unknown where the table has none (`us-gov-west-1`). */
export function priceBook(region: string): PriceBook {
  const known = regions.get(region);
  const spot = new Map<string, number>();
  return {
    asOf: table.asOf,
    cluster: monthly(known?.eksClusterHour),
    natGateway: monthly(known?.natGatewayHour),
    publicIpv4: monthly(known?.publicIpv4Hour),
    gp3Gib: known?.gp3GibMonth,
    networkLoadBalancer: monthly(known?.networkLoadBalancerHour),
    classicLoadBalancer: monthly(known?.classicLoadBalancerHour),
    hostedZone: table.hostedZoneMonth,
    instance(type, capacity) {
      const onDemand = known?.instanceHour[type];
      if (capacity === 'onDemand') return monthly(onDemand);
      return monthly(spot.get(type) ?? (onDemand === undefined ? undefined : onDemand * table.spotFactor.typical));
    },
    learnSpot(hourly) {
      for (const [type, price] of hourly) spot.set(type, price);
    },
  };
}
