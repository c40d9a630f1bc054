import assert from 'node:assert/strict';
import type { Finding } from '../../../src/core/findings/finding.ts';
import { Engine } from '../../../src/core/engine/engine.ts';
import type { LeftOver } from '../../../src/core/engine/plan.ts';
import type { Residue } from '../../../src/core/engine/ports.ts';
import { Unseen } from '../../../src/core/graph/errors.ts';
import type { Look } from '../../../src/core/graph/resource.ts';
import { ResourceGraph } from '../../../src/core/graph/resourceGraph.ts';
import { Bench } from './world/bench.ts';
import { alive, assertSucceeded, built } from './world/built.ts';

describe('Engine.destroy', () => {
  it('plans the deletes in the order of the run, with their seconds', async () => {
    const bench = await built();
    const plan = await bench.session().plan('destroy');
    const ids = plan.changes.map(({ resource }) => resource);
    assert.deepEqual([...new Set(plan.changes.map(({ change }) => change.action))], ['delete']);
    assert.ok(ids.indexOf('nodegroup') < ids.indexOf('cluster') && ids.indexOf('cluster') < ids.indexOf('vpc'));
    assert.equal(ids.at(-1), 'role/cluster');
    assert.ok(!ids.includes('object/settings'), 'it dies with the cluster');
    assert.deepEqual(
      plan.duration.criticalPath.slice(0, 2),
      ['nodegroup', 'cluster'].slice(0, 1).concat(plan.duration.criticalPath[1] ?? ''),
    );
    assert.ok(plan.duration.seconds >= 420);
    assert.equal(plan.cost.monthlyUsd, 0);
  });

  it('leaves nothing, and says so', async () => {
    const bench = await built();
    const outcome = assertSucceeded(bench, await bench.session().destroy());
    assert.deepEqual(bench.world.rows, []);
    assert.deepEqual([outcome.residue, outcome.monthlyUsd], [[], 0]);
    assert.equal(bench.world.refusals, 0, 'dependants first: nothing is asked for too early');
    const again = assertSucceeded(bench, await bench.session().destroy());
    assert.deepEqual(again.changed, []);
  });

  it('deletes no object of the cluster on its own, but what would outlive it, before it', async () => {
    const bench = await built();
    bench.world.put('volume', '', undefined, {});
    const from = bench.world.writes.length;
    assertSucceeded(bench, await bench.session().destroy());
    const writes = bench.world.writes.slice(from);
    assert.ok(!writes.some((write) => write.includes('object')));
    assert.ok(writes.findIndex((write) => write.startsWith('delete volume')) < writes.indexOf('delete cluster cluster'));
    const told = bench.events.filter((event) => event.event === 'resource.observed' && event.resource === 'object/settings').at(-1);
    assert.ok(told?.event === 'resource.observed' && told.state === 'absent', 'it is told that the object went with its cluster');
  });

  it('tells what is left and what it costs', async () => {
    const bench = await built({ wanted: { without: ['compute', 'services'] } });
    bench.world.put('volume', '', undefined, {});
    const outcome = alive(await bench.session({ wanted: { without: ['compute', 'services'] } }).destroy());
    assert.equal(outcome.residue.length, 1);
    assert.equal(outcome.residue[0]?.monthlyUsd, 1);
  });

  it('of one stage takes what requires it along, and keeps what still stands on it', async () => {
    const bench = await built();
    assertSucceeded(bench, await bench.session().destroy({ stages: ['cluster'] }));
    const shape = bench.shape();
    assert.ok(!shape.some((row) => /cluster cluster|nodegroup|addon/.test(row)), shape.join());
    assert.ok(shape.includes('vpc vpc') && shape.includes('nat nat/a'));
    assert.ok(shape.includes('role role/cluster'), 'the claim on the VPC goes with the VPC');
    assertSucceeded(bench, await bench.session().apply());
  });

  it('asks what is left of the stages that were to go, and of everything after the whole', async () => {
    const bench = await built();
    const { graph, cancel, client } = bench.session();
    const asked: (ReadonlySet<string> | undefined)[] = [];
    const ports = bench.ports(client);
    const residue = (_look: Look, went?: ReadonlySet<string>): Promise<readonly Residue[]> => (asked.push(went), Promise.resolve([]));
    const engine = new Engine({ ...ports, providers: ports.providers.map((provider) => ({ ...provider, residue })) });
    const nodes = bench.world.rows.filter(({ type }) => type === 'nodegroup').map(({ id }) => id);
    const vpc = bench.world.rows.find(({ type }) => type === 'vpc')?.id ?? '';
    await engine.destroy(graph, { signal: cancel.signal, consent: new Set(), stages: ['compute'] });
    assert.ok(nodes.length > 0 && nodes.every((id) => asked[0]?.has(id)) && asked[0]?.has(vpc) === false);
    await engine.destroy(graph, { signal: cancel.signal, consent: new Set() });
    assert.equal(asked.at(-1), undefined);
    assert.ok(asked.length > 1);
  });

  it('asks what it deletes before it deletes, and no provider: nothing is to be made', async () => {
    const bench = await built();
    const { graph, cancel, client } = bench.session();
    const ports = bench.ports(client);
    const asked: string[] = [];
    const warned = (id: string) => async (): Promise<readonly Finding[]> => (
      asked.push(id),
      [{ code: 'data-lost', severity: 'warning', message: `${id} goes` }]
    );
    const checked = new ResourceGraph(
      graph.stages.map((stage) => ({ ...stage, resources: stage.resources.map((each) => ({ ...each, check: warned(each.id) })) })),
    );
    const engine = new Engine({ ...ports, providers: ports.providers.map((provider) => ({ ...provider, check: warned(provider.name) })) });
    const plan = await engine.plan(checked, 'destroy', { signal: cancel.signal, consent: new Set() });
    assert.ok(plan.findings.some(({ message }) => message === 'cluster goes'));
    assert.ok(!asked.includes('aws') && !asked.includes('object/settings'), 'it dies with the cluster');
  });

  it('does not take what could not be seen for gone', async () => {
    const wanted = { without: ['services'] };
    const bench = await built({ wanted });
    const { engine, graph, cancel, client } = bench.session({ wanted });
    const list = client.list.bind(client);
    client.list = (type) => (type === 'nodegroup' ? Promise.reject(new Unseen('no answer')) : list(type));
    const outcome = await engine.destroy(graph, { signal: cancel.signal, consent: new Set() });
    assert.deepEqual(outcome.failed, ['nodegroup']);
    assert.ok(bench.shape().includes('cluster cluster'));
  });

  it('makes cluster deletion wait for what must go before and cannot be reached, unless it may be abandoned', async () => {
    const bench = await built();
    bench.world.unreachable = true;
    assertSucceeded(bench, await bench.session().destroy({ consent: new Set(['abandon:kubernetes']) }));
    assert.deepEqual(bench.world.rows, []);
  });

  it('finds what left the file, too', async () => {
    const bench = await built();
    const smaller = { wanted: { without: ['compute', 'services'] } };
    assertSucceeded(bench, await bench.session(smaller).destroy());
    assert.deepEqual(bench.world.rows, []);
  });
});

