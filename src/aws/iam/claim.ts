import type { Look } from '../../core/graph/resource.ts';
import { RUN_TAG } from '../tags.ts';
import type { Tags } from '../tags.ts';

/** When the run of `slipway:run` put its claim there, ISO 8601. */
const CLAIMED_AT_TAG = 'slipway:claimed-at';

export type Claimed =
  | { readonly state: 'ours' }
  /** Another run holds it and may be making the VPC just now. */
  | { readonly state: 'waiting'; readonly reason: string }
  /** Another run held it, and has made no VPC in all the time that EC2 may hide one. */
  | { readonly state: 'left' };

/**
 * Two machines must not make two VPCs: AWS gives `CreateVpc` neither a token nor a unique name. A role's name is unique, so the
 * cluster role is made first and says whose run it was. Who finds another's claim and no VPC waits as long as EC2 may hide one,
 * looks again, and takes the claim over.
 */
export interface Claim {
  /** The claim of a run, as tags. */
  tags(run: string): Tags;
  look(look: Look, tags: Tags): Promise<Claimed>;
}

export interface ClaimOptions {
  readonly now: () => number;
  /** Milliseconds for which EC2 may not show a VPC that was just made. */
  readonly hiddenFor: number;
  /** Whether the platform's VPC is there: then there is nothing left to claim. */
  readonly vpcExists: (look: Look) => Promise<boolean>;
}

export function claimBy({ now, hiddenFor, vpcExists }: ClaimOptions): Claim {
  /** Runs of this process: their claims are ours. */
  const ours = new Set<string>();
  return {
    tags(run) {
      ours.add(run);
      return { [RUN_TAG]: run, [CLAIMED_AT_TAG]: new Date(now()).toISOString() };
    },
    async look(look, tags) {
      const holder = tags[RUN_TAG];
      if (holder !== undefined && ours.has(holder)) return { state: 'ours' };
      if (await vpcExists(look)) return { state: 'ours' };
      const age = now() - Date.parse(tags[CLAIMED_AT_TAG] ?? '');
      // A claim from the future is a clock that is wrong: nobody waits for that.
      if (!(age >= 0 && age < hiddenFor)) return { state: 'left' };
      return {
        state: 'waiting',
        reason: `run ${holder ?? '(unknown)'} began to make this platform ${Math.round(age / 1000)} s ago: waiting to see whether its VPC appears`,
      };
    },
  };
}
