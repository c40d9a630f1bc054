import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Resource } from '../core/graph/resource.ts';
import type { AwsScope } from './awsScope.ts';
import { read } from './errors.ts';
import type { CallerOut } from './outputs.ts';

/** Who is calling: account, partition and ARN, from `sts:GetCallerIdentity`, which needs no permission. */
export function caller({ aws }: Pick<AwsScope, 'aws'>): Resource<CallerOut> {
  return {
    id: 'caller',
    kind: 'choice',
    provider: 'aws',
    title: 'AWS identity',
    needs: {},
    internal: true,
    async observe(look) {
      const identity = await look.share('sts:caller', () => read(aws, look, (o) => aws.sts.send(new GetCallerIdentityCommand({}), o)));
      const { Account: account, Arn: arn } = identity ?? {};
      if (account === undefined || arn === undefined) return { state: 'unknown', reason: 'AWS did not say who is calling' };
      const partition = partitionOf(arn);
      const present = { owner: 'adopted', physicalId: arn, attributes: {} } as const;
      if (partition === undefined) {
        return {
          ...present,
          state: 'failed',
          outputs: { account, arn },
          reason: 'Slipway works in AWS and AWS GovCloud (US) only: this identity belongs to another partition',
        };
      }
      return { ...present, state: 'ready', outputs: { account, partition, arn } };
    },
    commands: () => [['aws', 'sts', 'get-caller-identity']],
  };
}

/** The partition that every ARN of ours is built with; `undefined` for those that Slipway does not know (`aws-cn`, `aws-iso…`). */
export function partitionOf(arn: string): CallerOut['partition'] | undefined {
  const [, partition] = arn.split(':', 2);
  return partition === 'aws' || partition === 'aws-us-gov' ? partition : undefined;
}
