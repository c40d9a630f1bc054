import { AwsError } from '../service.ts';

export interface Block {
  /** The first address as a number. */
  readonly start: number;
  readonly length: number;
  /** As EC2 writes it back: host bits cleared. */
  readonly text: string;
}

/** @throws AwsError `InvalidParameterValue` for what is no IPv4 block, `range` for one that is not between /16 and /28 */
export function parseBlock(text: string | undefined, parameter: string, range: 'InvalidVpc.Range' | 'InvalidSubnet.Range'): Block {
  if (text === undefined) throw new AwsError('MissingParameter', `The request must contain the parameter ${parameter}`);
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  const parts = (match ?? []).slice(1, 5).map(Number);
  const length = Number(match?.[5] ?? 99);
  if (match === null || parts.some((part) => part > 255) || length > 32) {
    throw new AwsError('InvalidParameterValue', `Value (${text}) for parameter ${parameter} is invalid. This is not a valid CIDR block.`);
  }
  if (length < 16 || length > 28) throw new AwsError(range, `The CIDR '${text}' is invalid.`);
  const size = 2 ** (32 - length);
  const start = Math.floor(parts.reduce((sum, part) => sum * 256 + part, 0) / size) * size;
  return { start, length, text: `${dotted(start)}/${String(length)}` };
}

export function overlap(one: Block, other: Block): boolean {
  return one.start < end(other) && other.start < end(one);
}

export function contains(outer: Block, inner: Block): boolean {
  return outer.start <= inner.start && end(inner) <= end(outer);
}

/** How many addresses a subnet has for use: AWS keeps five. */
export function usable(cidr: string): number {
  return 2 ** (32 - Number(cidr.split('/')[1])) - 5;
}

function end(block: Block): number {
  return block.start + 2 ** (32 - block.length);
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
