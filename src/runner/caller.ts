import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Aws } from '../aws/aws.ts';
import { partitionOf } from '../aws/caller.ts';
import { read } from '../aws/errors.ts';
import type { CallerOut } from '../aws/outputs.ts';
import { Unseen } from '../core/graph/errors.ts';
import { RunnerError } from './runnerError.ts';

/**
 * Who these credentials are (`sts:GetCallerIdentity`): asked anew for each run, never remembered across a sign-in.
 * @throws SignedOut, Unseen; RunnerError exit 3 in a partition that Slipway does not know.
 */
export async function fetchCaller(aws: Aws, signal: AbortSignal): Promise<CallerOut> {
  const answer = await read(aws, { signal }, (options) => aws.sts.send(new GetCallerIdentityCommand({}), options));
  const { Account: account, Arn: arn } = answer ?? {};
  if (account === undefined || arn === undefined) throw new Unseen('AWS did not say who these credentials belong to');
  const partition = partitionOf(arn);
  if (partition === undefined) {
    throw new RunnerError('These credentials belong to another partition: Slipway works in AWS and AWS GovCloud (US) only.', {
      code: 'partition',
      exit: 3,
      expected: { partition: 'aws or aws-us-gov' },
      actual: { identity: arn },
    });
  }
  return { account, arn, partition };
}
