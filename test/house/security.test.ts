import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const source = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', 'src/*.ts', 'src/**/*.ts'], {
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '');

const lines = new Map(source.map((file) => [file, readFileSync(file, 'utf8').split('\n')]));
/** `file:line: text` of every line of the product that matches. */
const places = (pattern: RegExp, files = source): readonly string[] =>
  files.flatMap((file) =>
    (lines.get(file) ?? []).flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
const filesOf = (pattern: RegExp): readonly string[] => [...new Set(places(pattern).map((place) => place.replace(/:\d+: .*/, '')))].sort();

describe('what security.md forbids in the source', function () {
  this.timeout(30_000);

  it('no shell, and no code from text', () => {
    assert.ok(places(/\bspawn\(/).length > 0, 'the search sees the source');
    assert.deepEqual(places(/shell: true|\bexecSync\(|(?<![.#\w])exec\(|\beval\(|new Function\(/), []);
  });

  it('programs are started in few places, each of which has its test', () => {
    assert.deepEqual(filesOf(/\b(spawn|execFile|fork)\(/), [
      'src/kubernetes/execProgram.ts',
      'src/kubernetes/helm/program.ts',
      'src/kubernetes/helm/runningHelms.ts',
      'src/rehearsal/helm/kubeApi.ts',
      'src/runner/rehearsalProcess.ts',
      'src/vscode/forkRunner.ts',
    ]);
  });

  it('Markdown takes words from outside as text alone, no HTML, and trusts our own commands by name', () => {
    assert.deepEqual(places(/supportHtml = (?!false)|isTrusted = (?!\{ enabledCommands: \[`slipway\.)/), []);
    assert.deepEqual(filesOf(/MarkdownString\(/), ['src/vscode/tooltip.ts']);
    const interpolated = places(/appendMarkdown\([^)]*\$\{/).map((place) => place.replace(/.*appendMarkdown/, 'appendMarkdown'));
    assert.deepEqual(interpolated, ['appendMarkdown(`\\n\\n${commandLink(label, command, { platform: view.key, path: row.path })}`);']);
  });

  it('webviews take no HTML from anywhere', () => {
    assert.deepEqual(places(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/), []);
  });

  it('nothing is printed past the one place that makes it safe', () => {
    assert.deepEqual(places(/\bconsole\.(log|info|warn|error|debug)\(/), []);
    const product = source.filter((file) => !file.startsWith('src/rehearsal/'));
    assert.deepEqual(places(/process\.(stdout|stderr)\.write\((?!`\$\{printable\()/, product), []);
  });

  it('certificates are always checked', () => {
    assert.deepEqual(places(/rejectUnauthorized: false|NODE_TLS_REJECT_UNAUTHORIZED/i), []);
  });
});

describe('docs/security.md', () => {
  const page = readFileSync('docs/security.md', 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (rule|---)/.test(line));
  const cited = rows.flatMap((row) =>
    [...row.matchAll(/`(test\/[^`]+)` ((?:“[^”]+”(?:, )?)+)/g)].flatMap(([, file = '', titles = '']) =>
      [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({ file, title })),
    ),
  );

  it('names a test for every rule', () => {
    assert.ok(rows.length > 40, `${rows.length} rules`);
    assert.deepEqual(
      rows.filter((row) => !/`test\/[^`]+` “[^”]+”/.test(row)),
      [],
    );
  });

  it('names tests that are there', () => {
    assert.ok(cited.length > rows.length);
    const missing = cited.filter(({ file, title }) => !existsSync(file) || !readFileSync(file, 'utf8').includes(title));
    assert.deepEqual(missing, []);
  });
});
