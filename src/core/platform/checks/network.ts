import { token } from '../../findings/token.ts';
import { contains, formatCidr, network, overlaps, parseCidr, usableAddresses } from '../cidr.ts';
import type { Cidr } from '../cidr.ts';
import { computeSizes } from '../computeSizes.ts';
import { instanceTypeOf } from '../instanceTypes.ts';
import { platformKeys } from '../keys.ts';
import type { WrittenPlatform } from '../keys.ts';
import type { Path } from '../locator.ts';
import { eksRefusedZoneIds, regionOf } from '../regions.ts';
import { derivedPrefix, layOut } from '../subnets.ts';
import type { Report } from './report.ts';

type WrittenNetwork = NonNullable<WrittenPlatform['network']>;

/** VPC guide, "VPC CIDR blocks" and "Subnet sizing": both are /16 to /28. */
const largestPrefix = 16;
const smallestPrefix = 28;
/** EKS user guide, "Subnet requirements": six free addresses are a must, sixteen are advised. */
const advisedAddresses = 16;

interface Block {
  readonly path: Path;
  readonly text: string;
  readonly cidr: Cidr;
}

/** The VPC, its zones and its subnets. */
export function checkNetwork(written: WrittenPlatform, report: Report): void {
  const network = written.network ?? {};
  const vpc = checkBlock(network.cidr ?? platformKeys.keys.network.keys.cidr.default, ['network', 'cidr'], report);
  checkZones(network, written.region, report);
  const subnets = [...blocksOf(network, 'public', report), ...blocksOf(network, 'private', report)];
  for (const [index, subnet] of subnets.entries()) {
    checkSubnet(subnet, vpc, report);
    const other = subnets.slice(0, index).find(({ cidr }) => overlaps(cidr, subnet.cidr));
    if (other !== undefined)
      report.add(
        'error',
        'platform.subnet-overlap',
        subnet.path,
        `${token(subnet.text)} overlaps ${token(other.text)}: choose another block.`,
      );
  }
  checkLayout(network, written.compute, report);
}

/** A block that AWS would take as it stands, as far as its text tells. */
function checkBlock(text: string, path: Path, report: Report): Block | undefined {
  const cidr = parseCidr(text);
  if (cidr === undefined) return undefined;
  const canonical = formatCidr(network(cidr));
  if (canonical !== text) {
    report.add(
      'error',
      'platform.cidr-canonical',
      path,
      `${token(text)} has address bits beyond its prefix: write ${canonical}.`,
      report.replace(`Change to ${canonical}`, path, canonical),
    );
  }
  if (cidr.prefix < largestPrefix || cidr.prefix > smallestPrefix) {
    const how = cidr.prefix < largestPrefix ? 'too large for AWS' : 'too small for EKS';
    report.add('error', 'platform.cidr-size', path, `${token(text)} is ${how}: write one of /${largestPrefix} to /${smallestPrefix}.`);
  }
  return { path, text, cidr: network(cidr) };
}

function blocksOf(written: WrittenNetwork, kind: 'public' | 'private', report: Report): readonly Block[] {
  return (written[kind] ?? []).flatMap((text, index) =>
    text === undefined ? [] : (checkBlock(text, ['network', kind, index], report) ?? []),
  );
}

function checkSubnet({ text, cidr, path }: Block, vpc: Block | undefined, report: Report): void {
  if (vpc !== undefined && !contains(vpc.cidr, cidr)) {
    report.add('error', 'platform.subnet-outside', path, `${token(text)} lies outside the VPC's ${vpc.text}: choose a block inside it.`);
  }
  if (cidr.prefix <= smallestPrefix && usableAddresses(cidr) < advisedAddresses) {
    report.add(
      'warning',
      'platform.subnet-small',
      path,
      `${token(text)} has ${usableAddresses(cidr)} addresses to give; EKS advises ${advisedAddresses} or more: take a larger block.`,
    );
  }
}

function checkZones({ zones }: WrittenNetwork, regionId: string | undefined, report: Report): void {
  if (zones === undefined || typeof zones === 'number') return;
  const region = regionId === undefined ? undefined : regionOf(regionId);
  for (const [index, zone] of zones.entries()) {
    if (zone === undefined) continue;
    const path = ['network', 'zones', index];
    if (eksRefusedZoneIds.includes(zone)) {
      report.add('error', 'platform.zone-refused', path, `EKS places no control plane in ${token(zone)}: choose another zone.`);
    } else if (region !== undefined && !zone.startsWith(`${region.zonePrefix}-`)) {
      report.add(
        'error',
        'platform.zone-region',
        path,
        `${token(zone)} is no zone of ${region.id}: its zone ids begin with ${region.zonePrefix}-az.`,
      );
    }
  }
}

/** As many public as private subnets as zones; what is derived must find room. */
function checkLayout(written: WrittenNetwork, compute: WrittenPlatform['compute'], report: Report): void {
  const count = typeof written.zones === 'number' ? written.zones : written.zones?.length;
  const counts = [
    { path: ['network', 'zones'], says: 'zones', count },
    { path: ['network', 'public'], says: 'public subnets', count: written.public?.length },
    { path: ['network', 'private'], says: 'private subnets', count: written.private?.length },
  ].flatMap(({ count, ...rest }) => (count === undefined ? [] : [{ ...rest, count }]));
  const [first, ...others] = counts;
  for (const other of others) {
    if (first !== undefined && other.count !== first.count) {
      report.add(
        'error',
        'platform.subnet-count',
        other.path,
        `There are ${other.count} ${other.says} and ${first.count} ${first.says}: write one of each for every zone.`,
      );
      return;
    }
  }
  const cidr = written.cidr ?? platformKeys.keys.network.keys.cidr.default;
  const layout = layOut({ cidr, zones: count, public: defined(written.public), private: defined(written.private) });
  if (layout.private !== undefined) checkAddresses(layout.private, compute, report);
  if (layout.public !== undefined && layout.private !== undefined) return;
  const missing = layout.public === undefined ? 'public' : 'private';
  report.add(
    'error',
    'platform.cidr-room',
    ['network', 'cidr'],
    `${token(cidr)} has no room for ${layout.zones} ${missing} subnets of /${derivedPrefix}: write the subnets, or take a larger block.`,
  );
}

/** The private subnets hold every node and every pod that the node group may grow to. */
function checkAddresses(subnets: readonly string[], compute: WrittenPlatform['compute'], report: Report): void {
  const usable = subnets.flatMap((text) => parseCidr(text) ?? []).reduce((sum, cidr) => sum + usableAddresses(cidr), 0);
  const names = compute?.instanceTypes ?? platformKeys.keys.compute.keys.instanceTypes.default;
  const pods = Math.max(0, ...names.flatMap((name) => (name === undefined ? [] : (instanceTypeOf(name)?.pods ?? []))));
  const { max } = computeSizes(compute);
  const needed = max * (1 + pods);
  if (usable >= needed) return;
  report.add(
    'warning',
    'platform.subnet-addresses',
    ['network', 'private'],
    `The private subnets have ${usable} addresses to give, and ${max} nodes with all their pods take ${needed}: take larger blocks.`,
  );
}

/** Without the entries that are not well formed, which have findings of their own. */
export function defined<T>(list: readonly (T | undefined)[] | undefined): readonly T[] | undefined {
  return list?.filter((entry): entry is T => entry !== undefined);
}
