import assert from 'node:assert/strict';
import { Refused } from '../../../src/core/graph/errors.ts';
import type { Change, Observation } from '../../../src/core/graph/resource.ts';
import type { PlatformStatus, ResourceStatus, State } from '../../../src/core/status/platformStatus.ts';
import { reduce } from '../../../src/core/status/reduce.ts';
import { stageState } from '../../../src/core/status/stageState.ts';
import { stateOf } from '../../../src/core/status/stateOf.ts';
import { outline, statusOf, unseenStatus } from '../../../src/core/status/statusOf.ts';
import { Bench, type SessionOptions } from '../engine/world/bench.ts';
import { alive, assertSucceeded, built } from '../engine/world/built.ts';

const present = { owner: 'slipway' as const, physicalId: 'id-1', attributes: {}, outputs: {} };
const ready: Observation<object> = { ...present, state: 'ready' };
const update: Change = {
  action: 'update',
  summary: 'update it: size',
  diff: [
    { path: 'size', before: 1, after: 2 },
    { path: 'tag', before: 1, after: 2 },
  ],
};

describe('stateOf', () => {
  const cases: readonly [string, Parameters<typeof stateOf>, State, string][] = [
    ['absent', [{ state: 'absent' }], 'absent', ''],
    ['absent and blocked', [{ state: 'absent' }, { action: 'blocked', summary: 'needs 2 secrets' }], 'blocked', 'needs 2 secrets'],
    ['absent and queued', [{ state: 'absent' }, undefined, 'queued'], 'queued', ''],
    ['absent while it is made', [{ state: 'absent' }, undefined, 'making'], 'pending', ''],
    ['not seen', [{ state: 'unknown', reason: 'no answer' }], 'unknown', 'no answer'],
    ['pending', [{ ...present, state: 'pending', reason: 'creating' }], 'pending', 'creating'],
    ['failed', [{ ...present, state: 'failed', reason: 'no capacity' }], 'failed', 'no capacity'],
    ['ready', [ready], 'ready', ''],
    ['ready with a detail', [{ ...ready, reason: '14 nodes' }], 'ready', '14 nodes'],
    ['ready and changed', [ready, update], 'outdated', 'update it: size'],
    ['ready and refused', [ready, { action: 'blocked', summary: 'cannot be changed' }], 'blocked', 'cannot be changed'],
    ['ready while it is changed', [ready, update, 'making'], 'pending', ''],
    ['ready, changed and queued', [ready, update, 'queued'], 'queued', ''],
    ['ready and queued, nothing to do', [ready, undefined, 'queued'], 'ready', ''],
    ['degraded', [{ ...present, state: 'degraded', reason: '1 of 3' }], 'degraded', '1 of 3'],
    ['degraded for another', [{ ...present, state: 'degraded', reason: 'waits', awaits: 'nodegroup' }], 'waiting', 'waits'],
    ['leaving', [{ ...ready, leaving: true }], 'deleting', ''],
    ['being deleted', [ready, undefined, 'deleting'], 'deleting', ''],
    ['foreign', [{ ...ready, owner: 'foreign' }], 'blocked', 'not ours: id-1'],
  ];
  for (const [name, args, state, reason] of cases) {
    it(`${name}: ${state}`, () => {
      const word = stateOf(...args);
      assert.deepEqual([word.state, word.reason], [state, reason]);
    });
  }
  it('counts what a plan would change', () => {
    assert.equal(stateOf(ready, update).changes, 2);
  });
});

describe('stageState', () => {
  const row = (state: State, title: string = state): ResourceStatus => ({
    id: title,
    title,
    kind: 'k',
    state,
    reason: '',
    owner: 'none',
    requires: [],
  });
  const order: readonly State[] = [
    'failed',
    'blocked',
    'unknown',
    'skipped',
    'deleting',
    'pending',
    'queued',
    'degraded',
    'waiting',
    'outdated',
    'ready',
  ];

  for (const [index, state] of order.entries()) {
    it(`${state} goes before ${order.slice(index + 1).join(', ') || 'nothing'}`, () => {
      const later = order.slice(index).map((other) => row(other));
      assert.equal(stageState(later.toReversed(), true).state, state);
    });
  }
  it('is absent only if all are', () => {
    assert.deepEqual(stageState([row('absent'), row('absent')], false), { state: 'absent', reason: '' });
    assert.deepEqual(stageState([row('absent', 'VPC'), row('ready')], false), { state: 'outdated', reason: 'VPC is missing' });
    assert.equal(stageState([row('absent'), row('ready')], true).state, 'ready');
    assert.equal(stageState([row('absent'), row('waiting')], false).state, 'waiting');
    assert.equal(stageState([], false).state, 'absent');
  });
  it('names the first, its reason, and how many more', () => {
    const rows = [{ ...row('failed', 'A'), reason: 'no capacity' }, row('failed', 'B')];
    assert.equal(stageState(rows, true).reason, 'A: no capacity and 1 more');
  });
});

