import assert from 'node:assert/strict';
import { sleepUnlessMoved } from '../../../src/core/engine/sleepUnlessMoved.ts';
import type { AnyResource } from '../../../src/core/graph/resource.ts';

const resource = (moved?: AnyResource['moved']): AnyResource => ({
  id: 'thing',
  kind: 'thing',
  provider: 'none',
  title: 'Thing',
  needs: {},
  observe: () => Promise.resolve({ state: 'absent' }),
  ...(moved ? { moved } : {}),
});

/** A clock that tells each sleep, and ends it when it is aborted or the test says so. */
function bench() {
  const sleeps: number[] = [];
  const pending: (() => void)[] = [];
  const run = new AbortController();
  const clock = {
    now: () => 0,
    sleep: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        sleeps.push(ms);
        pending.push(resolve);
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
  const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    run,
    sleeps,
    elapse: async () => (pending.at(-1)?.(), turn()),
    sleep: (it: AnyResource) => sleepUnlessMoved({ clock, signal: run.signal }, it, 15_000),
    turn,
  };
}

describe('a sleep between two looks', () => {
  it('runs its length where nobody can tell that something moved', async () => {
    const { sleep, sleeps, elapse } = bench();
    const slept = sleep(resource());
    assert.deepEqual(sleeps, [15_000]);
    await elapse();
    await slept;
  });

  it('ends when the resource moves, but not before a breath was drawn', async () => {
    const { sleep, sleeps, elapse } = bench();
    const slept = sleep(resource(() => Promise.resolve()));
    assert.deepEqual(sleeps, [100], 'a resource that always moves does not make the engine spin');
    await elapse();
    await slept;
    assert.deepEqual(sleeps, [100, 14_900]);
  });

  it('runs its length when it cannot be watched, and lets go of the watcher afterwards', async () => {
    const { sleep, sleeps, elapse, turn } = bench();
    let asked: AbortSignal | undefined;
    const slept = sleep(
      resource((signal) => {
        asked = signal;
        return Promise.reject(new Error('no watch'));
      }),
    );
    await elapse();
    await turn();
    assert.deepEqual(sleeps, [100, 14_900]);
    assert.equal(asked?.aborted, false, 'still asleep');
    await elapse();
    await slept;
    assert.equal(asked?.aborted, true);
  });

  it('ends with the run', async () => {
    const { run, sleep, elapse } = bench();
    const slept = sleep(resource(() => new Promise(() => undefined)));
    await elapse();
    run.abort();
    await slept;
  });
});
