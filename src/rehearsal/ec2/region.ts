import {
  DescribeAccountAttributes$,
  DescribeAvailabilityZones$,
  DescribeInstanceTypeOfferings$,
  DescribeRegions$,
  DescribeSpotPriceHistory$,
  DescribeVpcBlockPublicAccessOptions$,
  GetEbsDefaultKmsKeyId$,
  GetEbsEncryptionByDefault$,
  type _InstanceType,
  type DescribeAccountAttributesRequest,
  type DescribeAccountAttributesResult,
  type DescribeAvailabilityZonesRequest,
  type DescribeAvailabilityZonesResult,
  type DescribeInstanceTypeOfferingsRequest,
  type DescribeInstanceTypeOfferingsResult,
  type DescribeRegionsRequest,
  type DescribeRegionsResult,
  type DescribeSpotPriceHistoryRequest,
  type DescribeSpotPriceHistoryResult,
  type DescribeVpcBlockPublicAccessOptionsResult,
  type GetEbsDefaultKmsKeyIdResult,
  type GetEbsEncryptionByDefaultResult,
} from '@aws-sdk/client-ec2';
import prices from '../../../resources/prices.json' with { type: 'json' };
import { instanceTypeNames } from '../../core/platform/instanceTypes.ts';
import { AwsError, read, type Call, type Operation } from '../service.ts';
import type { World } from '../world.ts';
import { filtered, outsideModel, paged, type FilterFields } from './common.ts';
import { ec2Of, zonesOf } from './state.ts';

/** Regions that every account has without opting in. */
const REGIONS = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
] as const;
const OPT_IN_REGIONS = ['af-south-1', 'ap-east-1', 'eu-south-1', 'me-south-1'] as const;

/** Types on sale in every zone of every region, with the On-Demand price (USD an hour, us-west-2) that spot prices are drawn under. */
const ON_DEMAND: Readonly<Record<string, number>> = prices.regions['us-west-2'].instanceHour;

interface Tagged {
  readonly tags: Readonly<Record<string, string>>;
}

