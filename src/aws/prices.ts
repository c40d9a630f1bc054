/** USD a month of 730 hours, by the dated table in `resources/prices.json`. `undefined`: not known for this region; shown as unknown, never as nothing. */
export interface PriceBook {
  /** The day the table was checked, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly cluster: number | undefined;
  readonly natGateway: number | undefined;
  readonly publicIpv4: number | undefined;
  /** One GiB of gp3. */
  readonly gp3Gib: number | undefined;
  readonly networkLoadBalancer: number | undefined;
  /** One instance; Spot by the region's own history where it could be read, else by a typical share of the on-demand price. */
  instance(type: string, capacity: 'spot' | 'onDemand'): number | undefined;
}
