import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { Engine } from '../../../src/core/engine/engine.ts';
import type { RunEvent } from '../../../src/core/engine/events.ts';
import type { Json, Observation, Resource } from '../../../src/core/graph/resource.ts';
import { Refused } from '../../../src/core/graph/errors.ts';
import { ResourceGraph } from '../../../src/core/graph/resourceGraph.ts';
import type { ClusterAddress } from '../../../src/kubernetes/connection.ts';
import { newDigest } from '../../../src/kubernetes/helm/digest.ts';
import type { Helm, HelmRun } from '../../../src/kubernetes/helm/helm.ts';
import { planRelease } from '../../../src/kubernetes/helm/planRelease.ts';
import { recoveryOf } from '../../../src/kubernetes/helm/recovery.ts';
import { helmRelease } from '../../../src/kubernetes/helm/release.ts';
import { releaseRecord } from '../../../src/kubernetes/helm/releaseRecord.ts';
import { lookWith, stepContext } from '../../aws/scriptedAws.ts';
import { scriptedServer, type Reply, type ScriptedServer } from '../scriptedServer.ts';

/** As Helm writes it. */
const packed = (release: object): string => Buffer.from(gzipSync(JSON.stringify(release)).toString('base64')).toString('base64');
const chart = { kind: 'remote', chart: 'oci://registry.example/x', version: '1.0.0' } as const;
const values = { replicas: 2 };
const digest = (): string => newDigest({ chart: ' oci://registry.example/x 1.0.0', values });

interface Revision {
  readonly version: number;
  readonly status: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly manifest?: string;
  readonly description?: string;
  readonly config?: Json;
}

const secretOf = ({ version, status, labels = {}, manifest = '', description = '', config = values }: Revision) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'helm.sh/release.v1',
  metadata: {
    name: `sh.helm.release.v1.x.v${version}`,
    resourceVersion: String(version),
    labels: { owner: 'helm', name: 'x', status, version: String(version), 'slipway.dev/platform': 'cauchy', ...labels },
  },
  data: {
    release: packed({
      name: 'x',
      version,
      info: { status, description, last_deployed: '1970-01-01T00:00:00Z' },
      chart: { metadata: { name: 'x', version: '1.0.0' } },
      config,
      manifest,
      hooks: [{ name: 'migrate', kind: 'Job', last_run: { phase: 'Running' } }],
    }),
  },
});

const WEB = `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
`;
const deployment = (ready: number): object => ({
  metadata: { name: 'web', namespace: 'ns', generation: 1 },
  spec: { replicas: 2, selector: { matchLabels: { app: 'web' } } },
  status: {
    observedGeneration: 1,
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: ready,
    availableReplicas: ready,
    conditions: [{ type: 'Available', status: 'True' }],
  },
});

