import assert from 'node:assert/strict';
import { nextAttempt, nextLook, patience } from '../../../src/core/engine/pace.ts';

describe('pace', () => {
  it('looks no later than a fortieth of what is expected, and closer around that moment', () => {
    assert.equal(nextLook(0, 540), 13_500);
    assert.equal(nextLook(520_000, 540), 5_000);
    assert.equal(nextLook(540_000, 540), 2_000);
    assert.equal(nextLook(0, 40), 2_000);
    assert.equal(nextLook(0, 6_000), 15_000);
  });

  it('without an expectation grows with the wait', () => {
    assert.deepEqual(
      [0, 60_000, 3_600_000].map((waited) => nextLook(waited, undefined)),
      [2_000, 3_000, 15_000],
    );
  });

  it('sends again soon at first and never later than after ten seconds', () => {
    assert.equal(nextAttempt(0), 2_000);
    assert.ok(nextAttempt(3) > nextAttempt(2));
    assert.equal(nextAttempt(50), 10_000);
  });

  it('has ten minutes for everything, four times what is expected, and two for what it cannot see', () => {
    assert.equal(patience(undefined, false), 600_000);
    assert.equal(patience(540, false), 2_160_000);
    assert.equal(patience(540, true), 120_000);
  });
});
