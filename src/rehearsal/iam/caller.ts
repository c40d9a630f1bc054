import type { World } from '../world.ts';

/** The unique id of the world's one user, as IAM and STS show it. */
export function callerId(world: World): string {
  return `AIDA${world.account}REHER`;
}
