import assert from 'node:assert/strict';
import { reduce } from '../../src/core/status/reduce.ts';
import type { RunEvent } from '../../src/core/engine/events.ts';
import { Forest, type Redraw } from '../../src/vscode/forest.ts';
import { Platform } from '../../src/vscode/platform.ts';
import { Platforms } from '../../src/vscode/platforms.ts';
import { Validator } from '../../src/vscode/validator.ts';
import { ManualClock, resource, stage, status } from './example.ts';

const STAGES = 5;
const RESOURCES = 20;
const many = status(
  Array.from({ length: STAGES }, (_, s) =>
    stage({
      id: `s${s}`,
      title: `Stage ${s}`,
      state: 'ready',
      resources: Array.from({ length: RESOURCES }, (__, r) => resource({ id: `s${s}r${r}`, state: 'ready' })),
    }),
  ),
);

function planted(): { clock: ManualClock; platform: Platform; platforms: Platforms; forest: Forest; draws: Redraw[] } {
  const clock = new ManualClock();
  const platforms = new Platforms();
  const draws: Redraw[] = [];
  const forest = new Forest(platforms, clock, (redraw) => draws.push(redraw));
  const validator = new Validator(() => assert.fail('nothing is read here'));
  const ports = {
    clock,
    fold: reduce,
    validator,
    startRunner: () => assert.fail(),
    reachOf: () => assert.fail(),
    log: () => undefined,
    onFindings: () => undefined,
    settledRuns: new Set(),
    onRunEvent: () => undefined,
  };
  const platform = new Platform({ key: 'file:///w/platform.yml', file: '/w/platform.yml', fallbackName: 'w', mode: 'live' }, ports);
  platforms.add(platform);
  platform.model.setStatus(many);
  return { clock, platform, platforms, forest, draws };
}

const event = (index: number): RunEvent => ({
  event: 'resource.observed',
  stage: `s${index % STAGES}`,
  resource: `s${index % STAGES}r${index % RESOURCES}`,
  state: 'pending',
  reason: `step ${index}`,
  owner: 'slipway',
  time: new Date(0).toISOString(),
  run: 'r',
});

describe('drawing the tree', () => {
  it('makes at most four tree events of 500 changes in a second, and loses none', async () => {
    const { clock, platform, forest, draws } = planted();
    await clock.pass(10_000);
    draws.length = 0;
    for (let sent = 0; sent < 500; sent++) {
      platform.model.take(event(sent));
      await clock.pass(2);
    }
    assert.ok(draws.length <= 4, `${draws.length} events`);
    await clock.pass(1_000);
    assert.match(forest.find(platform.key, 's4/s4r19')?.row.description ?? '', /step 499/);
  });

  it('draws the changed row and its stage, not the rest', async () => {
    const { clock, platform, draws } = planted();
    await clock.pass(10_000);
    draws.length = 0;
    platform.model.take(event(0));
    await clock.pass(1_000);
    const drawn = draws.flatMap((redraw) => (redraw === 'everything' ? ['everything'] : redraw.map(({ row }) => row.path)));
    assert.deepEqual(drawn.toSorted(), ['', 's0', 's0/s0r0']);
  });

  // The other half, from the object to the event, is measured by `npm run bench -- --only objects`.
  it('shows a stage ready within a third of a second of what is told of its last object, however busy the rest is', async () => {
    const { clock, platform, forest } = planted();
    const all = many.stages.map(({ resources, ...shown }) => ({
      ...shown,
      state: 'pending' as const,
      resources: resources.map((each) => ({ ...each, state: 'pending' as const })),
    }));
    platform.model.setStatus({ ...many, stages: all });
    const observed = (index: number, state: 'ready' | 'pending'): RunEvent => ({
      ...{ event: 'resource.observed', stage: 's0', resource: `s0r${index}`, owner: 'slipway', run: 'r', reason: '', state },
      time: new Date(clock.now()).toISOString(),
    });
    for (let index = 0; index < RESOURCES - 1; index++) platform.model.take(observed(index, 'ready'));
    for (let sent = 0; sent < 100; sent++) {
      platform.model.take(event(sent * STAGES + 1));
      await clock.pass(7);
    }
    assert.notEqual(forest.find(platform.key, 's0')?.row.icon.id, 'pass');
    platform.model.take(observed(RESOURCES - 1, 'ready'));
    platform.model.take(event(1));
    await clock.pass(300);
    assert.deepEqual(forest.find(platform.key, 's0')?.row.icon.id, 'pass');
  });

  it('keeps the object of a row for as long as the row exists: VS Code knows rows by identity', async () => {
    const { clock, platform, forest } = planted();
    await clock.pass(10_000);
    const before = forest.find(platform.key, 's0/s0r0');
    platform.model.take(event(0));
    await clock.pass(1_000);
    assert.ok(before);
    assert.equal(forest.find(platform.key, 's0/s0r0'), before);
    assert.equal(before.id, 'file:///w/platform.yml#s0/s0r0');
  });

  it('shows only what needs attention, and everything again', async () => {
    const { clock, platform, forest } = planted();
    platform.model.setStatus({
      ...many,
      stages: many.stages.map((shown, index) => (index === 1 ? stage({ id: 's1', state: 'failed' }) : shown)),
    });
    forest.attentionOnly = true;
    await clock.pass(1_000);
    assert.deepEqual(
      forest.roots.flatMap(({ children }) => children.map(({ row }) => row.path)),
      ['s1'],
    );
    forest.attentionOnly = false;
    await clock.pass(1_000);
    assert.equal(forest.roots[0]?.children.length, STAGES);
  });

  it('draws everything when a platform comes or goes', async () => {
    const { clock, platforms, platform, forest, draws } = planted();
    await clock.pass(10_000);
    draws.length = 0;
    platforms.remove(platform.key);
    await clock.pass(1_000);
    assert.deepEqual([draws, forest.roots], [['everything'], []]);
  });
});
