import assert from 'node:assert/strict';
import { visibleText } from '../../../src/vscode/model/visibleText.ts';

describe('text from outside in the window', () => {
  it('is one line a record of the log, whatever it holds: no new line, no control, nothing that hides or turns round', () => {
    const text = visibleText('a\nb\r\u001b[31mc\u2028d\u202ee\u200bf\u{e0041}g\u0085h');
    assert.equal(text, 'a\\u{a}b\\u{d}\\u{1b}[31mc\\u{2028}d\\u{202e}e\\u{200b}f\\u{e0041}g\\u{85}h');
  });

  it('ends at its limit, between characters', () => {
    assert.equal(visibleText('😀'.repeat(10), 4), '😀😀😀…');
    assert.equal(visibleText('x'.repeat(4), 4), 'xxxx');
  });
});
