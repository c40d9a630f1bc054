import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../runner/temporaryFolder.ts';
import { runCli, startCli } from './runCli.ts';

const GOOD = 'name: cauchy\nregion: us-west-2\n';

/** Whatever goes wrong before a start: exit 2, one sentence on stderr, nothing on stdout but JSON's own error. */
async function refuses(
  args: readonly string[],
  says: RegExp,
  files: Readonly<Record<string, string>> = { 'platform.yml': GOOD },
): Promise<void> {
  await using folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text);
  const { code, stdout, stderr } = await runCli([...args, ...(args[0] === 'rehearse' ? [] : ['--format', 'text'])], { cwd: folder.path });
  assert.equal(code, 2, stderr);
  assert.match(stderr, says);
  assert.equal(stdout, '');
  assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
}

describe('cli: what cannot start', function () {
  this.timeout(20_000);

  const cases: readonly (readonly [string, readonly string[], RegExp, Readonly<Record<string, string>>?])[] = [
    ['an unknown command', ['aply'], /unknown command 'aply'/],
    ['an unknown option', ['status', '--nope'], /unknown option '--nope'/],
    [
      'an invalid platform.yml',
      ['plan', '--rehearsal'],
      /platform\.yml has an error/,
      { 'platform.yml': 'name: cauchy\nregion: nowhere-1\n' },
    ],
    ['apply with nobody to ask', ['apply', '--rehearsal'], /Nobody can be asked here/],
    ['--yes without an account', ['apply', '--yes'], /--yes needs to know whose account/],
    ['a consent that is none', ['apply', '--yes', '--allow', 'everything'], /--allow everything is not WHAT:RESOURCE/],
    ['an account that is none', ['apply', '--yes', '--account', '12345'], /--account 12345 is not an account id/],
    ['a profile that could be an option', ['status', '--profile=--debug'], /--profile is not the name of an AWS profile/],
    ['options of the rehearsal without one', ['status', '--world', 'w'], /--world needs --rehearsal/],
    ['a time scale that is none', ['status', '--rehearsal', '--time-scale', 'fast'], /--time-scale fast is not a number/],
    ['an endpoint that is none', ['status', '--endpoint', 'ftp://x'], /--endpoint is not an http or https address/],
    ['an unknown stage', ['status', '--rehearsal', '--stage', 'vcp'], /There is no stage vcp: it is one of vpc, cluster, .*kubeconfig/],
    [
      'a fault that means nothing',
      ['status', '--rehearsal', '--fault', 'foreign=role'],
      /^slipway: The rehearsal did not start: The fault “foreign” does not take “role”, but cluster=NAME, role=NAME or subnet\.$/m,
    ],
  ];
  for (const [what, args, says, files] of cases) it(`is told in one sentence: ${what}`, () => refuses(args, says, files));

  it('is told in one sentence: no platform.yml', async () => {
    // nothing but the root is above the root: a stray file in the folder for temporary files does not matter
    const { code, stdout, stderr } = await runCli(['validate', '--format', 'text'], { cwd: '/' });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /There is no platform\.yml in \/ or in a folder above it/);
  });

  it('reads no FIFO, no device, no folder and no link that leads out', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'outside.yml'), GOOD);
    const inner = join(folder.path, 'inner');
    await mkdir(join(inner, 'folder'), { recursive: true });
    execFileSync('mkfifo', [join(inner, 'fifo')]);
    await symlink('/dev/zero', join(inner, 'device'));
    await symlink('../outside.yml', join(inner, 'link'));
    await symlink('loop', join(inner, 'loop'));
    await writeFile(join(inner, 'large'), `# ${'x'.repeat(5 * 1024 * 1024)}\n`);
    for (const [name, says] of [
      ['fifo', /not a regular file/],
      ['device', /leads out of its folder/],
      ['folder', /not a regular file|is a folder/],
      ['link', /leads out of its folder/],
      ['loop', /leads back to itself/],
      ['large', /larger than 5 MB/],
      ['missing', /does not exist/],
    ] as const) {
      const { code, stderr } = await runCli(['validate', '--format', 'text', name], { cwd: inner });
      assert.equal(code, 2, name);
      assert.match(stderr, says, name);
    }
  });
});

describe('cli: --help', function () {
  this.timeout(20_000);

  it('names the stages that --stage takes', async () => {
    await using folder = await temporaryFolder();
    const { code, stdout } = await runCli(['apply', '--help'], { cwd: folder.path });
    assert.equal(code, 0);
    assert.match(stdout.replaceAll(/\s+/g, ' '), /--stage <id\.\.\.> .*vpc, cluster, ebs-csi, compute, kubeconfig/);
  });
});

