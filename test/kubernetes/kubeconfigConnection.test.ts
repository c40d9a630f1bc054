import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { Refused } from '../../src/core/graph/errors.ts';
import type { ProgramCredential } from '../../src/kubernetes/execProgram.ts';
import { kubeconfigConnection } from '../../src/kubernetes/kubeconfigConnection.ts';

const own = () => Promise.resolve('canary-own');
const pem = (text: string): string => Buffer.from(text).toString('base64');

describe('a kubeconfig that the person names', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-kubeconfig-'));
    file = join(folder, 'config');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (user: object, cluster: object = {}): void =>
    writeFileSync(
      file,
      stringify({
        'current-context': 'one',
        contexts: [{ name: 'one', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority-data': pem('CA'), ...cluster } }],
        users: [{ name: 'u', user }],
      }),
    );
  const connect = async (context?: string) => (await kubeconfigConnection({ file, context }))(own);

  it('gives server, authority and token', async () => {
    write({ token: 'canary-token' }, { 'tls-server-name': 'cluster.local' });
    const { server, certificateAuthority, serverName, token } = await connect();
    assert.deepEqual(
      [server, certificateAuthority, serverName, await token()],
      ['https://127.0.0.1:6443', 'CA', 'cluster.local', 'canary-token'],
    );
  });

  it('reads a token file anew each time, and files beside the kubeconfig', async () => {
    writeFileSync(join(folder, 'token'), 'canary-1\n');
    writeFileSync(join(folder, 'ca.pem'), 'CA-FILE');
    write({ tokenFile: 'token' }, { 'certificate-authority-data': undefined, 'certificate-authority': 'ca.pem' });
    const { token, certificateAuthority } = await connect();
    assert.equal(certificateAuthority, 'CA-FILE');
    assert.equal(await token(), 'canary-1');
    writeFileSync(join(folder, 'token'), 'canary-2\n');
    assert.equal(await token(), 'canary-2');
  });

  it('gives a client certificate, and then no token', async () => {
    write({ 'client-certificate-data': pem('CERT'), 'client-key-data': pem('canary-key') });
    const { clientCertificate, token } = await connect();
    assert.deepEqual(clientCertificate, { certificate: 'CERT', key: 'canary-key' });
    assert.equal(await token(), undefined);
  });

  it('runs no program by itself: the token of EKS is made in process, anything else is refused where nobody can be asked', async () => {
    for (const command of ['aws', '/usr/local/bin/aws', 'aws-iam-authenticator']) {
      write({ exec: { apiVersion: 'client.authentication.k8s.io/v1beta1', command, args: ['eks', 'get-token'] } });
      assert.equal(await (await connect()).token(), 'canary-own');
    }
    write({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/tmp/evil' } });
    await assert.rejects(connect(), Refused);
  });

  it('takes what an agreed program gives: a token, a client certificate, or both', async () => {
    write({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/opt/login' } });
    const clientCertificate = { certificate: 'CERT', key: 'canary-key' };
    const gives = async (credential: ProgramCredential) => {
      const connection = (await kubeconfigConnection({ file, program: async () => async () => credential }))(own);
      return [await connection.token(), await connection.madeCertificate?.()];
    };
    assert.deepEqual(await gives({ clientCertificate }), [undefined, clientCertificate]);
    assert.deepEqual(await gives({ token: 'canary-token' }), ['canary-token', undefined]);
    assert.deepEqual(await gives({ token: 'canary-token', clientCertificate }), ['canary-token', clientCertificate]);
  });

  it('is refused in one sentence, which quotes nothing of it', async () => {
    const cases: (() => void)[] = [
      () => undefined,
      () => writeFileSync(file, 'canary: ['),
      () => writeFileSync(file, '- canary'),
      () => writeFileSync(file, 'current-context: canary-context'),
      () => write({}),
      () => write({ token: 'canary-token' }, { server: 'http://canary' }),
      () => write({ token: 'canary-token' }, { 'insecure-skip-tls-verify': true }),
      () => write({ token: 'canary-token' }, { 'certificate-authority-data': undefined, 'certificate-authority': 'canary.pem' }),
    ];
    for (const prepare of cases) {
      rmSync(file, { force: true });
      prepare();
      await assert.rejects(
        connect(),
        (error: unknown) => error instanceof Refused && !error.message.includes('canary') && error.message.endsWith('.'),
      );
    }
    write({ token: 'canary-token' });
    await assert.rejects(connect('canary-other'), (error: unknown) => error instanceof Refused && !error.message.includes('canary'));
  });
});
