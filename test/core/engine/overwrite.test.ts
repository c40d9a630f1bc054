import assert from 'node:assert/strict';
import { Engine } from '../../../src/core/engine/engine.ts';
import { ResourceGraph } from '../../../src/core/graph/resourceGraph.ts';
import type { Resource } from '../../../src/core/graph/resource.ts';
import { Bench } from './world/bench.ts';

describe('something of somebody else’s that an update would take', () => {
  const bench = new Bench();
  let value = 'theirs';
  const record: Resource<object> = {
    id: 'record',
    kind: 'record',
    provider: 'aws',
    title: 'Record',
    needs: {},
    observe: () =>
      Promise.resolve({ state: 'ready', owner: value === 'ours' ? 'slipway' : 'foreign', physicalId: 'r', attributes: {}, outputs: {} }),
    steps: {
      plan: () =>
        value === 'ours'
          ? { action: 'none' }
          : {
              action: 'update',
              summary: 'overwrite Record',
              diff: [{ path: 'value', before: value, after: 'ours' }],
              consent: 'overwrite',
            },
      update: () => Promise.resolve(void (value = 'ours')),
    },
  };
  const graph = new ResourceGraph([{ id: 's', title: 'S', doc: '', icon: '', requires: [], barrier: false, resources: [record] }]);
  const engine = (): Engine => new Engine(bench.ports(bench.session().client));
  const signal = new AbortController().signal;

  it('is planned with the consent that it needs', async () => {
    const { changes } = await engine().plan(graph, 'apply', { signal });
    assert.deepEqual(
      changes.map(({ resource, consent }) => [resource, consent]),
      [['record', 'overwrite']],
    );
  });

  it('stays as it is without that consent, and the run says which one', async () => {
    const outcome = await engine().apply(graph, { signal, consent: new Set(['overwrite:another', 'replace:record']) });
    assert.equal(outcome.outcome, 'failed');
    assert.equal(value, 'theirs');
    const failed = bench.events.findLast((event) => event.event === 'resource.failed');
    assert.match(failed?.reason ?? '', /somebody else's would be overwritten, which needs a consent of its own/);
  });

  it('is ours with it', async () => {
    const outcome = await engine().apply(graph, { signal, consent: new Set(['overwrite:record']) });
    assert.equal(outcome.outcome, 'succeeded');
    assert.equal(value, 'ours');
  });
});
