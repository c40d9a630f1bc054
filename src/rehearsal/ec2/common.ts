import type { Filter, Tag, TagSpecification } from '@aws-sdk/client-ec2';
import { createHash } from 'node:crypto';
import { AwsError } from '../service.ts';
import type { World } from '../world.ts';
import { visible, type Ec2Record, type Ec2State } from './state.ts';

/**
 * What AWS really answers where the enumeration in its own model lacks it (an attached internet gateway is `available`,
 * an endpoint's states are in small letters), and instance types that were checked before.
 */
export function outsideModel<T extends string>(value: string): T {
  return value as T;
}

/** What EC2 says when there is no such thing, by kind. */
const NOT_FOUND = {
  vpc: ['InvalidVpcID.NotFound', (id: string) => `The vpc ID '${id}' does not exist`],
  subnet: ['InvalidSubnetID.NotFound', (id: string) => `The subnet ID '${id}' does not exist`],
  internetGateway: ['InvalidInternetGatewayID.NotFound', (id: string) => `The internetGateway ID '${id}' does not exist`],
  routeTable: ['InvalidRouteTableID.NotFound', (id: string) => `The routeTable ID '${id}' does not exist`],
  association: ['InvalidAssociationID.NotFound', (id: string) => `The association ID '${id}' does not exist`],
  address: ['InvalidAllocationID.NotFound', (id: string) => `The allocation ID '${id}' does not exist`],
  natGateway: ['NatGatewayNotFound', (id: string) => `NAT gateway ${id} was not found`],
  securityGroup: ['InvalidGroup.NotFound', (id: string) => `The security group '${id}' does not exist`],
  networkInterface: ['InvalidNetworkInterfaceID.NotFound', (id: string) => `The networkInterface ID '${id}' does not exist`],
  vpcEndpoint: ['InvalidVpcEndpointId.NotFound', (id: string) => `The Vpc Endpoint Id '${id}' does not exist`],
  instance: ['InvalidInstanceID.NotFound', (id: string) => `The instance ID '${id}' does not exist`],
  volume: ['InvalidVolume.NotFound', (id: string) => `The volume '${id}' does not exist.`],
} as const;

export type Noun = keyof typeof NOT_FOUND;

export function notFound(noun: Noun, id: string): AwsError {
  const [code, text] = NOT_FOUND[noun];
  return new AwsError(code, text(id));
}

/** The one of that id, if it can be seen already. @throws AwsError */
export function found<T extends Ec2Record>(world: World, noun: Noun, records: readonly T[], id: string | undefined, parameter: string): T {
  if (id === undefined || id === '') throw new AwsError('MissingParameter', `The request must contain the parameter ${parameter}`);
  const record = records.find((each) => each.id === id && visible(world, each));
  if (record === undefined) throw notFound(noun, id);
  return record;
}

/** All of those ids; every one must be there. @throws AwsError */
export function foundAll<T extends Ec2Record>(
  world: World,
  noun: Noun,
  records: readonly T[],
  ids: readonly string[] | undefined,
): readonly T[] {
  if (ids === undefined) return records.filter((each) => visible(world, each));
  const missing = ids.find((id) => !records.some((each) => each.id === id && visible(world, each)));
  if (missing !== undefined) throw notFound(noun, missing);
  return records.filter((each) => ids.includes(each.id));
}

export function dependencyViolation(noun: string, id: string): AwsError {
  return new AwsError('DependencyViolation', `The ${noun} '${id}' has dependencies and cannot be deleted.`);
}

export type FilterFields<T> = Readonly<Record<string, (record: T) => string | readonly string[] | undefined>>;

/** Applies EC2's filters: values of one are alternatives, `*` and `?` stand for letters. @throws AwsError for a filter the operation does not have */
export function filtered<T extends { readonly tags: Readonly<Record<string, string>> }>(
  records: readonly T[],
  filters: readonly Filter[] | undefined,
  fields: FilterFields<T>,
): readonly T[] {
  return (filters ?? []).reduce((left, filter) => left.filter(matcher(filter, fields)), records);
}

function matcher<T extends { readonly tags: Readonly<Record<string, string>> }>(
  filter: Filter,
  fields: FilterFields<T>,
): (record: T) => boolean {
  const name = filter.Name ?? '';
  const patterns = (filter.Values ?? []).map(pattern);
  const any = (value: string | readonly string[] | undefined): boolean => {
    const values = value === undefined ? [] : typeof value === 'string' ? [value] : value;
    return values.some((each) => patterns.some((one) => one.test(each)));
  };
  if (name.startsWith('tag:')) return (record) => any(Object.hasOwn(record.tags, name.slice(4)) ? record.tags[name.slice(4)] : undefined);
  if (name === 'tag-key') return (record) => any(Object.keys(record.tags));
  if (name === 'tag-value') return (record) => any(Object.values(record.tags));
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
  return (record) => any(field(record));
}

