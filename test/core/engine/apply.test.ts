import assert from 'node:assert/strict';
import { approvalOf } from '../../../src/core/engine/approval.ts';
import { Engine } from '../../../src/core/engine/engine.ts';
import { Refused, Unseen } from '../../../src/core/graph/errors.ts';
import { ResourceGraph } from '../../../src/core/graph/resourceGraph.ts';
import { Bench } from './world/bench.ts';
import { alive, assertSucceeded, built } from './world/built.ts';

describe('Engine.apply', () => {
  it('makes everything once; a second run changes and writes nothing', async () => {
    const bench = await built();
    const { writes, reads } = bench.world;
    const [made, looked] = [writes.length, reads];
    const again = assertSucceeded(bench, await bench.session().apply());
    assert.deepEqual([again.changed, again.failed, again.skipped], [[], [], []]);
    assert.equal(bench.world.writes.length, made);
    assert.ok(bench.world.reads - looked < 25, `${bench.world.reads - looked} reads for nothing to do`);
  });

  it('keeps the order: what is needed is usable before, a NAT gateway waits for the gateway, the group for the add-on', async () => {
    const { world } = await built();
    const at = (write: string): number => {
      const index = world.writes.findIndex((other) => other.includes(write));
      assert.ok(index >= 0, write);
      return index;
    };
    assert.ok(at('create role role/cluster') < at('create vpc'));
    assert.ok(at('hostnames') < at('create subnet'));
    assert.ok(at('modify gateway') < at('create nat'));
    assert.ok(at('create addon') < at('create nodegroup'));
    assert.ok(at('create nodegroup') < at('create object'), 'the barrier holds the stage back');
    assert.ok(at('create cluster') < at('create nat'), 'the cluster does not wait for NAT');
  });

  it('takes hardly longer than its critical path', async () => {
    const bench = new Bench();
    const plan = await bench.session().plan();
    const began = bench.clock.now();
    assertSucceeded(bench, await bench.session().apply());
    const seconds = (bench.clock.now() - began) / 1_000;
    assert.ok(seconds < plan.duration.seconds * 1.1, `${seconds} s for a path of ${plan.duration.seconds} s`);
  });

  it('changes in place what can be, and nothing else', async () => {
    const bench = await built();
    const outcome = assertSucceeded(bench, await bench.session({ wanted: { desired: 16 } }).apply());
    assert.deepEqual(outcome.changed, ['nodegroup']);
    assert.equal(bench.world.writes.at(-1), 'modify nodegroup nodegroup desired');
  });

  it('does not begin where something foreign is in the way, approved or not: it is named, and nothing is written', async () => {
    const bench = new Bench();
    bench.world.put('cluster', 'cluster', undefined, { role: 'x', subnets: [] });
    const plan = await bench.session().plan();
    assert.equal(plan.changes.find(({ resource }) => resource === 'cluster')?.change.action, 'blocked');
    const isNamed = (error: unknown): boolean =>
      error instanceof Refused && error.code === 'foreign' && /EKS cluster exists as/.test(error.message);
    await assert.rejects(bench.session().apply(), isNamed);
    await assert.rejects(bench.session().apply({ approved: approvalOf(plan) }), isNamed);
    assert.deepEqual(bench.world.writes, []);
    assertSucceeded(bench, await bench.session().apply({ stages: ['vpc'] }), 'what has nothing to do with it');
  });

  it('takes what lives in something foreign for absent, and asks nothing of it', async () => {
    const bench = await built();
    const cluster = bench.world.all('cluster')[0];
    assert.ok(cluster);
    Object.assign(cluster, { resource: undefined });
    bench.world.unreachable = true;
    const seen = await bench.session().observe();
    assert.deepEqual([seen.get('object/settings')?.state, seen.get('addon')?.state], ['absent', 'absent']);
  });

  it('does not begin where it cannot see whether something is in the way', async () => {
    const bench = new Bench();
    const { graph, client } = bench.session();
    const blind = (error: Unseen): ResourceGraph =>
      new ResourceGraph(
        graph.stages.map((stage) => ({
          ...stage,
          resources: stage.resources.map((each) => (each.id === 'cluster' ? { ...each, observe: () => Promise.reject(error) } : each)),
        })),
      );
    const options = { signal: new AbortController().signal, consent: new Set<string>() };
    const run = new Engine(bench.ports(client)).apply(blind(new Unseen('you may not look')), options);
    await assert.rejects(run, (error: unknown) => error instanceof Refused && error.code === 'unseen');
    const noWay = new Unseen('connect ECONNREFUSED', { code: 'kubernetes-unreachable' });
    await assert.rejects(
      new Engine(bench.ports(client)).apply(blind(noWay), options),
      { code: 'kubernetes-unreachable', message: 'The cluster does not answer. Nothing was changed.' },
      'what was looked at at that moment has nothing to do with it',
    );
    assert.deepEqual(bench.world.writes, []);
    const slow = await new Engine(bench.ports(client)).plan(
      blind(new Unseen('slow down', { code: 'ThrottlingException' })),
      'apply',
      options,
    );
    const change = slow.changes.find(({ resource }) => resource === 'cluster')?.change;
    assert.ok(change?.action === 'blocked' && change.waits === true, 'what passes is waited for');
  });

  it('lets a foreign thing be that shows up in the run: it is blocked with its id, and what does not need it goes on', async () => {
    const bench = new Bench();
    const guard = (): Promise<void> => Promise.resolve(void bench.world.put('cluster', 'cluster', undefined, { role: 'x', subnets: [] }));
    const outcome = alive(await bench.session({ ports: { guard } }).apply());
    assert.equal(outcome.outcome, 'failed');
    assert.deepEqual(outcome.failed, ['cluster']);
    const failure = bench.events.find((event) => event.event === 'resource.failed');
    assert.ok(
      failure?.event === 'resource.failed' && failure.blocked === true && failure.cause?.code === 'foreign',
      JSON.stringify(failure),
    );
    assert.ok(bench.shape().includes('nat nat/a'));
    const skipped = bench.events.filter((event) => event.event === 'resource.skipped');
    assert.ok(skipped.some((event) => event.resource === 'nodegroup' && event.because === 'cluster'));
    assert.ok(!skipped.some((event) => event.resource.startsWith('barrier/')), 'a barrier is nobody’s row');
    assertSucceeded(bench, await bench.session().destroy());
    assert.deepEqual(bench.shape(), ['cluster foreign']);
  });

  it('makes anew, without a consent, what the plan found broken', async () => {
    const bench = await built();
    const nat = bench.world.all('nat')[0];
    assert.ok(nat);
    nat.failed = 'internal error';
    assert.equal((await bench.session().plan()).changes.find(({ resource }) => resource === nat.resource)?.change.action, 'recreate');
    assertSucceeded(bench, await bench.session().apply());
    assert.ok(bench.world.rows.every((row) => row.failed === undefined));
    assert.equal(bench.world.all('nat').length, 2);
  });

  it('does not make anew what failed under its own hands: the reason is told at once', async () => {
    const bench = new Bench();
    bench.world.natFailure = 'the subnet has no free address';
    const outcome = alive(await bench.session().apply());
    assert.deepEqual([...outcome.failed].sort(), ['nat/a', 'nat/b']);
    const failure = bench.events.find((event) => event.event === 'resource.failed');
    assert.ok(failure?.event === 'resource.failed' && failure.reason === 'the subnet has no free address');
    assert.equal(bench.world.writes.filter((write) => write.startsWith('create nat')).length, 2);
    bench.world.natFailure = undefined;
    assertSucceeded(bench, await bench.session().apply());
  });

  it('counts one that is still degraded at the end as failed, with its reason, and has let its dependants go', async () => {
    const bench = new Bench();
    bench.world.spotCapacity = false;
    const outcome = alive(await bench.session().apply());
    assert.deepEqual(outcome.failed, ['nodegroup']);
    const failure = bench.events.find((event) => event.event === 'resource.failed');
    assert.ok(
      failure?.event === 'resource.failed' && /^not ready after \d+ min \(no spot capacity/.test(failure.reason),
      JSON.stringify(failure),
    );
    assert.ok(bench.shape().includes('object object/settings'), 'dependants start when it is usable');
  });

  it('waits no longer for what is outside the run: an add-on that awaits compute is enough for its own stage', async () => {
    const bench = new Bench();
    const outcome = assertSucceeded(bench, await bench.session().apply({ stages: ['ebs-csi'] }));
    assert.ok(outcome.changed.includes('addon') && !outcome.changed.includes('nodegroup'));
    assert.ok(bench.shape().includes('role role/cluster') && !bench.shape().includes('role role/nodes'));
    const status = await bench.session().observe();
    const addon = status.get('addon');
    assert.ok(addon?.state === 'degraded' && addon.awaits === 'nodegroup');
  });

  it('gives up what cannot be looked at, says so, and makes nothing there', async () => {
    const bench = await built();
    bench.world.unreachable = true;
    const plan = await bench.session().plan();
    assert.deepEqual(
      plan.changes.map(({ resource, change }) => [resource, change.action]),
      [['object/settings', 'blocked']],
    );
    const outcome = alive(await bench.session().apply());
    assert.deepEqual([outcome.failed, outcome.skipped], [['gate/nodes-ready'], ['object/settings']]);
    const failure = bench.events.find((event) => event.event === 'resource.failed');
    assert.ok(failure?.event === 'resource.failed' && failure.cause?.code === 'unseen');
  });

  it('does not write when the guard refuses, and ends with what the guard said', async () => {
    const bench = new Bench();
    let asked = 0;
    const guard = (): Promise<void> => {
      asked++;
      return Promise.reject(new Error('the account is another one'));
    };
    await assert.rejects(bench.session({ ports: { guard } }).apply(), /another one/);
    assert.equal(asked, 1);
    assert.deepEqual(bench.world.writes, []);
    assert.equal(bench.events.at(-1)?.event, 'run.finished');
  });

  it('asks the guard once, before the first write, and not at all when there is nothing to write', async () => {
    const bench = new Bench();
    let asked = 0;
    const guard = (): Promise<void> => {
      asked++;
      assert.equal(bench.world.writes.length, 0);
      return Promise.resolve();
    };
    assertSucceeded(bench, await bench.session({ ports: { guard } }).apply());
    assertSucceeded(bench, await bench.session({ ports: { guard } }).apply());
    assert.equal(asked, 1);
  });

  it('fails a resource with the words of a defect, and goes on with the rest', async () => {
    const bench = new Bench();
    const { client, engine, graph, cancel } = bench.session();
    client.create = (type, name, resource, props) => {
      if (resource === 'address/a') return Promise.reject(new TypeError('x is not a function'));
      bench.world.admit(type, name, props);
      bench.world.put(type, name, resource, props);
      return Promise.resolve();
    };
    const outcome = await engine.apply(graph, { signal: cancel.signal, consent: new Set(), stages: ['cluster'] });
    assert.deepEqual(outcome.failed, ['address/a']);
    assert.ok(outcome.changed.includes('cluster'));
    const failure = bench.events.find((event) => event.event === 'resource.failed');
    assert.ok(
      failure?.event === 'resource.failed' && failure.cause?.message === 'x is not a function' && failure.cause.code === 'unexpected',
    );
  });

  it('asks three times for what does not take, and then says so', async () => {
    const bench = await built();
    const { client, engine, graph, cancel } = bench.session({ wanted: { desired: 16 } });
    const asked: number[] = [];
    client.modify = () => {
      asked.push(bench.clock.now());
      return Promise.resolve();
    };
    const outcome = await engine.apply(graph, { signal: cancel.signal, consent: new Set() });
    assert.equal(asked.length, 3);
    assert.ok(
      asked.every((at, i) => i === 0 || at - (asked[i - 1] ?? 0) >= 5_000),
      'and not at once',
    );
    assert.deepEqual(outcome.failed, ['nodegroup']);
    const failure = bench.events.find((event) => event.event === 'resource.failed');
    assert.ok(failure?.event === 'resource.failed' && failure.cause?.code === 'tried-thrice');
  });
});

describe('approval', () => {
  it('covers what was approved, or less', async () => {
    const bench = new Bench();
    const approved = approvalOf(await bench.session().plan());
    assertSucceeded(bench, await bench.session().apply({ stages: ['vpc'], approved }));
    assertSucceeded(bench, await bench.session().apply({ approved }));
  });

  it('does not cover more: the run ends with "plan again" and has written nothing', async () => {
    const bench = await built();
    const approved = approvalOf(await bench.session().plan());
    bench.world.rows = bench.world.rows.filter((row) => row.type !== 'object');
    const writes = bench.world.writes.length;
    await assert.rejects(bench.session().apply({ approved }), (error: unknown) => error instanceof Refused && error.code === 'plan-again');
    assert.equal(bench.world.writes.length, writes);
  });

  it('lets what stood as wanted be looked at again where the run cannot see it in passing', async () => {
    const bench = await built();
    const { client, graph } = bench.session();
    const options = { signal: new AbortController().signal, consent: new Set<string>() };
    const approved = approvalOf(await new Engine(bench.ports(client)).plan(graph, 'apply', options));
    const writes = bench.world.writes.length;
    let looks = 0;
    const passing = new ResourceGraph(
      graph.stages.map((stage) => ({
        ...stage,
        resources: stage.resources.map((each) => {
          if (each.id !== 'object/settings') return each;
          const observe: typeof each.observe = (...args) =>
            looks++ === 0 ? Promise.reject(new Unseen('slow down', { code: 'ThrottlingException' })) : each.observe(...args);
          return { ...each, observe };
        }),
      })),
    );
    const outcome = await new Engine(bench.ports(client)).apply(passing, { ...options, approved });
    assert.equal(outcome.outcome, 'succeeded');
    assert.equal(bench.world.writes.length, writes);
  });

  it('does not cover a deletion where an update was approved', async () => {
    const bench = await built();
    const approved = new Map([['vpc', 'update' as const]]);
    const next = { wanted: { cidr: '10.1.0.0/16' } };
    await assert.rejects(bench.session(next).apply({ approved, consent: new Set(['replace:vpc']) }), /plan was approved/);
  });
});

describe('replace', () => {
  const next = { wanted: { cidr: '10.1.0.0/16' } };

  it('takes along what lives in it, and is blocked without its consent', async () => {
    const bench = await built();
    const before = bench.shape();
    const plan = await bench.session(next).plan();
    const replaced = plan.changes.filter(({ change }) => change.action === 'replace');
    const roots = replaced.filter(({ consent }) => consent === 'replace').map(({ resource }) => resource);
    assert.deepEqual(roots, ['vpc']);
    assert.ok(replaced.some(({ resource }) => resource === 'cluster') && !replaced.some(({ resource }) => resource === 'role/cluster'));
    const outcome = alive(await bench.session(next).apply());
    assert.ok(outcome.failed.includes('vpc'));
    assert.deepEqual(bench.shape(), before);
  });

  it('with consent, replaces all of it, also when it was killed at any write', async () => {
    const bench = await built();
    const shape = bench.shape();
    const consent = new Set(['replace:vpc']);
    for (let at = 1; at <= 50; at += 3) {
      const world = await built();
      await world.session({ ...next, fault: { at, how: 'die after' } }).apply({ consent });
      assertSucceeded(world, await world.session(next).apply({ consent }), `at ${at}`);
      assert.deepEqual(world.shape(), shape, `at ${at}`);
      assert.equal(world.world.all('vpc')[0]?.props['cidr'], '10.1.0.0/16');
    }
  }).timeout(30_000);

  it('is blocked in a run that leaves out what would go along', async () => {
    const bench = await built();
    const plan = await bench.session(next).plan('apply', ['vpc']);
    const cluster = plan.changes.find(({ resource }) => resource === 'cluster');
    assert.equal(cluster?.change.action, 'blocked');
  });
});
