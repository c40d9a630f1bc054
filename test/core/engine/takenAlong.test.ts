import assert from 'node:assert/strict';
import { Unseen } from '../../../src/core/graph/errors.ts';
import type { AnyResource } from '../../../src/core/graph/resource.ts';
import { ResourceGraph } from '../../../src/core/graph/resourceGraph.ts';
import { Bench } from './world/bench.ts';

describe('what a deletion takes along', () => {
  const bench = (takesAlong: NonNullable<AnyResource['takesAlong']>) => {
    const deleted: string[] = [];
    const resource = (id: string, more: Partial<AnyResource> = {}): AnyResource => ({
      id,
      kind: 'Namespace',
      provider: 'kubernetes',
      title: id,
      needs: {},
      observe: () =>
        Promise.resolve(
          deleted.includes(id) ? { state: 'absent' } : { state: 'ready', owner: 'slipway', physicalId: id, attributes: {}, outputs: {} },
        ),
      steps: { plan: () => ({ action: 'none' }), delete: () => Promise.resolve(void deleted.push(id)) },
      ...more,
    });
    const resources = [resource('home', { takesAlong }), resource('guest', { after: ['home'] })];
    const graph = new ResourceGraph([{ id: 'one', title: '', doc: '', icon: '', requires: [], barrier: false, resources }]);
    const session = (providers = [{ name: 'kubernetes', parallel: 1 }]) => new Bench().session({ ports: { providers } });
    const summaries = async (): Promise<readonly (string | undefined)[]> => {
      const { engine, cancel } = session();
      const { changes } = await engine.plan(graph, 'destroy', { signal: cancel.signal, stages: ['one'] });
      return changes.flatMap(({ change, consent }) => ('summary' in change ? [change.summary, consent] : []));
    };
    const destroy = async (...consent: readonly string[]) => {
      const { engine, cancel } = session();
      const { outcome } = await engine.destroy(graph, { signal: cancel.signal, consent: new Set(consent), stages: ['one'] });
      return [outcome, ...deleted];
    };
    return { summaries, destroy };
  };
  const four = (): Promise<readonly string[]> => Promise.resolve(['Deployment a', 'Deployment b', 'Secret c', 'Secret d']);

  it('is told by name and number, and needs a consent of its own', async () => {
    assert.deepEqual(await bench(four).summaries(), [
      'delete guest',
      undefined,
      'delete home, and with it 4 things that no manifest of this platform holds: Deployment a, Deployment b, Secret c and 1 more',
      'delete',
    ]);
  });

  it('stays with its home where nobody consents, while all else goes', async () => {
    assert.deepEqual(await bench(four).destroy(), ['succeeded', 'guest']);
    assert.deepEqual(await bench(four).destroy('delete:home'), ['succeeded', 'guest', 'home']);
  });

  it('is nothing as a rule, and then nobody is asked', async () => {
    const nothing = bench(() => Promise.resolve([]));
    assert.deepEqual(await nothing.summaries(), ['delete guest', undefined, 'delete home', undefined]);
    assert.deepEqual(await nothing.destroy(), ['succeeded', 'guest', 'home']);
  });

  it('that could not be looked at may be anybody’s', async () => {
    const unseen = bench(() => Promise.reject(new Unseen('the cluster is away')));
    assert.deepEqual((await unseen.summaries()).slice(2), [
      'delete home, and with it all that is in it, which could not be looked at',
      'delete',
    ]);
  });
});
