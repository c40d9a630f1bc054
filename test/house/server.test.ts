import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { startServer } from '../../tools/vscode/server.mjs';

/** The status that a GET ends in, or the error's code. */
function get(host: string, port: number, target: string, headers: Record<string, string> = {}): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    request({ host, port, path: target, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
      .end();
  });
}

describe('the VS Code server of npm start and of the tests', function () {
  this.timeout(90_000);
  let dir: string;
  let server: Awaited<ReturnType<typeof startServer>>;

  before(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'slipway-server-'));
    server = await startServer({ dir });
  });
  after(() => {
    server.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  it('answers 403 without its token, with a wrong one, and whatever Host or Origin comes along', async () => {
    const { port, token } = server;
    assert.equal(await get('127.0.0.1', port, '/'), 403);
    assert.equal(await get('127.0.0.1', port, `/?tkn=${token.slice(1)}0`), 403);
    assert.equal(await get('127.0.0.1', port, '/', { host: 'example.invalid', origin: 'http://example.invalid' }), 403);
    const welcomed = await get('127.0.0.1', port, `/?tkn=${token}`);
    assert.ok(welcomed === 200 || welcomed === 302, `with the token it is let in, not ${welcomed}`);
  });

  it('listens on the loopback address alone', async () => {
    const outside = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .find((each) => !each.internal && each.family === 'IPv4');
    if (outside !== undefined) assert.equal(await get(outside.address, server.port, '/'), 'ECONNREFUSED');
    assert.equal(await get('127.0.0.1', server.port, '/'), 403, 'it is up');
  });

  it('keeps the token to this user, and out of the arguments', () => {
    const file = path.join(dir, 'token');
    assert.equal(statSync(dir).mode & 0o777, 0o700);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readFileSync(file, 'utf8'), server.token, 'the search knows what to look for');
    // VS Code prints its address, with the token, into its own log
    assert.equal(statSync(server.logFile).mode & 0o777, 0o600);
    if (process.platform !== 'linux') return;
    const commandLine = readFileSync(`/proc/${server.pid}/cmdline`, 'utf8');
    assert.ok(commandLine.includes('--connection-token-file') && !commandLine.includes(server.token));
  });

  it('has its home in the folder of the run, and an address that carries the token', () => {
    assert.equal(new URL(server.url({})).searchParams.get('tkn'), server.token);
    if (process.platform !== 'linux') return;
    const environment = readFileSync(`/proc/${server.pid}/environ`, 'utf8').split('\0');
    for (const name of ['HOME', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME'])
      assert.ok(
        environment.some((each) => each.startsWith(`${name}=${dir}`)),
        name,
      );
  });
});
