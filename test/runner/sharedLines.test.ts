import assert from 'node:assert/strict';
import { inOrder, type Asker } from '../../src/runner/sharedLines.ts';

const asker = (id: string, requires: readonly string[], ...lines: readonly string[]): Asker => ({ id, requires, lines });
const printed = (...askers: readonly Asker[]): readonly string[] => inOrder(askers).map(({ line }) => line);

describe('lines that several resources share', () => {
  it('come once, when the last of them may come', () => {
    assert.deepEqual(printed(asker('a', [], 'file'), asker('b', [], 'other'), asker('c', ['b'], 'file', 'wait')), [
      'other',
      'file',
      'wait',
    ]);
  });

  it('come sooner for whoever needs one of them, and again for who had to wait', () => {
    const lines = printed(asker('a', [], 'file'), asker('b', ['a'], 'other'), asker('c', ['b'], 'file', 'wait'));
    assert.deepEqual(lines, ['file', 'other', 'file', 'wait']);
  });

  it('come sooner, and not again where nothing was waited for', () => {
    const lines = printed(asker('a', [], 'file'), asker('b', ['a'], 'other'), asker('c', [], 'file', 'wait'));
    assert.deepEqual(lines, ['file', 'other', 'wait']);
  });

  it('come before those of another file that needs them, which is itself asked for', () => {
    const lines = printed(
      asker('a', [], 'first'),
      asker('b', ['a'], 'second'),
      asker('c', ['b'], 'third'),
      asker('a2', [], 'first'),
      asker('b2', [], 'second'),
    );
    assert.deepEqual(lines, ['first', 'second', 'third']);
  });

  it('come for a stage that is waited for as a whole', () => {
    const lines = printed(asker('a', [], 'file'), asker('barrier/x', ['a']), asker('b', ['barrier/x'], 'next'), asker('c', [], 'file'));
    assert.deepEqual(lines, ['file', 'next']);
  });
});
