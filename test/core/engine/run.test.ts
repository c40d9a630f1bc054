import assert from 'node:assert/strict';
import type { RunEvent } from '../../../src/core/engine/events.ts';
import { Engine } from '../../../src/core/engine/engine.ts';
import { SignedOut } from '../../../src/core/graph/errors.ts';
import { ResourceGraph } from '../../../src/core/graph/resourceGraph.ts';
import type { AnyResource, Resource } from '../../../src/core/graph/resource.ts';
import { Bench } from './world/bench.ts';
import { alive, assertSucceeded, built } from './world/built.ts';

const of = (events: readonly RunEvent[], resource: string): readonly RunEvent[] =>
  events.filter((event) => 'resource' in event && event.resource === resource);

describe('a run that loses its credentials', () => {
  it('pauses once, goes on when somebody has signed in, and ends as if nothing had been', async () => {
    const { world } = await built();
    const calls = world.reads + world.writes.length;
    for (let at = 1; at < calls; at += 13) {
      const bench = new Bench();
      bench.world.expireAt = at;
      let asked = 0;
      const signedOut = async (): Promise<void> => {
        asked++;
        await bench.clock.sleep(3_600_000);
        bench.world.signIn();
      };
      assertSucceeded(bench, await bench.session({ ports: { signedOut } }).apply(), `expired at ${at}`);
      assert.ok(asked === 1, `asked ${asked} times at ${at}`);
      const pauses = bench.events.filter((event) => event.event === 'run.paused' || event.event === 'run.resumed');
      assert.deepEqual(
        pauses.map(({ event }) => event),
        ['run.paused', 'run.resumed'],
      );
      assert.deepEqual(bench.shape(), world.rows.map((row) => `${row.type} ${row.resource ?? ''}`).sort());
    }
  }).timeout(20_000);

  it('stops cleanly when nobody will, and ends with SignedOut', async () => {
    const bench = new Bench();
    bench.world.expireAt = 60;
    const session = bench.session();
    await assert.rejects(session.apply(), SignedOut);
    const last = bench.events.at(-1);
    assert.ok(last?.event === 'run.finished' && last.outcome === 'failed');
    bench.world.signIn();
    assertSucceeded(bench, await bench.session().apply());
  });

  it('a look and a plan do not wait for it', async () => {
    const bench = new Bench();
    bench.world.expireAt = 1;
    await assert.rejects(bench.session().observe(), SignedOut);
    bench.world.expireAt = bench.world.reads + 2;
    await assert.rejects(bench.session().plan(), SignedOut);
    assert.deepEqual(bench.events, []);
  });
});

describe('cancel', () => {
  it('ends every wait within two seconds, wherever it comes, and nothing is sent after it', async () => {
    for (let second = 1; second < 900; second += 37) {
      const bench = new Bench();
      const { apply, cancel, client } = bench.session();
      const run = apply();
      await bench.clock.sleep(second * 1_000);
      const from = bench.clock.now();
      cancel.abort();
      const outcome = alive(await run);
      assert.ok(outcome.outcome === 'cancelled' || (outcome.outcome === 'succeeded' && second > 800), `${outcome.outcome} at ${second}`);
      assert.ok(bench.clock.now() - from <= 2_000, `${bench.clock.now() - from} ms at ${second}`);
      assert.equal(client.late, 0);
    }
  });

  it('awaits a create that cannot be repeated for up to 30 s, and looks for it when its answer never comes', async () => {
    const bench = new Bench();
    const { engine, graph, client, cancel } = bench.session();
    const create = client.create.bind(client);
    client.create = async (type, name, resource, props) => {
      await create(type, name, resource, props);
      if (type !== 'vpc') return;
      cancel.abort();
      await bench.clock.sleep(25_000);
    };
    const from = bench.clock.now();
    const outcome = await engine.apply(graph, { signal: cancel.signal, consent: new Set() });
    assert.equal(outcome.outcome, 'cancelled');
    assert.ok(outcome.changed.includes('vpc'), 'its answer came and counts');
    assert.ok(bench.clock.now() - from < 60_000);
    assertSucceeded(bench, await bench.session().apply());
    assert.equal(bench.world.all('vpc').length, 1);
  });

  it('does not hang on a call that never answers, nor on a guard that never does', async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    const bench = new Bench();
    const { engine, graph, client, cancel } = bench.session();
    client.create = never;
    const run = engine.apply(graph, { signal: cancel.signal, consent: new Set() });
    await bench.clock.sleep(10_000);
    cancel.abort();
    assert.equal((await run).outcome, 'cancelled');
    const guarded = bench.session({ ports: { guard: never } });
    const waiting = guarded.apply();
    await bench.clock.sleep(10_000);
    guarded.cancel.abort();
    assert.equal(alive(await waiting).outcome, 'cancelled');
  });

  it('is looked for directly before the wire: what was announced and not sent is no longer announced', async () => {
    const bench = new Bench();
    const session = bench.session();
    const begin = bench.intents.begin.bind(bench.intents);
    bench.intents.begin = async (id, at) => {
      await begin(id, at);
      session.cancel.abort();
    };
    assert.equal(alive(await session.apply()).outcome, 'cancelled');
    assert.equal(session.client.late, 0);
    assert.deepEqual([...bench.intents.kept.keys()], []);
  });

  it('before the first look is a cancelled run, too', async () => {
    const bench = new Bench();
    const { apply, cancel } = bench.session();
    cancel.abort();
    assert.equal(alive(await apply()).outcome, 'cancelled');
    assert.equal(bench.events.at(-1)?.event, 'run.finished');
  });
});

