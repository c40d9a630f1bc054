import assert from 'node:assert/strict';
import { ec2Of } from '../../src/rehearsal/ec2/state.ts';
import { shapeOf } from './shape.ts';
import { awsHalf, AWS_PLATFORM } from './standing.ts';
import {
  assertSame,
  assertSettled,
  deletions,
  inAccount,
  isWhole,
  points,
  record,
  REGION,
  shapeLater,
  succeeds,
  sweep,
} from './sweeping.ts';
import { nothingYet } from './sweptWorld.ts';
import type { SweptWorld, Write } from './sweptWorld.ts';

/** What a repeated request would make a second time: AWS takes no client token for them. */
const UNREPEATABLE = ['CreateVpc', 'CreateInternetGateway', 'AllocateAddress'];
/** In a short sweep too: these, and others up to a number. */
const ALWAYS = [...UNREPEATABLE, 'CreateCluster', 'CreateNodegroup'];
const AT_LEAST = 1;
/** How long EC2 hides what the killed run made, on a very bad day (ms): longer than the platform's claim protects a VPC from a twin. */
const HIDDEN = 90_000;

describe(`killed at ${isWhole ? 'every' : 'some'} mutating request of the real stages`, function () {
  this.timeout(600_000);
  let empty: readonly string[];
  let whole: readonly string[];
  let applied: readonly Write[];
  let destroyed: readonly Write[];

  before(async () => {
    empty = await inAccount(AWS_PLATFORM, nothingYet(), (account) => Promise.resolve(shapeOf(account.world, REGION)));
    const up = await awsHalf();
    applied = up.writes;
    destroyed = (await record(AWS_PLATFORM, up.end, { verb: 'destroy' })).writes;
    // They go with their cluster: whoever comes after a kill has to look into it.
    assert.ok(!destroyed.some(({ operation }) => operation === 'DeleteAccessEntry'));
    assert.ok(applied.length > 35 && destroyed.length > 25, `${applied.length} and ${destroyed.length} writes`);
    whole = await inAccount(AWS_PLATFORM, up.end, (account) => Promise.resolve(shapeLater(account)));
  });

  for (const how of ['before', 'after'] as const) {
    it(`apply, ${how} it was carried out; then again: the same account, nothing twice, nothing deleted, and a third run writes nothing`, () =>
      sweep(AWS_PLATFORM, points(applied, how, { always: how === 'after' ? ALWAYS : [], atLeast: AT_LEAST }), async (account) => {
        await succeeds(account, { verb: 'apply' });
        assert.deepEqual(deletions(account.written()), []);
        await assertSettled(account, { verb: 'apply' }, whole);
      }));

    it(`destroy, ${how} it was carried out; then again: nothing is left, and a third run writes nothing`, () =>
      sweep(AWS_PLATFORM, points(destroyed, how, { atLeast: AT_LEAST }), async (account) => {
        await succeeds(account, { verb: 'destroy' });
        await assertSettled(account, { verb: 'destroy' }, empty);
        assert.equal(account.machine.kubeconfig.size, 0);
      }));
  }

  it('apply, then destroyed at once, while AWS still hides what was made: nothing is left', () =>
    sweep(AWS_PLATFORM, points(applied, 'after', { always: UNREPEATABLE, atLeast: AT_LEAST }), async (account) => {
      await succeeds(account, { verb: 'destroy' });
      assertSame(shapeLater(account), empty);
    }));

  it('apply, and the intents are lost too: the twin is found, and the unused one is removed', async () => {
    const once = applied.filter(({ operation }) => UNREPEATABLE.includes(operation));
    assert.equal(once.length, 4);
    const twice = new Set<string>();
    await sweep(AWS_PLATFORM, points(once, 'after', { always: UNREPEATABLE, atLeast: AT_LEAST }), async (account, name) => {
      account.machine.intents.clear();
      hideNewest(account);
      await succeeds(account, { verb: 'apply' });
      await succeeds(account, { verb: 'apply' });
      if (deletions(account.written()).length > 0) twice.add(name.replace(/ .*/, ''));
      await assertSettled(account, { verb: 'apply' }, whole);
    });
    assert.deepEqual([...twice].sort(), UNREPEATABLE.toSorted(), 'what was made twice, or this shows nothing');
  });
});

/** AWS may take longer to show what was made last, than the next run takes to look for it. */
function hideNewest({ world }: SweptWorld): void {
  const { vpcs, internetGateways, addresses } = ec2Of(world, REGION);
  const [newest] = [...vpcs, ...internetGateways, ...addresses]
    .filter(({ tags }) => 'slipway:platform' in tags)
    .sort((a, b) => b.madeAt - a.madeAt);
  if (newest !== undefined) Object.assign(newest, { visibleAt: world.now() + HIDDEN });
}
