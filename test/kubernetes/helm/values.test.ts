import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Refused } from '../../../src/core/graph/errors.ts';
import { chartArguments, chartFingerprint, remoteChart } from '../../../src/kubernetes/helm/chart.ts';
import { isDigestOf, newDigest } from '../../../src/kubernetes/helm/digest.ts';
import { mergeValues, valueDifferences, withValue } from '../../../src/kubernetes/helm/values.ts';

describe('values of a chart', () => {
  it('are merged as Helm merges files', () => {
    const merged = mergeValues({ a: { b: 1, c: [1, 2] }, d: 'x' }, { a: { c: [3] }, d: { e: 1 }, f: null });
    assert.deepEqual(merged, { a: { b: 1, c: [3] }, d: { e: 1 }, f: null });
  });

  it('take one more at a path', () => {
    assert.deepEqual(withValue({ s3: { bucket: 'x' } }, ['s3', 'secretKey'], 'y'), { s3: { bucket: 'x', secretKey: 'y' } });
  });

  it('differ leaf by leaf, and what is a secret is masked by its name or by where it comes from', () => {
    const before = { replicas: 1, redis: { password: 'canary-a' }, s3: { key: 'canary-b', existingSecret: 'one' }, list: ['canary-c'] };
    const after = { replicas: 2, redis: { password: 'canary-d' }, s3: { key: 'canary-e', existingSecret: 'two' }, list: ['canary-f', 'g'] };
    const differences = valueDifferences(before, after, new Set(['s3.key']));
    assert.ok(!JSON.stringify(differences).includes('canary'));
    assert.deepEqual(
      differences.filter(({ path: at }) => at !== 'values.list'),
      [
        { path: 'values.redis.password', before: '(secret)', after: '(secret)' },
        { path: 'values.replicas', before: 1, after: 2 },
        { path: 'values.s3.existingSecret', before: 'one', after: 'two' },
        { path: 'values.s3.key', before: '(secret)', after: '(secret)' },
      ],
    );
    assert.ok(differences.some(({ path: at }) => at === 'values.list'));
  });

  it('that are the same differ in nothing, whatever the order of their keys', () => {
    assert.deepEqual(valueDifferences({ a: 1, b: { c: 2 } }, { b: { c: 2 }, a: 1 }, new Set()), []);
  });
});

describe('the digest of a release', () => {
  const content = { chart: 'x', values: { password: 'canary-weak' } };

  it('is a label value', () => {
    assert.match(newDigest(content), /^[a-z0-9][a-z0-9.]{0,61}[a-z0-9]$/);
  });

  it('tells the content again, and no other', () => {
    const digest = newDigest(content);
    assert.equal(isDigestOf(digest, { values: { password: 'canary-weak' }, chart: 'x' }), true);
    assert.equal(isDigestOf(digest, { ...content, chart: 'y' }), false);
    assert.equal(isDigestOf(digest, { ...content, values: { password: 'canary-other' } }), false);
    for (const other of ['', '.', 'x', digest.slice(0, -1), digest.replace('.', '')])
      assert.equal(isDigestOf(other, content), false, other);
  });

  it('is another with every write, so that two clusters with one password do not show it', () => {
    assert.notEqual(newDigest(content), newDigest(content));
  });
});

describe('a chart', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'slipway-chart-'));
    mkdirSync(path.join(folder, 'templates'));
    writeFileSync(path.join(folder, 'Chart.yaml'), 'name: x\n');
    writeFileSync(path.join(folder, 'templates/a.yaml'), 'a\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is fetched from oci:// or https:// alone', () => {
    assert.deepEqual(chartArguments(remoteChart('oci://registry.example/charts/x', { version: 'v1.2.3' })), [
      'oci://registry.example/charts/x',
      '--version',
      'v1.2.3',
    ]);
    assert.deepEqual(chartArguments(remoteChart('sentry', { repository: 'https://charts.example/x', version: '25.20.0' })), [
      'sentry',
      '--repo',
      'https://charts.example/x',
      '--version',
      '25.20.0',
    ]);
    assert.deepEqual(chartArguments(remoteChart('https://charts.example/x-1.tgz', {})), ['https://charts.example/x-1.tgz']);
  });

  const refused: readonly (readonly [string, { readonly repository?: string; readonly version?: string }])[] = [
    ['http://charts.example/x.tgz', {}],
    ['/etc', {}],
    ['../x', {}],
    ['sentry', {}],
    ['--post-renderer=sh', {}],
    ['--debug', { repository: 'https://charts.example' }],
    ['sentry', { repository: 'http://charts.example' }],
    ['sentry', { repository: 'https://me:canary@charts.example' }],
    ['sentry', { repository: 'https://charts.example', version: '--devel' }],
    ['oci://registry.example/x y', {}],
  ];
  for (const [chart, more] of refused) {
    it(`refuses ${chart} ${JSON.stringify(more)}`, () => assert.throws(() => remoteChart(chart, more), Refused));
  }

  it('in a folder is known by all of its files', async () => {
    const before = await chartFingerprint({ kind: 'folder', folder });
    assert.equal(await chartFingerprint({ kind: 'folder', folder }), before);
    writeFileSync(path.join(folder, 'templates/a.yaml'), 'b\n');
    const changed = await chartFingerprint({ kind: 'folder', folder });
    assert.notEqual(changed, before);
    writeFileSync(path.join(folder, 'values.yaml'), '');
    assert.notEqual(await chartFingerprint({ kind: 'folder', folder }), changed, 'an empty file counts');
  });

  it('in a folder is no folder without Chart.yaml, and none with links', async () => {
    symlinkSync('/etc/passwd', path.join(folder, 'templates/b.yaml'));
    await assert.rejects(chartFingerprint({ kind: 'folder', folder }), Refused);
    await assert.rejects(chartFingerprint({ kind: 'folder', folder: path.join(folder, 'templates') }), Refused);
    await assert.rejects(chartFingerprint({ kind: 'folder', folder: path.join(folder, 'nowhere') }), Refused);
  });

  it('in a folder is bounded: the size of a file, the depth', async function () {
    this.timeout(30_000);
    writeFileSync(path.join(folder, 'values.yaml'), '');
    truncateSync(path.join(folder, 'values.yaml'), 5 * 1024 * 1024 + 1);
    await assert.rejects(chartFingerprint({ kind: 'folder', folder }), /larger than 5 MB/);
    truncateSync(path.join(folder, 'values.yaml'), 5 * 1024 * 1024);
    await chartFingerprint({ kind: 'folder', folder });
    mkdirSync(path.join(folder, 'deep/'.repeat(33)), { recursive: true });
    await assert.rejects(chartFingerprint({ kind: 'folder', folder }), /nested deeper than 32 folders/);
  });
});
