import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ManifestReader, manifestLimits } from '../../src/runner/readManifests.ts';
import type { ReadFolder } from '../../src/runner/readManifests.ts';

describe('reading the folders of a platform', () => {
  let outer: string;
  let home: string;
  beforeEach(async () => {
    outer = await mkdtemp(join(tmpdir(), 'slipway-manifests-'));
    home = join(outer, 'platform');
    await mkdir(home);
  });
  afterEach(() => rm(outer, { recursive: true, force: true }));

  const write = async (path: string, text: string | Uint8Array = 'a: b\n'): Promise<void> => {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  };
  const read = (path = 'kafka', limits = {}): Promise<ReadFolder> => new ManifestReader(home, { ...manifestLimits, ...limits }).read(path);
  const paths = ({ files }: ReadFolder): readonly string[] => files.map(({ path }) => path);
  const told = ({ findings }: ReadFolder): readonly string[] => findings.map(({ code, message }) => `${code}: ${message}`);
  const named = { file: '/platform.yml', start: { line: 1, column: 1 }, end: { line: 1, column: 5 } };

  it('takes YAML and JSON, folders in folders, by name; nothing of Git, of packages, of charts', async () => {
    const wanted = ['kafka/a.yml', 'kafka/b.yaml', 'kafka/c.json', 'kafka/sub/deep/d.YML'];
    for (const path of wanted) await write(path);
    for (const path of [
      'kafka/README.md',
      'kafka/.git/x.yml',
      'kafka/node_modules/x.yml',
      'kafka/chart/Chart.yaml',
      'kafka/chart/templates/x.yml',
    ])
      await write(path);
    const folder = await read();
    assert.deepEqual(paths(folder), wanted);
    assert.deepEqual(told(folder), []);
    assert.equal(folder.files[0]?.file, join(home, 'kafka/a.yml'));
  });

  it('takes a file that is named itself', async () => {
    await write('one.yml', 'x: 1\n');
    const one = await read('./one.yml');
    assert.deepEqual([one.isFile, paths(one), one.files[0]?.text], [true, ['one.yml'], 'x: 1\n']);
  });

  it('a missing folder is an empty one, unless platform.yml names it', async () => {
    assert.deepEqual(await read('none'), { files: [], findings: [], isFile: false, isMissing: true });
    const { findings } = await new ManifestReader(home).read('none', named);
    assert.deepEqual(findings, [{ code: 'manifest.unreadable', severity: 'error', message: '"none" does not exist.', range: named }]);
  });

  it('does not follow a way out: by .., by a link to a folder, by a link to a file', async () => {
    await writeFile(join(outer, 'canary-outside.yml'), 'a: b\n');
    await write('kafka/a.yml');
    await symlink(outer, join(home, 'kafka/out'));
    await symlink(join(outer, 'canary-outside.yml'), join(home, 'kafka/file.yml'));
    const folder = await read();
    assert.deepEqual(paths(folder), ['kafka/a.yml']);
    assert.deepEqual(
      folder.findings.map(({ code }) => code),
      ['manifest.path-outside', 'manifest.path-outside'],
    );
    assert.deepEqual(
      (await read('..')).findings.map(({ code }) => code),
      ['manifest.path-outside'],
    );
    assert.deepEqual(
      (await read('kafka/out')).findings.map(({ code }) => code),
      ['manifest.path-outside'],
    );
  });

  it('follows a link inside once, and no circle', async () => {
    await write('shared/a.yml');
    await write('kafka/b.yml');
    await symlink('../shared', join(home, 'kafka/x'));
    await symlink('../shared', join(home, 'kafka/y'));
    await symlink('..', join(home, 'shared/up'));
    const folder = await read();
    assert.deepEqual(paths(folder).toSorted(), ['kafka/b.yml', 'kafka/x/a.yml']);
    assert.deepEqual(told(folder), []);
  });

  it('a link that dangles or leads back to itself is a finding', async () => {
    await write('kafka/a.yml');
    await symlink('gone.yml', join(home, 'kafka/b.yml'));
    await symlink('c.yml', join(home, 'kafka/c.yml'));
    assert.deepEqual(told(await read()), [
      'manifest.unreadable: "kafka/b.yml" does not exist.',
      'manifest.unreadable: "kafka/c.yml" is a link that leads back to itself.',
    ]);
  });

  it('a FIFO is a finding and holds nobody up', async () => {
    await write('kafka/a.yml');
    execFileSync('mkfifo', [join(home, 'kafka/b.yml')]);
    const folder = await read();
    assert.deepEqual(paths(folder), ['kafka/a.yml']);
    assert.deepEqual(told(folder), ['manifest.path-kind: "kafka/b.yml" is not a regular file.']);
  });

  it('what may not be read is a finding', async function () {
    if (process.getuid?.() === 0) this.skip();
    await write('kafka/a.yml');
    await chmod(join(home, 'kafka/a.yml'), 0);
    assert.deepEqual(told(await read()), ['manifest.unreadable: "kafka/a.yml" may not be read by you.']);
  });

  it('what is not UTF-8 is a finding', async () => {
    await write('kafka/a.yml', Uint8Array.of(0x61, 0xff, 0xfe));
    assert.deepEqual(told(await read()), ['manifest.encoding: "kafka/a.yml" is not UTF-8 text.']);
  });

  it('size, number and depth are bounded, over all folders of a platform', async () => {
    await write('kafka/big.yml', 'x'.repeat(2000));
    assert.deepEqual(
      (await read('kafka', { fileBytes: 1000 })).findings.map(({ code }) => code),
      ['manifest.too-large'],
    );
    for (const name of ['a', 'b', 'c']) await write(`many/${name}.yml`);
    const few = await read('many', { files: 2 });
    assert.deepEqual([paths(few).length, few.findings.map(({ code }) => code)], [2, ['manifest.too-many']]);
    const small = new ManifestReader(home, { ...manifestLimits, totalBytes: 8 });
    assert.deepEqual((await small.read('many/a.yml')).findings, []);
    assert.deepEqual(
      (await small.read('many')).findings.map(({ code }) => code),
      ['manifest.too-many'],
    );
    await write(`deep/${'d/'.repeat(5)}a.yml`);
    assert.deepEqual(
      (await read('deep', { depth: 4 })).findings.map(({ code }) => code),
      ['manifest.depth'],
    );
    assert.deepEqual((await read('deep', { depth: 5 })).findings, []);
  });
});
