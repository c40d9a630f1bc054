import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parsePlatform } from '../../src/core/platform/parsePlatform.ts';
import { EXAMPLE, pages } from '../../tools/stageDocs.mjs';

const written = await pages();

describe('the generated pages', () => {
  it('are what the stages and the table of keys say now', () => {
    assert.ok(written.size >= 6, 'a page a stage, and one of platform.yml');
    const stale = [...written].filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text).map(([file]) => file);
    assert.deepEqual(stale, [], 'run: npm run docs');
  });

  it('are all there is in docs/stages', () => {
    const there = readdirSync('docs/stages').map((name) => `docs/stages/${name}`);
    assert.deepEqual(there.sort(), [...written.keys()].filter((file) => file.startsWith('docs/stages/')).sort());
  });

  it('say of every stage what it is and what must not go wrong', () => {
    for (const [file, text] of written) {
      if (!file.startsWith('docs/stages/')) continue;
      assert.match(text, /## What must not go wrong\n\n- /, file);
      assert.match(text, /^# .+\n\n[A-Z]/m, file);
    }
  });

  it('show an example that the parser takes', () => {
    assert.deepEqual(parsePlatform(EXAMPLE, '/example/platform.yml').findings, []);
  });
});

describe('the written pages', () => {
  const found = (text: string, pattern: RegExp): readonly string[] => [...text.matchAll(pattern)].map(([, part = '']) => part);

  it('link only to what is there', () => {
    const files = ['README.md', 'CHANGELOG.md', ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []))];
    const links = files.flatMap((file) =>
      found(readFileSync(file, 'utf8'), /(?<!!)\[[^\]]*\]\(([^)#:]+)\)/g).map((link) => path.join(path.dirname(file), link)),
    );
    assert.ok(links.length > 10, 'the search finds links');
    assert.deepEqual(
      links.filter((link) => !existsSync(link)),
      [],
    );
  });

  it('name only files that are there, and every room', () => {
    const architecture = readFileSync('docs/architecture.md', 'utf8');
    const named = found(architecture, /`((?:src|test|tools|docs)\/[\w./-]+)`/g);
    assert.ok(named.length > 20, 'the search finds files');
    assert.deepEqual(
      named.filter((file) => !existsSync(file)),
      [],
    );
    const rooms = readdirSync('src', { withFileTypes: true, recursive: true }).filter((entry) => entry.isDirectory());
    assert.deepEqual(
      rooms.map(({ name }) => name).filter((name) => !architecture.includes(`${name}/`)),
      [],
    );
  });
});
