import {
  ChangeResourceRecordSets$,
  CreateHostedZone$,
  DeleteHostedZone$,
  GetChange$,
  GetHostedZone$,
  InvalidChangeBatch$,
  ListHostedZones$,
  ListHostedZonesByName$,
  ListResourceRecordSets$,
  type Change,
  type ChangeInfo,
  type ChangeResourceRecordSetsRequest,
  type ChangeResourceRecordSetsResponse,
  type CreateHostedZoneRequest,
  type CreateHostedZoneResponse,
  type DelegationSet,
  type DeleteHostedZoneRequest,
  type DeleteHostedZoneResponse,
  type GetChangeRequest,
  type GetChangeResponse,
  type GetHostedZoneRequest,
  type GetHostedZoneResponse,
  type HostedZone,
  type ListHostedZonesByNameRequest,
  type ListHostedZonesByNameResponse,
  type ListHostedZonesRequest,
  type ListHostedZonesResponse,
  type ListResourceRecordSetsRequest,
  type ListResourceRecordSetsResponse,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { AwsError, byName, read, write, type Call, type Service } from './service.ts';
import type { World } from './world.ts';

export interface ZoneRecord {
  readonly id: string;
  /** With its final dot. */
  readonly name: string;
  readonly callerReference: string;
  readonly comment?: string;
  readonly nameServers: readonly string[];
  /** World time, ms; absent in a world that was made before zones were listed late. */
  readonly madeAt?: number;
  records: ResourceRecordSet[];
}

interface Route53State {
  zones: ZoneRecord[];
  /** Changes and when they were made; PENDING for a while. */
  changes: Record<string, number>;
}

/** Until a change is on all name servers ("generally within 60 seconds"). */
const INSYNC_AFTER_MS = 45_000;
/** Lists are eventually consistent; AWS gives no bound. A zone can be had by its id at once. */
const LISTED_AFTER_MS = 3_000;

function stateOf(world: World): Route53State {
  return world.part<Route53State>('route53', () => ({ zones: [], changes: {} }));
}

/** The public zones of the account, as name servers serve them. */
export function hostedZones(world: World): readonly ZoneRecord[] {
  return stateOf(world).zones;
}

function listedZones(world: World): readonly ZoneRecord[] {
  return stateOf(world).zones.filter(({ madeAt = 0 }) => world.now() >= madeAt + LISTED_AFTER_MS);
}

/** Ids come with and without `/hostedzone/`. */
function zoneOf(world: World, id: string | undefined): ZoneRecord {
  const bare = (id ?? '').replace(/^\/?hostedzone\//, '');
  const zone = stateOf(world).zones.find((each) => each.id === bare);
  if (zone === undefined) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${bare}`, 404);
  return zone;
}

function newChange(world: World): ChangeInfo {
  const id = `C${world.token(20)}`;
  stateOf(world).changes[id] = world.now();
  return { Id: `/change/${id}`, Status: 'PENDING', SubmittedAt: new Date(world.now()) };
}

function getChange(world: World, { input }: Call<GetChangeRequest>): GetChangeResponse {
  const bare = (input.Id ?? '').replace(/^\/?change\//, '');
  const at = stateOf(world).changes[bare];
  if (at === undefined) throw new AwsError('NoSuchChange', `Could not find resource with ID: ${bare}`, 404);
  const Status = world.now() >= at + INSYNC_AFTER_MS ? 'INSYNC' : 'PENDING';
  return { ChangeInfo: { Id: `/change/${bare}`, Status, SubmittedAt: new Date(at) } };
}

function createHostedZone(world: World, { input }: Call<CreateHostedZoneRequest>): CreateHostedZoneResponse {
  const state = stateOf(world);
  const name = canonicalName(input.Name ?? '');
  if (!/^([a-z0-9_](-*[a-z0-9_])*\.)+$/.test(name)) throw new AwsError('InvalidDomainName', `${name} is not a valid domain name`);
  const reference = input.CallerReference ?? '';
  if (state.zones.some((each) => each.callerReference === reference)) {
    throw new AwsError('HostedZoneAlreadyExists', `A hosted zone has already been created with the specified caller reference.`, 409);
  }
  const nameServers = ['ns-41.awsdns-05.com', 'ns-1045.awsdns-02.org', 'ns-1873.awsdns-42.co.uk', 'ns-760.awsdns-31.net'];
  const zone: ZoneRecord = {
    id: `Z${world.token(19)}`,
    name,
    callerReference: reference,
    ...(input.HostedZoneConfig?.Comment !== undefined && { comment: input.HostedZoneConfig.Comment }),
    nameServers,
    madeAt: world.now(),
    records: [
      { Name: name, Type: 'NS', TTL: 172800, ResourceRecords: nameServers.map((each) => ({ Value: `${each}.` })) },
      {
        Name: name,
        Type: 'SOA',
        TTL: 900,
        ResourceRecords: [{ Value: `${nameServers[0] ?? ''}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400` }],
      },
    ],
  };
  state.zones.push(zone);
  return {
    HostedZone: presented(zone),
    ChangeInfo: newChange(world),
    DelegationSet: delegation(zone),
    Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
  };
}

function getHostedZone(world: World, { input }: Call<GetHostedZoneRequest>): GetHostedZoneResponse {
  const zone = zoneOf(world, input.Id);
  return { HostedZone: presented(zone), DelegationSet: delegation(zone) };
}

function deleteHostedZone(world: World, { input }: Call<DeleteHostedZoneRequest>): DeleteHostedZoneResponse {
  const state = stateOf(world);
  const zone = zoneOf(world, input.Id);
  if (zone.records.some((each) => !isOwn(zone, each))) {
    throw new AwsError(
      'HostedZoneNotEmpty',
      'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
    );
  }
  state.zones = state.zones.filter((each) => each !== zone);
  return { ChangeInfo: newChange(world) };
}

function isOwn(zone: ZoneRecord, record: ResourceRecordSet): boolean {
  return record.Name === zone.name && (record.Type === 'NS' || record.Type === 'SOA');
}

function listHostedZones(world: World, { input }: Call<ListHostedZonesRequest>): ListHostedZonesResponse {
  const zones = listedZones(world);
  const size = input.MaxItems ?? 100;
  const start = input.Marker === undefined ? 0 : zones.findIndex((each) => each.id === input.Marker);
  if (start === -1) throw new AwsError('InvalidInput', 'The marker is not valid');
  const next = zones[start + size];
  return {
    HostedZones: zones.slice(start, start + size).map(presented),
    Marker: input.Marker ?? '',
    IsTruncated: next !== undefined,
    ...(next !== undefined && { NextMarker: next.id }),
    MaxItems: size,
  };
}

/** The name is where the list begins, not a filter. Sorted by the labels from the right, as Route 53 does. */
function listHostedZonesByName(world: World, { input }: Call<ListHostedZonesByNameRequest>): ListHostedZonesByNameResponse {
  const sorted = [...listedZones(world)].sort((one, other) => compareNames(one.name, other.name));
  const from = input.DNSName === undefined ? '' : canonicalName(input.DNSName);
  const rest = sorted.filter((each) => from === '' || compareNames(each.name, from) >= 0);
  const size = input.MaxItems ?? 100;
  const next = rest[size];
  return {
    HostedZones: rest.slice(0, size).map(presented),
    ...(input.DNSName !== undefined && { DNSName: input.DNSName }),
    IsTruncated: next !== undefined,
    ...(next !== undefined && { NextDNSName: next.name, NextHostedZoneId: next.id }),
    MaxItems: size,
  };
}

function listResourceRecordSets(world: World, { input }: Call<ListResourceRecordSetsRequest>): ListResourceRecordSetsResponse {
  const zone = zoneOf(world, input.HostedZoneId);
  const sorted = [...zone.records].sort(compareRecords);
  const name = input.StartRecordName === undefined ? undefined : escapedName(canonicalName(input.StartRecordName));
  const start = name === undefined ? undefined : { Name: name, Type: input.StartRecordType };
  const rest = start === undefined ? sorted : sorted.filter((each) => compareRecords(each, start) >= 0);
  const size = input.MaxItems ?? 300;
  const next = rest[size];
  return {
    ResourceRecordSets: rest.slice(0, size),
    IsTruncated: next !== undefined,
    ...(next !== undefined && { NextRecordName: next.Name, NextRecordType: next.Type }),
    MaxItems: size,
  };
}

/** All changes of a batch or none. @throws AwsError `InvalidChangeBatch` with AWS's sentences */
function changeResourceRecordSets(world: World, { input }: Call<ChangeResourceRecordSetsRequest>): ChangeResourceRecordSetsResponse {
  const zone = zoneOf(world, input.HostedZoneId);
  let records: readonly ResourceRecordSet[] = zone.records;
  const problems: string[] = [];
  for (const change of input.ChangeBatch?.Changes ?? []) {
    const result = changed(zone, records, change);
    if (typeof result === 'string') problems.push(result);
    else records = result;
  }
  if (problems.length > 0) throw new AwsError('InvalidChangeBatch', `[${problems.join(', ')}]`, 400, { messages: problems });
  zone.records = [...records];
  return { ChangeInfo: newChange(world) };
}

function changed(zone: ZoneRecord, records: readonly ResourceRecordSet[], change: Change): readonly ResourceRecordSet[] | string {
  const given = change.ResourceRecordSet;
  if (given?.Name === undefined || given.Type === undefined) return 'A record set needs a name and a type';
  const record = { ...given, Name: escapedName(canonicalName(given.Name)) };
  const words = `[name='${record.Name}', type='${given.Type}']`;
  if (record.Name !== zone.name && !record.Name.endsWith(`.${zone.name}`))
    return `RRSet with DNS name ${record.Name} is not permitted in zone ${zone.name}`;
  const before = records.find((each) => each.Name === record.Name && each.Type === record.Type);
  if (change.Action === 'DELETE') {
    if (before === undefined) return `Tried to delete resource record set ${words} but it was not found`;
    if (isOwn(zone, before)) return `A HostedZone must contain at least one NS record for the zone itself.`;
    if (JSON.stringify(comparable(before)) !== JSON.stringify(comparable(record))) {
      return `Tried to delete resource record set ${words} but the values provided do not match the current values`;
    }
    return records.filter((each) => each !== before);
  }
  if (change.Action === 'CREATE' && before !== undefined) return `Tried to create resource record set ${words} but it already exists`;
  const twins = records.filter((each) => each.Name === record.Name && each !== before);
  if (record.Type === 'CNAME' && record.Name === zone.name)
    return `RRSet of type CNAME with DNS name ${record.Name} is not permitted at apex in zone ${zone.name}`;
  if (twins.some((each) => each.Type === 'CNAME' || record.Type === 'CNAME')) {
    return `RRSet of type ${given.Type} with DNS name ${record.Name} is not permitted because a conflicting RRSet with the same DNS name already exists in zone ${zone.name}`;
  }
  return [...records.filter((each) => each !== before), record];
}

function comparable(record: ResourceRecordSet): unknown {
  const alias = record.AliasTarget;
  return [
    record.TTL,
    record.ResourceRecords?.map((each) => each.Value),
    alias?.DNSName?.toLowerCase(),
    alias?.HostedZoneId,
    alias?.EvaluateTargetHealth,
  ];
}

function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower : `${lower}.`;
}

/** Route 53 writes a wildcard back as `\052`. */
function escapedName(name: string): string {
  return name.replaceAll('*', '\\052');
}

function compareNames(one: string, other: string): number {
  const key = (name: string): string => name.split('.').reverse().join('.');
  return key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0;
}

function compareRecords(
  one: { readonly Name?: string | undefined; readonly Type?: string | undefined },
  other: { readonly Name?: string | undefined; readonly Type?: string | undefined },
): number {
  return compareNames(one.Name ?? '', other.Name ?? '') || (other.Type === undefined ? 0 : (one.Type ?? '').localeCompare(other.Type));
}

function presented(zone: ZoneRecord): HostedZone {
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: zone.name,
    CallerReference: zone.callerReference,
    Config: { PrivateZone: false, ...(zone.comment !== undefined && { Comment: zone.comment }) },
    ResourceRecordSetCount: zone.records.length,
  };
}

function delegation(zone: ZoneRecord): DelegationSet {
  return { NameServers: [...zone.nameServers] };
}

export const ROUTE53: Service = {
  name: 'route53',
  protocol: 'restXml',
  version: '2013-04-01',
  xmlNamespace: 'https://route53.amazonaws.com/doc/2013-04-01/',
  errors: [InvalidChangeBatch$],
  operations: byName([
    write(CreateHostedZone$, createHostedZone),
    read(GetHostedZone$, getHostedZone),
    write(DeleteHostedZone$, deleteHostedZone),
    read(ListHostedZones$, listHostedZones),
    read(ListHostedZonesByName$, listHostedZonesByName),
    read(ListResourceRecordSets$, listResourceRecordSets),
    write(ChangeResourceRecordSets$, changeResourceRecordSets),
    read(GetChange$, getChange),
  ]),
};
