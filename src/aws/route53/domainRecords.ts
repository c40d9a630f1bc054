import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  type Change as RecordChange,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { compare } from '../../core/graph/compare.ts';
import { NotYet } from '../../core/graph/errors.ts';
import type {
  AnyResource,
  Attributes,
  Change,
  Foreseen,
  Handle,
  Look,
  Observation,
  Present,
  Resource,
  ResourceId,
  StepContext,
} from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { codeOf, read, write } from '../errors.ts';
import type { DomainRecordsOut, HostedZoneOut, LoadBalancerOut } from '../outputs.ts';
import { bareId, domainName } from './domainName.ts';
import { ownershipName, ownershipSet, readOwnership } from './ownership.ts';
import { aliasTarget, recordSetsOf, targetOf } from './recordSets.ts';

export const recordsId = (domain: string): ResourceId => `dns-records/${domainName(domain)}`;
const RECORDS_KIND = 'AWS::Route53::RecordSetGroup';
const CNAME_TTL = 300;

export type DomainRecordsNeeds = { readonly zone: Handle<HostedZoneOut>; readonly balancer: Handle<LoadBalancerOut> };

/** A record set that stands where one of ours belongs. */
interface Occupant {
  readonly set: ResourceRecordSet;
  /** As the ownership record names it: `A @`, `CNAME *`. */
  readonly record: string;
  readonly ours: boolean;
}

/** What the last look found: what a step takes away is exactly this, or the batch fails as a whole. */
interface Found {
  readonly zoneId: string;
  readonly occupants: readonly Occupant[];
  readonly ownership: ResourceRecordSet | undefined;
}

/**
 * The records by which a domain leads to a load balancer: an alias at its apex, where no CNAME may be, and a CNAME for every name
 * below it. They are one resource, since they and the TXT record that says whose they are change in one atomic batch.
 *
 * A record is ours if that TXT record says so and it still leads where we last let it lead. Any other is somebody else's, is shown, and
 * is overwritten only with the consent `overwrite:dns-records/DOMAIN`. Each change names what was seen before it, so that nothing that
 * came meanwhile is lost.
 */
export function domainRecords(scope: AwsScope, domain: string, needs: DomainRecordsNeeds): Resource<DomainRecordsOut, DomainRecordsNeeds> {
  const title = `Records of ${domain}`;
  const platform = scope.identity.platform;
  const wanted = ({ balancer }: Foreseen<DomainRecordsNeeds>): Attributes => ({
    [labelOf(domain, APEX)]: aliasOf(balancer),
    [labelOf(domain, WILDCARD)]: balancer.dnsName === undefined ? undefined : aliasTarget(balancer.dnsName),
  });
  const records = new RecordsInZone(scope, domain);
  return {
    id: recordsId(domain),
    kind: RECORDS_KIND,
    provider: 'aws',
    title,
    needs,
    observe: async (look) => records.observe((await look.outputs(needs.zone))?.zoneId, look),
    steps: {
      plan: (seen, inputs) => planOf(title, seen, wanted(inputs)),
      create: ({ zone, balancer }, ctx) => records.put(zone.zoneId, balancer, ctx),
      update: (_seen, { zone, balancer }, ctx) => records.put(zone.zoneId, balancer, ctx),
      delete: (_seen, ctx) => records.remove(ctx),
      foresee: () => records.outputs,
    },
    estimate: () => ({ createSeconds: 60, updateSeconds: 60, deleteSeconds: 5, monthlyUsd: 0 }),
    commands: ({ zone, balancer }) => {
      const batch = JSON.stringify({ Changes: setsFor(domain, platform, { ...UNKNOWN_BALANCER, ...balancer }).map(creation) });
      return [
        [
          ...['aws', 'route53', 'change-resource-record-sets', '--hosted-zone-id', zone.zoneId ?? '<HOSTED-ZONE-ID>'],
          // Names of hosts are written in lower case; what has to be filled in is not one.
          ...['--change-batch', batch.replaceAll(/<[a-z-]+>/g, (name) => name.toUpperCase())],
        ],
      ];
    },
  };
}

/** The records of ours in a zone that no platform file leads to any more: they can be found and deleted. */
export function leftRecords(scope: AwsScope, domain: string, zone: string, after: readonly ResourceId[]): AnyResource {
  const records = new RecordsInZone(scope, domain);
  return {
    id: recordsId(domain),
    kind: RECORDS_KIND,
    provider: 'aws',
    title: `Records of ${domain}`,
    needs: {},
    after,
    observe: (look) => records.observe(zone, look),
    steps: { plan: () => ({ action: 'none' }), delete: (_seen, ctx) => records.remove(ctx) },
    estimate: () => ({ createSeconds: 60, deleteSeconds: 5, monthlyUsd: 0 }),
  };
}

