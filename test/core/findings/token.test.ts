import assert from 'node:assert/strict';
import { token } from '../../../src/core/findings/token.ts';

describe('token', () => {
  it('quotes ordinary text as it is', () => {
    assert.equal(token('us-west-2'), '"us-west-2"');
    assert.equal(token('Zürich 日本'), '"Zürich 日本"');
  });

  it('shows what could deceive a reader or a terminal as escapes', () => {
    assert.equal(token('a\u001b[31mb'), '"a\\u001b[31mb"');
    assert.equal(token('\u202egnp.exe'), '"\\u202egnp.exe"');
    assert.equal(token('a\u200bb\u2028c\nd'), '"a\\u200bb\\u2028c\\u000ad"');
    assert.equal(token('\ud800x'), '"\\ud800x"');
    assert.equal(token('\u{e0041}'), '"\\u{e0041}"');
  });

  it('cuts long text between code points', () => {
    assert.equal(token('😀'.repeat(100)), `"${'😀'.repeat(60)}…"`);
    assert.equal(token('x'.repeat(60)), `"${'x'.repeat(60)}"`);
    assert.equal(token('x'.repeat(61)), `"${'x'.repeat(60)}…"`);
    assert.ok(token('x'.repeat(5_000_000)).length < 100);
  });
});