function pattern(text: string): RegExp {
  const source = text.replace(/[.+^${}()|[\]\\*?]/g, (letter) => (letter === '*' ? '.*' : letter === '?' ? '.' : `\\${letter}`));
  return new RegExp(`^${source}$`, 's');
}

export interface PageInput {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Spread into the answer. */
  readonly next: { readonly NextToken?: string };
}

/** One page. Without `MaxResults` everything comes at once, as EC2 does for small accounts. @throws AwsError */
export function paged<T>(items: readonly T[], input: PageInput, ids?: readonly string[]): Page<T> {
  if (input.MaxResults === undefined && input.NextToken === undefined) return { items, next: {} };
  if (input.MaxResults !== undefined && ids !== undefined) {
    throw new AwsError('InvalidParameterCombination', 'The parameter MaxResults cannot be used with a list of IDs');
  }
  const size = input.MaxResults ?? 1000;
  if (!Number.isInteger(size) || size < 5 || size > 1000) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value ( ${String(size)} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.`,
    );
  }
  const start = input.NextToken === undefined ? 0 : offsetOf(input.NextToken);
  const end = start + size;
  return { items: items.slice(start, end), next: end < items.length ? { NextToken: tokenOf(end) } : {} };
}

function tokenOf(offset: number): string {
  return Buffer.from(JSON.stringify({ offset })).toString('base64url');
}

function offsetOf(token: string): number {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null && 'offset' in value && typeof value.offset === 'number') return value.offset;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new AwsError('InvalidParameterValue', 'Value for parameter nextToken is invalid. Unable to parse pagination token.');
}

const MAX_TAGS = 50;

/** The tags of a create. @throws AwsError when they are meant for another type, or not allowed */
export function specifiedTags(specifications: readonly TagSpecification[] | undefined, type: string): Record<string, string> {
  let tags: Record<string, string> = {};
  for (const specification of specifications ?? []) {
    if (specification.ResourceType !== type) {
      throw new AwsError(
        'InvalidParameterValue',
        `'${String(specification.ResourceType)}' is not a valid taggable resource type for this operation.`,
      );
    }
    tags = withTags(tags, specification.Tags ?? []);
  }
  return tags;
}

/** Tags with others put over them. @throws AwsError */
export function withTags(tags: Readonly<Record<string, string>>, added: readonly Tag[]): Record<string, string> {
  const all = { ...tags };
  for (const { Key: key = '', Value: value = '' } of added) {
    if (key === '' || key.length > 127)
      throw new AwsError('InvalidParameterValue', `Tag key exceeds the maximum length of 127 characters or is empty`);
    if (value.length > 255) throw new AwsError('InvalidParameterValue', `Tag value exceeds the maximum length of 255 characters`);
    if (/^aws:/i.test(key)) throw new AwsError('InvalidParameterValue', `Tag keys starting with 'aws:' are reserved for internal use`);
    all[key] = value;
  }
  if (Object.keys(all).length > MAX_TAGS)
    throw new AwsError('TagLimitExceeded', `The maximum number of Tags for a resource has been reached.`);
  return all;
}

export function tagList(record: { readonly tags: Readonly<Record<string, string>> }): Tag[] {
  return Object.entries(record.tags).map(([Key, Value]) => ({ Key, Value }));
}

/**
 * What a client token made before. Only few creates of EC2 know tokens (`domain-facts.md` A).
 * @throws AwsError when it came with other arguments then
 */
export function tokenMade(
  state: Ec2State,
  operation: string,
  token: string | undefined,
  input: object,
): { readonly id: string | undefined; remember(id: string): void } {
  const key = `${operation}:${token ?? ''}`;
  const digest = createHash('sha256').update(JSON.stringify(input)).digest('hex');
  const before = token === undefined ? undefined : state.tokens[key];
  if (before !== undefined && before.digest !== digest) {
    throw new AwsError('IdempotentParameterMismatch', 'The request uses the same client token as a previous, but non-identical request.');
  }
  return {
    id: before?.id,
    remember(id) {
      if (token !== undefined) state.tokens[key] = { id, digest };
    },
  };
}

/** Tells the timeline that a thing was asked for now. */
export function announce(world: World, kind: string, record: Ec2Record, readyAt = record.visibleAt): void {
  world.timeline({ kind: `AWS::EC2::${kind}`, id: record.id, askedAt: iso(record.madeAt), readyAt: iso(readyAt) });
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** Takes a thing out of its list, at once. */
export function removed<T extends Ec2Record>(records: readonly T[], record: T): T[] {
  return records.filter((each) => each !== record);
}
