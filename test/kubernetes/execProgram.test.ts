import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Unseen } from '../../src/core/graph/errors.ts';
import { programCredential, type ExecProgram, type ProgramCredential } from '../../src/kubernetes/execProgram.ts';

const API = 'client.authentication.k8s.io/v1';

describe('a program that makes credentials', () => {
  let folder: string;
  let now = 0;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-program-'));
    now = Date.parse('2026-01-01T00:00:00Z');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A program of the test's, in JavaScript; it stands in `folder` and is run there. */
  const credentialOf = (script: string, more: Partial<ExecProgram> = {}, timeout?: number): (() => Promise<ProgramCredential>) => {
    writeFileSync(join(folder, 'program.cjs'), script);
    return programCredential(
      { apiVersion: API, command: 'node', args: ['program.cjs', ...(more.args ?? [])], env: {}, ...without(more) },
      {
        path: process.execPath,
        cwd: folder,
        env: { PATH: process.env['PATH'] },
        now: () => now,
        ...(timeout === undefined ? {} : { timeout }),
      },
    );
  };
  const program = (...given: Parameters<typeof credentialOf>): (() => Promise<string | undefined>) => {
    const credential = credentialOf(...given);
    return async () => (await credential()).token;
  };
  const without = ({ args: _, ...rest }: Partial<ExecProgram>): Partial<ExecProgram> => rest;
  const answer = (status: string, kind = 'ExecCredential', version = API): string =>
    `console.log(JSON.stringify({ kind: '${kind}', apiVersion: '${version}', status: ${status} }));`;
  /** Counts its runs, and gives another token each time. */
  const counting = (status: string): string =>
    `const fs = require('fs'); fs.appendFileSync('runs', '.'); const n = fs.readFileSync('runs', 'utf8').length; ${answer(status)}`;
  const runs = (): number => readFileSync(join(folder, 'runs'), 'utf8').length;

  it('gets its words one by one and no shell, its variables, and what kubectl would tell it', async () => {
    const words = ['; touch trapped', '$(touch trapped)', '`touch trapped`', '| touch trapped', 'a b'];
    const told = `require('fs').writeFileSync('told', JSON.stringify([process.argv.slice(2), process.env.CANARY, process.env.KUBERNETES_EXEC_INFO]));`;
    const token = program(told + answer(`{ token: 'canary-token' }`), {
      args: words,
      env: { CANARY: 'canary-variable' },
      cluster: { server: 'https://127.0.0.1:1' },
    });
    assert.equal(await token(), 'canary-token');
    const [argv, variable, info] = JSON.parse(readFileSync(join(folder, 'told'), 'utf8')) as [string[], string, string];
    assert.deepEqual(argv, words);
    assert.equal(variable, 'canary-variable');
    assert.deepEqual(JSON.parse(info), {
      apiVersion: API,
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: 'https://127.0.0.1:1' } },
    });
    assert.equal(existsSync(join(folder, 'trapped')), false);
  });

  it('is run once for all who ask, and again when its token has ended', async () => {
    const token = program(counting(`{ token: 'canary-' + n, expirationTimestamp: '2026-01-01T00:10:00Z' }`));
    assert.deepEqual(await Promise.all([token(), token(), token()]), ['canary-1', 'canary-1', 'canary-1']);
    now += 9 * 60_000;
    assert.equal(await token(), 'canary-1');
    now += 60_000;
    assert.equal(await token(), 'canary-2');
    assert.equal(runs(), 2);
  });

  it('is asked anew after a while for a token that does not say when it ends', async () => {
    const token = program(counting(`{ token: 'canary-' + n }`));
    assert.equal(await token(), 'canary-1');
    now += 4 * 60_000;
    assert.equal(await token(), 'canary-1');
    now += 2 * 60_000;
    assert.equal(await token(), 'canary-2');
  });

  it('may give a client certificate, with a token or without', async () => {
    const pair = { certificate: 'CERT', key: 'canary-key' };
    const both = `clientCertificateData: 'CERT', clientKeyData: 'canary-key'`;
    assert.deepEqual(await credentialOf(answer(`{ ${both} }`))(), { clientCertificate: pair });
    assert.deepEqual(await credentialOf(answer(`{ token: 'canary-token', ${both} }`))(), {
      token: 'canary-token',
      clientCertificate: pair,
    });
  });

  it('is asked anew after it failed', async () => {
    const token = program(
      `const fs = require('fs'); if (!fs.existsSync('second')) { fs.writeFileSync('second', ''); process.exit(1); } ${answer(`{ token: 'canary-token' }`)}`,
    );
    await assert.rejects(token(), Unseen);
    assert.equal(await token(), 'canary-token');
  });

  it('is told of in one sentence when it fails, which quotes nothing that it printed', async () => {
    const cases: readonly (readonly [string, RegExp, number?])[] = [
      [`console.log('canary'); console.error('canary'); process.exit(3);`, /exit code 3/],
      [`console.log('canary');`, /no ExecCredential/],
      [answer(`{ token: 'canary' }`, 'Secret'), /no ExecCredential/],
      [answer(`{ token: 'canary' }`, 'ExecCredential', 'client.authentication.k8s.io/v1beta1'), /another version/],
      [answer(`{ clientKeyData: 'canary' }`), /without its key, or a key alone/],
      [answer(`{ token: 'canary', clientCertificateData: 'canary' }`), /without its key, or a key alone/],
      [answer(`{ token: '' }`), /neither a token nor a client certificate/],
      [`console.log('canary'.repeat(1_000_000));`, /more than a credential/],
      [`console.log('canary'); setInterval(() => undefined, 1_000);`, /in time/, 300],
    ];
    for (const [script, words, timeout] of cases) {
      await assert.rejects(program(script, {}, timeout)(), (error: unknown) => {
        assert.ok(error instanceof Unseen);
        assert.match(error.message, words);
        assert.equal(error.cause, undefined, 'an error of Node’s own would quote the output');
        assert.doesNotMatch(`${error.message} ${error.next ?? ''}`, /canary/);
        return true;
      });
    }
  });
});