describe('events', () => {
  it('begin and end with the run, are dated and named, and tell an observation only when it is news', async () => {
    const bench = await built();
    assert.equal(bench.events[0]?.event, 'run.started');
    assert.equal(bench.events.at(-1)?.event, 'run.finished');
    assert.ok(bench.events.every((event) => event.run === 'run-1' && /^2026-01-01T.*Z$/.test(event.time)));
    const seen = of(bench.events, 'cluster').flatMap((event) => (event.event === 'resource.observed' ? [event.state] : []));
    assert.deepEqual(seen, ['absent', 'pending', 'ready']);
    assert.deepEqual(of(bench.events, 'zones'), [], 'what is internal has no row and no event');
  });

  it('say how far a wait is and how long it takes as a rule', async () => {
    const { events } = await built();
    const progress = of(events, 'cluster').flatMap((event) =>
      event.event === 'resource.progress' && event.message === 'creating' ? [event] : [],
    );
    assert.ok(progress.length > 10);
    assert.ok(progress.every((event) => event.expected === 540 && event.elapsed <= 560));
    const elapsed = progress.map((event) => event.elapsed);
    assert.deepEqual(
      elapsed,
      [...elapsed].sort((a, b) => a - b),
    );
    const started = of(events, 'cluster').find((event) => event.event === 'resource.started');
    assert.ok(started?.event === 'resource.started' && started.action === 'create' && started.expected === 540);
  });
});

/** A resource that is ready when it was created, and reads through `read`. */
function simple(id: string, read: () => Promise<unknown>, more: Partial<Resource<object>> = {}): Resource<object> {
  let exists = false;
  return {
    id,
    kind: 'test',
    provider: 'aws',
    title: id,
    needs: {},
    observe: async (look) => {
      await look.share(id, read);
      return exists ? { state: 'ready', owner: 'slipway', physicalId: id, attributes: {}, outputs: {} } : { state: 'absent' };
    },
    steps: {
      plan: (seen) => (seen.state === 'absent' ? { action: 'create', summary: `create ${id}`, diff: [] } : { action: 'none' }),
      create: () => {
        exists = true;
        return Promise.resolve();
      },
    },
    ...more,
  };
}

const graphOf = (resources: readonly AnyResource[]): ResourceGraph =>
  new ResourceGraph([{ id: 's', title: 'S', doc: '', icon: '', requires: [], barrier: false, resources }]);

