import assert from 'node:assert/strict';
import { nearest } from '../../../src/core/findings/nearest.ts';

describe('nearest', () => {
  const keys = ['name', 'region', 'network', 'domain'];

  it('finds what was probably meant', () => {
    assert.equal(nearest('nmae', keys), 'name');
    assert.equal(nearest('Region', keys), 'region');
    assert.equal(nearest('netwrok', keys), 'network');
    assert.equal(nearest('domian', keys), 'domain');
  });

  it('finds nothing where nothing is near', () => {
    assert.equal(nearest('stages', keys), undefined);
    assert.equal(nearest('', keys), undefined);
    assert.equal(nearest('x'.repeat(100_000), keys), undefined);
  });

  it('takes the first of two that are equally near', () => {
    assert.equal(nearest('mix', ['min', 'max']), 'min');
  });

  it('counts a swap of neighbours as one edit', () => {
    assert.equal(nearest('ba', ['ab']), 'ab');
    assert.equal(nearest('bca', ['abc']), undefined);
  });
});
