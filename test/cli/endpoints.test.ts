import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../runner/temporaryFolder.ts';
import { jsonLines, runCli, startCli } from './runCli.ts';

const PLATFORM = 'name: cauchy\nregion: us-west-2\n';
const REAL = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'canary-secret', AWS_SESSION_TOKEN: 'canary-token' };

interface Listening extends Disposable {
  readonly url: string;
  /** Header text of every signed request. */
  readonly signed: string[];
}

/** Answers nothing useful, and keeps who wrote what to it. */
async function listening(): Promise<Listening> {
  const signed: string[] = [];
  const server = createServer((request, response) => {
    if (request.headers.authorization !== undefined) signed.push(JSON.stringify(request.headers));
    response.writeHead(400).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}`, signed, [Symbol.dispose]: () => void server.close() };
}

describe('cli: AWS at another address', function () {
  this.timeout(90_000);

  it('gets no credentials because the AWS configuration says so, and does with --allow-custom-endpoint', async () => {
    await using folder = await temporaryFolder();
    using server = await listening();
    await writeFile(join(folder.path, 'platform.yml'), PLATFORM);
    await mkdir(join(folder.path, '.aws'));
    const refused: string[] = [];
    for (const config of [
      `[default]\nendpoint_url = ${server.url}\n`,
      `[default]\nservices = local\n[services local]\nsts =\n  endpoint_url = ${server.url}\n`,
    ]) {
      await writeFile(join(folder.path, '.aws', 'config'), config);
      const { code, stdout } = await runCli(['status', '--format', 'json'], { cwd: folder.path, env: REAL });
      assert.equal(code, 3, stdout);
      refused.push((JSON.parse(stdout) as { readonly error: { readonly actual: { readonly endpoint: string } } }).error.actual.endpoint);
    }
    assert.deepEqual([refused, server.signed], [[server.url, server.url], []]);
    await runCli(['status', '--format', 'json', '--allow-custom-endpoint'], { cwd: folder.path, env: REAL });
    assert.ok(
      server.signed.some((headers) => headers.includes(REAL.AWS_SESSION_TOKEN)),
      'the server can hear a token',
    );
  });

  it('is a rehearsal wherever its key and its clock are, the environment’s too: nothing of it goes to the person’s own files', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'platform.yml'), PLATFORM);
    const world = join(folder.path, 'elsewhere');
    const rehearsal = startCli(['rehearse', '--world', world, '--time-scale', '300'], { cwd: folder.path });
    try {
      const [line] = (await once(rehearsal.stdout.setEncoding('utf8'), 'data')) as [string];
      const { env } = JSON.parse(line) as { readonly env: Readonly<Record<string, string>> };
      const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path, env });

      const applied = await run('apply', '--yes', '--format', 'json');
      assert.equal(applied.code, 0, applied.stderr);
      assert.match(applied.stderr, /would then cost/);
      assert.match(await readFile(join(world, 'kubeconfig'), 'utf8'), /cluster\/cauchy/);
      await assert.rejects(access(join(folder.path, '.kube')), 'the person’s own is not touched');

      const json = JSON.parse((await run('status', '--format', 'json')).stdout) as { readonly mode: string };
      assert.equal(json.mode, 'rehearsal');
      assert.match((await run('status', '--format', 'text')).stdout, /^REHEARSAL · cauchy/);

      const other = await run('status', '--format', 'json', '--account', '222222222222');
      assert.equal(other.code, 3, other.stdout);
      const { error } = jsonLines(other.stdout).at(-1) as {
        readonly error: { readonly expected: unknown; readonly actual: { readonly account: string }; readonly next: string };
      };
      assert.deepEqual(error.expected, { account: '222222222222' });
      assert.match(error.actual.account, /^\d{12}$/);
      assert.doesNotMatch(error.next, /--profile/);
    } finally {
      rehearsal.kill('SIGTERM');
      await once(rehearsal, 'close');
    }
  });
});
