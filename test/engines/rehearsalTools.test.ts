import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { writeFixtureChart } from './fixtureChart.ts';
import { serveCluster, type ServedCluster } from './servedCluster.ts';

const run = promisify(execFile);

/** Programs that were written for real clusters. They run beside this process, which serves the rehearsed one. */
describe('the rehearsed cluster, to the tools of others', () => {
  let served: ServedCluster;
  let work: string;
  /** @returns what it printed; rejects with what it said when it fails */
  const tool = async (program: string, ...args: readonly string[]): Promise<string> => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: work, KUBECONFIG: served.kubeconfig };
    return (await run(program, [...args], { env, encoding: 'utf8', timeout: 90_000 })).stdout;
  };

  before(async () => {
    work = mkdtempSync(path.join(tmpdir(), 'slipway-tools-'));
    served = await serveCluster(work);
  });
  after(async () => {
    await served.close();
    rmSync(work, { recursive: true, force: true });
  });

  describe('kubectl port-forward', () => {
    let forwarding: ChildProcessWithoutNullStreams | undefined;
    afterEach(async () => {
      if (forwarding === undefined || forwarding.exitCode !== null) return;
      forwarding.kill();
      await once(forwarding, 'exit');
    });

    /** What it prints until it listens, as its last words say. */
    const forwarded = async (ports: string, env: Readonly<Record<string, string>>): Promise<string> => {
      forwarding = spawn('kubectl', ['port-forward', 'deployment/minio', ports], {
        env: { PATH: process.env['PATH'] ?? '', HOME: work, KUBECONFIG: served.kubeconfig, ...env },
      });
      const lines = createInterface({ input: forwarding.stdout });
      const [line] = (await Promise.race([once(lines, 'line'), once(forwarding, 'exit').then(() => ['it ended'])])) as [string];
      return /^Forwarding from (127\.0\.0\.1:\d+) ->/.exec(line)?.[1] ?? assert.fail(line);
    };

    before(async () => {
      const file = path.join(work, 'minio.json');
      const containers = [{ name: 'minio', image: 'docker.io/minio/minio:1' }];
      const labels = { app: 'minio' };
      const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } };
      writeFileSync(file, JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'minio' }, spec }));
      await tool('kubectl', 'apply', '--filename', file);
      await tool('kubectl', 'rollout', 'status', 'deployment/minio', '--timeout', '60s');
    });

    for (const [way, env] of [
      ['SPDY in a WebSocket', {}],
      ['SPDY alone', { KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
    ] as const) {
      it(`${way}: one connection after another, several at once, and what is large`, async () => {
        const address = await forwarded(':9000', env);
        assert.equal((await fetch(`http://${address}/minio/health/live`)).status, 200);
        const answers = await Promise.all(Array.from({ length: 8 }, () => fetch(`http://${address}/orders`)));
        assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([403]));
        const large = await fetch(`http://${address}/orders/large`, { method: 'PUT', body: Buffer.alloc(300_000, 'x') });
        assert.match(await large.text(), /<Code>AccessDenied<\/Code>/);
      });

      it(`${way}: a port at which nobody listens is told so`, async () => {
        const address = await forwarded(':1234', env);
        await assert.rejects(fetch(`http://${address}/`));
        assert.ok(forwarding !== undefined);
        const said = String(((await once(forwarding.stderr, 'data')) as [Buffer])[0]);
        assert.match(said, /error forwarding port 1234 to pod minio-.*connection refused/);
      });
    }
  });

  for (const major of ['3', '4']) {
    it(`a real Helm ${major} installs, upgrades, goes back and uninstalls: hooks run, objects change, nothing of it is left`, async () => {
      const binary = path.join(process.env[`ENGINE_HELM${major}`] ?? '', 'helm');
      const namespace = `helm-${major}`;
      const helm = (...args: readonly string[]): Promise<string> => tool(binary, ...args, '--namespace', namespace);
      const get = (...args: readonly string[]): Promise<string> => tool('kubectl', '--namespace', namespace, 'get', ...args);
      const web = (field: string): Promise<string> => get('deployment', 'app-web', '--output', `jsonpath={${field}}`);
      const wait = ['--wait', '--timeout', '80s'];

      await helm('install', 'app', writeFixtureChart(work), '--create-namespace', ...wait);
      assert.equal(await web('.status.readyReplicas'), '1');
      assert.equal(await get('job', 'app-migrate', '--output', 'jsonpath={.status.succeeded}'), '1', 'its hook ran');
      const key = await get('secret', 'sentry-sentry-secret', '--output', 'jsonpath={.metadata.uid}');

      await helm('upgrade', 'app', writeFixtureChart(work, '1.1.0'), '--set', 'replicas=2', ...wait);
      assert.equal(await web('.status.readyReplicas'), '2');
      assert.equal(
        await get('secret', 'sentry-sentry-secret', '--output', 'jsonpath={.metadata.uid}'),
        key,
        'a hook of the installation alone',
      );
      const listed = JSON.parse(await helm('list', '--output', 'json')) as { revision: string; status: string; chart: string }[];
      assert.deepEqual(
        listed.map(({ revision, status, chart }) => [revision, status, chart]),
        [['2', 'deployed', 'fixture-1.1.0']],
      );

      await assert.rejects(helm('upgrade', 'app', writeFixtureChart(work), '--set', 'broken=true'), /the value broken is set/);
      await helm('rollback', 'app', '1', ...wait);
      assert.equal(await web('.spec.replicas'), '1');

      await helm('uninstall', 'app', ...wait);
      assert.equal(await get('deployments,pods', '--selector', 'app=app', '--output', 'name'), '');
      assert.deepEqual(JSON.parse(await helm('list', '--all-namespaces', '--output', 'json')), []);
    });
  }
});
