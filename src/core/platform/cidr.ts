/** A block of IPv4 addresses. `base` is an unsigned 32-bit number, which may have host bits until `network` takes them off. */
export interface Cidr {
  readonly base: number;
  /** 0 to 32. */
  readonly prefix: number;
}

/** Four decimal numbers without leading zeros (AWS reads no octal), a slash, a prefix length. */
const octet = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
export const cidrPattern = `^${octet}\\.${octet}\\.${octet}\\.${octet}/(3[0-2]|[12]?[0-9])$`;
const wholeCidr = new RegExp(cidrPattern);

/** `10.0.0.0/16`, host bits allowed; `undefined` for anything else. */
export function parseCidr(text: string): Cidr | undefined {
  const [, ...parts] = wholeCidr.exec(text) ?? [];
  const [a, b, c, d, prefix] = parts.map(Number);
  if (a === undefined || b === undefined || c === undefined || d === undefined || prefix === undefined) return undefined;
  return { base: ((a << 24) | (b << 16) | (c << 8) | d) >>> 0, prefix };
}

/** Number of addresses in the block. */
export function sizeOf(cidr: Cidr): number {
  return 2 ** (32 - cidr.prefix);
}

/** The block without host bits: what AWS would store for it. */
export function network(cidr: Cidr): Cidr {
  return { base: cidr.base - (cidr.base % sizeOf(cidr)), prefix: cidr.prefix };
}

export function formatCidr({ base, prefix }: Cidr): string {
  return `${[24, 16, 8, 0].map((shift) => (base >>> shift) & 255).join('.')}/${prefix}`;
}

/** Whether all of `inner` lies in `outer`. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.prefix >= outer.prefix && network({ base: inner.base, prefix: outer.prefix }).base === network(outer).base;
}

/** Whether the two share an address. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return contains(a, b) || contains(b, a);
}

/** The blocks of length `prefix` in `cidr`, in order of address; none if `cidr` is smaller than that. */
export function* split(cidr: Cidr, prefix: number): Generator<Cidr, void> {
  if (prefix < cidr.prefix) return;
  const first = network(cidr).base;
  const end = first + sizeOf(cidr);
  for (let base = first; base < end; base += 2 ** (32 - prefix)) yield { base, prefix };
}

/** Addresses that a subnet gives out: AWS keeps the first four and the last one (VPC guide, "Subnet sizing"). */
export function usableAddresses(subnet: Cidr): number {
  return Math.max(0, sizeOf(subnet) - 5);
}
