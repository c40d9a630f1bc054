import assert from 'node:assert/strict';
import { Bench } from './world/bench.ts';
import { assertSucceeded, built } from './world/built.ts';
import type { Fault } from './world/world.ts';

const HOWS: readonly Fault['how'][] = ['die before', 'die after', 'lose answer', 'cancel'];

/** After which every wait has ended and no mutating call starts (ms). */
const STOPS_WITHIN = 2_000;

describe('interrupted at every mutating call', function () {
  this.timeout(60_000);
  let shape: readonly string[] = [];
  let applyWrites = 0;
  let destroyWrites = 0;

  before(async () => {
    const bench = await built();
    shape = bench.shape();
    applyWrites = bench.world.writes.length;
    assertSucceeded(bench, await bench.session().destroy());
    destroyWrites = bench.world.writes.length - applyWrites;
    assert.ok(applyWrites > 25 && destroyWrites > 20, `${applyWrites} and ${destroyWrites} writes are too few to show anything`);
  });

  for (const how of HOWS) {
    it(`apply, ${how}, then again: the same world, nothing twice, and a third run writes nothing`, async () => {
      for (let at = 1; at <= applyWrites; at++) {
        const bench = new Bench();
        const session = bench.session({ fault: { at, how } });
        const first = await session.apply();
        assert.equal(session.client.late, 0, `sent after the cancel at ${at}`);
        if (how === 'cancel') assertStopped(bench, session.client.cancelledAt, at);
        if (how === 'lose answer') assertSucceeded(bench, first, `lost answer at ${at}`);
        assertSucceeded(bench, await bench.session().apply(), `second run after ${how} at ${at}`);
        assert.deepEqual(bench.shape(), shape, `${how} at ${at}`);
        assert.ok(!bench.world.writes.some((write) => write.startsWith('delete')), `made twice and healed after ${how} at ${at}`);
        const writes = bench.world.writes.length;
        assertSucceeded(bench, await bench.session().apply());
        assert.deepEqual(bench.world.writes.slice(writes), [], `third run after ${how} at ${at}`);
        assert.deepEqual([...bench.intents.kept.keys()], [], `${how} at ${at}`);
      }
    });

    it(`destroy, ${how}, then again: nothing left`, async () => {
      for (let at = 1; at <= destroyWrites; at++) {
        const bench = await built();
        const session = bench.session({ fault: { at, how } });
        await session.destroy();
        assert.equal(session.client.late, 0, `sent after the cancel at ${at}`);
        if (how === 'cancel') assertStopped(bench, session.client.cancelledAt, at);
        assertSucceeded(bench, await bench.session().destroy(), `second destroy after ${how} at ${at}`);
        assert.deepEqual(bench.world.rows, [], `${how} at ${at}`);
      }
    });
  }

  it('apply dies unheard and destroy comes at once, while the account still hides what was made: no orphan', async () => {
    for (let at = 1; at <= applyWrites; at++) {
      const bench = new Bench();
      await bench.session({ fault: { at, how: 'die after' } }).apply();
      assertSucceeded(bench, await bench.session().destroy(), `at ${at}`);
      await bench.clock.sleep(120_000);
      assert.deepEqual(bench.shape(), [], `at ${at}`);
    }
  });

  it('the intents are lost with the process: the twin is found, and the unused one is removed', async () => {
    let twins = 0;
    for (let at = 1; at <= applyWrites; at++) {
      const bench = new Bench();
      await bench.session({ fault: { at, how: 'die after' }, forgetful: true }).apply();
      const before = bench.world.writes.length;
      assertSucceeded(bench, await bench.session({ forgetful: true }).apply(), `at ${at}`);
      assertSucceeded(bench, await bench.session({ forgetful: true }).apply(), `at ${at}`);
      if (bench.world.writes.slice(before).some((write) => write.startsWith('delete'))) twins++;
      assert.deepEqual(bench.shape(), shape, `at ${at}`);
    }
    assert.ok(twins > 0, 'no kill ended in a twin: the test shows nothing');
  });

  function assertStopped(bench: Bench, cancelledAt: number | undefined, at: number): void {
    assert.ok(cancelledAt !== undefined, `never cancelled at ${at}`);
    assert.ok(bench.clock.now() - cancelledAt <= STOPS_WITHIN, `it took ${bench.clock.now() - cancelledAt} ms to stop at ${at}`);
  }
});
