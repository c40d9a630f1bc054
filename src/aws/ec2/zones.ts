import { DescribeAvailabilityZonesCommand, paginateDescribeInstanceTypeOfferings, type AvailabilityZone } from '@aws-sdk/client-ec2';
import { Unseen } from '../../core/graph/errors.ts';
import type { Look, Observation, Resource } from '../../core/graph/resource.ts';
import { eksRefusedZoneIds } from '../../core/platform/regions.ts';
import type { AwsScope } from '../awsScope.ts';
import { read } from '../errors.ts';
import type { ZonesOut } from '../outputs.ts';
import { readAll } from '../pages.ts';
import { RESOURCE_TAG } from '../tags.ts';
import { answering, ec2Line } from './commandLine.ts';
import { cidrKey, subnetKind } from './subnet.ts';

/** By id: names are an account's own aliases. */
const refusedByEks: ReadonlySet<string> = new Set(eksRefusedZoneIds);

export interface ZonesWish {
  /** Zone ids that were written, or how many to choose. */
  readonly zones: number | readonly string[];
  /** By place: the i-th public and the i-th private subnet share the i-th zone. */
  readonly public: readonly string[];
  readonly private: readonly string[];
  readonly instanceTypes: readonly string[];
}

type Zone = ZonesOut['zones'][number];

/**
 * The zones of the platform, chosen once: what was written is honoured, then the zone of a subnet that exists wins, then those are
 * chosen that EKS accepts and that offer every instance type of the nodes. With all subnets there it costs no request of its own.
 */
export function zones(scope: AwsScope, wish: ZonesWish): Resource<ZonesOut> {
  return {
    id: 'zones',
    kind: 'choice',
    provider: 'aws',
    title: 'Availability zones',
    needs: {},
    internal: true,
    observe: (look) => observeZones(scope, wish, look),
    placeholders: () => ({ zones: placeholdersOf(wish) }),
    commands: () => [
      ec2Line(
        scope.aws,
        'describe-availability-zones',
        ...['--filters', 'Name=opt-in-status,Values=opt-in-not-required'],
        ...answering('AvailabilityZones[].ZoneId'),
      ),
    ],
  };
}

/** What was written, else what a person chooses from the answer. */
const placeholdersOf = ({ zones }: ZonesWish): ZonesOut['zones'] =>
  typeof zones === 'number'
    ? Array.from({ length: zones }, (_, i) => ({ id: `<ZONE-${i + 1}-ID>`, name: `<ZONE-${i + 1}>` }))
    : zones.map((id) => ({ id, name: id }));

async function observeZones(scope: AwsScope, wish: ZonesWish, look: Look): Promise<Observation<ZonesOut>> {
  const existing = await existingZones(scope, wish, look);
  const count = typeof wish.zones === 'number' ? wish.zones : wish.zones.length;
  const settled = Array.from({ length: count }, (_, i) => settledZone(wish, existing, i));
  if (settled.every((zone) => zone !== undefined)) return chosen(settled);

  const open = await openZones(scope, look);
  if (typeof wish.zones !== 'number') return written(wish.zones, open, scope.aws.region);
  const candidates = await offering(scope, wish.instanceTypes, open, look);
  const taken = new Set(settled.map((zone) => zone?.id));
  const free = candidates.filter((zone) => !taken.has(zone.id) && !refusedByEks.has(zone.id));
  const all = settled.map((zone) => zone ?? free.shift());
  if (all.every((zone) => zone !== undefined)) return chosen(all);
  return {
    ...nobodys,
    state: 'failed',
    outputs: {},
    reason: `The platform needs ${count} zones in ${scope.aws.region} that EKS accepts and that offer ${wish.instanceTypes.join(', ')}; there are ${all.filter((zone) => zone !== undefined).length}`,
  };
}

const nobodys = { owner: 'adopted', physicalId: 'zones', attributes: {} } as const;

