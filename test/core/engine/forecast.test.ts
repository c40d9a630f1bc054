import assert from 'node:assert/strict';
import { costOf } from '../../../src/core/engine/forecast.ts';
import type { PlannedChange } from '../../../src/core/engine/plan.ts';
import type { Handle, Observation, Resource } from '../../../src/core/graph/resource.ts';
import { ResourceGraph } from '../../../src/core/graph/resourceGraph.ts';

type Out = Record<string, never>;

const service: Resource<Out> = {
  id: 'service',
  kind: 'Service',
  provider: 'kubernetes',
  title: 'Service',
  needs: {},
  observe: () => Promise.resolve({ state: 'absent' }),
  steps: { plan: () => ({ action: 'none' }), create: () => Promise.resolve() },
};
/** Nobody makes it: it comes and goes with its Service. */
const balancer: Resource<Out, { readonly service: Handle<Out> }> = {
  id: 'balancer',
  kind: 'LoadBalancer',
  provider: 'aws',
  title: 'Load balancer',
  needs: { service },
  observe: () => Promise.resolve({ state: 'absent' }),
  estimate: () => ({ createSeconds: 180, deleteSeconds: 30, monthlyUsd: 16 }),
};
const stage = { title: '', doc: '', icon: '', requires: [], barrier: false, summary: '', warnings: [] };
const graph = new ResourceGraph([{ ...stage, id: 'ingress', resources: [service, balancer] }]);
const ready: Observation<Out> = { state: 'ready', owner: 'slipway', physicalId: 'x', attributes: {}, outputs: {} };
const changed = (action: 'create' | 'delete'): PlannedChange => ({
  resource: 'service',
  stage: 'ingress',
  title: 'Service',
  change: { action, summary: '', diff: [] },
});

describe('what a plan says it costs', () => {
  const costs = (seen: Observation<Out>, ...changes: readonly PlannedChange[]): number =>
    costOf(graph, new Map(['service', 'balancer'].map((id) => [id, seen])), changes).monthlyUsd;

  it('counts what nobody makes where it is made along, and no longer where it goes along', () => {
    assert.equal(costs({ state: 'absent' }, changed('create')), 16);
    assert.equal(costs(ready), 16);
    assert.equal(costs(ready, changed('delete')), 0);
    assert.equal(costs({ state: 'absent' }), 0, 'of another stage');
  });
});
