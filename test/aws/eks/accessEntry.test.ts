import assert from 'node:assert/strict';
import { creatorAccess } from '../../../src/aws/eks/accessEntry.ts';
import type { CallerOut, ClusterOut } from '../../../src/aws/outputs.ts';
import { CREATOR_TAG } from '../../../src/aws/tags.ts';
import { handleOf, lookWith, scriptedAws } from '../scriptedAws.ts';
import { eksScope } from './eksScope.ts';

const ops = 'arn:aws:iam::012345678901:user/ops';
const caller: CallerOut = { account: '012345678901', partition: 'aws', arn: ops };
const entry = { principalArn: ops, tags: { 'slipway:platform': 'cauchy', 'slipway:resource': 'access/creator', [CREATOR_TAG]: 'true' } };

describe('the access of the creator', () => {
  it('lists entries while the caller is still being asked for: a status has two rounds of requests', async () => {
    let tell = (): void => undefined;
    const listed = new Promise<void>((resolve) => (tell = resolve));
    const { aws, operations } = scriptedAws({
      ListAccessEntries: () => {
        tell();
        return { accessEntries: [ops] };
      },
      DescribeAccessEntry: () => ({ accessEntry: entry }),
    });
    const needs = { caller: handleOf<CallerOut>('caller'), cluster: handleOf<ClusterOut>('cluster') };
    const late = Object.assign(lookWith(), { outputs: async () => (await listed, caller) });
    const seen = await creatorAccess(eksScope(aws), needs).observe(late, 'status');
    assert.equal(seen.state, 'ready');
    assert.deepEqual(operations(), ['ListAccessEntries', 'DescribeAccessEntry']);
  });

  it('describes the caller’s own entry first: whenever the same person comes back, one description tells all', async () => {
    const { aws, sent } = scriptedAws({
      ListAccessEntries: () => ({ accessEntries: ['arn:aws:iam::012345678901:role/other', ops] }),
      DescribeAccessEntry: () => ({ accessEntry: entry }),
    });
    const needs = { caller: handleOf<CallerOut>('caller'), cluster: handleOf<ClusterOut>('cluster') };
    await creatorAccess(eksScope(aws), needs).observe(lookWith({ caller }), 'status');
    assert.deepEqual(
      sent.filter(({ operation }) => operation === 'DescribeAccessEntry').map(({ input }) => input['principalArn']),
      [ops],
    );
  });
});