/** What was seen last, and what was changed last: a step takes away exactly what a look found. */
class RecordsInZone {
  readonly outputs: DomainRecordsOut;
  readonly #scope: AwsScope;
  readonly #domain: string;
  #found: Found | undefined;
  /** The last change of ours; what was made in an earlier run is believed to have spread. */
  #change: string | undefined;

  constructor(scope: AwsScope, domain: string) {
    this.#scope = scope;
    this.#domain = domain;
    this.outputs = { names: [domain, `*.${domain}`] };
  }

  async observe(zoneId: string | undefined, look: Look): Promise<Observation<DomainRecordsOut>> {
    const { platform } = this.#scope.identity;
    this.#found = zoneId === undefined ? undefined : await lookUp(this.#scope, zoneId, this.#domain, look);
    const seen = this.#found && viewOf(this.#found, this.#domain, platform);
    if (seen === undefined) return { state: 'absent' };
    if (this.#change !== undefined && !(await isInSync(this.#scope, this.#change, look)))
      return { ...seen, state: 'pending', outputs: {}, reason: 'Route 53 is telling its name servers' };
    return { ...seen, state: 'ready', outputs: this.outputs, reason: this.outputs.names.join(', ') };
  }

  async put(zoneId: string, balancer: LoadBalancerOut, ctx: StepContext): Promise<void> {
    const before = this.#found?.zoneId === zoneId ? this.#found : undefined;
    const wanted = setsFor(this.#domain, this.#scope.identity.platform, balancer);
    await this.#submit([...deletions(before), ...wanted.map(creation)], zoneId, ctx);
  }

  async remove(ctx: StepContext): Promise<void> {
    const found = this.#found;
    if (found === undefined) throw new NotYet('the records could not be looked at');
    await this.#submit(deletions({ ...found, occupants: found.occupants.filter(({ ours }) => ours) }), found.zoneId, ctx);
  }

  async #submit(changes: readonly RecordChange[], zoneId: string, ctx: StepContext): Promise<void> {
    const { aws, identity } = this.#scope;
    const ChangeBatch = { Comment: `Slipway, platform ${identity.platform}`, Changes: [...changes] };
    const answer = await write(aws, ctx, async (o) => {
      try {
        return await aws.route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch }), o);
      } catch (cause) {
        if (codeOf(cause) !== 'InvalidChangeBatch') throw cause;
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new NotYet(`Route 53 did not take the records, somebody else may be changing them: ${why}`, {
          code: 'InvalidChangeBatch',
          cause,
        });
      }
    });
    this.#change = answer.ChangeInfo?.Id === undefined ? undefined : bareId(answer.ChangeInfo.Id);
  }
}

const UNKNOWN_BALANCER: LoadBalancerOut = {
  kind: 'network',
  dnsName: '<LOAD-BALANCER-DNS-NAME>',
  canonicalHostedZoneId: '<LOAD-BALANCER-ZONE-ID>',
  arn: '<LOAD-BALANCER-ARN>',
};

interface Place {
  readonly type: 'A' | 'CNAME';
  readonly label: '@' | '*';
}
const APEX: Place = { type: 'A', label: '@' };
const WILDCARD: Place = { type: 'CNAME', label: '*' };

const recordOf = ({ type, label }: Place): string => `${type} ${label}`;
const nameAt = (domain: string, { label }: Place): string => (label === '@' ? domain : `*.${domain}`);
/** How a plan and a row call it: `CNAME *.cauchy.link`. */
const labelOf = (domain: string, place: Place): string => `${place.type} ${nameAt(domain, place)}`;

/** An alias is where it leads and the zone of that name: with the domain's own zone id it would lead nowhere. */
function aliasOf({ dnsName, canonicalHostedZoneId }: Partial<LoadBalancerOut>): string | undefined {
  return dnsName === undefined || canonicalHostedZoneId === undefined
    ? undefined
    : `${aliasTarget(dnsName)} (zone ${canonicalHostedZoneId})`;
}

