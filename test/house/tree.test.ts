import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const tracked = (...patterns: string[]): readonly string[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', ...patterns], { encoding: 'utf8' })
    .split('\0')
    .filter((file) => file !== '');
const linesOf = (file: string): readonly string[] => readFileSync(file, 'utf8').split('\n');
/** `file:line` of every line that matches. */
const places = (files: readonly string[], pattern: RegExp): readonly string[] =>
  files.flatMap((file) => linesOf(file).flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])));

// written in halves, so that this file does not name them either
const registryHosts = new RegExp(
  [
    ['registry.', 'npmjs'],
    ['registry.', 'yarnpkg'],
    ['pypi.', 'org'],
    ['proxy.', 'golang'],
    ['crates.', 'io'],
    ['deb.', 'debian'],
  ]
    .map((h) => h.join('').replaceAll('.', '\\.'))
    .join('|'),
);

describe('the tree', () => {
  it('names no package registry', () => {
    assert.match(['https://registry.', 'npmjs.org'].join(''), registryHosts, 'the search can find one');
    const text = tracked().filter((file) => !/\.(png|svg|sum)$/.test(file) && file !== 'test/house/tree.test.ts');
    assert.deepEqual(places(text, registryHosts), []);
  });

  it('holds no leftover in source', () => {
    const source = tracked('src/*.ts', 'src/**/*.ts');
    assert.ok(source.length > 50, 'the search sees the source');
    assert.deepEqual(places(source, /\b(TODO|FIXME|XXX|HACK)\b/), []);
    assert.deepEqual(places(source, /not implemented/i), []);
  });

  it('keeps files readable: none over 500 lines', () => {
    const long = tracked('src/*.ts', 'src/**/*.ts', 'media/*.js').filter((file) => linesOf(file).length > 500);
    assert.deepEqual(long, []);
  });

  it('has at its top only what has a reason', () => {
    const allowed = [
      'src',
      'media',
      'resources',
      'manifests',
      'test',
      'docs',
      'tools',
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'esbuild.config.mjs',
      'CHANGELOG.md',
      'README.md',
      'LICENSE',
    ];
    const top = [...new Set(tracked().map((file) => file.split('/')[0] ?? file))].filter(
      (name) => !name.startsWith('.') && !allowed.includes(name),
    );
    assert.deepEqual(top, []);
  });
});
