import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { jsonLine, printable } from '../../src/runner/printable.ts';
import { shellLine } from '../../src/runner/shellQuote.ts';

/** A small generator with a seed, so that a failure can be seen again. */
function* random(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

const ALPHABET = [
  ...'ab Z09\'"`$\\!*?[]{}()<>|&;#~=%^,.:/@+-_é漢😀',
  '\n',
  '\r',
  '\t',
  '\u001b',
  '\u202e',
  '\u2028',
  "''",
  '-n',
  '--',
  '‘',
];

describe('text from outside', function () {
  // Sixty shells on a busy machine.
  this.timeout(30_000);

  it('is printed without control, ANSI and bidirectional characters, on one line', () => {
    assert.equal(printable('[x](command:y)\u001b[2J\u202ea\nb\u0085'), '[x](command:y)\\u001b[2J\\u202ea\\u000ab\\u0085');
  });

  it('reads back from a line of JSON', () => {
    const value = { text: 'a\u202e\u2028\u009b\ufeff\n' };
    assert.match(jsonLine(value), /^[\x20-\x7e]*$/);
    assert.deepEqual(JSON.parse(jsonLine(value)), value);
  });

  it('comes out of a POSIX shell as the words that went in', () => {
    const numbers = random(7);
    const pick = (below: number): number => (numbers.next().value ?? 0) % below;
    const argvs = Array.from({ length: 60 }, () =>
      Array.from({ length: 1 + pick(4) }, () => Array.from({ length: pick(9) }, () => ALPHABET[pick(ALPHABET.length)] ?? '').join('')),
    );
    argvs.push(['=x'], ['~'], ['-'], ['a=b'], ['$(reboot)'], ["it's"], ['']);
    for (const argv of argvs) {
      const line = shellLine(argv, 'posix');
      assert.doesNotMatch(line, /[\n\r\u0000]/);
      const words = execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
        .split('\0')
        .slice(0, -1);
      assert.deepEqual(words, argv.map(printable));
    }
  });

  it('is quoted for PowerShell by doubling, also the quotes that only look different', () => {
    assert.equal(shellLine(['aws', "it's", 'a‘b', 'x,y', '@args', 'plain'], 'powershell'), "aws 'it''s' 'a‘‘b' 'x,y' '@args' plain");
    assert.equal(shellLine(['a b', 'c'], 'powershell'), "& 'a b' c");
  });
});
