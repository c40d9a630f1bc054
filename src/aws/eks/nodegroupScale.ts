import type { ComputeSpec } from '../../core/platform/platformSpec.ts';

export interface Scale {
  readonly min: number;
  readonly desired: number;
  readonly max: number;
}

const FIRST_NODES = 2;

/**
 * The size that a group is made with. Its `min` is never the written one: a group whose `min` is still the first one is known not to
 * be grown yet, and that is the only memory there is.
 */
export function firstScale({ min, desired, max }: ComputeSpec): Scale {
  const nodes = Math.min(FIRST_NODES, Math.max(desired, 1), max);
  const first = min > nodes ? nodes : min === 0 ? 1 : min - 1;
  return { min: first, desired: nodes, max };
}

/**
 * The size it should have now. Grown once to the written size; afterwards `desired` is left to whoever scales the group (an autoscaler)
 * unless it is written in platform.yml, and is only kept between `min` and `max`.
 */
export function wantedScale(compute: ComputeSpec, seen: Scale): Scale {
  const { min, max } = compute;
  const grown = seen.min !== firstScale(compute).min;
  const desired = !grown || compute.desiredWritten ? compute.desired : seen.desired;
  return { min, desired: Math.min(Math.max(desired, min), max), max };
}
