import assert from 'node:assert/strict';
import { Unseen } from '../../src/core/graph/errors.ts';
import { WatchExpired, type KubernetesObject, type WatchEvent } from '../../src/kubernetes/client.ts';
import { LiveLists, type WatchTiming } from '../../src/kubernetes/watches.ts';

const PATH = '/api/v1/namespaces/kafka/pods';
const pod = (name: string, version: string, uid = name): KubernetesObject => ({
  metadata: { name, namespace: 'kafka', uid, resourceVersion: version },
});
const modified = (object: KubernetesObject): WatchEvent => ({ type: 'MODIFIED', object });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A watch that the test feeds. */
class Feed {
  readonly from: string;
  readonly signal: AbortSignal;
  #events: (WatchEvent | Error | undefined)[] = [];
  #wake: () => void = () => undefined;

  constructor(from: string, signal: AbortSignal) {
    this.from = from;
    this.signal = signal;
    signal.addEventListener('abort', () => this.#wake());
  }

  /** An error breaks it off, nothing at all ends it as the server does every few minutes. */
  async send(event?: WatchEvent | Error): Promise<void> {
    this.#events.push(event);
    this.#wake();
    await turn();
  }

  async *events(): AsyncGenerator<WatchEvent> {
    for (;;) {
      if (this.signal.aborted) throw new Error('aborted');
      if (this.#events.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      if (this.#events.length === 0) continue;
      const event = this.#events.shift();
      if (event === undefined) return;
      if (event instanceof Error) throw event;
      yield event;
    }
  }
}

function bench(items: readonly KubernetesObject[]) {
  const feeds: Feed[] = [];
  const world = { items, version: '10', lists: 0 };
  const clock = { now: 0 };
  const pauses: { readonly ms: number; readonly over: () => void }[] = [];
  const timing: WatchTiming = {
    linger: 5_000,
    backoff: (times) => 1_000 + times,
    now: () => clock.now,
    pause: (ms, signal) =>
      new Promise((resolve, reject) => {
        pauses.push({ ms, over: resolve });
        signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
      }),
  };
  const source = {
    listed: <T extends KubernetesObject>() => {
      world.lists++;
      return Promise.resolve({ items: world.items as readonly T[], resourceVersion: world.version });
    },
    async *watch(_path: string, version: string, signal: AbortSignal, opened?: () => void): AsyncGenerator<WatchEvent> {
      const feed = new Feed(version, signal);
      feeds.push(feed);
      opened?.();
      yield* feed.events();
    },
  };
  const lists = new LiveLists(source, timing);
  const run = new AbortController();
  const wait = (name: string | undefined, version?: string): { readonly moved: Promise<void>; readonly isOver: () => boolean } => {
    let over = false;
    const moved = lists.moved(PATH, name, version, run.signal).then(() => void (over = true));
    return { moved, isOver: () => over };
  };
  const elapse = async (ms: number): Promise<void> => {
    for (const pause of pauses.filter((each) => each.ms === ms)) pause.over();
    await turn();
  };
  return { feeds, world, pauses, lists, run, wait, elapse, clock };
}

describe('watches', () => {
  it('are opened when somebody waits, and tell who waits for what moved', async () => {
    const { feeds, lists, wait, run } = bench([pod('a', '1'), pod('b', '2')]);
    assert.deepEqual(lists.watched, []);
    const [a, b] = [wait('kafka/a', '1'), wait('kafka/b', '2')];
    await turn();
    assert.deepEqual(lists.watched, [PATH]);
    assert.deepEqual(
      feeds.map(({ from }) => from),
      ['10'],
      'one watch for both, from where the list ended',
    );
    await feeds[0]?.send(modified(pod('a', '11')));
    await a.moved;
    assert.equal(b.isOver(), false);
    assert.equal(lists.known(PATH)?.get('kafka/a')?.metadata.resourceVersion, '11');
    run.abort();
    await b.moved;
  });

  it('tell at once what moved before anybody waited', async () => {
    const { wait } = bench([pod('a', '7')]);
    await wait('kafka/a', '1').moved;
    const gone = bench([]);
    await gone.wait('kafka/a', '1').moved;
  });

  it('tell whoever waits for anything', async () => {
    const { wait, feeds } = bench([]);
    const any = wait(undefined);
    await turn();
    assert.equal(any.isOver(), true, 'the list was news');
    const next = wait(undefined);
    await turn();
    assert.equal(next.isOver(), false);
    await feeds[0]?.send({ type: 'ADDED', object: pod('a', '11') });
    await next.moved;
  });

  it('are resumed from the last version, a bookmark counting, without another list', async () => {
    const { feeds, world, lists, wait, run, elapse } = bench([pod('a', '1')]);
    const a = wait('kafka/a', '1');
    await turn();
    await feeds[0]?.send({ type: 'BOOKMARK', object: { metadata: { name: '', resourceVersion: '20' } } });
    await feeds[0]?.send();
    assert.equal(feeds[1]?.from, '20');
    await feeds[1].send(new Unseen('broken off'));
    assert.equal(lists.known(PATH), undefined, 'nothing is believed while nobody tells');
    await elapse(1_000);
    assert.equal(feeds[2]?.from, '20');
    assert.ok(lists.known(PATH));
    assert.equal(world.lists, 1);
    run.abort();
    await a.moved;
  });

  it('list anew when the version is too old, and notice what was missed', async () => {
    const { feeds, world, wait } = bench([pod('a', '1')]);
    const a = wait('kafka/a', '1');
    await turn();
    Object.assign(world, { items: [pod('a', '42')], version: '50' });
    await feeds[0]?.send(new WatchExpired('too old resource version'));
    await a.moved;
    assert.deepEqual([world.lists, feeds[1]?.from], [2, '50']);
  });

  it('are closed after a while when nobody waits any more, and not while somebody comes back', async () => {
    const { feeds, lists, wait, elapse } = bench([pod('a', '1')]);
    await wait('kafka/a', '0').moved;
    const again = wait('kafka/a', '1');
    await elapse(5_000);
    assert.deepEqual(lists.watched, [PATH], 'somebody came back');
    await feeds[0]?.send(modified(pod('a', '11')));
    await again.moved;
    await elapse(5_000);
    assert.deepEqual(lists.watched, []);
    assert.equal(feeds[0]?.signal.aborted, true);
    assert.equal(lists.known(PATH), undefined);
  });

  it('are held open for those who look there for an explanation', async () => {
    const { lists, run, elapse } = bench([pod('a', '1')]);
    lists.hold(PATH, run.signal);
    await elapse(5_000);
    assert.ok(lists.known(PATH)?.has('kafka/a'));
    run.abort();
    await turn();
    await elapse(5_000);
    assert.deepEqual(lists.watched, []);
  });

  it('know the answer to our own write before the watch tells, and forget nothing newer for an older event', async () => {
    const { feeds, lists, wait, run } = bench([pod('a', '1')]);
    const waiting = wait('kafka/a', '1');
    await turn();
    lists.note(PATH, pod('a', '30'));
    assert.equal(lists.known(PATH)?.get('kafka/a')?.metadata.resourceVersion, '30');
    await feeds[0]?.send(modified(pod('a', '20')));
    assert.equal(lists.known(PATH)?.get('kafka/a')?.metadata.resourceVersion, '30');
    await feeds[0]?.send(modified(pod('a', '5', 'another of that name')));
    assert.equal(lists.known(PATH)?.get('kafka/a')?.metadata.resourceVersion, '5');
    run.abort();
    await waiting.moved;
  });

  it('that end without a word, or are too old again and again, are opened anew after ever longer pauses', async () => {
    const { feeds, wait, run, elapse, pauses, world } = bench([pod('a', '1')]);
    const a = wait('kafka/a', '1');
    await turn();
    await feeds[0]?.send();
    assert.deepEqual([feeds.length, pauses.length], [2, 0], 'the first is taken up at once');
    await feeds[1]?.send();
    await feeds[2]?.send();
    assert.equal(feeds.length, 2, 'the second is not');
    await elapse(1_000);
    await feeds[2]?.send(new WatchExpired('too old resource version'));
    assert.deepEqual(
      pauses.map(({ ms }) => ms),
      [1_000, 1_001],
    );
    await elapse(1_001);
    assert.equal(world.lists, 2);
    await feeds[3]?.send(modified(pod('b', '70')));
    await feeds[3]?.send();
    assert.equal(feeds.length, 5, 'what told something is taken up at once again');
    run.abort();
    await a.moved;
  });

  it('that were held for long without a word are taken up at once again, however often: nothing has happened', async () => {
    const { feeds, wait, run, pauses, clock } = bench([pod('a', '1')]);
    const a = wait('kafka/a', '1');
    await turn();
    for (const round of [0, 1, 2]) {
      clock.now += 30_000;
      await feeds[round]?.send();
    }
    assert.deepEqual([feeds.length, pauses.length], [4, 0]);
    run.abort();
    await a.moved;
  });

  it('tell whoever waits for anything what came between their own list and their waiting', async () => {
    const { feeds, wait, run } = bench([]);
    const other = wait('kafka/x', undefined);
    await turn();
    await feeds[0]?.send({ type: 'ADDED', object: pod('a', '21') });
    const [early, late] = [wait(undefined, '20'), wait(undefined, '21')];
    await turn();
    assert.deepEqual([early.isOver(), late.isOver()], [true, false]);
    run.abort();
    await Promise.all([other.moved, late.moved]);
  });

  it('stay open when somebody comes back in the very turn in which they would have closed', async () => {
    const { feeds, lists, wait, pauses } = bench([pod('a', '1')]);
    await wait('kafka/a', '0').moved;
    pauses[0]?.over();
    const again = wait('kafka/a', '1');
    await turn();
    assert.deepEqual([lists.watched, feeds[0]?.signal.aborted], [[PATH], false]);
    await feeds[0]?.send(modified(pod('a', '11')));
    await again.moved;
  });
});
