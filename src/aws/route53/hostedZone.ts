import { createHash } from 'node:crypto';
import {
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  type HostedZone,
} from '@aws-sdk/client-route-53';
import type { Finding } from '../../core/findings/finding.ts';
import { Refused } from '../../core/graph/errors.ts';
import type { AnyResource, Look, Observation, Owner, Present, Resource, ResourceId, StepContext, Twin } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { codeOf, read, remove, write } from '../errors.ts';
import type { HostedZoneOut } from '../outputs.ts';
import { delegationFindings, type NameServersOf } from './delegation.ts';
import { bareId, domainName } from './domainName.ts';
import { ownershipName, readOwnership } from './ownership.ts';
import { recordSetsOf } from './recordSets.ts';

export const zoneId = (domain: string): ResourceId => `hosted-zone/${domainName(domain)}`;
const ZONE_KIND = 'AWS::Route53::HostedZone';

/** How long Route 53 may not list a zone that was just made; AWS gives no bound. */
const HIDDEN_MS = 10_000;
/** Zones of one name that are told apart at most: the list begins at the name and is sorted by it. */
const SAME_NAME = 20;

export interface ZoneWish {
  readonly domain: string;
  /** The domain's name servers as the public DNS has them. */
  readonly nameServersOf: NameServersOf;
}

/**
 * The public hosted zone of exactly this name. One that is there is used and never deleted; where there is none it is made.
 * `CreateHostedZone` takes no tags: that a zone is ours is told by its caller reference, which is given in the creating call and
 * cannot be changed afterwards.
 */
export function hostedZone(scope: AwsScope, { domain, nameServersOf }: ZoneWish): Resource<HostedZoneOut> {
  const { aws, identity, prices } = scope;
  const title = `Hosted zone ${domain}`;
  return {
    id: zoneId(domain),
    kind: ZONE_KIND,
    provider: 'aws',
    title,
    needs: {},
    hiddenFor: HIDDEN_MS,
    // Two runs have two caller references: the second would make a second zone of this name.
    repeatable: false,
    observe: (look) => observeZone(scope, domain, look),
    steps: {
      plan(seen) {
        if (seen.state === 'absent') {
          const diff = [{ path: 'name', before: undefined, after: domain }];
          return { action: 'create', summary: `create ${title}: your registrar then has to be told its four name servers`, diff };
        }
        if (seen.state === 'unknown')
          return { action: 'blocked', code: 'unseen', summary: `${title} could not be looked at: ${seen.reason}` };
        return seen.state === 'failed' ? { action: 'blocked', summary: `${title}: ${seen.reason}` } : { action: 'none' };
      },
      async create(_inputs, ctx) {
        const CallerReference = `${referencePrefix(identity.platform)}${ctx.run}`;
        const HostedZoneConfig = { Comment: `Made by Slipway for the platform ${identity.platform}` };
        await write(aws, ctx, (o) => aws.route53.send(new CreateHostedZoneCommand({ Name: domain, CallerReference, HostedZoneConfig }), o));
      },
      delete: (seen, ctx) => deleteZone(scope, seen, ctx),
    },
    check: async (look) => checkDelegation(await observeZone(scope, domain, look), domain, nameServersOf, look),
    estimate: () => ({ createSeconds: 10, deleteSeconds: 5, monthlyUsd: prices.hostedZone }),
    placeholders: () => ({ zoneId: '<HOSTED-ZONE-ID>' }),
    commands: () => [['aws', 'route53', 'create-hosted-zone', '--name', domain, '--caller-reference', `slipway-${domain}`]],
  };
}

/** A zone of ours that no platform file names any more: it can be found and deleted. */
export function leftZone(scope: AwsScope, domain: string): AnyResource {
  return {
    id: zoneId(domain),
    kind: ZONE_KIND,
    provider: 'aws',
    title: `Hosted zone ${domain}`,
    needs: {},
    observe: (look) => observeZone(scope, domain, look),
    steps: { plan: () => ({ action: 'none' }), delete: (seen, ctx) => deleteZone(scope, seen, ctx) },
    estimate: () => ({ createSeconds: 10, deleteSeconds: 5, monthlyUsd: scope.prices.hostedZone }),
  };
}

/** Within the 128 characters of a caller reference; what follows is the run. */
export function referencePrefix(platform: string): string {
  const name = platform.length <= 90 ? platform : createHash('sha256').update(platform).digest('hex').slice(0, 40);
  return `slipway:${name}:`;
}

export const ownerOfZone = (zone: HostedZone, platform: string): Owner =>
  zone.CallerReference?.startsWith(referencePrefix(platform)) === true ? 'slipway' : 'adopted';