function describeAvailabilityZones(
  _world: World,
  { input, region }: Call<DescribeAvailabilityZonesRequest>,
): DescribeAvailabilityZonesResult {
  const zones = zonesOf(region).map((zone) => ({ ...zone, tags: {} }));
  const missing = input.ZoneNames?.find((name) => !zones.some((zone) => zone.name === name));
  if (missing !== undefined) throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${missing}]`);
  const fields: FilterFields<(typeof zones)[number]> = {
    'zone-name': (zone) => zone.name,
    'zone-id': (zone) => zone.id,
    'zone-type': () => 'availability-zone',
    'region-name': () => region,
    'group-name': () => `${region}-zg-1`,
    'opt-in-status': () => 'opt-in-not-required',
    state: () => 'available',
  };
  const named = zones.filter((zone) => (input.ZoneNames?.includes(zone.name) ?? true) && (input.ZoneIds?.includes(zone.id) ?? true));
  return {
    AvailabilityZones: filtered(named, input.Filters, fields).map((zone) => ({
      ZoneName: zone.name,
      ZoneId: zone.id,
      ZoneType: 'availability-zone',
      RegionName: region,
      GroupName: `${region}-zg-1`,
      NetworkBorderGroup: region,
      OptInStatus: 'opt-in-not-required',
      State: 'available',
      Messages: [],
    })),
  };
}

function describeRegions(_world: World, { input }: Call<DescribeRegionsRequest>): DescribeRegionsResult {
  const optedOut = input.AllRegions === true || input.RegionNames !== undefined ? OPT_IN_REGIONS : [];
  const all = [
    ...REGIONS.map((name) => ({ name, status: 'opt-in-not-required', tags: {} })),
    ...optedOut.map((name) => ({ name, status: 'not-opted-in', tags: {} })),
  ];
  const missing = input.RegionNames?.find((name) => !all.some((each) => each.name === name));
  if (missing !== undefined) throw new AwsError('InvalidParameterValue', `Invalid region provided: [${missing}]`);
  const fields: FilterFields<(typeof all)[number]> = {
    'region-name': (each) => each.name,
    'opt-in-status': (each) => each.status,
    endpoint: (each) => `ec2.${each.name}.amazonaws.com`,
  };
  const named = all.filter((each) => input.RegionNames?.includes(each.name) ?? true);
  return {
    Regions: filtered(named, input.Filters, fields).map((each) => ({
      RegionName: each.name,
      Endpoint: `ec2.${each.name}.amazonaws.com`,
      OptInStatus: each.status,
    })),
  };
}

interface Offering extends Tagged {
  readonly type: string;
  readonly location: string;
}

function describeInstanceTypeOfferings(
  _world: World,
  { input, region }: Call<DescribeInstanceTypeOfferingsRequest>,
): DescribeInstanceTypeOfferingsResult {
  const kind = input.LocationType ?? 'region';
  const locations = kind === 'region' ? [region] : zonesOf(region).map((zone) => (kind === 'availability-zone-id' ? zone.id : zone.name));
  const all: Offering[] = instanceTypeNames.flatMap((type) => locations.map((location) => ({ type, location, tags: {} })));
  const fields: FilterFields<Offering> = { 'instance-type': (each) => each.type, location: (each) => each.location };
  const { items, next } = paged(filtered(all, input.Filters, fields), input);
  return {
    InstanceTypeOfferings: items.map((each) => ({
      InstanceType: outsideModel<_InstanceType>(each.type),
      LocationType: kind,
      Location: each.location,
    })),
    ...next,
  };
}

interface SpotPrice extends Tagged {
  readonly type: string;
  readonly zone: string;
  readonly at: number;
  readonly price: number;
}

const HOUR_MS = 3_600_000;

/**
 * A price every six hours, between 32 and 44 % of On-Demand; with `StartTime` now, the one that holds. Prices are strings, newest first.
 * They wander from zone to zone, and their mean stays: a rehearsal costs the same whenever it is planned.
 */
function describeSpotPriceHistory(world: World, { input, region }: Call<DescribeSpotPriceHistoryRequest>): DescribeSpotPriceHistoryResult {
  const products = input.ProductDescriptions ?? ['Linux/UNIX'];
  if (!products.some((each) => each.startsWith('Linux/UNIX'))) return { SpotPriceHistory: [] };
  const types = (input.InstanceTypes ?? Object.keys(ON_DEMAND)).filter((type) => Object.hasOwn(ON_DEMAND, type));
  const latest = Math.floor(world.now() / (6 * HOUR_MS)) * 6 * HOUR_MS;
  const from = input.StartTime?.getTime() ?? latest - 30 * 6 * HOUR_MS;
  const all: SpotPrice[] = [];
  for (let at = latest; at > latest - 120 * 6 * HOUR_MS; at -= 6 * HOUR_MS) {
    for (const type of types) {
      const zones = zonesOf(region);
      zones.forEach((zone, index) => {
        const wave = prices.spotFactor.typical + 0.06 * Math.sin(at / HOUR_MS / 17 + (2 * Math.PI * index) / zones.length + type.length);
        all.push({ type, zone: zone.name, at, price: (ON_DEMAND[type] ?? 0) * wave, tags: {} });
      });
    }
    if (at <= from) break;
  }
  const fields: FilterFields<SpotPrice> = {
    'availability-zone': (each) => each.zone,
    'instance-type': (each) => each.type,
    'product-description': () => 'Linux/UNIX',
    'spot-price': (each) => each.price.toFixed(6),
    timestamp: (each) => new Date(each.at).toISOString(),
  };
  const inZone = all.filter((each) => each.zone === (input.AvailabilityZone ?? each.zone));
  const { items, next } = paged(filtered(inZone, input.Filters, fields), input);
  return {
    SpotPriceHistory: items.map((each) => ({
      AvailabilityZone: each.zone,
      InstanceType: outsideModel<_InstanceType>(each.type),
      ProductDescription: 'Linux/UNIX',
      SpotPrice: each.price.toFixed(6),
      Timestamp: new Date(each.at),
    })),
    ...next,
  };
}

function describeAccountAttributes(
  world: World,
  { input, region }: Call<DescribeAccountAttributesRequest>,
): DescribeAccountAttributesResult {
  const defaultVpc = ec2Of(world, region).vpcs.find((each) => each.isDefault)?.id ?? 'none';
  const attributes: Readonly<Record<string, string>> = {
    'supported-platforms': 'VPC',
    'default-vpc': defaultVpc,
    'max-instances': '20',
    'max-elastic-ips': '5',
    'vpc-max-elastic-ips': '5',
    'vpc-max-security-groups-per-interface': '5',
  };
  return {
    AccountAttributes: Object.entries(attributes)
      .filter(([name]) => input.AttributeNames?.some((each) => each === name) ?? true)
      .map(([name, value]) => ({ AttributeName: name, AttributeValues: [{ AttributeValue: value }] })),
  };
}

function getEbsEncryptionByDefault(world: World): GetEbsEncryptionByDefaultResult {
  return { EbsEncryptionByDefault: world.faults.armed('encryption-key') !== undefined, SseType: 'sse-ebs' };
}

function getEbsDefaultKmsKeyId(world: World, { region }: Call): GetEbsDefaultKmsKeyIdResult {
  const custom = world.faults.armed('encryption-key') !== undefined;
  return { KmsKeyId: custom ? `arn:aws:kms:${region}:${world.account}:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0` : 'alias/aws/ebs' };
}

function describeVpcBlockPublicAccessOptions(world: World, { region }: Call): DescribeVpcBlockPublicAccessOptionsResult {
  const armed = world.faults.armed('block-public-access');
  const mode = armed === undefined ? 'off' : armed === 'ingress' ? 'block-ingress' : 'block-bidirectional';
  return {
    VpcBlockPublicAccessOptions: {
      AwsAccountId: world.account,
      AwsRegion: region,
      State: armed === undefined ? 'default-state' : 'update-complete',
      InternetGatewayBlockMode: mode,
      ManagedBy: 'account',
      ExclusionsAllowed: 'allowed',
    },
  };
}

export const REGION_OPERATIONS: readonly Operation[] = [
  read(DescribeAvailabilityZones$, describeAvailabilityZones),
  read(DescribeRegions$, describeRegions),
  read(DescribeInstanceTypeOfferings$, describeInstanceTypeOfferings),
  read(DescribeSpotPriceHistory$, describeSpotPriceHistory),
  read(DescribeAccountAttributes$, describeAccountAttributes),
  read(GetEbsEncryptionByDefault$, getEbsEncryptionByDefault),
  read(GetEbsDefaultKmsKeyId$, getEbsDefaultKmsKeyId),
  read(DescribeVpcBlockPublicAccessOptions$, describeVpcBlockPublicAccessOptions),
];
