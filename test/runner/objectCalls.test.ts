import assert from 'node:assert/strict';
import type { AnyResource } from '../../src/core/graph/resource.ts';
import { ResourceGraph } from '../../src/core/graph/resourceGraph.ts';
import type { Stage } from '../../src/core/graph/stage.ts';
import type { Connection } from '../../src/runner/connection.ts';
import type { Looking } from '../../src/runner/clusterObjects.ts';
import { objectLogs } from '../../src/runner/objectLogs.ts';
import { restart } from '../../src/runner/objectRestart.ts';
import { objectYaml } from '../../src/runner/objectYaml.ts';
import { RunnerError } from '../../src/runner/runnerError.ts';
import { parsePlatform } from '../../src/core/platform/parsePlatform.ts';
import { manifestSet } from '../../src/manifests/manifestSet.ts';
import { scriptedServer, type Received, type ScriptedServer } from '../kubernetes/scriptedServer.ts';

const MANIFESTS = `apiVersion: v1
kind: Secret
metadata: { name: minio, namespace: mer }
stringData: { password: canary-written }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, namespace: mer }
spec: { replicas: 2 }
`;

const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'minio',
    namespace: 'mer',
    uid: 'u1',
    managedFields: [{ manager: 'canary-manager' }],
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":"canary-copy"}' },
  },
  data: { password: Buffer.from('canary-live').toString('base64') },
};
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'mer', uid: 'u2', resourceVersion: '7', labels: { 'slipway.dev/platform': 'cauchy' } },
  spec: { replicas: 3, selector: { matchLabels: { app: 'shop' } } },
  status: { readyReplicas: 3 },
};
const pod = (name: string, app: string): object => ({
  metadata: { name, namespace: 'mer', labels: { app } },
  spec: { containers: [{ name: 'web' }] },
});

describe('calls about objects', () => {
  let server: ScriptedServer;
  let log: string[];
  let status: number;
  beforeEach(async () => {
    log = [];
    status = 200;
    server = await scriptedServer(({ method, url: { pathname } }: Received) => {
      if (pathname === '/api') return { body: { kind: 'APIGroupDiscoveryList', items: [kinds('', ['Secret', 'Pod'])] } };
      if (pathname === '/apis') return { body: { kind: 'APIGroupDiscoveryList', items: [kinds('apps', ['Deployment'])] } };
      if (method === 'PATCH') return { body: deployment };
      if (pathname.endsWith('/secrets/minio')) return { body: secret };
      if (pathname.endsWith('/deployments/shop')) return { body: deployment };
      if (pathname.endsWith('/pods')) return { body: { items: [pod('shop-1', 'shop'), pod('other-1', 'other')] } };
      if (pathname.endsWith('/shop-1/log')) return status === 200 ? { body: log.map((line) => `${line}\n`).join('') } : refusal(status);
      return { status: 404, body: {} };
    });
  });
  afterEach(() => server.close());

  it('shows both sides of a Secret, and no value of either', async () => {
    const { live = '', comparable = '', manifest = '' } = await objectYaml(looking(server), { resource: 'Secret/mer/minio' });
    assert.match(live, /password: \(a secret\)/);
    assert.match(live, /uid: u1/);
    assert.equal(comparable, manifest, 'the same but for values');
    const all = live + comparable + manifest;
    for (const hidden of ['canary', Buffer.from('canary-live').toString('base64'), 'managedFields', 'last-applied'])
      assert.ok(!all.includes(hidden), hidden);
  });

  it('lays an object beside its manifest without what no manifest can say', async () => {
    const { live = '', comparable = '', manifest = '' } = await objectYaml(looking(server), { resource: 'Deployment.apps/mer/shop' });
    assert.match(live, /readyReplicas: 3/);
    assert.doesNotMatch(comparable, /readyReplicas|resourceVersion|uid/);
    assert.match(comparable, /replicas: 3/);
    assert.match(manifest, /replicas: 2/);
  });

  it('refuses what is no object of a cluster', async () => {
    for (const resource of ['vpc', 'role/cluster', 'Deployment.apps/a/b/c'])
      await assert.rejects(objectYaml(looking(server), { resource }), (error) => error instanceof RunnerError && error.fields.exit === 2);
  });

  it('tells the lines of its own pods, and after that only newer ones', async () => {
    log = ['one', 'two', '\u001b[31mred'];
    const first = await objectLogs(looking(server), { resource: 'Deployment.apps/mer/shop' });
    assert.deepEqual(first.lines, ['shop-1/web: one', 'shop-1/web: two', 'shop-1/web: \\u001b[31mred']);
    const none = await objectLogs(looking(server), { resource: 'Deployment.apps/mer/shop', after: first.cursor });
    assert.deepEqual(none.lines, []);
    // The first line has rolled away, and an old one is said again.
    log = ['two', '\u001b[31mred', 'three', 'two'];
    const more = await objectLogs(looking(server), { resource: 'Deployment.apps/mer/shop', after: none.cursor });
    assert.deepEqual(more.lines, ['shop-1/web: three', 'shop-1/web: two']);
    const anew = await objectLogs(looking(server), { resource: 'Deployment.apps/mer/shop', after: 'canary' });
    assert.equal(anew.lines.length, 4, 'what is no cursor begins at the beginning');
    log = Array.from({ length: 3_000 }, (_, index) => `line ${String(index)}`);
    const many = await objectLogs(looking(server), { resource: 'Deployment.apps/mer/shop', after: more.cursor });
    assert.ok(many.lines.length <= 500);
  });

  it('has no lines of what has not started, and says so where it may not read', async () => {
    status = 400;
    assert.deepEqual((await objectLogs(looking(server), { resource: 'Deployment.apps/mer/shop' })).lines, []);
    status = 403;
    await assert.rejects(objectLogs(looking(server), { resource: 'Deployment.apps/mer/shop' }), /do not let these credentials/);
  });

  it('restarts a workload of this platform, and nothing else', async () => {
    const writing = { ...looking(server), person: { ask: () => assert.fail('nobody is asked') }, allow: [] };
    await restart(writing, { resource: 'Deployment.apps/mer/shop' });
    const [patch] = server.received.filter(({ method }) => method === 'PATCH');
    assert.deepEqual(JSON.parse(patch?.body ?? ''), {
      spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '1970-01-01T00:00:00Z' } } } },
    });
    await assert.rejects(restart(writing, { resource: 'Secret/mer/minio' }), /is not restarted/);
    const others = looking(server, 'name: other\nregion: us-west-2\n');
    await assert.rejects(restart({ ...writing, ...others }, { resource: 'Deployment.apps/mer/shop' }), /is not of this platform/);
    assert.equal(server.received.filter(({ method }) => method === 'PATCH').length, 1);
  });

  it('restarts nothing in another account', async () => {
    const here = looking(server, 'name: cauchy\nregion: us-west-2\naccount: "222222222222"\n');
    const writing = { ...here, person: { ask: () => assert.fail('nobody is asked') }, allow: [] };
    await assert.rejects(
      restart(writing, { resource: 'Deployment.apps/mer/shop' }),
      (error) => error instanceof RunnerError && error.fields.exit === 3,
    );
    assert.ok(!server.received.some(({ method }) => method === 'PATCH'));
  });
});