describe('requests', () => {
  it('are bounded for each provider, and a look that waits for another takes no slot', async () => {
    const bench = new Bench();
    let [now, most] = [0, 0];
    const read = async (): Promise<void> => {
      most = Math.max(most, ++now);
      await bench.clock.sleep(100);
      now--;
    };
    const first = simple('r0', read);
    const rest = Array.from({ length: 40 }, (_, i): Resource<object> => {
      const own = simple(`r${i + 1}`, read);
      return {
        ...own,
        observe: (look, depth) => look.outputs(first).then(() => own.observe(look, depth)),
      };
    });
    const ports = bench.ports(bench.session().client);
    const engine = new Engine({ ...ports, providers: [{ name: 'aws', parallel: 3 }] });
    const seen = await engine.observe(graphOf([...rest, first]), { signal: new AbortController().signal, depth: 'status' });
    assert.equal(seen.size, 41);
    assert.equal(most, 3);
  });

  it('one read serves all who ask for it', async () => {
    const bench = new Bench();
    let reads = 0;
    const read = (): Promise<void> => {
      reads++;
      return bench.clock.sleep(50);
    };
    const shared = Array.from({ length: 20 }, (_, i) => simple(`r${i}`, read, { observe: simple('same', read).observe }));
    const engine = new Engine(bench.ports(bench.session().client));
    await engine.observe(graphOf(shared), { signal: new AbortController().signal, depth: 'status' });
    assert.equal(reads, 1);
  });

  it('only those asked for are looked at, and what they need in order to look', async () => {
    const bench = new Bench();
    const looked: string[] = [];
    const note = (id: string) => (): Promise<void> => {
      looked.push(id);
      return Promise.resolve();
    };
    const a = simple('a', note('a'));
    const own = simple('b', note('b'));
    const b: Resource<object> = { ...own, observe: (look, depth) => look.outputs(a).then(() => own.observe(look, depth)) };
    const engine = new Engine(bench.ports(bench.session().client));
    const graph = graphOf([a, b, simple('c', note('c'))]);
    const seen = await engine.observe(graph, { signal: new AbortController().signal, depth: 'status', only: new Set(['b']) });
    assert.deepEqual([...seen.keys()], ['b']);
    assert.deepEqual(looked.sort(), ['a', 'b']);
  });

  it('a look that fails spoils nothing else: it is unknown, with its words', async () => {
    const bench = new Bench();
    const engine = new Engine(bench.ports(bench.session().client));
    const broken = simple('broken', () => Promise.reject(new TypeError('x is undefined')));
    const fine = simple('fine', () => Promise.resolve());
    const seen = await engine.observe(graphOf([broken, fine]), { signal: new AbortController().signal, depth: 'status' });
    assert.deepEqual(seen.get('broken'), { state: 'unknown', reason: 'x is undefined' });
    assert.equal(seen.get('fine')?.state, 'absent');
  });

  it('a thousand objects are applied, and then there is nothing to do', async () => {
    const bench = await built({ wanted: { objects: 1_000 } });
    const writes = bench.world.writes.length;
    assert.ok(writes > 1_000);
    assertSucceeded(bench, await bench.session({ wanted: { objects: 1_000 } }).apply());
    assert.equal(bench.world.writes.length, writes);
  }).timeout(20_000);
});

describe('a pause', () => {
  it('uses up nobody’s patience', async () => {
    const bench = new Bench();
    let looks = 0;
    const slow: Resource<object> = {
      ...simple('slow', () => Promise.resolve()),
      observe: () => {
        if (++looks === 5) return Promise.reject(new SignedOut('The credentials have expired'));
        const present = { owner: 'slipway' as const, physicalId: 'slow', attributes: {}, outputs: {} };
        return Promise.resolve(looks > 20 ? { ...present, state: 'ready' } : { ...present, state: 'pending', reason: 'creating' });
      },
    };
    const signedOut = (): Promise<void> => bench.clock.sleep(3_600_000);
    const engine = new Engine({ ...bench.ports(bench.session().client), signedOut });
    const outcome = await engine.apply(graphOf([slow]), { signal: new AbortController().signal, consent: new Set(), stages: ['s'] });
    assert.equal(outcome.outcome, 'succeeded');
    assert.ok(outcome.seconds < 600, `${outcome.seconds} s are the run's own`);
  });
});

describe('awaiting each other', () => {
  it('does not hang: two that are degraded for each other are given up, with their reasons', async () => {
    const bench = new Bench();
    const waiting = (id: string, awaits: string): Resource<object> => ({
      ...simple(id, () => Promise.resolve()),
      observe: () =>
        Promise.resolve({
          state: 'degraded',
          owner: 'slipway',
          physicalId: id,
          attributes: {},
          outputs: {},
          reason: `waits for ${awaits}`,
          awaits,
        }),
    });
    const engine = new Engine(bench.ports(bench.session().client));
    const outcome = await engine.apply(graphOf([waiting('a', 'b'), waiting('b', 'a')]), {
      signal: new AbortController().signal,
      consent: new Set(),
      stages: ['s'],
    });
    assert.equal(outcome.outcome, 'failed');
    assert.deepEqual([...outcome.failed, ...outcome.skipped].sort(), ['a', 'b']);
  });
});
