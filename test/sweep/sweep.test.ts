import assert from 'node:assert/strict';
import { ec2Of } from '../../src/rehearsal/ec2/state.ts';
import { draw, stateFrom } from '../../src/rehearsal/random.ts';
import { shapeOf } from './shape.ts';
import { nothingYet, SweptWorld } from './sweptWorld.ts';
import type { Snapshot, Write } from './sweptWorld.ts';

const REGION = 'us-west-2';
/** What a repeated request would make a second time: AWS takes no client token for them. */
const UNREPEATABLE = ['CreateVpc', 'CreateInternetGateway', 'AllocateAddress'];
/** In a short sweep too: these, and others up to a number. */
const ALWAYS = [...UNREPEATABLE, 'CreateCluster', 'CreateNodegroup'];
const AT_LEAST = 3;
/** `SWEEP=all`: every mutating request, before and after. Else a few, spread by a fixed seed. */
const isWhole = process.env['SWEEP'] === 'all';
/** After which everything that AWS still shows of what is gone has left the lists (ms). */
const FORGOTTEN = 2 * 3_600_000;
/** How long EC2 hides what the killed run made, on a very bad day (ms): longer than the platform's claim protects a VPC from a twin. */
const HIDDEN = 90_000;

type How = 'before' | 'after';
interface Point {
  readonly name: string;
  readonly left: Snapshot;
}

describe(`killed at ${isWhole ? 'every' : 'some'} mutating request of the real stages`, function () {
  this.timeout(600_000);
  let empty: readonly string[];
  let whole: readonly string[];
  let applied: readonly Write[];
  let destroyed: readonly Write[];

  before(async () => {
    const account = await SweptWorld.open(nothingYet(), { recorded: true });
    try {
      empty = shapeOf(account.world, REGION);
      assert.equal((await account.run('apply')).outcome, 'succeeded');
      applied = account.writes.slice();
      const { outcome, residue } = await account.run('destroy');
      assert.deepEqual({ outcome, residue }, { outcome: 'succeeded', residue: [] });
      destroyed = account.writes.slice(applied.length);
    } finally {
      await account.close();
    }
    const last = applied.at(-1);
    assert.ok(last !== undefined && applied.length > 35 && destroyed.length > 25, `${applied.length} and ${destroyed.length} writes`);
    whole = await inAccount(last.after, async (account) => {
      assert.equal((await account.run('apply')).outcome, 'succeeded');
      return shapeLater(account);
    });
  });

  for (const how of ['before', 'after'] as const) {
    it(`apply, ${how} it was carried out; then again: the same account, nothing twice, nothing deleted, and a third run writes nothing`, () =>
      sweep(points(applied, how, how === 'after' ? ALWAYS : []), async (account) => {
        assert.equal((await account.run('apply')).outcome, 'succeeded');
        assert.deepEqual(deletions(account.written()), []);
        await assertSettled(account, 'apply', whole);
      }));

    it(`destroy, ${how} it was carried out; then again: nothing is left, and a third run writes nothing`, () =>
      sweep(points(destroyed, how, []), async (account) => {
        const { outcome, residue } = await account.run('destroy');
        assert.deepEqual({ outcome, residue }, { outcome: 'succeeded', residue: [] });
        await assertSettled(account, 'destroy', empty);
        assert.equal(account.machine.kubeconfig.size, 0);
      }));
  }

  it('apply, then destroyed at once, while AWS still hides what was made: nothing is left', () =>
    sweep(points(applied, 'after', UNREPEATABLE), async (account) => {
      assert.equal((await account.run('destroy')).outcome, 'succeeded');
      assert.deepEqual(shapeLater(account), empty);
    }));

  it('apply, and the intents are lost too: the twin is found, and the unused one is removed', async () => {
    const once = applied.filter(({ operation }) => UNREPEATABLE.includes(operation));
    assert.equal(once.length, 4);
    const twice = new Set<string>();
    await sweep(points(once, 'after', UNREPEATABLE), async (account, name) => {
      account.machine.intents.clear();
      hideNewest(account);
      assert.equal((await account.run('apply')).outcome, 'succeeded');
      assert.equal((await account.run('apply')).outcome, 'succeeded');
      if (deletions(account.written()).length > 0) twice.add(name.replace(/ .*/, ''));
      await assertSettled(account, 'apply', whole);
    });
    assert.deepEqual([...twice].sort(), UNREPEATABLE.toSorted(), 'what was made twice, or this shows nothing');
  });
});

/** One more run writes nothing and leaves nothing open; and an hour later the account is as it should be. */
async function assertSettled(account: SweptWorld, verb: 'apply' | 'destroy', shape: readonly string[]): Promise<void> {
  const before = account.requests.length;
  assert.equal((await account.run(verb)).outcome, 'succeeded');
  assert.deepEqual(account.written(before), []);
  assert.deepEqual([...account.machine.intents.keys()], []);
  assert.deepEqual(shapeLater(account), shape);
}

/** AWS may take longer to show what was made last, than the next run takes to look for it. */
function hideNewest({ world }: SweptWorld): void {
  const { vpcs, internetGateways, addresses } = ec2Of(world, REGION);
  const [newest] = [...vpcs, ...internetGateways, ...addresses]
    .filter(({ tags }) => 'slipway:platform' in tags)
    .sort((a, b) => b.madeAt - a.madeAt);
  if (newest !== undefined) Object.assign(newest, { visibleAt: world.now() + HIDDEN });
}

function shapeLater(account: SweptWorld): readonly string[] {
  account.time.pass(FORGOTTEN);
  return shapeOf(account.world, REGION);
}

const deletions = (operations: readonly string[]): readonly string[] =>
  operations.filter((operation) => /^(Delete|Release|Detach|Disassociate)/.test(operation));

/** Every point in an account of its own. All of them are tried, and all that fail are told. */
async function sweep(points: readonly Point[], judge: (account: SweptWorld, name: string) => Promise<void>): Promise<void> {
  const failures: string[] = [];
  for (const { name, left } of points) {
    await inAccount(left, (account) => judge(account, name)).catch((error: unknown) => failures.push(`${name}: ${String(error)}`));
  }
  assert.ok(points.length > 0);
  assert.equal(failures.length, 0, failures.join('\n\n'));
}

async function inAccount<T>(left: Snapshot, work: (account: SweptWorld) => Promise<T>): Promise<T> {
  const account = await SweptWorld.open(left);
  try {
    return await work(account);
  } finally {
    await account.close();
  }
}

/** Every write of a whole sweep; of a short one the first of each of `always`, and others that a fixed seed draws. */
function points(writes: readonly Write[], how: How, always: readonly string[]): readonly Point[] {
  const all = writes.map((write, index) => ({ name: `${write.operation} (${index + 1})`, operation: write.operation, left: write[how] }));
  if (isWhole) return all;
  const chosen = new Set(always.flatMap((operation) => all.find((point) => point.operation === operation) ?? []));
  let state = stateFrom('sweep', how, writes.length);
  while (chosen.size < Math.min(AT_LEAST, all.length)) {
    const { value, next } = draw(state);
    state = next;
    const point = all[Math.floor(value * all.length)];
    if (point !== undefined) chosen.add(point);
  }
  return all.filter((point) => chosen.has(point));
}