const refusal = (status: number): { readonly status: number; readonly body: object } => ({
  status,
  body: { kind: 'Status', message: status === 400 ? 'container "web" in pod "shop-1" is waiting to start: ContainerCreating' : 'no' },
});

function kinds(group: string, names: readonly string[]): object {
  const resources = names.map((kind) => ({ resource: `${kind.toLowerCase()}s`, responseKind: { kind }, scope: 'Namespaced' }));
  return { metadata: { name: group }, versions: [{ version: 'v1', resources }] };
}

const address = { name: 'cauchy', endpoint: 'https://canary.invalid', certificateAuthority: '' };
const cluster: AnyResource = {
  id: 'cluster',
  kind: 'AWS::EKS::Cluster',
  provider: 'aws',
  title: 'Cluster',
  needs: {},
  observe: () => Promise.resolve({ state: 'ready', owner: 'slipway', physicalId: 'cauchy', attributes: {}, outputs: address }),
};
const stage: Stage = {
  id: 'cluster',
  title: 'Cluster',
  doc: '',
  icon: '',
  requires: [],
  barrier: false,
  summary: '',
  warnings: [],
  resources: [cluster],
};

/** A session's connection, as far as these calls use it. */
function looking(server: ScriptedServer, yaml = 'name: cauchy\nregion: us-west-2\n'): Looking {
  const { spec } = parsePlatform(yaml, '/p/platform.yml');
  assert.ok(spec);
  const set = manifestSet([{ stage: 'services', files: [{ path: 'mer/all.yml', file: '/p/mer/all.yml', text: MANIFESTS }] }]);
  const client = server.client();
  const connection: Pick<
    Connection,
    | 'spec'
    | 'graph'
    | 'providers'
    | 'mode'
    | 'world'
    | 'rehearsal'
    | 'manifests'
    | 'namedCluster'
    | 'clock'
    | 'endpoints'
    | 'credentials'
    | 'caller'
    | 'clusterAt'
  > = {
    spec,
    graph: new ResourceGraph([stage]),
    providers: [{ name: 'aws', parallel: 1, discover: () => Promise.resolve([]) }],
    mode: 'rehearsal',
    world: undefined,
    rehearsal: undefined,
    manifests: { set, charts: [], values: [], fingerprint: '' },
    namedCluster: undefined,
    clusterAt: () => client,
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    endpoints: [],
    credentials: {
      provide: () => Promise.resolve({ accessKeyId: 'AKIAREHEARSAL00000001', secretAccessKey: 'canary-key' }),
      forget: () => undefined,
    },
    caller: () => Promise.resolve({ account: '000000000000', arn: 'arn:aws:iam::000000000000:user/rehearsal', partition: 'aws' }),
  };
  return { connection: connection as Connection, reach: REACH, signal: new AbortController().signal };
}

const REACH = { file: '/p/platform.yml', mode: 'rehearsal', stateFolder: '/nowhere' } as const;
