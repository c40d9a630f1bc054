import assert from 'node:assert/strict';
import { formats, matches, type FormatName } from '../../../src/core/platform/formats.ts';
import { parsePlatform } from '../../../src/core/platform/parsePlatform.ts';
import type { PlatformDocument } from '../../../src/core/platform/platformSpec.ts';
import { textAt } from './marked.ts';

const file = '/work/platform.yml';
const sound = 'name: cauchy\nregion: us-west-2\n';

const full = `name: cauchy
id: k3f9x2
region: us-west-2
account: "123456789012"
domain: cauchy.link
tags: { team: data }
iam: { permissionsBoundary: arn:aws:iam::123456789012:policy/boundary }
network:
  cidr: 10.0.0.0/16
  zones: [usw2-az1, usw2-az2]
  public: [10.0.0.0/20, 10.0.128.0/20]
  private:
    - 10.0.16.0/20
    - 10.0.144.0/20
cluster:
  version: "1.35"
  endpoint: { public: true, publicCidrs: [203.0.113.0/24] }
  addons: { vpc-cni: { configuration: { env: { A: "1" } } } }
compute: { instanceTypes: [t3.small], min: 12, desired: 14, max: 16 }
tls: { email: ops@cauchy.link }
manifests: navier
stages:
  mlflow: { title: MLflow, requires: [minio], manifests: mlflow }
`;

/** A small generator with a seed (mulberry32), so that a failure can be had again. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** What must hold of whatever is read. */
function checkSane(text: string, { spec, findings }: PlatformDocument): void {
  const lines = text.split('\n');
  assert.equal(
    spec === undefined,
    findings.some(({ severity }) => severity === 'error'),
    'a spec, or an error that says why there is none',
  );
  for (const { message, range, code } of findings) {
    assert.ok(message.length < 400 && !/[\p{Cc}\u202a-\u202e]/u.test(message), `${code}: ${message}`);
    assert.ok(range, code);
    assert.ok(range.start.line >= 1 && range.end.line <= lines.length && range.start.column >= 1, code);
    assert.ok(range.end.column <= (lines[range.end.line - 1] ?? '').length + 1, `${code} ${JSON.stringify(range)}`);
    assert.ok(range.start.line < range.end.line || range.start.column <= range.end.column, code);
  }
}