describe('cli: rehearse', function () {
  this.timeout(20_000);

  it('ends with 130 and the place of its world when it is interrupted', async () => {
    await using folder = await temporaryFolder();
    const world = join(folder.path, 'world');
    const child = startCli(['rehearse', '--world', world], { cwd: folder.path });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.setEncoding('utf8');
    const [line] = (await once(child.stdout, 'data')) as [string];
    assert.match(line, /"endpoint":"http:\/\/127\.0\.0\.1:/);
    child.kill('SIGINT');
    await once(child, 'close');
    assert.deepEqual([child.exitCode, stderr], [130, `The rehearsal has stopped. Its world stays in ${world}.\n`]);
  });
});

describe('cli: validate', function () {
  this.timeout(20_000);

  it('prints findings with their places, 1-based and end exclusive, and exits 1 for an error', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'platform.yml'), 'name: cauchy\nregion: us-west-2\nmanifests: gone\n');
    const { code, stdout } = await runCli(['validate', '--format', 'json'], { cwd: folder.path });
    assert.equal(code, 1);
    const findings = JSON.parse(stdout) as readonly { readonly code: string }[];
    const missing = findings.find((finding) => finding.code === 'path-missing');
    assert.deepEqual(missing, {
      file: join(folder.path, 'platform.yml'),
      line: 3,
      col: 12,
      endLine: 3,
      endCol: 16,
      severity: 'error',
      code: 'path-missing',
      message: 'This folder does not exist: make it, or leave the key out.',
    });
  });

  it('finds platform.yml in a folder above, and exits 0 when all is well', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'a', 'b'), { recursive: true });
    await writeFile(join(folder.path, 'platform.yml'), GOOD);
    const { code, stdout } = await runCli(['validate', '--format', 'json'], { cwd: join(folder.path, 'a', 'b') });
    assert.equal(code, 0);
    assert.ok(Array.isArray(JSON.parse(stdout)));
  });

  it('shows hostile text as text', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'platform.yml'), `${GOOD}"\\e[2J\u202eevil": 1\n`);
    const { code, stdout, stderr } = await runCli(['validate', '--format', 'text'], { cwd: folder.path });
    assert.equal(code, 1);
    assert.doesNotMatch(stdout + stderr, /[\u001b\u202e]/);
  });

  it('takes five thousand brackets as a finding', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'platform.yml'), `${GOOD}tags: ${'['.repeat(5_000)}\n`);
    const { code } = await runCli(['validate', '--format', 'json'], { cwd: folder.path });
    assert.equal(code, 1);
  });

  it('does not fail when its reader has gone', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'platform.yml'), 'name: 1\nregion: nowhere\n');
    const child = startCli(['validate', '--format', 'text'], { cwd: folder.path });
    child.stdout.destroy();
    child.stderr.resume();
    await once(child, 'exit');
    assert.equal(child.exitCode, 1);
  });
});

describe('cli: token', function () {
  this.timeout(20_000);

  it('is an ExecCredential on stdout, and nothing of the secret key is anywhere', async () => {
    await using folder = await temporaryFolder();
    const secret = 'canary-secret-key';
    const { code, stdout, stderr } = await runCli(['token', '--cluster', 'cauchy', '--region', 'us-west-2', '--verbose'], {
      cwd: folder.path,
      env: { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: secret },
    });
    assert.equal(code, 0, stderr);
    const credential = JSON.parse(stdout) as {
      readonly kind: string;
      readonly apiVersion: string;
      readonly status: { readonly token: string; readonly expirationTimestamp: string };
    };
    assert.equal(credential.kind, 'ExecCredential');
    assert.equal(credential.apiVersion, 'client.authentication.k8s.io/v1beta1');
    assert.match(credential.status.token, /^k8s-aws-v1\.[\w-]+$/);
    assert.ok(Date.parse(credential.status.expirationTimestamp) > Date.now());
    assert.equal(stderr, '');
    assert.ok(!stdout.includes(secret));
  });

  it('ends in seconds with exit 4 without credentials', async () => {
    await using folder = await temporaryFolder();
    const { code, stdout, stderr } = await runCli(['token', '--cluster', 'cauchy', '--region', 'us-west-2'], { cwd: folder.path });
    assert.equal(code, 4);
    assert.equal(stdout, '');
    assert.match(stderr, /There are no AWS credentials/);
  });

  it('takes no cluster or region that could be something else', async () => {
    await using folder = await temporaryFolder();
    for (const args of [
      ['--cluster', '-x', '--region', 'us-west-2'],
      ['--cluster', 'a/../b', '--region', 'us-west-2'],
      ['--cluster', 'a', '--region', 'evil.example#'],
    ]) {
      assert.equal((await runCli(['token', ...args], { cwd: folder.path })).code, 2, args.join(' '));
    }
  });
});
