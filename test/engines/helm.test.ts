import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Engine } from '../../src/core/engine/engine.ts';
import type { Outcome, RunEvent } from '../../src/core/engine/events.ts';
import type { AnyResource } from '../../src/core/graph/resource.ts';
import { ResourceGraph } from '../../src/core/graph/resourceGraph.ts';
import type { ClusterAddress } from '../../src/kubernetes/connection.ts';
import { HelmProgram } from '../../src/kubernetes/helm/program.ts';
import { helmRelease, type ReleaseWish } from '../../src/kubernetes/helm/release.ts';
import { sentryKey, sentryKeyValues } from '../../src/kubernetes/helm/sentryKey.ts';
import { mergeValues, type Values } from '../../src/kubernetes/helm/values.ts';
import { reachCluster } from '../../src/kubernetes/reach.ts';
import { ProcessWatch } from '../kubernetes/helm/processWatch.ts';
import { startControlPlane, type ControlPlane } from './controlPlane.ts';
import { writeFixtureChart } from './fixtureChart.ts';
import { given } from './given.ts';
import { engineOf, shortSleeps } from './engineOf.ts';

const CANARIES = ['canary-first-secret-key', 'canary-second-secret-key'];
const signal = new AbortController().signal;

for (const major of ['3', '4']) {
  describe(`a real Helm ${major} against the real kube-apiserver`, () => {
    const binary = path.join(process.env[`ENGINE_HELM${major}`] ?? '', 'helm');
    const namespace = `sentry-${major}`;
    let plane: ControlPlane;
    let work: string;
    let chart: string;
    let helm: HelmProgram;
    let watch: ProcessWatch;
    const events: RunEvent[] = [];

    const kubectl = (args: readonly string[], input?: object): string =>
      execFileSync('kubectl', ['--kubeconfig', plane.kubeconfig, ...args], {
        encoding: 'utf8',
        ...(input === undefined ? {} : { input: JSON.stringify(input) }),
      });
    const asPerson = (args: readonly string[]): string =>
      execFileSync(binary, [...args, '-n', namespace, '--kubeconfig', plane.kubeconfig], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    const status = (): { readonly status: string; readonly revision: string } | undefined => {
      const all = JSON.parse(asPerson(['list', ...(major === '3' ? ['-a'] : []), '-o', 'json'])) as {
        name: string;
        status: string;
        revision: string;
      }[];
      return all.find(({ name }) => name === 'sentry');
    };
    const secretOf = (name: string, key: string): string => {
      const secret = JSON.parse(kubectl(['get', 'secret', name, '-n', namespace, '-o', 'json'])) as { data: Record<string, string> };
      return Buffer.from(secret.data[key] ?? '', 'base64').toString();
    };
    const setS3 = (value: string): void => {
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's3', namespace }, stringData: { secretKey: value } };
      kubectl(['apply', '-f', '-'], secret);
    };

    const graph = (values: Values = {}, more: Partial<ReleaseWish> = {}): ResourceGraph => {
      const address: ClusterAddress = {
        name: 'cauchy',
        endpoint: plane.server,
        certificateAuthority: Buffer.from(plane.certificateAuthority).toString('base64'),
      };
      const cluster = given('cluster', address);
      const inCluster = { cluster, reach };
      const key = sentryKey(inCluster, { namespace, label: 'cauchy', after: [] });
      const release = helmRelease(inCluster, helm, {
        release: 'sentry',
        namespace,
        chart: { kind: 'folder', folder: chart },
        values: mergeValues(sentryKeyValues, values),
        secretValues: [{ path: ['s3', 'secretKey'], secret: { namespace, name: 's3', key: 'secretKey' } }],
        label: 'cauchy',
        after: [key.id],
        hookSeconds: 60,
        ...more,
      });
      const resources: AnyResource[] = [cluster, key, release];
      return new ResourceGraph([{ id: 'all', title: 'All', doc: '', icon: 'x', requires: [], barrier: false, resources }]);
    };
    let reach: ReturnType<typeof reachCluster>;
    let engine: Engine;
    const apply = async (values?: Values, more?: Partial<ReleaseWish>): Promise<Outcome> => {
      events.length = 0;
      return engine.apply(graph(values, more), { signal, consent: new Set() });
    };
    const failures = (): string => JSON.stringify(events.filter(({ event }) => event === 'resource.failed'));
    const succeeds = async (values?: Values, more?: Partial<ReleaseWish>): Promise<readonly string[]> => {
      const outcome = await apply(values, more);
      assert.equal(outcome.outcome, 'succeeded', failures());
      return outcome.changed;
    };
    const RELEASE = `helm/${namespace}/sentry`;
    /** A Helm that is killed in the middle of a hook that never ends. */
    const killInHook = async (args: readonly string[], wanted: string): Promise<void> => {
      const child = spawn(binary, [...args, '--set', 'hook.stuck=true', '-n', namespace, '--kubeconfig', plane.kubeconfig], {
        stdio: 'ignore',
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      for (let left = 300; status()?.status !== wanted; left--) {
        assert.ok(left > 0, `still ${status()?.status}`);
        await new Promise((resume) => setTimeout(resume, 100));
      }
      child.kill('SIGKILL');
      await ended;
    };

    before(async () => {
      plane = await startControlPlane();
      work = mkdtempSync(path.join(tmpdir(), 'slipway-helm-test-'));
      chart = writeFixtureChart(work);
      kubectl(['create', '-f', '-'], {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'a1' },
        status: { capacity: { cpu: '2', memory: '2Gi', pods: '11' }, allocatable: { cpu: '2', memory: '2Gi', pods: '11' } },
      });
      kubectl(['create', 'namespace', namespace]);
      setS3('canary-first-secret-key');
      reach = reachCluster({ transport: { now: () => Date.now() }, token: async () => plane.token });
      helm = new HelmProgram({
        find: async () => ({ path: binary, args: [] }),
        folder: path.join(work, 'state'),
        env: { ...process.env, HELM_NAMESPACE: 'elsewhere', KUBECONFIG: '/nowhere' },
      });
      engine = engineOf(events, shortSleeps(200), [{ name: 'kubernetes', parallel: 8 }]);
      watch = new ProcessWatch([...CANARIES, plane.token]);
    });
    after(() => {
      plane.stop();
      rmSync(work, { recursive: true, force: true });
    });

    it('says what it is', async () => {
      assert.equal(await helm.major(signal), Number(major));
    });

    it('takes over a release whose key a hook had made, and keeps the key', async () => {
      asPerson(['install', 'sentry', chart, '--labels', 'slipway.dev/platform=cauchy']);
      const key = secretOf('sentry-sentry-secret', 'key');
      assert.equal(key.length, 50);
      assert.deepEqual([...(await succeeds())].sort(), [`Secret/${namespace}/slipway-sentry-secret-key`, RELEASE].sort());
      assert.equal(secretOf('slipway-sentry-secret-key', 'key'), key);
      assert.match(kubectl(['get', 'deployment', 'sentry-web', '-n', namespace, '-o', 'yaml']), /name: slipway-sentry-secret-key/);
      assert.deepEqual(status(), { ...status(), status: 'deployed', revision: '2' });
    });

    it('a second run writes nothing', async () => {
      const before = kubectl(['get', 'secret,deployment', '-n', namespace, '-o', 'jsonpath={.items[*].metadata.resourceVersion}']);
      assert.deepEqual(await succeeds(), []);
      assert.equal(kubectl(['get', 'secret,deployment', '-n', namespace, '-o', 'jsonpath={.items[*].metadata.resourceVersion}']), before);
    });

    it('a changed value is an update that says which, a rotated secret one that does not say it', async () => {
      setS3('canary-second-secret-key');
      const plan = await engine.plan(graph({ replicas: 2 }), 'apply', { signal });
      const [change] = plan.changes;
      assert.ok(change !== undefined && 'diff' in change.change);
      assert.deepEqual(change.change.diff, [
        { path: 'values.replicas', before: null, after: 2 },
        { path: 'values.s3.secretKey', before: '(secret)', after: '(secret)' },
      ]);
      assert.ok(!JSON.stringify([...plan.observations, plan.changes]).includes('canary'));
      assert.deepEqual(await succeeds({ replicas: 2 }), [RELEASE]);
      assert.equal(kubectl(['get', 'deployment', 'sentry-web', '-n', namespace, '-o', 'jsonpath={.status.readyReplicas}']), '2');
    });

    it('another version of the chart is an update', async () => {
      chart = writeFixtureChart(work, '1.1.0');
      assert.deepEqual(await succeeds({ replicas: 2 }), [RELEASE]);
      assert.match(asPerson(['list', '-o', 'json']), /fixture-1\.1\.0/);
    });

    it('an object that somebody deleted comes back', async () => {
      kubectl(['delete', 'deployment', 'sentry-web', '-n', namespace]);
      assert.deepEqual(await succeeds({ replicas: 2 }), [RELEASE]);
      assert.deepEqual(await succeeds({ replicas: 2 }), []);
    });

    it('an upgrade whose Helm was killed is put back and done', async () => {
      await killInHook(['upgrade', 'sentry', chart], 'pending-upgrade');
      const plan = await engine.plan(graph(), 'apply', { signal });
      assert.match(JSON.stringify(plan.changes), /left in the middle/);
      assert.deepEqual(await succeeds(), [RELEASE]);
      assert.equal(status()?.status, 'deployed');
      assert.deepEqual(await succeeds(), []);
    });

    it('uninstalled and installed again it has the same key', async () => {
      const key = secretOf('slipway-sentry-secret-key', 'key');
      const gone = await engine.destroy(graph(), { signal, consent: new Set() });
      assert.equal(gone.outcome, 'succeeded');
      assert.equal(status(), undefined);
      await succeeds();
      assert.equal(secretOf('slipway-sentry-secret-key', 'key'), key);
    });

    it('an installation whose Helm was killed is removed and done anew', async () => {
      asPerson(['uninstall', 'sentry']);
      await killInHook(
        ['install', 'sentry', chart, '--labels', 'slipway.dev/platform=cauchy,slipway-machine=' + helm.machine],
        'pending-install',
      );
      assert.deepEqual(await succeeds(), [RELEASE]);
      assert.deepEqual(status(), { ...status(), status: 'deployed', revision: '1' });
    });

    it('a Helm of somebody else that is at work is waited for', async () => {
      asPerson(['uninstall', 'sentry']);
      await killInHook(['install', 'sentry', chart, '--labels', 'slipway.dev/platform=cauchy,slipway-machine=another'], 'pending-install');
      const look = await engine.observe(graph(), { signal, depth: 'plan' });
      const seen = look.get(RELEASE);
      assert.equal(seen?.state, 'pending');
      assert.match(seen.reason, /Helm is at work/);
      asPerson(['uninstall', 'sentry']);
    });

    it('a hook that does not end is named; a run with it mended converges', async () => {
      const outcome = await apply({ hook: { stuck: true } }, { hookSeconds: 5 });
      assert.equal(outcome.outcome, 'failed');
      assert.match(failures(), /hook sentry-migrate did not finish: DeadlineExceeded/);
      assert.deepEqual(await succeeds(), [RELEASE]);
    });

    it('a chart that does not render says so and changes nothing', async () => {
      const before = status();
      const outcome = await apply({ broken: true });
      assert.equal(outcome.outcome, 'failed');
      assert.match(failures(), /does not render.*the value broken is set/);
      assert.deepEqual(status(), before);
      await succeeds();
    });

    it('nothing secret was ever in a process listing, and what was left on the disk is empty of it', async () => {
      assert.ok(watch.looks > 20);
      assert.deepEqual(watch.stop(), []);
      const control = new ProcessWatch(['canary-control']);
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', 'canary-control']);
      await new Promise((resolve) => child.once('spawn', resolve));
      control.look();
      child.kill();
      assert.deepEqual(control.stop(), ['canary-control'], 'the search can find one');
      assert.throws(() => execFileSync('grep', ['-r', 'canary-', path.join(work, 'state')]), 'grep finds nothing');
    });
  });
}
