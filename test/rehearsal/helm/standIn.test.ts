import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eksToken } from '../../../src/aws/eksToken.ts';
import { serveAccount, type AccountServer } from '../../../src/rehearsal/accountServer.ts';
import { controlPlane } from '../../../src/rehearsal/eks/controlPlane.ts';
import { eksRegions } from '../../../src/rehearsal/eks/settle.ts';
import { parseFault } from '../../../src/rehearsal/faults.ts';
import { DEPLOYMENT, JOB, SECRET, SERVICE_ACCOUNT } from '../../../src/rehearsal/kubernetes/controllers/kinds.ts';
import { objectIn, textIn, type JsonObject } from '../../../src/rehearsal/kubernetes/json.ts';
import { serveKubernetes, type KubernetesServer } from '../../../src/rehearsal/kubernetes/kubernetesServer.ts';
import { RequestLog } from '../../../src/rehearsal/requestLog.ts';
import { SERVICES } from '../../../src/rehearsal/services.ts';
import { releaseRecord } from '../../../src/kubernetes/helm/releaseRecord.ts';
import { CLI, SHARED_CACHE } from '../../product.ts';
import { TestCluster } from '../kubernetes/controllers/testCluster.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The world runs so much faster than the wall that hooks end within a look or two. */
const TIME_SCALE = 200;

