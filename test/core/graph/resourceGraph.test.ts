import assert from 'node:assert/strict';
import { GraphError, ResourceGraph } from '../../../src/core/graph/resourceGraph.ts';
import type { AnyResource, Handle } from '../../../src/core/graph/resource.ts';
import type { Stage } from '../../../src/core/graph/stage.ts';

const resource = (id: string, more: Partial<AnyResource> = {}): AnyResource => ({
  id,
  kind: 'test',
  provider: 'aws',
  title: id,
  needs: {},
  observe: () => Promise.resolve({ state: 'absent' }),
  steps: { plan: () => ({ action: 'none' }), delete: () => Promise.resolve() },
  ...more,
});
const value = (id: string): AnyResource => {
  const { steps: _, ...rest } = resource(id, { internal: true });
  return rest;
};
const stage = (id: string, requires: readonly string[], resources: readonly AnyResource[], barrier = false): Stage => ({
  id,
  title: id.toUpperCase(),
  doc: '',
  icon: '',
  requires,
  barrier,
  resources,
});
const on = (...handles: readonly Handle<unknown>[]) => ({ needs: { on: handles } });

describe('ResourceGraph', () => {
  it('puts what is needed first, whatever the order given, and keeps the order of ties', () => {
    const a = resource('a');
    const graph = new ResourceGraph([stage('s', [], [resource('c', on(a)), resource('b', { after: ['c'] }), a, resource('d')])]);
    assert.deepEqual(
      graph.order.map(({ id }) => id),
      ['a', 'c', 'b', 'd'],
    );
    assert.deepEqual(graph.requires('b'), ['c']);
    assert.deepEqual(graph.dependants().get('a'), ['c']);
    assert.equal(graph.stageOf('c'), 's');
    assert.ok(graph.has('d') && !graph.has('e') && graph.get('e') === undefined);
  });

  it('names a cycle, an unknown id, and whatever is there twice', () => {
    const cycle = [resource('p', { after: ['r'] }), resource('q', { after: ['p'] }), resource('r', { after: ['q'] })];
    assert.throws(() => new ResourceGraph([stage('s', [], cycle)]), /p → r → q → p/);
    assert.throws(() => new ResourceGraph([stage('s', [], [resource('a', { after: ['nowhere'] })])]), /a requires nowhere/);
    assert.throws(
      () => new ResourceGraph([stage('s', [], [resource('a')]), stage('t', [], [resource('a')])]),
      /Two resources are called a/,
    );
    assert.throws(() => new ResourceGraph([stage('s', [], []), stage('s', [], [])]), /Two stages are called s/);
    assert.throws(() => new ResourceGraph([stage('s', ['t'], [])]), /Stage s requires t/);
    assert.throws(() => new ResourceGraph([]).stageOf('a'), GraphError);
  });

  it('holds a stage with a barrier back with one node, and what is early by nothing', () => {
    const many = Array.from({ length: 100 }, (_, i) => resource(`a${i}`));
    const objects = Array.from({ length: 100 }, (_, i) => resource(`b${i}`));
    const early = resource('namespace', { early: true });
    const graph = new ResourceGraph([stage('a', [], many), stage('b', ['a'], [...objects, early], true)]);
    assert.deepEqual(graph.requires('b7'), ['barrier/a']);
    assert.equal(graph.requires('barrier/a').length, 100);
    assert.deepEqual(graph.requires('namespace'), []);
    assert.equal(graph.order.filter(({ kind }) => kind === 'barrier').length, 1);
    assert.equal(graph.get('barrier/a')?.internal, true);
  });

  it('does not order stages without a barrier', () => {
    const graph = new ResourceGraph([stage('a', [], [resource('a')]), stage('b', ['a'], [resource('b')])]);
    assert.deepEqual(graph.requires('b'), []);
  });

  it('knows the longest chain, and names of it what takes time', () => {
    const [a, b, gate, c] = [resource('a'), resource('b'), resource('gate', { after: ['b'] }), resource('c', { after: ['a', 'gate'] })];
    const graph = new ResourceGraph([stage('s', [], [a, b, gate, c])]);
    const seconds: Record<string, number> = { a: 10, b: 20, gate: 0, c: 5 };
    assert.deepEqual(
      graph.criticalPath(({ id }) => seconds[id] ?? 0),
      { seconds: 25, path: ['b', 'c'] },
    );
    assert.deepEqual(
      graph.criticalPath(() => 0),
      { seconds: 0, path: [] },
    );
  });

  it('takes a chain of ten thousand', () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => resource(`r${i}`, i < 9_999 ? { after: [`r${i + 1}`] } : {}));
    const graph = new ResourceGraph([stage('s', [], chain)]);
    assert.equal(graph.order[0]?.id, 'r9999');
    assert.equal(graph.criticalPath(() => 1).seconds, 10_000);
  });
});

describe('ResourceGraph.select', () => {
  const caller = value('caller');
  const role = resource('role', on(caller));
  const vpc = resource('vpc', { ...on(caller), after: ['role'] });
  const subnet = resource('subnet', on(vpc));
  const cluster = resource('cluster', on(role, subnet));
  const nodes = resource('nodes', on(cluster));
  const other = resource('other', on(caller));
  const graph = new ResourceGraph([
    stage('vpc', [], [caller, vpc, subnet]),
    stage('cluster', ['vpc'], [role, cluster]),
    stage('compute', ['cluster'], [nodes]),
    stage('else', [], [other]),
  ]);
  const ids = (selected: ReadonlySet<string>): readonly string[] => [...selected].sort();

  it('for an apply takes what is required, by stage and by edge', () => {
    assert.deepEqual(ids(graph.select(['compute'], 'requires')), ['caller', 'cluster', 'nodes', 'role', 'subnet', 'vpc']);
    assert.deepEqual(ids(graph.select(['vpc'], 'requires')), ['caller', 'role', 'subnet', 'vpc'], 'with the role that carries the claim');
    assert.deepEqual(ids(graph.select(['else'], 'requires')), ['caller', 'other']);
  });

  it('for a destroy takes what requires it, and leaves what something that stays is after', () => {
    assert.deepEqual(ids(graph.select(['cluster'], 'dependants')), ['cluster', 'nodes'], 'the role stays: the VPC is after it');
    assert.deepEqual(ids(graph.select(['compute'], 'dependants')), ['nodes']);
    assert.deepEqual(ids(graph.select(['vpc'], 'dependants')), ['cluster', 'nodes', 'role', 'subnet', 'vpc']);
    assert.ok(!graph.select(['vpc'], 'dependants').has('other'), 'a value that was only found out takes nothing along');
  });

  it('names a stage that does not exist', () => {
    assert.throws(() => graph.select(['nowhere'], 'requires'), /There is no stage nowhere/);
  });
});
