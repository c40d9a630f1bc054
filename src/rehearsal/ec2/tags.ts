import {
  CreateTags$,
  DeleteTags$,
  DescribeTags$,
  type CreateTagsRequest,
  type DeleteTagsRequest,
  type DescribeTagsRequest,
  type DescribeTagsResult,
  type ResourceType,
} from '@aws-sdk/client-ec2';
import { AwsError, read, write, type Call, type Operation } from '../service.ts';
import type { World } from '../world.ts';
import { filtered, notFound, paged, withTags, type FilterFields, type Noun } from './common.ts';
import { ec2Of, visible, type Ec2Kind, type Ec2Record } from './state.ts';

interface Taggable {
  readonly kind: Ec2Kind;
  readonly noun: Noun;
  readonly type: ResourceType;
}

const BY_PREFIX: Readonly<Record<string, Taggable>> = {
  vpc: { kind: 'vpcs', noun: 'vpc', type: 'vpc' },
  subnet: { kind: 'subnets', noun: 'subnet', type: 'subnet' },
  igw: { kind: 'internetGateways', noun: 'internetGateway', type: 'internet-gateway' },
  rtb: { kind: 'routeTables', noun: 'routeTable', type: 'route-table' },
  eipalloc: { kind: 'addresses', noun: 'address', type: 'elastic-ip' },
  nat: { kind: 'natGateways', noun: 'natGateway', type: 'natgateway' },
  sg: { kind: 'securityGroups', noun: 'securityGroup', type: 'security-group' },
  eni: { kind: 'networkInterfaces', noun: 'networkInterface', type: 'network-interface' },
  vpce: { kind: 'vpcEndpoints', noun: 'vpcEndpoint', type: 'vpc-endpoint' },
  i: { kind: 'instances', noun: 'instance', type: 'instance' },
  vol: { kind: 'volumes', noun: 'volume', type: 'volume' },
};

function taggable(world: World, region: string, id: string): Ec2Record {
  const known = BY_PREFIX[id.split('-')[0] ?? ''];
  if (known === undefined) throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
  const records: readonly Ec2Record[] = ec2Of(world, region)[known.kind];
  const record = records.find((each) => each.id === id && visible(world, each));
  if (record === undefined) throw notFound(known.noun, id);
  return record;
}

function createTags(world: World, { input, region }: Call<CreateTagsRequest>): undefined {
  const records = (input.Resources ?? []).map((id) => taggable(world, region, id));
  const all = records.map((record) => withTags(record.tags, input.Tags ?? []));
  records.forEach((record, index) => {
    record.tags = all[index] ?? record.tags;
  });
}

/** Without `Tags` every tag goes; with a value given, only where it still has that value. */
function deleteTags(world: World, { input, region }: Call<DeleteTagsRequest>): undefined {
  for (const record of (input.Resources ?? []).map((id) => taggable(world, region, id))) {
    const goes = (key: string, value: string): boolean =>
      input.Tags?.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value)) ?? true;
    record.tags = Object.fromEntries(Object.entries(record.tags).filter(([key, value]) => !goes(key, value)));
  }
}

interface Row {
  readonly id: string;
  readonly type: ResourceType;
  readonly key: string;
  readonly value: string;
  readonly tags: Readonly<Record<string, string>>;
}

const FILTERS: FilterFields<Row> = {
  'resource-id': (row) => row.id,
  'resource-type': (row) => row.type,
  key: (row) => row.key,
  value: (row) => row.value,
};

function describeTags(world: World, { input, region }: Call<DescribeTagsRequest>): DescribeTagsResult {
  const state = ec2Of(world, region);
  const rows = Object.values(BY_PREFIX).flatMap(({ kind, type }) => {
    const records: readonly Ec2Record[] = state[kind];
    return records
      .filter((each) => visible(world, each))
      .flatMap(({ id, tags }) => Object.entries(tags).map(([key, value]): Row => ({ id, type, key, value, tags: { [key]: value } })));
  });
  const { items, next } = paged(filtered(rows, input.Filters, FILTERS), input);
  return { Tags: items.map((row) => ({ ResourceId: row.id, ResourceType: row.type, Key: row.key, Value: row.value })), ...next };
}

export const TAG_OPERATIONS: readonly Operation[] = [
  write(CreateTags$, createTags),
  write(DeleteTags$, deleteTags),
  read(DescribeTags$, describeTags),
];