describe('a Helm release as a resource', () => {
  let server: ScriptedServer;
  let revisions: readonly Revision[];
  let deployments: readonly object[];
  let atWork: boolean;
  let isMissing: boolean;
  const ran: (readonly string[])[] = [];
  const helm: Helm = {
    machine: 'here',
    major: () =>
      isMissing ? Promise.reject(new Refused('helm is not found: it is not on PATH', { next: 'Install it.' })) : Promise.resolve(4),
    isAtWork: () => Promise.resolve(atWork),
    run: ({ args }: HelmRun) => {
      ran.push(args);
      return Promise.resolve();
    },
  };
  const cluster: Resource<ClusterAddress, Record<never, never>> = {
    id: 'cluster',
    kind: 'given',
    provider: 'none',
    title: 'cluster',
    needs: {},
    observe: () => {
      const outputs = { name: 'cauchy', endpoint: server.connection.server, certificateAuthority: '' };
      return Promise.resolve({ state: 'ready', owner: 'slipway', physicalId: 'cluster', attributes: {}, outputs });
    },
  };
  const release = (): ReturnType<typeof helmRelease> =>
    helmRelease({ cluster, reach: () => server.client() }, helm, {
      release: 'x',
      namespace: 'ns',
      chart,
      values,
      label: 'cauchy',
      after: [],
    });
  const look = async (): Promise<{ seen: Observation<unknown>; action: string; summary: string; findings: readonly string[] }> => {
    const resource = release();
    const engine = new Engine({
      run: 'test',
      clock: { now: () => 0, sleep: () => Promise.resolve() },
      intents: { open: async () => new Map(), begin: async () => undefined, end: async () => undefined },
      providers: [{ name: 'kubernetes', parallel: 8 }],
      guard: async () => undefined,
      signedOut: async () => Promise.reject(new Error('signed out')),
      emit: (_: RunEvent) => undefined,
    });
    const graph = new ResourceGraph([
      { id: 'all', title: 'All', doc: '', icon: 'x', requires: [], barrier: false, resources: [cluster, resource] },
    ]);
    const plan = await engine.plan(graph, 'apply', { signal: new AbortController().signal });
    const seen = plan.observations.get(resource.id);
    assert.ok(seen !== undefined);
    const change = plan.changes.find((each) => each.resource === resource.id)?.change;
    const findings = plan.findings.map(({ severity, message }) => `${severity} ${message}`);
    return { seen, action: change?.action ?? 'none', findings, summary: change !== undefined && 'summary' in change ? change.summary : '' };
  };
  const reply = (pathname: string): Reply => {
    const secrets = '/api/v1/namespaces/ns/secrets';
    if (pathname === secrets) return { body: { items: revisions.map((each) => ({ metadata: secretOf(each).metadata })) } };
    if (pathname.startsWith(`${secrets}/`))
      return { body: revisions.map(secretOf).find(({ metadata }) => pathname.endsWith(`/${metadata.name}`)) };
    if (pathname === '/api') return { status: 404 };
    if (pathname === '/apis') return { body: { groups: [{ name: 'apps', versions: [{ version: 'v1' }] }] } };
    if (pathname === '/apis/apps/v1') return { body: { resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }] } };
    if (pathname === '/apis/apps/v1/namespaces/ns/deployments') return { body: { items: deployments } };
    return { status: 404 };
  };

  before(async () => {
    server = await scriptedServer(({ url }) => reply(url.pathname));
  });
  after(() => server.close());
  beforeEach(() => {
    [revisions, deployments, atWork, isMissing] = [[], [deployment(2)], false, false];
    ran.length = 0;
  });

  it('is one command of Helm a step, which runs nothing of anybody else’s, fetches no dependency and has its values on standard input', async () => {
    const address = { name: 'cauchy', endpoint: server.connection.server, certificateAuthority: '' };
    const ctx = stepContext();
    const { steps, observe } = release();
    assert.ok(steps?.create !== undefined && steps.update !== undefined && steps.delete !== undefined);
    await steps.create({ cluster: address }, ctx);
    revisions = [
      { version: 1, status: 'deployed' },
      { version: 2, status: 'pending-upgrade' },
    ];
    const seen = await observe(lookWith({ cluster: address }), 'plan');
    assert.ok('physicalId' in seen);
    await steps.update(seen, { cluster: address }, ctx);
    await steps.delete(seen, ctx);
    assert.deepEqual(
      ran.map(([verb]) => verb),
      ['upgrade', 'rollback', 'uninstall'],
    );
    const flags = ran.flat().filter((word) => /^-./.test(word));
    // No --post-renderer, no --dependency-update, no --set, no --repo-config, no --username: what is not here has to be thought about.
    assert.deepEqual([...new Set(flags)].sort(), ['--history-max', '--install', '--labels', '--timeout', '--version', '-f']);
    assert.equal(ran[0]?.[ran[0].indexOf('-f') + 1], '-');
  });

  it('cannot be installed without Helm, and needs none to be looked at', async () => {
    isMissing = true;
    assert.deepEqual((await look()).findings, ['error helm is not found: it is not on PATH. Install it.']);
    revisions = [{ version: 1, status: 'deployed', labels: { 'slipway-digest': digest() }, manifest: WEB }];
    const { seen, findings } = await look();
    assert.equal(seen.state, 'ready');
    assert.deepEqual(findings, ['information helm is not found: it is not on PATH. Install it.']);
  });

  it('that is not there is installed', async () => {
    assert.deepEqual((({ seen, action }) => [seen.state, action])(await look()), ['absent', 'create']);
  });

  it('whose digest is of what is wanted is left alone', async () => {
    revisions = [
      { version: 2, status: 'deployed', labels: { 'slipway-digest': digest() }, manifest: WEB },
      { version: 1, status: 'superseded' },
    ];
    const { seen, action } = await look();
    assert.deepEqual([seen.state, action], ['ready', 'none']);
  });

  it('with another digest is upgraded, and the values that differ are named', async () => {
    revisions = [{ version: 1, status: 'deployed', labels: { 'slipway-digest': 'x.y' }, manifest: WEB, config: { replicas: 1 } }];
    const { action, summary } = await look();
    assert.deepEqual([action, summary], ['update', 'update Helm release x: values.replicas']);
  });

  it('waits for its objects, and tells which', async () => {
    revisions = [{ version: 1, status: 'deployed', labels: { 'slipway-digest': digest() }, manifest: WEB }];
    deployments = [deployment(1)];
    const { seen, action } = await look();
    assert.deepEqual([seen.state, 'reason' in seen && seen.reason, action], ['pending', 'web: Available: 1/2', 'none']);
  });

  it('brings back an object that is missing', async () => {
    revisions = [{ version: 1, status: 'deployed', labels: { 'slipway-digest': digest() }, manifest: WEB }];
    deployments = [];
    const { seen, action, summary } = await look();
    assert.deepEqual([seen.state, action], ['degraded', 'update']);
    assert.match(summary, /Deployment\/web is missing/);
  });

  it('of somebody else is not touched', async () => {
    revisions = [{ version: 1, status: 'deployed', labels: { 'slipway.dev/platform': 'other' }, manifest: WEB }];
    assert.equal((await look()).action, 'blocked');
  });

  it('at which Helm works is waited for, and one that was left is not', async () => {
    revisions = [{ version: 1, status: 'pending-install', labels: { 'slipway-machine': 'here' } }];
    atWork = true;
    assert.deepEqual((({ seen, action }) => [seen.state, action])(await look()), ['pending', 'none']);
    atWork = false;
    assert.deepEqual((({ seen, action }) => [seen.state, action])(await look()), ['failed', 'update']);
  });

  it('of another machine is given the time that a hook may take', async () => {
    revisions = [{ version: 1, status: 'pending-install', labels: { 'slipway-machine': 'there' } }];
    server.clock.now = 1_199_000;
    assert.equal((await look()).action, 'none');
    server.clock.now = 1_201_000;
    assert.equal((await look()).action, 'update');
    server.clock.now = 0;
  });

  it('that failed says which hook it was', async () => {
    revisions = [{ version: 1, status: 'failed', description: 'Release "x" failed: timed out waiting for the condition' }];
    const { seen } = await look();
    assert.equal('reason' in seen && seen.reason, 'hook migrate did not finish: timed out waiting for the condition');
  });

  it('whose upgrade met somebody else’s field needs a consent of its own', () => {
    const seen = {
      state: 'failed',
      owner: 'slipway',
      physicalId: 'ns/x',
      attributes: { status: 'failed', lastDeployed: 1, conflict: true },
      outputs: {},
      reason: '',
    } as const;
    const change = planRelease('Helm release x', seen, {}, []);
    assert.equal(change.action === 'update' && change.consent, 'overwrite');
  });
});

