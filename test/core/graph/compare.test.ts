import assert from 'node:assert/strict';
import { canonical, compare } from '../../../src/core/graph/compare.ts';
import type { Observation } from '../../../src/core/graph/resource.ts';

const seen = (attributes: Record<string, string | number>, owner: 'slipway' | 'foreign' = 'slipway'): Observation<object> => ({
  state: 'ready',
  owner,
  physicalId: 'vpc-1',
  attributes,
  outputs: {},
});

describe('compare', () => {
  it('creates what is absent, with all that is wanted', () => {
    const change = compare('VPC', { state: 'absent' }, { cidr: '10.0.0.0/16', zone: undefined });
    assert.deepEqual(change, {
      action: 'create',
      summary: 'create VPC',
      diff: [
        { path: 'cidr', before: undefined, after: '10.0.0.0/16' },
        { path: 'zone', before: undefined, after: undefined },
      ],
    });
  });

  it('changes only what was read and differs', () => {
    assert.deepEqual(compare('VPC', seen({ a: 1 }), { a: 1, notRead: 2 }), { action: 'none' });
    const change = compare('VPC', seen({ a: 1, b: 1 }), { a: 2, b: 1 });
    assert.deepEqual(change, { action: 'update', summary: 'update VPC: a', diff: [{ path: 'a', before: 1, after: 2 }] });
  });

  it('is unsure of an immutable value that is not known yet, and changes nothing for it', () => {
    assert.deepEqual(compare('S', seen({ vpc: 'vpc-1' }), { vpc: undefined }, { paths: ['vpc'], otherwise: 'replace' }), {
      action: 'none',
      unsure: ['vpc'],
    });
  });

  it('replaces or refuses what cannot be changed in place', () => {
    const fixed = { paths: ['cidr'], otherwise: 'replace' as const };
    assert.equal(compare('VPC', seen({ cidr: 'a' }), { cidr: 'b' }, fixed).action, 'replace');
    const refused = compare('VPC', seen({ cidr: 'a' }), { cidr: 'b' }, { paths: ['cidr'], otherwise: { refuse: 'All of it is lost.' } });
    assert.ok(refused.action === 'blocked' && refused.code === 'immutable' && refused.summary.endsWith('All of it is lost.'));
  });

  it('blocks for what is foreign or could not be seen', () => {
    const foreign = compare('VPC', seen({}, 'foreign'), {});
    assert.ok(foreign.action === 'blocked' && foreign.code === 'foreign' && foreign.summary.includes('vpc-1'));
    assert.equal(compare('VPC', { state: 'unknown', reason: 'no answer' }, {}).action, 'blocked');
  });
});

describe('canonical', () => {
  it('does not depend on the order of keys, and does on that of lists', () => {
    assert.equal(canonical({ b: 1, a: [1, { d: null, c: 'x' }] }), canonical({ a: [1, { c: 'x', d: null }], b: 1 }));
    assert.notEqual(canonical([1, 2]), canonical([2, 1]));
    assert.notEqual(canonical('1'), canonical(1));
    assert.equal(canonical(undefined), 'undefined');
  });
});
