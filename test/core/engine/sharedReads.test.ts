import assert from 'node:assert/strict';
import { SharedReads } from '../../../src/core/engine/sharedReads.ts';
import { VirtualClock } from './world/virtualClock.ts';

describe('SharedReads', () => {
  const setUp = () => {
    const clock = new VirtualClock();
    let begun = 0;
    const read = async (): Promise<number> => {
      const mine = ++begun;
      await clock.sleep(3_000);
      return mine;
    };
    return { clock, reads: new SharedReads(clock), read };
  };

  it('gives the read in flight to all who ask, and its answer for a second more', async () => {
    const { clock, reads, read } = setUp();
    const both = [reads.share('a', 0, read), reads.share('a', 0, read), reads.share('b', 0, read)];
    assert.deepEqual(await Promise.all(both), [1, 1, 2]);
    await clock.sleep(900);
    assert.equal(await reads.share('a', 0, read), 1);
    await clock.sleep(1_000);
    assert.equal(await reads.share('a', 0, read), 3);
  });

  it('never answers with a read from before the own write of who asks', async () => {
    const { reads, read } = setUp();
    const early = reads.share('a', 0, read);
    const wrote = reads.mark();
    const late = reads.share('a', wrote, read);
    assert.deepEqual(await Promise.all([early, late]), [1, 2]);
    assert.equal(await reads.share('a', wrote, read), 2);
  });

  it('forgets a failure once it was told', async () => {
    const { reads, read } = setUp();
    await assert.rejects(
      reads.share('a', 0, () => Promise.reject(new Error('no answer'))),
      /no answer/,
    );
    assert.equal(await reads.share('a', 0, read), 1);
  });
});