const chosen = (zones: readonly Zone[]): Observation<ZonesOut> => ({ ...nobodys, state: 'ready', outputs: { zones } });

/** Zones of our subnets, by the subnet's resource id. */
async function existingZones(scope: AwsScope, wish: ZonesWish, look: Look): Promise<readonly (Zone | undefined)[]> {
  const subnets = await subnetKind(scope).list(look);
  const zoneOf = (id: string): Zone | undefined => {
    const { AvailabilityZoneId, AvailabilityZone } = subnets.find(({ tags }) => tags[RESOURCE_TAG] === id)?.item ?? {};
    return AvailabilityZoneId === undefined ? undefined : { id: AvailabilityZoneId, name: AvailabilityZone ?? AvailabilityZoneId };
  };
  const at = (access: string, cidr: string | undefined): Zone | undefined =>
    cidr === undefined ? undefined : zoneOf(`subnet/${access}/${cidrKey(cidr)}`);
  return wish.private.map((cidr, i) => at('private', cidr) ?? at('public', wish.public[i]));
}

/** A written zone needs its name only, which an existing subnet in it tells. */
function settledZone({ zones: wanted }: ZonesWish, existing: readonly (Zone | undefined)[], index: number): Zone | undefined {
  return typeof wanted === 'number' ? existing[index] : existing.find((zone) => zone?.id === wanted[index]);
}

/** Zones that are open to the account without opting in, by id. */
async function openZones({ aws }: AwsScope, look: Look): Promise<readonly Zone[]> {
  const Filters = [
    { Name: 'zone-type', Values: ['availability-zone'] },
    { Name: 'state', Values: ['available'] },
    { Name: 'opt-in-status', Values: ['opt-in-not-required'] },
  ];
  const found = await look.share('ec2:availability-zones', () =>
    read(aws, look, (o) => aws.ec2.send(new DescribeAvailabilityZonesCommand({ Filters }), o)),
  );
  return (found?.AvailabilityZones ?? []).flatMap(named).sort((a, b) => (a.id < b.id ? -1 : 1));
}

const named = ({ ZoneId: id, ZoneName: name }: AvailabilityZone): readonly Zone[] =>
  id === undefined || name === undefined ? [] : [{ id, name }];

function written(ids: readonly string[], open: readonly Zone[], region: string): Observation<ZonesOut> {
  const refused = ids.find((id) => refusedByEks.has(id));
  if (refused !== undefined)
    return {
      ...nobodys,
      state: 'failed',
      outputs: {},
      reason: `EKS accepts no cluster in zone ${refused}: write another under network.zones`,
    };
  const missing = ids.find((id) => !open.some((zone) => zone.id === id));
  if (missing !== undefined) {
    return {
      ...nobodys,
      state: 'failed',
      outputs: {},
      reason: `Zone ${missing} is not available to this account in ${region}; it has ${open.map((zone) => zone.id).join(', ')}`,
    };
  }
  return chosen(ids.flatMap((id) => open.filter((zone) => zone.id === id)));
}

/** Zones that offer every one of the types. Offerings only inform: where they may not be read, no zone is dropped. */
async function offering({ aws }: AwsScope, types: readonly string[], open: readonly Zone[], look: Look): Promise<Zone[]> {
  const Filters = [{ Name: 'instance-type', Values: [...types] }];
  try {
    const offers = await look.share('ec2:instance-type-offerings', () =>
      readAll(
        aws,
        look,
        (o) => paginateDescribeInstanceTypeOfferings({ client: aws.ec2 }, { LocationType: 'availability-zone-id', Filters }, o),
        (page) => page.InstanceTypeOfferings,
      ),
    );
    return open.filter((zone) => types.every((type) => offers.some((offer) => offer.InstanceType === type && offer.Location === zone.id)));
  } catch (error) {
    if (error instanceof Unseen) return [...open];
    throw error;
  }
}