describe('a hostile platform.yml', function () {
  // Much text on a busy machine; nothing here waits.
  this.timeout(60_000);

  it('is refused for 5,000 nested brackets before a parser sees them', () => {
    for (const text of [
      '['.repeat(5000),
      '{a: '.repeat(5000),
      '- '.repeat(5000),
      '? '.repeat(5000),
      'a: '.repeat(5000),
      `${sound}tags: ${'['.repeat(5000)}`,
    ]) {
      assert.deepEqual(
        parsePlatform(text, file).findings.map(({ code }) => code),
        ['platform.nesting'],
      );
    }
  });

  it('does not hide its nesting behind closing brackets that are text', () => {
    for (const line of ['[ # ]\n', '["]",\n', "[']',\n"]) {
      assert.deepEqual(
        parsePlatform(line.repeat(5000), file).findings.map(({ code }) => code),
        ['platform.nesting'],
        line,
      );
    }
  });

  it('may have many brackets side by side', () => {
    const text = `${sound}cluster: { addons: { a: { configuration: { list: [${'[], '.repeat(5000)}[]] } } } }`;
    assert.deepEqual(
      parsePlatform(text, file).findings.filter(({ severity }) => severity === 'error'),
      [],
    );
  });

  it('is refused when it is too large', () => {
    const { findings } = parsePlatform('#'.repeat(5 * 1024 * 1024 + 1), file);
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['platform.too-large'],
    );
  });

  it('expands aliases within bounds', () => {
    const laughs = ['a: &a0 [x, x]', ...Array.from({ length: 30 }, (_, n) => `b${n}: &a${n + 1} [*a${n}, *a${n}]`)]
      .map((line) => `    ${line}`)
      .join('\n');
    const yaml = `${sound}cluster:\n addons:\n  x:\n   configuration:\n${laughs}\n`;
    assert.deepEqual(
      parsePlatform(yaml, file)
        .findings.filter(({ severity }) => severity === 'error')
        .map(({ code }) => code),
      ['platform.aliases'],
    );
    const itself = `${sound}cluster: { addons: { x: { configuration: &me { me: *me } } } }`;
    assert.deepEqual(
      parsePlatform(itself, file)
        .findings.filter(({ severity }) => severity === 'error')
        .map(({ code }) => code),
      ['platform.aliases'],
    );
  });

  it('is told within bounds, however much of it is wrong', () => {
    for (const text of [
      `${sound}${Array.from({ length: 5_000 }, (_, n) => `wrong${n}: 1\n`).join('')}`,
      `${sound}tags: { ${'k: x, '.repeat(5_000)} }`,
    ]) {
      const { findings, spec } = parsePlatform(text, file);
      assert.ok(findings.length > 100 && findings.length < 1000, String(findings.length));
      assert.equal(spec, undefined);
    }
  });

  it('keeps its control characters, its links and its length to itself', () => {
    for (const key of ['\\u001b[31mred', '\\u202egnp', 'k'.repeat(900)]) {
      const { findings } = parsePlatform(`${sound}"${key}": 1`, file);
      const { message } = findings.find(({ code }) => code === 'platform.unknown-key') ?? assert.fail();
      assert.doesNotMatch(message, /[\p{Cc}\p{Cf}]/u);
      assert.ok(message.length < 400, message);
    }
  });

  it('never quotes a value that it refuses', () => {
    const canary = 'canary-4711-value';
    for (const key of ['account', 'profile', 'domain', 'manifests']) {
      const { findings } = parsePlatform(`${sound}${key}: { secret: ${canary} }`, file);
      assert.ok(findings.length > 0 && !JSON.stringify(findings).includes(canary), key);
    }
  });

  it('has no name that a program could take for an option: none begins with a dash', () => {
    // Free text, addresses of mail and paths: the first two are no argument of any program, and a path has a check of its own.
    const others: readonly string[] = ['title', 'tagKey', 'tagValue', 'email', 'path'];
    const names = Object.keys(formats).filter((name): name is FormatName => !others.includes(name));
    assert.ok(names.length > 10);
    for (const name of names)
      for (const text of ['-x', '--debug', '-1', '-1.35', '-a.b', '--plugin=x', '-us-west-2'])
        assert.ok(!matches(name, text), `${name}: ${text}`);
  });

  it('gives findings or a spec for any mutation of a sound one, and never throws', () => {
    const random = randomOf(20261122);
    const tokens = full.match(/[A-Za-z0-9./"-]+|[^\sA-Za-z0-9]|\s+/g) ?? [];
    const strange = [
      '',
      '[',
      ']',
      '{',
      '}',
      ':',
      '-',
      '- ',
      '?',
      '&a ',
      '*a',
      '!!int ',
      '|',
      '>',
      '"',
      "'",
      '#',
      '\t',
      '\n',
      '\n\n  ',
      '---\n',
      '...\n',
      '%',
      '~',
      'null',
      '0',
      '-1',
      '1e9',
      '.nan',
      'true',
      '\u0000',
      '\u202e',
      '\ud800',
      '🚀',
      '<<',
      '__proto__',
      '10.0.0.0/8',
      'x'.repeat(300),
    ];
    for (let round = 0; round < 500; round++) {
      const mutated = [...tokens];
      for (let times = 1 + random(3); times > 0; times--) {
        const at = random(mutated.length);
        const what = random(4);
        const other = strange[random(strange.length)] ?? '';
        if (what === 0) mutated[at] = other;
        else if (what === 1) mutated.splice(at, 1);
        else if (what === 2) mutated.splice(at, 0, other);
        else mutated[at] = tokens[random(tokens.length)] ?? '';
      }
      const text = mutated.join('');
      try {
        checkSane(text.startsWith('\ufeff') ? text.slice(1) : text, parsePlatform(text, file));
      } catch (cause) {
        throw new Error(`round ${round}: ${JSON.stringify(text)}`, { cause });
      }
    }
  });

  it('points at the token that was put in', () => {
    const words = [...full.matchAll(/(?<=: |\[|, )[A-Za-z0-9][\w./@:-]*/g)].filter(([word]) => !word.endsWith(':'));
    for (const { index, 0: word } of words) {
      const text = `${full.slice(0, index)}@wrong@${full.slice(index + word.length)}`;
      const { findings } = parsePlatform(text.replace('@wrong@', '"\\u0007"'), file);
      const errors = findings.filter(({ severity }) => severity === 'error');
      const put = text.replace('@wrong@', '"\\u0007"');
      assert.ok(
        errors.some(({ range }) => range !== undefined && textAt(put, range) === '"\\u0007"') ||
          /configuration/.test(full.slice(full.lastIndexOf('\n', index), index)),
        `${word} at ${index}: ${JSON.stringify(errors)}`,
      );
    }
  });
});

describe('rangeOf', () => {
  it('answers for every written path', () => {
    const { rangeOf } = parsePlatform(full, file);
    const at = (path: readonly (string | number)[]): string | undefined => {
      const range = rangeOf(path);
      return range && textAt(full, range);
    };
    assert.equal(at(['name']), 'cauchy');
    assert.equal(at(['network', 'private', 1]), '10.0.144.0/20');
    assert.equal(at(['cluster', 'endpoint', 'publicCidrs']), '[203.0.113.0/24]');
    assert.equal(at(['cluster', 'addons', 'vpc-cni', 'configuration', 'env', 'A']), '"1"');
    assert.equal(at(['stages', 'mlflow', 'requires', 0]), 'minio');
    assert.equal(at(['profile']), undefined);
  });

  it('answers beside errors, and in a text that is no YAML', () => {
    const broken = parsePlatform(`${full}nonsense: [`, file);
    assert.equal(broken.spec, undefined);
    const range = broken.rangeOf(['network', 'cidr']);
    assert.equal(range && textAt(full, range), '10.0.0.0/16');
  });
});
