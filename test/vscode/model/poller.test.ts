import assert from 'node:assert/strict';
import { Poller, type Pollable } from '../../../src/vscode/model/poller.ts';
import { ManualClock, NOW, settled } from '../example.ts';

/** Something to look at that counts the looks and says when they were, in seconds. */
class Target implements Pollable {
  pending = false;
  resting = false;
  works = true;
  readonly looks: number[] = [];
  release: (() => void) | undefined;
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  async look(): Promise<boolean> {
    this.looks.push((this.#clock.now() - NOW) / 1000);
    if (this.release) await new Promise<void>((resolve) => (this.release = resolve));
    return this.works;
  }
}

function polled(): { clock: ManualClock; target: Target; poller: Poller } {
  const clock = new ManualClock();
  const target = new Target(clock);
  return { clock, target, poller: new Poller(clock, target) };
}

describe('polling', () => {
  it('looks every minute while it is shown and idle, every 5 s while something is pending', async () => {
    const { clock, target, poller } = polled();
    poller.visible = true;
    await clock.pass(120_000);
    assert.deepEqual(target.looks, [0, 60, 120]);
    target.pending = true;
    poller.reschedule();
    await clock.pass(10_000);
    assert.deepEqual(target.looks.slice(3), [125, 130]);
  });

  it('leaves no timer and asks nothing while it is hidden', async () => {
    const { clock, target, poller } = polled();
    poller.visible = true;
    await clock.pass(1_000);
    poller.visible = false;
    assert.equal(clock.pending, 0);
    await clock.pass(3_600_000);
    assert.equal(target.looks.length, 1);
  });

  it('does not look again at once when it is shown again', async () => {
    const { clock, target, poller } = polled();
    poller.visible = true;
    await clock.pass(10_000);
    poller.visible = false;
    poller.visible = true;
    await clock.pass(49_000);
    assert.deepEqual(target.looks, [0]);
    await clock.pass(2_000);
    assert.deepEqual(target.looks, [0, 60]);
  });

  it('waits twice as long after each error, at most five minutes, and forgets that when it works', async () => {
    const { clock, target, poller } = polled();
    target.works = false;
    poller.visible = true;
    await clock.pass(1_320_000);
    assert.deepEqual(target.looks, [0, 120, 360, 660, 960, 1260]);
    target.works = true;
    await clock.pass(360_000);
    assert.deepEqual(target.looks.slice(6), [1560, 1620, 1680]);
  });

  it('joins the look in flight', async () => {
    const { target, poller } = polled();
    target.release = () => undefined;
    const both = Promise.all([poller.refresh(), poller.refresh()]);
    await settled();
    target.release();
    assert.deepEqual(await both, [true, true]);
    assert.equal(target.looks.length, 1);
  });

  it('rests before the first connection and during a run', async () => {
    const { clock, target, poller } = polled();
    target.resting = true;
    poller.visible = true;
    await clock.pass(3_600_000);
    assert.deepEqual([target.looks.length, clock.pending], [0, 0]);
  });
});