describe('the way on from where a release is', () => {
  const rows: readonly (readonly [string, number | null, object])[] = [
    ['deployed', 1, { do: 'upgrade', force: false }],
    ['failed', 1, { do: 'upgrade', force: false }],
    ['failed', null, { do: 'uninstall' }],
    ['pending-install', null, { do: 'uninstall' }],
    ['pending-upgrade', 3, { do: 'rollback', to: 3 }],
    ['pending-rollback', 3, { do: 'rollback', to: 3 }],
    ['pending-upgrade', null, { do: 'uninstall' }],
    ['uninstalling', 1, { do: 'uninstall' }],
    ['unknown', null, { do: 'upgrade', force: false }],
  ];
  for (const [status, lastDeployed, expected] of rows) {
    it(`${status}, last whole ${lastDeployed ?? 'never'}`, () => assert.deepEqual(recoveryOf({ status, lastDeployed }), expected));
  }
});

describe('what Helm has written', () => {
  it('is read', () => {
    const record = releaseRecord(secretOf({ version: 3, status: 'deployed', manifest: WEB }));
    assert.deepEqual(
      { ...record, manifest: record?.manifest === WEB },
      {
        revision: 3,
        status: 'deployed',
        description: '',
        lastDeployed: 0,
        chart: 'x',
        chartVersion: '1.0.0',
        values,
        manifest: true,
        hooks: [{ name: 'migrate', kind: 'Job', phase: 'Running' }],
      },
    );
  });

  it('is not believed when it is no release, or larger than any', () => {
    const { metadata } = secretOf({ version: 1, status: 'deployed' });
    const bomb = Buffer.from(gzipSync(JSON.stringify({ manifest: ' '.repeat(40 * 1024 * 1024) })).toString('base64')).toString('base64');
    for (const release of ['', 'no base64 !', packed({}).slice(0, 20), bomb])
      assert.equal(releaseRecord({ metadata, data: { release } }), undefined);
    assert.equal(releaseRecord({ metadata }), undefined);
    const odd = releaseRecord({ metadata, data: { release: packed({ info: { status: 'dancing' }, hooks: 'none', config: [] }) } });
    assert.deepEqual([odd?.status, odd?.hooks, odd?.values], ['unknown', [], {}]);
  });
});
