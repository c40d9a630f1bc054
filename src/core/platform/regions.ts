import table from '../../../resources/regions.json' with { type: 'json' };

/** An AWS region as the dated table in `resources/regions.json` knows it. */
export interface Region {
  readonly id: string;
  readonly name: string;
  /** `aws`, `aws-us-gov`, or one that Slipway does not work in. */
  readonly partition: string;
  /** Must be enabled in the account before it answers. */
  readonly optIn: boolean;
  /** What the ids of its zones begin with: `usw2` in `usw2-az1`. */
  readonly zonePrefix: string;
}

const regions: ReadonlyMap<string, Region> = new Map(Object.entries(table.regions).map(([id, region]) => [id, { id, ...region }]));

/** Partitions whose ARNs, endpoints and services Slipway knows. */
export const knownPartitions: readonly string[] = ['aws', 'aws-us-gov'];

/** `undefined`: AWS had no such region when the table was made. */
export function regionOf(id: string): Region | undefined {
  return regions.get(id);
}

/** Ids of the regions that Slipway works in, in the order of the table. */
export const regionIds: readonly string[] = [...regions.values()]
  .filter((region) => knownPartitions.includes(region.partition))
  .map(({ id }) => id);

/** Zone ids in which EKS places no control plane (EKS user guide, "VPC and subnet requirements"). */
export const eksRefusedZoneIds: readonly string[] = table.eksRefusedZoneIds;
