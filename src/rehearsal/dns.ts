import { isActive, loadBalancersOf } from './elb/loadBalancers.ts';
import { hostedZones } from './route53.ts';
import type { World } from './world.ts';

/** What a public resolver says of a name. */
export interface Resolved {
  readonly addresses: readonly string[];
  /** Of a zone's own name: the name servers that its registrar names. */
  readonly nameServers: readonly string[];
}

const OTHER_NAME_SERVERS = ['dns1.registrar-servers.com', 'dns2.registrar-servers.com'];
/** Aliases of aliases end somewhere. */
const MOST_HOPS = 8;

/**
 * The public DNS of the rehearsed world: load balancers by their own names once they are active, and what the hosted zones of the
 * account say. Every zone is delegated to, but for the fault `not-delegated`.
 */
export function resolveName(world: World, name: string): Resolved {
  const wanted = bare(name);
  const nameServers = hostedZones(world)
    .filter((zone) => bare(zone.name) === wanted)
    .flatMap((zone) => (isDelegated(world) ? zone.nameServers : OTHER_NAME_SERVERS));
  return { addresses: addressesOf(world, wanted, MOST_HOPS), nameServers: [...new Set(nameServers)].map(bare) };
}

const isDelegated = (world: World): boolean => world.faults.armed('not-delegated') === undefined;

function addressesOf(world: World, name: string, hops: number): string[] {
  if (hops === 0) return [];
  if (name.endsWith('.amazonaws.com')) return loadBalancerAddresses(world, name);
  if (!isDelegated(world)) return [];
  const [zone] = hostedZones(world)
    .filter((each) => name === bare(each.name) || name.endsWith(`.${bare(each.name)}`))
    .sort((a, b) => b.name.length - a.name.length);
  if (zone === undefined) return [];
  const parent = name.slice(name.indexOf('.') + 1);
  const own = zone.records.filter((record) => bare(record.Name ?? '') === name);
  // A name that is there, with whatever type, hides the wildcard (`domain-facts.md` F).
  const records = own.length > 0 ? own : zone.records.filter((record) => bare(record.Name ?? '') === `*.${parent}`);
  return records.flatMap((record) => {
    const target = record.AliasTarget?.DNSName ?? (record.Type === 'CNAME' ? record.ResourceRecords?.[0]?.Value : undefined);
    if (target !== undefined) return addressesOf(world, bare(target), hops - 1);
    return record.Type === 'A' ? (record.ResourceRecords ?? []).flatMap((each) => each.Value ?? []) : [];
  });
}

/** `….elb.us-west-2.amazonaws.com` (network), `….us-west-2.elb.amazonaws.com` (classic). Addresses from TEST-NET-3 (RFC 5737). */
function loadBalancerAddresses(world: World, name: string): string[] {
  const region = /\.elb\.([a-z0-9-]+)\.amazonaws\.com$/.exec(name)?.[1] ?? /\.([a-z0-9-]+)\.elb\.amazonaws\.com$/.exec(name)?.[1];
  if (region === undefined) return [];
  const found = (['network', 'classic'] as const)
    .flatMap((type) => loadBalancersOf(world, region, type))
    .find((each) => bare(each.dnsName) === name);
  return found === undefined || !isActive(world, found) ? [] : found.subnetIds.map((_each, index) => `203.0.113.${10 + index}`);
}

/** Without the final dot, in small letters, with Route 53's `\052` read. */
function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, '').replace('\\052', '*');
}
