import type { Finding } from '../core/findings/finding.ts';
import { SignedOut, Unseen } from '../core/graph/errors.ts';
import type { Look, QuotaDemand } from '../core/graph/resource.ts';
import type { ComputeSpec } from '../core/platform/platformSpec.ts';
import { checkAccountSwitches } from './accountSwitches.ts';
import type { AwsScope } from './awsScope.ts';
import { spotPrices } from './ec2/spotPrices.ts';
import { checkPermissions } from './permissions.ts';
import { checkQuotas } from './quotas.ts';

export interface PreflightScope extends AwsScope {
  readonly compute: ComputeSpec;
  readonly zones: number;
  /** Milliseconds since the epoch: Spot prices are asked for as of now. */
  now(): number;
}

/** What must hold before the first write that creates something: quotas, permissions, account switches. It also learns today's Spot prices. */
export async function preflight(scope: PreflightScope, look: Look, demand: readonly QuotaDemand[]): Promise<readonly Finding[]> {
  const { aws } = scope;
  await learnSpot(scope, look);
  // Without a demand nothing of weight is made: a second run asks for nothing.
  if (demand.every(({ amount }) => amount === 0)) return [];
  const findings = await Promise.all([
    checkQuotas(aws, look, demand, scope.zones),
    checkPermissions(aws, look),
    checkAccountSwitches(aws, look),
  ]);
  return findings.flat();
}

/** A price only informs: where it may not be asked for, the table's typical share stands. */
async function learnSpot({ aws, prices, compute, now }: PreflightScope, look: Look): Promise<void> {
  if (compute.capacity !== 'spot') return;
  try {
    prices.learnSpot(await spotPrices(aws, look, compute.instanceTypes, now()));
  } catch (error) {
    if (error instanceof SignedOut || !(error instanceof Unseen)) throw error;
  }
}
