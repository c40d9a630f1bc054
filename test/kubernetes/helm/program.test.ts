import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { AnswerLost, NotYet, Refused } from '../../../src/core/graph/errors.ts';
import type { KubernetesClient } from '../../../src/kubernetes/client.ts';
import type { HelmRun } from '../../../src/kubernetes/helm/helm.ts';
import { HelmProgram } from '../../../src/kubernetes/helm/program.ts';
import { scriptedServer, type ScriptedServer } from '../scriptedServer.ts';
import { fakeHelm, type FakeHelm } from './fakeHelm.ts';
import { ProcessWatch } from './processWatch.ts';

const never = new AbortController().signal;

describe('the program that runs Helm', () => {
  let server: ScriptedServer;
  let client: KubernetesClient;
  let fake: FakeHelm;
  /** Ends a run that hangs, also when its test has failed. */
  let stop: AbortController;
  const running = (more: Partial<HelmRun> = {}): HelmRun => ({
    client,
    namespace: 'sentry',
    release: 'sentry',
    args: ['upgrade', '--install', 'sentry', '/charts/sentry', '-f', '-'],
    values: { s3: { secretKey: 'canary-value' } },
    secrets: ['canary-value'],
    signal: never,
    ...more,
  });

  before(async () => {
    server = await scriptedServer(() => ({}));
    client = server.client();
  });
  after(() => server.close());
  beforeEach(() => {
    stop = new AbortController();
    fake = fakeHelm({
      PATH: process.env['PATH'],
      HTTPS_PROXY: 'http://proxy.example:3128',
      HELM_NAMESPACE: 'elsewhere',
      HELM_PLUGINS: '/plugins-of-somebody',
      HELM_KUBETOKEN: 'canary-helm-token',
      KUBECONFIG: '/home/me/.kube/config',
      AWS_SECRET_ACCESS_KEY: 'canary-aws-key',
    });
  });
  afterEach(() => {
    stop.abort();
    fake.stop();
  });

  it('sends values on standard input, and nothing secret any other way', async () => {
    const watch = new ProcessWatch(['canary-value', 'canary-token', 'canary-aws-key', 'canary-helm-token']);
    await fake.helm.run(running());
    assert.ok(watch.looks > 1, 'it has looked while Helm ran');
    assert.deepEqual(watch.stop(), []);
    const [call] = fake.calls();
    assert.ok(call !== undefined);
    assert.equal(call.stdin, '{"s3":{"secretKey":"canary-value"}}');
    assert.deepEqual(call.argv.slice(0, -4), ['upgrade', '--install', 'sentry', '/charts/sentry', '-f', '-']);
    assert.deepEqual(call.argv.slice(-4, -1), ['--namespace', 'sentry', '--kubeconfig']);
    assert.ok(!JSON.stringify([call.argv, call.env]).includes('canary'));
    assert.ok(!call.kubeconfig?.text.includes('canary'), 'no token in the file');
  });

  it('the search in process listings can find one', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', 'canary-argument'], { env: { WORD: 'canary-variable' } });
    await once(child, 'spawn');
    const watch = new ProcessWatch(['canary-argument', 'canary-variable']);
    watch.look();
    child.kill();
    assert.deepEqual([...watch.stop()].sort(), ['canary-argument', 'canary-variable']);
  });

  it('strips what would steer Helm, keeps the proxy, and has folders of its own', async () => {
    await fake.helm.run(running());
    const env = fake.calls()[0]?.env ?? {};
    assert.equal(env['HTTPS_PROXY'], 'http://proxy.example:3128');
    assert.deepEqual(
      Object.keys(env)
        .filter((name) => /^(HELM_|KUBE|AWS_)/.test(name))
        .sort(),
      ['HELM_CACHE_HOME', 'HELM_CONFIG_HOME', 'HELM_DATA_HOME', 'HELM_DRIVER', 'HELM_NO_PLUGINS', 'HELM_PLUGINS'],
    );
    for (const name of ['HELM_CACHE_HOME', 'HELM_CONFIG_HOME', 'HELM_DATA_HOME', 'HELM_PLUGINS'])
      assert.ok(env[name]?.startsWith(path.join(fake.folder, 'state')), name);
  });

  it('its way into the cluster is a file of this run, which asks us for each token and is gone afterwards', async () => {
    await fake.helm.run(running());
    const kubeconfig = fake.calls()[0]?.kubeconfig;
    assert.ok(kubeconfig !== undefined);
    if (process.platform !== 'win32') assert.deepEqual([kubeconfig.mode, kubeconfig.folderMode], [0o600, 0o700]);
    const credential = JSON.parse(kubeconfig.credential) as { kind: string; status: { token: string; expirationTimestamp: string } };
    assert.equal(credential.kind, 'ExecCredential');
    assert.equal(credential.status.token, 'canary-token');
    assert.ok(Date.parse(credential.status.expirationTimestamp) > Date.now());
    assert.ok(!existsSync(path.dirname(kubeconfig.path)));
    assert.ok(!fake.calls()[0]?.cwd.startsWith(process.cwd()), 'not the workspace');
  });

  it('who does not know the word is told nothing', async () => {
    fake.plays({ hangs: true });
    const run = fake.helm.run(running({ signal: stop.signal })).catch((error: unknown) => error);
    await fake.hanging();
    const text = JSON.parse(fake.calls()[0]?.kubeconfig?.text ?? '') as { users: { user: { exec: { args: string[] } } }[] };
    const address = text.users[0]?.user.exec.args[2] ?? '';
    for (const word of ['', 'wrong', 'x'.repeat(48), 'x'.repeat(500)]) {
      const socket = connect(address);
      let said = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
      socket.end(word);
      await once(socket, 'close');
      assert.equal(said, '');
    }
    stop.abort();
    await run;
  });

  it('told to stop, Helm may write down that it was; what became of it is not known', async () => {
    fake.plays({ hangs: true });
    const run = fake.helm.run(running({ signal: stop.signal }));
    const ended = assert.rejects(run, AnswerLost);
    await fake.hanging();
    assert.equal(await fake.helm.isAtWork('sentry', 'sentry'), true, 'while it runs it is at work');
    assert.equal(await fake.helm.isAtWork('sentry', 'other'), false);
    stop.abort();
    await ended;
    assert.ok(existsSync(path.join(fake.folder, 'stopped')));
    assert.equal(await fake.helm.isAtWork('sentry', 'sentry'), false);
  });

  it('advice on standard error is no failure', async () => {
    fake.plays({ stderr: 'WARNING: Kubernetes configuration file is group-readable.\nFlag --atomic has been deprecated\n' });
    await fake.helm.run(running());
  });

  it('knows Helm 3 and 4, and nothing else', async () => {
    for (const [version, major] of [
      ['v3.22.0', 3],
      ['v4.3', 4],
    ] as const) {
      const each = fakeHelm();
      each.plays({ version });
      assert.equal(await each.helm.major(never), major);
      each.stop();
    }
    fake.plays({ version: 'v2.17.0' });
    await assert.rejects(fake.helm.major(never), (error) => error instanceof Refused && /no Helm 3 or 4/.test(error.message));
    fake.plays({ version: 'v3.12.3' });
    await assert.rejects(fake.helm.major(never), (error) => error instanceof Refused && /3\.12/.test(error.message));
    fake.plays({ version: 'v4.0.1' });
    assert.equal(await fake.helm.major(never), 4, 'a refusal is not remembered');
  });

  it('a program that cannot be run says how to get one', async () => {
    const helm = new HelmProgram({
      find: () => Promise.resolve({ path: path.join(fake.folder, 'no-such'), args: [] }),
      folder: path.join(fake.folder, 'state'),
      env: {},
    });
    await assert.rejects(helm.run(running()), (error) => error instanceof Refused && error.next?.includes('slipway.helm.path') === true);
  });

  /** What real Helms have said (3.22, 4.3; helm/helm, pkg/action). */
  const failures: readonly (readonly [string, typeof Refused | typeof NotYet | typeof AnswerLost, RegExp])[] = [
    ['Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress', NotYet, /^another Helm is working at sentry$/],
    [
      'Error: INSTALLATION FAILED: failed post-install: 1 error occurred:\n\t* job sentry-db-init failed: DeadlineExceeded\n\n',
      Refused,
      /^post-install hook sentry-db-init did not finish: DeadlineExceeded$/,
    ],
    [
      'Error: failed post-install: resource Job/sentry/sentry-db-init not ready. status: InProgress, message: Job in progress\ncontext deadline exceeded',
      Refused,
      /^post-install hook sentry-db-init did not finish: DeadlineExceeded$/,
    ],
    [
      'Error: failed pre-upgrade: 1 error occurred: * job snuba-init failed: BackoffLimitExceeded',
      Refused,
      /snuba-init .*BackoffLimitExceeded$/,
    ],
    [
      'Error: execution error at (sentry/templates/x.yaml:3:4): canary-value is wrong',
      Refused,
      /^the chart does not render: .*\(secret\) is wrong$/,
    ],
    ['Error: UPGRADE FAILED: Unauthorized', AnswerLost, /did not let Helm in/],
    [
      'Error: Kubernetes cluster unreachable: the server has asked for the client to provide credentials',
      AnswerLost,
      /did not let Helm in/,
    ],
    ['Error: Kubernetes cluster unreachable: Get "https://x": dial tcp: connection refused', AnswerLost, /cannot be reached/],
    [
      'Error: failed to create: Internal error occurred: failed calling webhook "validate.nginx": no endpoints',
      NotYet,
      /webhook does not answer yet/,
    ],
    [
      'Error: An error occurred while checking for chart dependencies: found in Chart.yaml, but missing in charts/ directory: redis',
      Refused,
      /redis$/,
    ],
    ['Error: path "/charts/sentry" not found', Refused, /^the chart cannot be had/],
    [
      'Error: Unable to continue with install: ServiceAccount "x" in namespace "y" exists and cannot be imported into the current release: invalid ownership metadata',
      Refused,
      /ServiceAccount "x"/,
    ],
    [
      'Error: UPGRADE FAILED: conflict occurred while applying object: Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas',
      Refused,
      /kubectl/,
    ],
    ['Error: something new\non two lines', Refused, /^something new on two lines$/],
    ['', Refused, /^Helm ended with exit code 1$/],
  ];
  for (const [stderr, kind, words] of failures) {
    it(`says what failed: ${stderr.slice(0, 60).replaceAll('\n', ' ')}`, async () => {
      fake.plays({ exit: 1, stderr: `WARNING: advice\n${stderr}` === 'WARNING: advice\n' ? '' : `WARNING: advice\n${stderr}` });
      await assert.rejects(fake.helm.run(running()), (error) => {
        assert.ok(error instanceof kind, String(error));
        assert.match(error.message, words);
        assert.ok(!error.message.includes('canary-value'));
        return true;
      });
    });
  }
});