const platform = { name: 'cauchy', region: 'us-west-2', file: '/p/platform.yml' };
const about = { platform, mode: 'live' as const, session: 'connected' as const, findings: [] };

async function look(bench: Bench, options: SessionOptions = {}, previous?: PlatformStatus): Promise<PlatformStatus> {
  const session = bench.session(options);
  return statusOf({
    ...about,
    graph: session.graph,
    observations: await session.observe(),
    observedAt: '2026-01-01T00:00:00.000Z',
    previous,
  });
}
const states = (status: PlatformStatus): Readonly<Record<string, State>> =>
  Object.fromEntries(status.stages.map((stage) => [stage.id, stage.state]));
const rowIn = (status: PlatformStatus, id: string): ResourceStatus => {
  const row = status.stages.flatMap((stage) => stage.resources).find((other) => other.id === id);
  assert.ok(row, id);
  return row;
};

describe('statusOf', () => {
  it('tells what stands, what it costs, and that nothing is left to do', async () => {
    const bench = await built();
    const status = await look(bench);
    assert.deepEqual([...new Set(Object.values(states(status)))], ['ready']);
    assert.equal(status.duration.seconds, 0);
    assert.equal(status.cost.standingMonthlyUsd, status.cost.wholeMonthlyUsd);
    const vpc = rowIn(status, 'vpc');
    assert.equal(vpc.owner, 'slipway');
    assert.deepEqual(vpc.outputs, { id: vpc.physicalId });
    assert.ok(
      !status.stages.some((stage) => stage.resources.some((row) => row.id === 'zones' || row.kind === 'barrier')),
      'internal ones have no row',
    );
    assert.deepEqual(rowIn(status, 'object/settings').requires, ['cluster'], 'a barrier is nothing to a person');
    assert.deepEqual(structuredClone(status), status, 'plain data');
  });

  it('shows an update as outdated, and a part as outdated', async () => {
    const bench = await built();
    const status = await look(bench, { wanted: { desired: 16 } });
    assert.deepEqual(
      [rowIn(status, 'nodegroup').state, rowIn(status, 'nodegroup').changes, states(status)['compute']],
      ['outdated', 1, 'outdated'],
    );
    bench.world.rows = bench.world.rows.filter((row) => row.type !== 'routes');
    assert.equal(states(await look(bench))['vpc'], 'outdated');
  });

  it('remembers what those were that cannot be seen now', async () => {
    const bench = await built();
    const before = await look(bench);
    bench.world.unreachable = true;
    const now = await look(bench, {}, before);
    const row = rowIn(now, 'object/settings');
    assert.deepEqual([row.state, row.lastKnown], ['unknown', { state: 'ready', at: before.observedAt }]);
    assert.deepEqual(rowIn(await look(bench, {}, now), 'object/settings').lastKnown, row.lastKnown);
    const dark = unseenStatus({ ...about, session: 'signedOut', graph: bench.session().graph, previous: before }, 'signed out');
    assert.deepEqual(rowIn(dark, 'vpc').lastKnown?.state, 'ready');
    assert.equal(dark.observedAt, before.observedAt);
  });
});

describe('what left the file', () => {
  const smaller = { wanted: { without: ['services', 'compute'] } };

  it('is what a plan found, without what came back into the file since', async () => {
    const bench = await built();
    const { left } = await bench.session(smaller).plan();
    const shown = async (options: SessionOptions): Promise<PlatformStatus['left']> => {
      const session = bench.session(options);
      return statusOf({ ...about, graph: session.graph, observations: await session.observe(), observedAt: '', left }).left;
    };
    assert.deepEqual(await shown(smaller), left);
    assert.equal(left?.length, 3);
    assert.deepEqual(await shown({}), []);
    assert.equal((await look(bench)).left, undefined, 'nobody looked for it');
  });

  it('goes row by row in a run, and what cannot go says why', async () => {
    const bench = await built();
    const { left = [] } = await bench.session(smaller).plan();
    const start: PlatformStatus = { ...(await look(bench, smaller)), left };
    bench.events.length = 0;
    const release = bench.world.release.bind(bench.world);
    bench.world.release = (row) => {
      if (row.type === 'role') throw new Refused('it may not be deleted');
      release(row);
    };
    alive(await bench.session(smaller).apply({ consent: new Set(left.map(({ resource }) => `delete:${resource}`)) }));
    const told = new Map<string, string[]>();
    const end = bench.events.reduce((status, event) => {
      const next = reduce(status, event);
      for (const { resource, reason } of next.left ?? []) told.set(resource, [...(told.get(resource) ?? []), reason]);
      return next;
    }, start);
    assert.ok(told.get('nodegroup')?.includes('being deleted'));
    assert.deepEqual(
      end.left?.map(({ resource, reason }) => [resource, reason]),
      [['role/nodes', 'it may not be deleted']],
    );
    assert.deepEqual(end.findings, [], 'told in its row, and once');
  });
});

