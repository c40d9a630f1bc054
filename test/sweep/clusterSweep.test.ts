import assert from 'node:assert/strict';
import { awsHalf, clusterPlatform } from './standing.ts';
import { assertSame, assertSettled, deletions, inAccount, isWhole, pass, points, record, shapeLater, succeeds, sweep } from './sweeping.ts';
import type { How, Recording } from './sweeping.ts';
import type { RunWish, Snapshot, SweptPlatform, SweptWorld, Write } from './sweptWorld.ts';

/** Of a short sweep. */
const AT_LEAST = 1;
/** How long (ms) a person may take to run it again: pods end and Jobs vanish meanwhile. */
const A_WHILE = 600_000;
/** AWS may still hide what was made a moment ago; controllers may be gone a while later. */
const AT_ONCE: Again = { name: 'at once', how: 'after', later: 0 };
const LATER: Again = { name: 'a while later', how: 'after', later: A_WHILE };
const BEFORE: Again = { name: 'at once', how: 'before', later: 0 };

interface Again {
  readonly name: string;
  readonly how: How;
  readonly later: number;
}

/**
 * With custom resources that have finalizers, their definitions and their controller; with a volume; and with their namespaces, which
 * go only with the Secrets in them.
 */
const SOME_STAGES = ['argo-events', 'services', 'secrets'];
/** With all that has a finalizer, vanishes, waits for a webhook, or holds a volume. */
const LEFT_THE_FILE = ['services', 'argo-events'];

const APPLY: RunWish = { verb: 'apply' };
const DESTROY: RunWish = { verb: 'destroy' };
const DESTROY_STAGES: RunWish = { verb: 'destroy', stages: SOME_STAGES };
const APPLY_LESS: RunWish = { verb: 'apply', consents: 'deletions' };

const writesNothing = 'and a third run writes nothing';

describe(`killed at ${isWhole ? 'every' : 'some'} mutating request of the stages in the cluster`, function () {
  this.timeout(1_200_000);
  let platform: SweptPlatform;
  let applied: Recording;
  let whole: readonly string[];

  const shapeAt = (left: Snapshot): Promise<readonly string[]> =>
    inAccount(platform, left, (account) => Promise.resolve(shapeLater(account)));

  before(async () => {
    platform = await clusterPlatform();
    applied = await record(platform, (await awsHalf()).end, APPLY);
    assert.ok(applied.writes.length > 30, `${applied.writes.length} writes`);
    whole = await shapeAt(applied.end);
  });

  for (const again of isWhole ? [BEFORE, AT_ONCE, LATER] : [AT_ONCE])
    it(`apply, ${again.how} it was carried out; again ${again.name}: the same account, nothing twice, nothing deleted, ${writesNothing}`, () =>
      kill(platform, applied.writes, again, async (account) => {
        await succeeds(account, APPLY);
        assert.deepEqual(deletions(account.written()), []);
        await assertSettled(account, APPLY, whole);
      }));

  describe(`destroy of the stages ${SOME_STAGES.join(', ')}`, () => {
    let destroyed: Recording;
    let rest: readonly string[];
    before(async () => {
      destroyed = await record(platform, applied.end, DESTROY_STAGES);
      rest = await shapeAt(destroyed.end);
      assertLess(rest, destroyed);
    });

    for (const again of isWhole ? [BEFORE, LATER] : [LATER])
      it(`${again.how} it was carried out; again ${again.name}: the others are as they were, ${writesNothing}`, () =>
        kill(platform, destroyed.writes, again, async (account) => {
          await succeeds(account, DESTROY_STAGES);
          await assertSettled(account, DESTROY_STAGES, rest);
        }));
  });

  if (!isWhole) return;

  describe(`apply of a file without the stages ${LEFT_THE_FILE.join(' and ')}`, () => {
    let less: SweptPlatform;
    let removed: Recording;
    let rest: readonly string[];
    before(async () => {
      less = await clusterPlatform(...LEFT_THE_FILE);
      removed = await record(less, applied.end, APPLY_LESS);
      rest = await shapeAt(removed.end);
      assertLess(rest, removed);
    });

    for (const again of [BEFORE, LATER])
      it(`${again.how} it was carried out; again ${again.name}: what left the file is gone and nothing else, ${writesNothing}`, () =>
        kill(less, removed.writes, again, async (account) => {
          await succeeds(account, APPLY_LESS);
          await assertSettled(account, APPLY_LESS, rest);
        }));

    it('the whole file was not applied to its end, and a while later they left it: what was made of them is found by the inventories', () =>
      // At once a definition may not be served yet: then nothing is taken for an orphan, and the run after that finds it.
      kill(less, applied.writes, LATER, async (account) => {
        await succeeds(account, APPLY_LESS);
        // A bucket is never deleted; that of an event source which was not made yet is not there.
        const isNoBucket = (line: string): boolean => !line.startsWith('bucket ');
        assertSame(shapeLater(account).filter(isNoBucket), rest.filter(isNoBucket));
      }));

    it('then with the whole file again: all is there as if it had never gone', () =>
      kill(platform, removed.writes, LATER, async (account) => {
        await succeeds(account, APPLY);
        await assertSettled(account, APPLY, whole);
      }));
  });

  describe('destroy of everything', () => {
    let destroyed: Recording;
    let nothing: readonly string[];
    before(async () => {
      destroyed = await record(platform, applied.end, DESTROY);
      nothing = await shapeAt(destroyed.end);
    });

    for (const again of [BEFORE, AT_ONCE])
      it(`${again.how} it was carried out; again ${again.name}: nothing is left, ${writesNothing}`, () =>
        kill(platform, destroyed.writes, again, async (account) => {
          await succeeds(account, DESTROY);
          await assertSettled(account, DESTROY, nothing);
        }));

    it('apply, then destroyed at once: nothing is left', () =>
      kill(platform, applied.writes, AT_ONCE, async (account) => {
        await succeeds(account, DESTROY);
        assertSame(shapeLater(account), nothing);
      }));
  });

  it('apply, and the intents are lost too: the twin is found, and the unused one is removed', async () => {
    const open = applied.writes.filter(({ after }) => after.machine.intents.size > 0);
    const twice = new Set<string>();
    await kill(platform, open, AT_ONCE, async (account, name) => {
      account.machine.intents.clear();
      await succeeds(account, APPLY);
      await succeeds(account, APPLY);
      if (deletions(account.written()).length > 0) twice.add(name.replace(/ .*/, ''));
      await assertSettled(account, APPLY, whole);
    });
    assert.deepEqual([...twice], ['CreateHostedZone'], 'what was made twice, or this shows nothing');
  });
});

/** At every one of these writes, or a few; whoever comes next finds what that left. */
async function kill(
  platform: SweptPlatform,
  writes: readonly Write[],
  { how, later }: Again,
  judge: (account: SweptWorld, name: string) => Promise<void>,
): Promise<void> {
  await sweep(platform, points(writes, how, { atLeast: AT_LEAST }), (account, name) => {
    if (later > 0) pass(account, later);
    return judge(account, name);
  });
}

/** Of those two namespaces all is gone but, where the file still asks for them, the Secrets in them. */
function assertLess(shape: readonly string[], { writes }: Recording): void {
  const left = shape.filter((line) => / (mer|argo-events)\//.test(line) && !/ secrets | serviceaccounts | kube-root-ca/.test(line));
  assert.deepEqual(left, []);
  assert.ok(writes.length > 10, `${writes.length} writes`);
}
