import assert from 'node:assert/strict';
import { Bench, type SessionOptions } from './world/bench.ts';

async function built(options: SessionOptions = {}): Promise<Bench> {
  const bench = new Bench();
  const outcome = await bench.session(options).apply();
  assert.ok(outcome !== 'dead' && outcome.outcome === 'succeeded', JSON.stringify(outcome));
  return bench;
}

describe('Engine', () => {
  it('applies once; a second run finds nothing to do and writes nothing', async () => {
    const bench = await built();
    const writes = bench.world.writes.length;
    const again = await bench.session().apply();
    assert.ok(again !== 'dead');
    assert.equal(again.outcome, 'succeeded');
    assert.deepEqual(again.changed, []);
    assert.equal(bench.world.writes.length, writes);
    assert.equal(bench.intents.kept.size, 0);
    console.log(
      bench.world.writes,
      bench.events.filter((e) => e.event === 'resource.failed'),
    );
    const d = await bench.session().destroy();
    console.log(d, bench.shape(), bench.world.writes.slice(writes));
  });
});
