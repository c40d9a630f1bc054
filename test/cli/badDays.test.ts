import assert from 'node:assert/strict';
import { LONGEST } from '../../src/core/status/sentences.ts';
import { RehearsedCli } from './rehearsedCli.ts';

interface BadDay {
  readonly faults: readonly string[];
  readonly code: number;
  /** What a person reads, word for word; nothing where the run gets through. */
  readonly says: readonly string[];
  /** Whether it is known before the first write: then there is none. */
  readonly beforehand?: true;
}

const BAD_DAYS: Readonly<Record<string, BadDay>> = {
  'an action is denied, which a dry run tells': {
    faults: ['access-denied=ec2:AllocateAddress'],
    code: 1,
    says: ['This identity may not do ec2:AllocateAddress: give it the permission'],
    beforehand: true,
  },
  'an action is denied in the middle of the run': {
    faults: ['access-denied=eks:CreateAddon'],
    code: 1,
    says: ['✗ CoreDNS add-on: you may not do this (eks:CreateAddon). Ask for the policy of "slipway policy".'],
  },
  'a look is denied': {
    faults: ['access-denied=ec2:DescribeVpcs'],
    code: 1,
    says: ['VPC 10.0.0.0/16: you may not do this (ec2:DescribeVpcs). Ask for the policy of "slipway policy".'],
    beforehand: true,
  },
  'too few Elastic IPs are left': {
    faults: ['address-quota'],
    code: 1,
    says: ['The platform needs 2 Elastic IPs, 1 of 5 left in us-west-2: release some, or ask for a higher quota'],
    beforehand: true,
  },
  'the region has no room for a VPC': {
    faults: ['vpc-quota'],
    code: 1,
    says: ['The platform needs 1 VPC, 0 of 5 left in us-west-2: release some, or ask for a higher quota'],
    beforehand: true,
  },
  'the control plane fails': {
    faults: ['cluster-failed'],
    code: 1,
    says: ['✗ EKS cluster cauchy: AWS could not make it. Look at what AWS says, then apply again: it is made anew.'],
  },
  'a NAT gateway fails': {
    faults: ['nat-failed'],
    code: 1,
    says: ['AWS had a problem of its own. Look at what AWS says, then apply again: it is made anew.'],
  },
  'there is no spot capacity': {
    faults: ['no-spot-capacity'],
    code: 1,
    says: ['✗ Node group of t3.small: no spot capacity for t3.small. Add instance types or choose on-demand, then retry.'],
  },
  'the credentials are expired': {
    faults: ['expired-credentials=0'],
    code: 4,
    says: ['The security token included in the request is expired. Sign in again.'],
    beforehand: true,
  },
  'a cluster of our name is not ours': {
    faults: ['foreign=cluster=cauchy'],
    code: 1,
    says: ['EKS cluster cauchy: one of that name is there and not ours. Remove it or choose another name.'],
    beforehand: true,
  },
  'the region is not enabled': {
    faults: ['region-off'],
    code: 4,
    says: ['slipway: AWS does not know this key in us-west-2. Enable the region, choose another, or use another key.'],
    beforehand: true,
  },
  'AWS throttles, breaks and loses an answer, and the run gets through': {
    faults: ['throttle', 'server-error', 'lost-answer'],
    code: 0,
    says: ['Done: '],
  },
};

/** No code of AWS and no stack: those are one click away. */
const NOT_FOR_PEOPLE = /\b[A-Z]\w+(Exception|Exceeded|Failures?|Operation)\b|AccessDenied|UnfulfillableCapacity|^\s+at /m;

describe('cli: bad days, as they are read', function () {
  this.timeout(90_000);

  for (const [title, { faults, code, says, beforehand }] of Object.entries(BAD_DAYS)) {
    it(title, async () => {
      await using cli = await RehearsedCli.make();
      const {
        code: ended,
        stdout,
        stderr,
      } = await cli.run('apply', '--yes', '--format', 'text', ...faults.flatMap((fault) => ['--fault', fault]));
      const read = stdout + stderr;
      assert.equal(ended, code, read);
      for (const sentence of says) assert.ok(read.includes(sentence), `${sentence}\n---\n${read}`);
      assert.doesNotMatch(read, NOT_FOR_PEOPLE);
      for (const line of read.split('\n').filter((text) => text.startsWith('✗ '))) assert.ok(line.length <= LONGEST + '✗ '.length, line);
      if (beforehand) assert.deepEqual(await cli.writes(), [], 'nothing is half made');
    });
  }

  it('what AWS said itself, with its code, is one option away', async () => {
    await using cli = await RehearsedCli.make();
    const { stderr } = await cli.run('apply', '--yes', '--format', 'text', '--verbose', '--fault', 'cluster-failed');
    assert.match(stderr, /An internal error occurred while creating the cluster\..* \[cluster-failed\]/);
  });
});