/** Empty but for its own two records a zone can be deleted. @throws Refused when somebody has put others there: those are not ours to delete. */
async function deleteZone({ aws }: AwsScope, seen: Present, ctx: StepContext): Promise<void> {
  await remove(aws, ctx, async (o) => {
    try {
      await aws.route53.send(new DeleteHostedZoneCommand({ Id: seen.physicalId }), o);
    } catch (cause) {
      if (codeOf(cause) !== 'HostedZoneNotEmpty') throw cause;
      const next = 'Delete them, then destroy again; or leave the zone as it is.';
      throw new Refused('records that Slipway did not make are in the zone', { code: 'HostedZoneNotEmpty', next, cause });
    }
  });
}

async function observeZone(scope: AwsScope, domain: string, look: Look): Promise<Observation<HostedZoneOut>> {
  const zones = await zonesNamed(scope, domain, look);
  const chosen = zones.length > 1 ? await chosenOf(scope, domain, zones, look) : zones[0];
  if (chosen === undefined) return { state: 'absent' };
  const physicalId = bareId(chosen.Id ?? '');
  const nameServers = await delegationSet(scope, physicalId, look);
  const present = {
    owner: ownerOfZone(chosen, scope.identity.platform),
    physicalId,
    attributes: { name: domain, records: chosen.ResourceRecordSetCount ?? 0 },
    outputs: { zoneId: physicalId, nameServers },
  };
  const others = zones.filter((zone) => zone !== chosen);
  const isOurs = (zone: HostedZone): boolean => ownerOfZone(zone, scope.identity.platform) === 'slipway';
  if (others.length > 0 && !zones.every(isOurs)) {
    const ids = zones.map(({ Id = '' }) => bareId(Id)).join(' and ');
    const reason = `there are ${zones.length} public hosted zones of this name, ${ids}: delete the one that your registrar does not name`;
    return { ...present, state: 'failed', reason };
  }
  const twins = others.map((zone): Twin => ({ physicalId: bareId(zone.Id ?? ''), used: isInUse(zone) }));
  return {
    ...present,
    state: 'ready',
    reason: `name servers: ${nameServers.join(', ')}`,
    ...(twins.length === 0 ? {} : { twins }),
  };
}

/** NS and SOA are in every zone. */
const isInUse = ({ ResourceRecordSetCount: records = 0 }: HostedZone): boolean => records > 2;

/** Of several zones of one name: the one that holds our records, so that they are found and deleted; else one of ours that is in use. */
async function chosenOf(scope: AwsScope, domain: string, zones: readonly HostedZone[], look: Look): Promise<HostedZone | undefined> {
  const holds = await Promise.all(
    zones.map(async ({ Id = '' }) => {
      const texts = await recordSetsOf(scope, bareId(Id), ownershipName(domain), look);
      return texts.some((set) => readOwnership(set)?.platform === scope.identity.platform);
    }),
  );
  return zones.find((_, index) => holds[index]) ?? zones.find(isInUse) ?? zones[0];
}

/** `ListHostedZonesByName` begins at the name and does not filter by it. Ours first, then by id. */
async function zonesNamed({ aws, identity }: AwsScope, domain: string, look: Look): Promise<readonly HostedZone[]> {
  const input = { DNSName: domain, MaxItems: SAME_NAME };
  const rank = (zone: HostedZone): number => (ownerOfZone(zone, identity.platform) === 'slipway' ? 0 : 1);
  const page = await look.share(`route53:zones named ${domain}`, () =>
    read(aws, look, (o) => aws.route53.send(new ListHostedZonesByNameCommand(input), o)),
  );
  return (page?.HostedZones ?? [])
    .filter((zone) => domainName(zone.Name ?? '') === domainName(domain) && zone.Config?.PrivateZone !== true)
    .sort((a, b) => rank(a) - rank(b) || ((a.Id ?? '') < (b.Id ?? '') ? -1 : 1));
}

async function delegationSet({ aws }: AwsScope, Id: string, look: Look): Promise<readonly string[]> {
  const answer = await look.share(`route53:delegation ${Id}`, () =>
    read(aws, look, (o) => aws.route53.send(new GetHostedZoneCommand({ Id }), o)),
  );
  return (answer?.DelegationSet?.NameServers ?? []).map(domainName);
}

async function checkDelegation(
  seen: Observation<HostedZoneOut>,
  domain: string,
  nameServersOf: NameServersOf,
  look: Look,
): Promise<readonly Finding[]> {
  return seen.state === 'ready'
    ? delegationFindings(zoneId(domain), domain, seen.outputs.nameServers, await nameServersOf(domain, look.signal))
    : [];
}
