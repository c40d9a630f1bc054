import assert from 'node:assert/strict';
import type { Finding, Severity } from '../../../src/core/findings/finding.ts';
import { ResourceGraph } from '../../../src/core/graph/resourceGraph.ts';
import type { AnyResource } from '../../../src/core/graph/resource.ts';
import { Bench } from './world/bench.ts';
import { assertSucceeded, built } from './world/built.ts';

const WORDS = 'helm is not found: it is not on PATH.';

/** Something that is not there, and says before the first write what it lacks. */
function lacking(id: string, severity: Severity): AnyResource {
  return {
    id,
    kind: 'release',
    provider: 'kubernetes',
    title: id,
    needs: {},
    observe: () => Promise.resolve({ state: 'absent' }),
    check: () => Promise.resolve([{ code: 'helm-missing', severity, resource: id, message: WORDS }]),
    steps: { plan: () => ({ action: 'none' }), delete: () => Promise.resolve() },
    estimate: () => ({ createSeconds: 1, deleteSeconds: 1, monthlyUsd: 0 }),
  };
}

const graphOf = (...stages: readonly (readonly [id: string, ...resources: readonly AnyResource[]])[]): ResourceGraph =>
  new ResourceGraph(stages.map(([id, ...resources]) => ({ id, title: id, doc: '', icon: '', requires: [], barrier: false, resources })));

const told = (findings: readonly Finding[]): readonly (readonly [Severity, string])[] =>
  findings.filter(({ code }) => code === 'helm-missing').map(({ severity, message }) => [severity, message]);

describe('what must hold before the first write', () => {
  const planned = async (graph: ResourceGraph, verb: 'apply' | 'destroy' = 'apply', orphans: readonly AnyResource[] = []) => {
    const bench = new Bench();
    const providers = [{ name: 'kubernetes', parallel: 1, discover: () => Promise.resolve(orphans) }];
    const { engine, cancel } = bench.session({ ports: { providers } });
    return engine.plan(graph, verb, { signal: cancel.signal });
  };

  it('is told once where several lack the same, as heavy as the heaviest, with the stages', async () => {
    const graph = graphOf(['tls', lacking('a', 'information')], ['sentry', lacking('b', 'error'), lacking('c', 'error')]);
    assert.deepEqual(told((await planned(graph)).findings), [['error', `${WORDS} It concerns tls, sentry.`]]);
    assert.deepEqual(told((await planned(graphOf(['tls', lacking('a', 'error')]))).findings), [['error', WORDS]]);
  });

  it('is asked of what left the file too, and of a destroy only what it deletes', async () => {
    const orphan = lacking('old', 'warning');
    assert.deepEqual(told((await planned(graphOf(['tls']), 'apply', [orphan])).findings), [['warning', WORDS]]);
    assert.deepEqual(told((await planned(graphOf(['tls', lacking('a', 'error')]), 'destroy')).findings), []);
  });
});

describe('what left the file and lives in something that goes', () => {
  const member = (home: AnyResource, deleted: string[], id: string, more: Partial<AnyResource> = {}): AnyResource => ({
    ...lacking(id, 'warning'),
    within: home,
    after: [home.id],
    observe: () =>
      Promise.resolve(
        deleted.includes(id) ? { state: 'absent' } : { state: 'ready', owner: 'slipway', physicalId: id, attributes: {}, outputs: {} },
      ),
    steps: { plan: () => ({ action: 'none' }), delete: () => Promise.resolve(void deleted.push(id)) },
    ...more,
  });

  it('goes with it, and is not told as left; what leaves something outside is deleted before', async () => {
    const bench = await built();
    const session = bench.session();
    const [aws, kubernetes] = bench.ports(session.client).providers;
    const home = session.graph.get('cluster');
    assert.ok(aws && kubernetes && home);
    const deleted: string[] = [];
    const orphans = [member(home, deleted, 'old'), member(home, deleted, 'volume', { leaves: true })];
    const providers = [aws, { ...kubernetes, discover: () => Promise.resolve(orphans) }];
    const plan = await bench.session({ ports: { providers } }).plan('destroy');
    assert.deepEqual(
      plan.changes.filter(({ stage }) => stage === 'orphans').map(({ resource }) => resource),
      ['volume'],
    );
    const outcome = assertSucceeded(bench, await bench.session({ ports: { providers } }).destroy());
    assert.deepEqual([deleted, outcome.left], [['volume'], []]);
  });
});
