import { platformKeys } from './keys.ts';
import type { WrittenPlatform } from './keys.ts';

const { min: minKey, desired: desiredKey, max: maxKey } = platformKeys.keys.compute.keys;

/**
 * How many nodes. What is not written is the runbook's number, moved so far as what is written makes it: `max: 4` alone
 * means four at most and not an error about a minimum that nobody wrote.
 */
export function computeSizes(written: WrittenPlatform['compute']): {
  readonly min: number;
  readonly desired: number;
  readonly max: number;
} {
  const min = written?.min ?? Math.min(minKey.default, written?.desired ?? Infinity, written?.max ?? Infinity);
  const max = written?.max ?? Math.max(maxKey.default, min, written?.desired ?? 0);
  const desired = written?.desired ?? Math.min(Math.max(desiredKey.default, min), max);
  return { min, desired, max };
}
