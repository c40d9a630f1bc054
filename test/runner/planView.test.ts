import assert from 'node:assert/strict';
import type { Plan, PlannedChange } from '../../src/core/engine/plan.ts';
import { missingConsents, planView } from '../../src/runner/planView.ts';

const change = (resource: string, action: 'create' | 'update' | 'replace' | 'delete', after: string | null = 'x'): PlannedChange => ({
  resource,
  stage: 'vpc',
  title: resource,
  change: { action, summary: `${action} ${resource}`, diff: [{ path: 'cidr', before: undefined, after: after ?? undefined }] },
  ...(action === 'replace' || action === 'delete' ? { consent: action } : {}),
});

const plan = (...changes: readonly PlannedChange[]): Plan => ({
  verb: 'apply',
  observations: new Map(),
  changes,
  orphans: [],
  cost: { monthlyUsd: 1, stages: { vpc: 1 }, unknown: [] },
  duration: { seconds: 1, criticalPath: [] },
  findings: [],
});

describe('planView', () => {
  it('is plain data that survives JSON, with what is not known yet said so', () => {
    const view = planView(plan(change('vpc', 'create'), change('nat', 'create', null)));
    // What a diff holds as `undefined` would be lost on the way.
    assert.deepEqual(JSON.parse(JSON.stringify(view)), view);
    assert.deepEqual(view.changes[1]?.diff, [{ path: 'cidr', before: null, unknown: true }]);
  });

  it('has a fingerprint of every change, whatever the order', () => {
    const a = change('a', 'create');
    const b = change('b', 'update');
    const { fingerprint } = planView(plan(a, b));
    assert.equal(planView(plan(b, a)).fingerprint, fingerprint);
    for (const other of [
      plan(a),
      plan(a, change('b', 'replace')),
      plan(a, change('b', 'update', 'y')),
      { ...plan(a, b), verb: 'destroy' as const },
    ]) {
      assert.notEqual(planView(other).fingerprint, fingerprint);
    }
  });

  it('lists the consents that were not given', () => {
    const view = planView(plan(change('a', 'create'), change('b', 'replace'), change('c', 'delete')));
    assert.deepEqual(missingConsents(view, []), ['replace:b', 'delete:c']);
    assert.deepEqual(missingConsents(view, ['delete:c', 'delete:b']), ['replace:b']);
  });
});
