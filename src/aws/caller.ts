import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { SignedOut } from '../core/graph/errors.ts';
import type { Resource } from '../core/graph/resource.ts';
import { regionOf } from '../core/platform/regions.ts';
import type { AwsScope } from './awsScope.ts';
import { read } from './errors.ts';
import type { CallerOut } from './outputs.ts';

/** Who is calling: account, partition and ARN, from `sts:GetCallerIdentity`, which needs no permission. `account`: as written, for printed lines. */
export function caller({ aws }: Pick<AwsScope, 'aws'>, account?: string): Resource<CallerOut> {
  return {
    id: 'caller',
    kind: 'choice',
    provider: 'aws',
    title: 'AWS identity',
    needs: {},
    internal: true,
    async observe(look) {
      const identity = await look.share('sts:caller', () => read(aws, look, (o) => aws.sts.send(new GetCallerIdentityCommand({}), o)));
      const { Account: caller, Arn: arn } = identity ?? {};
      if (caller === undefined || arn === undefined) return { state: 'unknown', reason: 'AWS did not say who is calling' };
      const partition = partitionOf(arn);
      const present = { owner: 'adopted', physicalId: arn, attributes: {} } as const;
      if (partition === undefined) {
        return {
          ...present,
          state: 'failed',
          outputs: { account: caller, arn },
          reason: 'Slipway works in AWS and AWS GovCloud (US) only: this identity belongs to another partition',
        };
      }
      return { ...present, state: 'ready', outputs: { account: caller, partition, arn } };
    },
    // The partition is told by the region, so that managed policies have their ARNs in printed lines.
    placeholders: () => ({ account: account ?? '<ACCOUNT-ID>', ...partitionOfRegion(aws.region) }),
    commands: () => [['aws', 'sts', 'get-caller-identity', '--region', aws.region]],
  };
}

/** Whether these credentials have not ended. Whatever else keeps AWS from saying so is no proof that they have. @throws SignedOut */
export async function assertSignedIn(aws: AwsScope['aws'], signal: AbortSignal): Promise<void> {
  try {
    await read(aws, { signal }, (o) => aws.sts.send(new GetCallerIdentityCommand({}), o));
  } catch (error) {
    if (error instanceof SignedOut) throw error;
    signal.throwIfAborted();
  }
}

function partitionOfRegion(region: string): Partial<Pick<CallerOut, 'partition'>> {
  const partition = regionOf(region)?.partition;
  return partition === 'aws' || partition === 'aws-us-gov' ? { partition } : {};
}

/** The partition that every ARN of ours is built with; `undefined` for those that Slipway does not know (`aws-cn`, `aws-iso…`). */
export function partitionOf(arn: string): CallerOut['partition'] | undefined {
  const [, partition] = arn.split(':', 2);
  return partition === 'aws' || partition === 'aws-us-gov' ? partition : undefined;
}