describe('orphans', () => {
  const smaller = { wanted: { without: ['services', 'compute'] } };

  it('are found by their tags, planned as deletes, and stay without a consent', async () => {
    const bench = await built();
    const plan = await bench.session(smaller).plan();
    assert.deepEqual(plan.orphans.map(({ id }) => id).sort(), ['nodegroup', 'object/settings', 'role/nodes']);
    assert.ok(plan.changes.every(({ change, consent }) => change.action === 'delete' && consent === 'delete'));
    const before = bench.shape();
    assertSucceeded(bench, await bench.session(smaller).apply());
    assert.deepEqual(bench.shape(), before);
  });

  it('go with theirs, in order', async () => {
    const bench = await built();
    const from = bench.world.writes.length;
    const consent = new Set(['delete:nodegroup', 'delete:role/nodes', 'delete:object/settings']);
    assertSucceeded(bench, await bench.session(smaller).apply({ consent }));
    const writes = bench.world.writes.slice(from);
    assert.ok(!bench.shape().some((row) => /nodegroup|nodes|object/.test(row)));
    assert.ok(writes.includes('delete nodegroup nodegroup') && writes.includes('delete role role/nodes'));
    assert.deepEqual((await bench.session(smaller).plan()).changes, []);
  });

  it('are told by name, price and reason, in the plan and at the end of a run, until they are gone', async () => {
    const bench = await built();
    const left = [
      { resource: 'nodegroup', kind: 'nodegroup', title: 'nodegroup nodegroup', reason: 'no longer in the platform file' },
      { resource: 'role/nodes', kind: 'role', title: 'role role/nodes', reason: 'no longer in the platform file' },
    ];
    const few = { wanted: { without: ['services', 'compute'] } };
    const consent = new Set(['delete:object/settings']);
    const rows = (those: readonly LeftOver[] | undefined): readonly string[] | undefined => those?.map(({ resource }) => resource).sort();
    assert.deepEqual(rows((await bench.session(few).plan()).left), ['nodegroup', 'object/settings', 'role/nodes']);
    const ended = assertSucceeded(bench, await bench.session(few).apply({ consent }));
    assert.deepEqual(
      ended.left?.toSorted((a, b) => (a.resource < b.resource ? -1 : 1)),
      left,
    );
    assert.equal((await bench.session(few).plan('apply', ['vpc'])).left, undefined, 'some stages: nobody looked');
    assert.deepEqual(assertSucceeded(bench, await bench.session().apply()).left, []);
  });

  it('are none while it cannot be looked for them, and that is told', async () => {
    const bench = new Bench();
    const session = bench.session();
    const [aws] = bench.ports(session.client).providers;
    assert.ok(aws);
    const blind = { ...aws, discover: () => Promise.reject(new Error('not allowed')) };
    const plan = await bench.session({ ports: { providers: [blind] } }).plan();
    assert.deepEqual([plan.orphans, plan.left], [[], undefined]);
    assert.deepEqual(
      plan.findings.map(({ severity }) => severity),
      ['information'],
    );
  });
});
