import assert from 'node:assert/strict';
import { alive, assertSucceeded, built } from './world/built.ts';

describe('twins', () => {
  it('an unused one is deleted at the end of the run, whichever came first', async () => {
    const bench = await built();
    const shape = bench.shape();
    bench.world.put('vpc', '', 'vpc', { cidr: '10.0.0.0/16', support: true, hostnames: true });
    await bench.clock.sleep(60_000);
    const outcome = assertSucceeded(bench, await bench.session().apply());
    assert.deepEqual(outcome.changed, ['vpc']);
    assert.deepEqual(bench.shape(), shape);
    assert.equal(
      bench.world.writes.at(-1),
      `delete vpc ${bench.world.rows.find((row) => row.type === 'vpc')?.id === 'vpc-0003' ? 'vpc-0009' : ''}`,
    );
  });

  it('two that are both in use are refused, naming both, and neither is touched', async () => {
    const bench = await built();
    const twin = bench.world.put('vpc', '', 'vpc', { cidr: '10.0.0.0/16', support: true, hostnames: true });
    bench.world.put('subnet', 'somebody-elses', undefined, { vpc: twin.id });
    await bench.clock.sleep(60_000);
    const outcome = alive(await bench.session().apply());
    assert.deepEqual(outcome.failed, ['vpc']);
    const failure = bench.events.find((event) => event.event === 'resource.failed');
    assert.ok(failure?.event === 'resource.failed' && failure.cause?.code === 'twins' && failure.blocked === true);
    assert.match(failure.cause?.message ?? '', /vpc-0003 and vpc-0009/);
    assert.equal(bench.world.all('vpc').length, 2);
  });

  it('a destroy takes both', async () => {
    const bench = await built();
    bench.world.put('address', '', 'address/a', {});
    await bench.clock.sleep(60_000);
    assertSucceeded(bench, await bench.session().destroy());
    assert.deepEqual(bench.world.rows, []);
  });
});