describe('the rehearsal’s Helm', function () {
  this.timeout(60_000);
  let cluster: TestCluster;
  let kubernetes: KubernetesServer;
  let account: AccountServer;
  let folder: string;
  let kubeconfig: string;

  beforeEach(async () => {
    cluster = new TestCluster(5, { timeScale: TIME_SCALE, wall: () => Date.now() });
    const { world, record } = cluster;
    folder = mkdtempSync(join(tmpdir(), 'slipway-helm-test-'));
    const log = new RequestLog(folder, () => world.wall());
    account = await serveAccount({ world, log, services: SERVICES, port: 0, allowHosts: [] });
    kubernetes = await serveKubernetes({
      world,
      save: () => world.save(),
      log: (entry) => log.append(entry),
      wall: () => world.wall(),
      endpoint: account.endpoint,
    });
    eksRegions(world)[record.region] = true;
    letIn();
    const line = { endpoint: account.endpoint, world: folder, timeScale: TIME_SCALE, env: { SLIPWAY_REHEARSAL_TOKEN: world.bearerToken } };
    writeFileSync(join(folder, 'server.json'), JSON.stringify(line));
    kubeconfig = join(folder, 'kubeconfig');
    const { token } = await eksToken({
      credentials: { ...world.credentials },
      region: record.region,
      cluster: record.name,
      at: new Date(),
    });
    const server = { server: kubernetes.endpoint, 'certificate-authority-data': authority() };
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
        clusters: [{ name: 'k', cluster: server }],
        users: [{ name: 'u', user: { token } }],
      }),
    );
  });

  afterEach(async () => {
    await Promise.all([account.close(), kubernetes.close()]);
    cluster.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  function authority(): string {
    return Buffer.from(controlPlane(cluster.world).certificateAuthority).toString('base64');
  }

  function letIn(): void {
    const principalArn = cluster.world.callerArn;
    const policyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';
    cluster.record.accessEntries[principalArn] = {
      principalArn,
      arn: 'arn',
      createdAt: 0,
      modifiedAt: 0,
      type: 'STANDARD',
      username: principalArn,
      groups: [],
      tags: {},
      policies: [{ policyArn, associatedAt: 0, modifiedAt: 0, scope: { type: 'cluster' } }],
    };
  }

  function helm(args: readonly string[], values?: JsonObject): Promise<Ended> {
    return new Promise((done) => {
      const child = execFile(
        process.execPath,
        [CLI, 'rehearse-helm', folder, '--', ...args, '--kubeconfig', kubeconfig],
        { env: { PATH: process.env['PATH'], ...SHARED_CACHE } },
        (error, stdout, stderr) => {
          done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
        },
      );
      child.stdin?.end(values === undefined ? '' : JSON.stringify(values));
    });
  }

  const upgrade = (release: string, chart: string, more: readonly string[] = [], values: JsonObject = {}): Promise<Ended> =>
    helm(['upgrade', '--install', release, chart, '-f', '-', '-n', release, '--create-namespace', '--timeout', '600s', ...more], values);

  function records(release: string): ReturnType<typeof releaseRecord>[] {
    return cluster.store
      .list(SECRET, release)
      .filter((each) => each['type'] === 'helm.sh/release.v1')
      .map((each) => {
        const data = textIn(objectIn(each, 'data'), 'release') ?? '';
        return releaseRecord({ apiVersion: 'v1', kind: 'Secret', metadata: { name: each.metadata.name }, data: { release: data } });
      });
  }

  it('says that it is a Helm 4, and refuses flags that it does not know', async () => {
    assert.deepEqual(await helm(['version', '--template', '{{.Version}}']), { code: 0, stdout: 'v4.3.1\n', stderr: '' });
    const refused = await helm(['upgrade', '--post-renderer', 'x']);
    assert.deepEqual([refused.code, refused.stderr], [1, 'Error: unknown flag: --post-renderer\n']);
  });

  it('installs cert-manager with its hook, keeps a record that the product reads, and upgrades', async () => {
    const chart = 'oci://quay.io/jetstack/charts/cert-manager';
    const installed = await upgrade('cert-manager', chart, ['--version', 'v1.21.1', '--labels', 'slipway-digest=abc.def'], {
      crds: { enabled: true },
    });
    assert.deepEqual([installed.code, installed.stderr], [0, '']);
    const [record] = records('cert-manager');
    assert.deepEqual(
      [record?.status, record?.chart, record?.chartVersion, record?.revision, record?.values],
      ['deployed', 'cert-manager', 'v1.21.1', 1, { crds: { enabled: true } }],
    );
    assert.equal(record?.hooks.at(-1)?.phase, 'Succeeded');
    const secret = cluster.store.get(SECRET, 'cert-manager', 'sh.helm.release.v1.cert-manager.v1');
    assert.equal(objectIn(secret.metadata, 'labels')['slipway-digest'], 'abc.def');
    cluster.until(() => objectIn(cluster.get(DEPLOYMENT, 'cert-manager-webhook', 'cert-manager'), 'status')['availableReplicas'] === 1);
    assert.equal((await upgrade('cert-manager', chart, [], { crds: { enabled: true } })).code, 0);
    assert.deepEqual(
      records('cert-manager').map((each) => [each?.revision, each?.status]),
      [
        [1, 'superseded'],
        [2, 'deployed'],
      ],
    );
    const listed = JSON.parse((await helm(['list', '-n', 'cert-manager', '-o', 'json'])).stdout) as JsonObject[];
    assert.deepEqual([listed[0]?.['chart'], listed[0]?.['revision']], ['cert-manager-v1.21.1', '2']);
    const status = JSON.parse((await helm(['status', 'cert-manager', '-n', 'cert-manager', '-o', 'json'])).stdout) as JsonObject;
    assert.equal(objectIn(status, 'info')['status'], 'deployed');
    assert.equal((await helm(['uninstall', 'cert-manager', '-n', 'cert-manager'])).code, 0);
    assert.equal(cluster.store.find(DEPLOYMENT, 'cert-manager', 'cert-manager'), undefined);
    assert.deepEqual(records('cert-manager'), []);
  });

  it('makes Sentry’s secret key once, and a new one after an uninstall; passwords stay out of the world', async () => {
    const values = { filestore: { s3: { secretKey: 'canary-secret-key', bucketName: 'sentry' } } };
    assert.deepEqual(
      await upgrade('sentry', 'sentry', ['--repo', 'https://sentry-kubernetes.github.io/charts'], values).then(({ code, stderr }) => [
        code,
        stderr,
      ]),
      [0, ''],
    );
    const key = (): string => textIn(objectIn(cluster.get(SECRET, 'sentry-sentry-secret', 'sentry'), 'data'), 'key') ?? '';
    const first = key();
    assert.match(Buffer.from(first, 'base64').toString(), /^rehearsal-[A-Za-z0-9]{50}$/);
    assert.equal((await upgrade('sentry', 'sentry', [], values)).code, 0);
    assert.equal(key(), first, 'an upgrade runs no pre-install hook');
    assert.ok(cluster.store.find(JOB, 'sentry', 'sentry-db-init') !== undefined);
    const texts = [...cluster.store.everything()].map(([, object]) => JSON.stringify(object)).join('\n');
    assert.ok(!texts.includes('canary-secret-key'));
    assert.ok(!texts.includes(Buffer.from('canary-secret-key').toString('base64')));
    assert.ok(!records('sentry').some((each) => JSON.stringify(each).includes('canary')), 'nor in Helm’s record');
    assert.ok(
      records('sentry').some((each) => JSON.stringify(each).includes('bucketName')),
      'the search can find something',
    );
    await helm(['uninstall', 'sentry', '-n', 'sentry']);
    cluster.store.remove(SECRET, 'sentry', 'sentry-sentry-secret');
    assert.equal((await upgrade('sentry', 'sentry', [], values)).code, 0);
    assert.notEqual(key(), first);
  });

  it('leaves a pending release when it is killed, and a rollback or an uninstall gets past it', async () => {
    cluster.world.faults.arm(parseFault('helm-killed=cert-manager'));
    const killed = await upgrade('cert-manager', 'cert-manager');
    assert.notEqual(killed.code, 0);
    assert.deepEqual(
      records('cert-manager').map((each) => each?.status),
      ['pending-install'],
    );
    const refused = await upgrade('cert-manager', 'cert-manager');
    assert.match(refused.stderr, /another operation \(install\/upgrade\/rollback\) is in progress/);
    assert.equal((await helm(['uninstall', 'cert-manager', '-n', 'cert-manager'])).code, 0);
    assert.equal((await upgrade('cert-manager', 'cert-manager')).code, 0);
    cluster.world.faults.arm(parseFault('helm-killed=cert-manager'));
    await upgrade('cert-manager', 'cert-manager');
    assert.equal((await helm(['rollback', 'cert-manager', '1', '-n', 'cert-manager'])).code, 0);
    assert.equal(records('cert-manager').at(-1)?.status, 'deployed');
  });

  it('names the hook that did not end, and a chart that does not render', async () => {
    cluster.world.faults.arm(parseFault('hook-timeout=startupapicheck'));
    const failed = await upgrade('cert-manager', 'cert-manager');
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /failed post-install: .*\n.*job cert-manager-startupapicheck failed: DeadlineExceeded/);
    assert.equal(records('cert-manager').at(-1)?.status, 'failed');
    cluster.world.faults.disarm('hook-timeout');
    assert.equal((await upgrade('cert-manager', 'cert-manager')).code, 0);
    cluster.world.faults.arm(parseFault('chart-broken=sentry'));
    assert.match((await upgrade('sentry', 'sentry')).stderr, /^Error: UPGRADE FAILED: template: /);
    assert.deepEqual(records('sentry'), []);
  });

  it('takes nothing over that is not its own', async () => {
    cluster.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'cert-manager', namespace: 'cert-manager' } });
    const refused = await upgrade('cert-manager', 'cert-manager');
    assert.match(
      refused.stderr,
      /ServiceAccount "cert-manager" in namespace "cert-manager" exists and cannot be imported into the current release/,
    );
    assert.ok(cluster.store.find(SERVICE_ACCOUNT, 'cert-manager', 'cert-manager-webhook') === undefined, 'nothing was written');
  });
});
