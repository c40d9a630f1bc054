import assert from 'node:assert/strict';
import { awsHalf, clusterPlatform } from './standing.ts';
import { assertSettled, deletions, inAccount, isWhole, points, record, shapeLater, succeeds, sweep } from './sweeping.ts';
import type { How, Recording } from './sweeping.ts';
import type { RunWish, Snapshot, SweptPlatform } from './sweptWorld.ts';

/** What is killed before a write is mostly what was killed after the one before it: a short sweep does without. */
const WAYS = isWhole ? (['before', 'after'] as const) : (['after'] as const);
/** Of a short sweep. */
const AT_LEAST = 1;
/**
 * With custom resources that have finalizers, their definitions and their controller; with a volume; and with their namespaces, which
 * go only with the Secrets in them.
 */
const SOME_STAGES = ['argo-events', 'services', 'secrets'];
/** With all that has a finalizer, vanishes, waits for a webhook, or holds a volume. */
const LEFT_THE_FILE = ['services', 'argo-events'];

const APPLY: RunWish = { verb: 'apply' };
const DESTROY: RunWish = { verb: 'destroy' };
const DESTROY_STAGE: RunWish = { verb: 'destroy', stages: SOME_STAGES };
const APPLY_LESS: RunWish = { verb: 'apply', consents: 'deletions' };

describe(`killed at ${isWhole ? 'every' : 'some'} mutating request of the stages in the cluster`, function () {
  this.timeout(1_200_000);
  let platform: SweptPlatform;
  let below: Snapshot;
  let applied: Recording;
  let whole: readonly string[];

  const shapeAt = (left: Snapshot): Promise<readonly string[]> =>
    inAccount(platform, left, (account) => Promise.resolve(shapeLater(account)));
  /** What the runs leave after a kill anywhere in the recording is what they leave without one. */
  const heals = (recording: Recording, how: How, wish: RunWish, shape: readonly string[], swept = platform): Promise<void> =>
    sweep(swept, points(recording.writes, how, { atLeast: AT_LEAST }), async (account) => {
      await succeeds(account, wish);
      await assertSettled(account, wish, shape);
    });

  before(async () => {
    platform = await clusterPlatform();
    below = (await awsHalf()).end;
    applied = await record(platform, below, APPLY);
    assert.ok(applied.writes.length > 30, `${applied.writes.length} writes`);
    whole = await shapeAt(applied.end);
  });

  for (const how of WAYS) {
    it(`apply, ${how} it was carried out; then again: the same account, nothing twice, nothing deleted, and a third run writes nothing`, () =>
      sweep(platform, points(applied.writes, how, { atLeast: AT_LEAST }), async (account) => {
        await succeeds(account, APPLY);
        assert.deepEqual(deletions(account.written()), []);
        await assertSettled(account, APPLY, whole);
      }));
  }

  describe(`destroy of the stages ${SOME_STAGES.join(' and ')}`, () => {
    let destroyed: Recording;
    let rest: readonly string[];
    before(async () => {
      destroyed = await record(platform, applied.end, DESTROY_STAGE);
      rest = await shapeAt(destroyed.end);
      assertWithout(rest, destroyed);
    });

    for (const how of WAYS)
      it(`${how} it was carried out; then again: the others are as they were, and a third run writes nothing`, () =>
        heals(destroyed, how, DESTROY_STAGE, rest));

    if (isWhole)
      it('then applied again: all is there as if it had never gone', () =>
        sweep(platform, points(destroyed.writes, 'after', { atLeast: AT_LEAST }), async (account) => {
          await succeeds(account, APPLY);
          await assertSettled(account, APPLY, whole);
        }));
  });

  if (!isWhole) return;

  describe('destroy of everything', () => {
    let destroyed: Recording;
    let nothing: readonly string[];
    before(async () => {
      destroyed = await record(platform, applied.end, DESTROY);
      nothing = await shapeAt(destroyed.end);
    });

    for (const how of WAYS)
      it(`${how} it was carried out; then again: nothing is left, and a third run writes nothing`, () =>
        heals(destroyed, how, DESTROY, nothing));
  });

  describe(`apply of a file without the stages ${LEFT_THE_FILE.join(' and ')}`, () => {
    let less: SweptPlatform;
    let removed: Recording;
    let rest: readonly string[];
    before(async () => {
      less = await clusterPlatform(...LEFT_THE_FILE);
      removed = await record(less, applied.end, APPLY_LESS);
      rest = await shapeAt(removed.end);
      assertWithout(rest, removed);
    });

    for (const how of WAYS)
      it(`${how} it was carried out; then again: what left the file is gone and nothing else, and a third run writes nothing`, () =>
        heals(removed, how, APPLY_LESS, rest, less));
  });

  it('apply, then destroyed at once: nothing is left', () =>
    sweep(platform, points(applied.writes, 'after', { atLeast: AT_LEAST }), async (account) => {
      await succeeds(account, DESTROY);
      assert.deepEqual(
        shapeLater(account).filter((line) => line.includes('slipway')),
        [],
      );
    }));

  it('apply, and the intents are lost too: the twin is found, and the unused one is removed', async () => {
    const open = applied.writes.filter(({ after }) => after.machine.intents.size > 0);
    assert.ok(open.some(({ operation }) => operation === 'CreateHostedZone'));
    const twice = new Set<string>();
    await sweep(platform, points(open, 'after', { atLeast: AT_LEAST }), async (account, name) => {
      account.machine.intents.clear();
      await succeeds(account, APPLY);
      await succeeds(account, APPLY);
      if (deletions(account.written()).length > 0) twice.add(name.replace(/ .*/, ''));
      await assertSettled(account, APPLY, whole);
    });
    assert.deepEqual([...twice], ['CreateHostedZone'], 'what was made twice, or this shows nothing');
  });
});

/** Of those two namespaces all goes but, where the file still asks for them, the Secrets in them. */
function assertWithout(shape: readonly string[], { writes }: Recording): void {
  const left = shape.filter((line) => / (mer|argo-events)\//.test(line) && !/ secrets | serviceaccounts | kube-root-ca/.test(line));
  assert.deepEqual(left, []);
  assert.ok(writes.length > 10, `${writes.length} writes`);
}