/** The two records and the one that says whose they are. */
function setsFor(domain: string, platform: string, balancer: LoadBalancerOut): readonly ResourceRecordSet[] {
  const { dnsName: DNSName, canonicalHostedZoneId: HostedZoneId } = balancer;
  const targets = new Map([APEX, WILDCARD].map((place) => [recordOf(place), aliasTarget(DNSName)]));
  return [
    { Name: `${domain}.`, Type: 'A', AliasTarget: { DNSName: `${domainName(DNSName)}.`, HostedZoneId, EvaluateTargetHealth: false } },
    { Name: `*.${domain}.`, Type: 'CNAME', TTL: CNAME_TTL, ResourceRecords: [{ Value: `${domainName(DNSName)}.` }] },
    ownershipSet(domain, { platform, targets }),
  ];
}

const creation = (set: ResourceRecordSet): RecordChange => ({ Action: 'CREATE', ResourceRecordSet: set });

/** What stands in the way, exactly as it was seen: if it has changed since, the whole batch fails and is looked at again. */
function deletions(found: Found | undefined): readonly RecordChange[] {
  if (found === undefined) return [];
  const sets = [...found.occupants.map(({ set }) => set), ...(found.ownership === undefined ? [] : [found.ownership])];
  return sets.map((set) => ({ Action: 'DELETE', ResourceRecordSet: set }));
}

async function lookUp(scope: AwsScope, zoneId: string, domain: string, look: Look): Promise<Found> {
  const [apex, wildcard, texts] = await Promise.all(
    [domain, `*.${domain}`, ownershipName(domain)].map((name) => recordSetsOf(scope, zoneId, name, look)),
  );
  const ownership = texts?.find(({ Type }) => Type === 'TXT');
  const said = ownership && readOwnership(ownership);
  const occupant = (place: Place, set: ResourceRecordSet): Occupant => {
    const record = recordOf(place);
    const simple = set.Type === place.type && set.SetIdentifier === undefined;
    return { set, record, ours: simple && said?.platform === scope.identity.platform && said.targets.get(record) === targetOf(set) };
  };
  return {
    zoneId,
    ownership,
    occupants: [
      // Mail, name servers and what else is at the apex live beside an A record; nothing lives beside a CNAME.
      ...(apex ?? []).filter(({ Type }) => Type === 'A').map((set) => occupant(APEX, set)),
      ...(wildcard ?? []).map((set) => occupant(WILDCARD, set)),
    ],
  };
}

/** `undefined`: nothing is there. */
function viewOf({ zoneId, occupants, ownership }: Found, domain: string, platform: string): Present | undefined {
  const said = ownership && readOwnership(ownership);
  const ours = said?.platform === platform;
  const strangers = occupants.filter((each) => !each.ours).map(({ set }) => describe(set));
  if (ownership !== undefined && !ours) strangers.push(describe(ownership));
  if (occupants.length === 0 && ownership === undefined) return undefined;
  const at = (place: Place): string | null => {
    const set = occupants.find(({ set: each, record }) => record === recordOf(place) && each.Type === place.type)?.set;
    if (set === undefined) return null;
    return set.AliasTarget === undefined ? targetOf(set) : `${targetOf(set)} (zone ${set.AliasTarget.HostedZoneId ?? ''})`;
  };
  return {
    owner: ours ? 'slipway' : 'foreign',
    physicalId: `${zoneId}/${domain}`,
    attributes: { [labelOf(domain, APEX)]: at(APEX), [labelOf(domain, WILDCARD)]: at(WILDCARD), strangers },
  };
}

const describe = (set: ResourceRecordSet): string => `${set.Type ?? ''} ${domainName(set.Name ?? '')} → ${targetOf(set)}`;

function planOf(title: string, seen: Observation<unknown>, wanted: Attributes): Change {
  if (seen.state === 'absent' || seen.state === 'unknown') return compare(title, seen, wanted);
  const { strangers } = seen.attributes;
  const planned = compare(title, { ...seen, owner: 'slipway' }, wanted);
  if (!Array.isArray(strangers) || strangers.length === 0) return planned;
  return {
    action: 'update',
    consent: 'overwrite',
    summary: `overwrite what is not Slipway's in ${title}: ${strangers.join(', ')}`,
    diff: 'diff' in planned ? planned.diff : [{ path: 'owner', before: 'somebody else', after: 'slipway' }],
  };
}

async function isInSync({ aws }: AwsScope, Id: string, look: Look): Promise<boolean> {
  const answer = await read(aws, look, (o) => aws.route53.send(new GetChangeCommand({ Id }), o));
  return answer?.ChangeInfo?.Status !== 'PENDING';
}
