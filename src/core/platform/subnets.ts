import { contains, formatCidr, overlaps, parseCidr, split } from './cidr.ts';
import type { Cidr } from './cidr.ts';

/** Prefix length of the blocks that are derived: the console's "VPC and more" and the runbook make /20. */
export const derivedPrefix = 20;

/** The zones of a platform by number, and its subnets: the i-th of each list lies in the i-th zone. */
export interface Layout {
  readonly zones: number;
  readonly public: readonly string[] | undefined;
  readonly private: readonly string[] | undefined;
}

export interface WrittenLayout {
  readonly cidr: string;
  readonly zones: number | undefined;
  readonly public: readonly string[] | undefined;
  readonly private: readonly string[] | undefined;
}

/**
 * Fills in what is not written. The VPC is shared out evenly among the zones; a zone's first /20 block is its public
 * subnet, the second its private one; where a written subnet is in the way, the first free /20 of the VPC. For
 * 10.0.0.0/16 and two zones this gives the runbook's four. A list stays `undefined` where there is no room for it.
 */
export function layOut(written: WrittenLayout): Layout {
  const zones = written.zones ?? Math.max(written.public?.length ?? 0, written.private?.length ?? 0, 2);
  const vpc = parseCidr(written.cidr);
  if (vpc === undefined) return { zones, public: written.public, private: written.private };
  const taken = [...(written.public ?? []), ...(written.private ?? [])].flatMap((text) => parseCidr(text) ?? []);
  const publicSubnets = written.public ?? derive(vpc, zones, 0, taken);
  return { zones, public: publicSubnets, private: written.private ?? derive(vpc, zones, 1, taken) };
}

/** Adds what it gives to `taken`. */
function derive(vpc: Cidr, zones: number, nth: number, taken: Cidr[]): readonly string[] | undefined {
  const shares = [...split(vpc, vpc.prefix + Math.ceil(Math.log2(zones)))];
  const blocks: Cidr[] = [];
  for (const share of shares.slice(0, zones)) {
    const preferred = [...split(share, derivedPrefix)][nth];
    const block = [...(preferred === undefined ? [] : [preferred]), ...split(vpc, derivedPrefix)].find(
      (candidate) => !taken.some((other) => overlaps(candidate, other)),
    );
    if (block === undefined || !contains(vpc, block)) return undefined;
    blocks.push(block);
    taken.push(block);
  }
  return blocks.map(formatCidr);
}