describe('outline', () => {
  it('has every row before any look, absent, with price and time', () => {
    const status = outline({ ...about, graph: new Bench().session().graph });
    assert.deepEqual([...new Set(Object.values(states(status)))], ['absent']);
    assert.ok(status.duration.seconds > 540 && status.cost.wholeMonthlyUsd > 100 && status.cost.standingMonthlyUsd === 0);
    assert.equal(status.observedAt, undefined);
  });
});

describe('reduce', () => {
  const fold = (bench: Bench, start: PlatformStatus): PlatformStatus => bench.events.reduce(reduce, start);

  it('an apply, from outline to what a look would say', async () => {
    const bench = new Bench();
    const start = outline({ ...about, graph: bench.session().graph });
    assertSucceeded(bench, await bench.session().apply());
    const end = fold(bench, start);
    const looked = await look(bench);
    assert.deepEqual(states(end), states(looked));
    for (const row of looked.stages.flatMap((stage) => stage.resources)) {
      const folded = rowIn(end, row.id);
      assert.deepEqual(
        [folded.state, folded.physicalId, folded.owner, folded.elapsed],
        [row.state, row.physicalId, row.owner, undefined],
        row.id,
      );
    }
    assert.equal(end.run, undefined);
  });

  it('on the way: queued, pending with its time, waiting, ready; a stage takes its worst', async () => {
    const bench = new Bench();
    let status = outline({ ...about, graph: bench.session().graph });
    assertSucceeded(bench, await bench.session().apply());
    const words = new Map<string, State[]>();
    for (const event of bench.events) {
      status = reduce(status, event);
      for (const row of status.stages.flatMap((stage) => stage.resources)) {
        const list = words.get(row.id) ?? [];
        if (list.at(-1) !== row.state) words.set(row.id, [...list, row.state]);
      }
      if (event.event === 'resource.progress' && event.resource === 'cluster' && event.elapsed > 60) {
        assert.deepEqual([rowIn(status, 'cluster').expected, states(status)['cluster']], [540, 'pending']);
      }
    }
    assert.deepEqual(words.get('cluster'), ['queued', 'pending', 'ready']);
    assert.deepEqual(words.get('addon'), ['queued', 'pending', 'waiting', 'ready']);
    assert.deepEqual(words.get('gate/nodes-ready')?.at(-1), 'ready');
  });

  it('a destroy, to absent', async () => {
    const bench = await built();
    const start = await look(bench);
    bench.events.length = 0;
    assertSucceeded(bench, await bench.session().destroy());
    let isDeleting = false;
    const end = bench.events.reduce((status, event) => {
      const next = reduce(status, event);
      isDeleting ||= rowIn(next, 'cluster').state === 'deleting';
      return next;
    }, start);
    assert.ok(isDeleting);
    assert.deepEqual([...new Set(Object.values(states(end)))], ['absent'], JSON.stringify(states(end)));
    assert.equal(end.cost.standingMonthlyUsd, 0);
  });

  it('a failure: its cause and next step, those skipped for it by name, and what was not reached', async () => {
    const bench = new Bench();
    const start = outline({ ...about, graph: bench.session().graph });
    bench.world.natFailure = 'no free address';
    alive(await bench.session().apply());
    const end = fold(bench, start);
    const nat = rowIn(end, 'nat/a');
    assert.deepEqual([nat.state, nat.reason, nat.cause?.code], ['failed', 'no free address', 'failed']);
    assert.match(rowIn(end, 'nodegroup').reason, /^NAT gateway [ab] failed$/);
    assert.deepEqual([rowIn(end, 'nodegroup').state, states(end)['vpc'], states(end)['compute']], ['skipped', 'failed', 'skipped']);
  });

  it('a pause shows signed out, and ends', () => {
    const start = outline({ ...about, graph: new Bench().session().graph });
    const stamp = { time: '2026-01-01T00:00:00.000Z', run: 'r' };
    const running = reduce(start, { ...stamp, event: 'run.started', verb: 'apply', stages: ['vpc'], total: 1 });
    const paused = reduce(running, { ...stamp, event: 'run.paused', reason: 'expired' });
    assert.deepEqual([paused.session, paused.run?.paused], ['signedOut', 'expired']);
    const resumed = reduce(paused, { ...stamp, event: 'run.resumed' });
    assert.deepEqual([resumed.session, resumed.run?.paused], ['connected', undefined]);
    assert.equal(resumed.stages[1], start.stages[1], 'what an event does not touch is the same object');
  });

  it('the failure of what has no row is a finding', () => {
    const start = outline({ ...about, graph: new Bench().session().graph });
    const event = {
      time: '2026-01-01T00:00:00.000Z',
      run: 'r',
      event: 'resource.failed' as const,
      resource: 'zones',
      stage: 'vpc',
      reason: 'denied',
      cause: { code: 'denied', message: 'denied' },
    };
    const end = reduce(reduce(start, event), event);
    assert.deepEqual(end.findings, [{ code: 'denied', severity: 'error', message: 'denied', resource: 'zones' }]);
  });
});
