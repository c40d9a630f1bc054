import assert from 'node:assert/strict';
import { NotYet, Refused } from '../../../src/core/graph/errors.ts';
import type { Depth, Look, Observation, Present } from '../../../src/core/graph/resource.ts';
import type { ClusterAddress } from '../../../src/kubernetes/connection.ts';
import { applySet } from '../../../src/kubernetes/objects/applySet.ts';
import { objectResource, type ObjectWish } from '../../../src/kubernetes/objects/objectResource.ts';
import { webhookGate } from '../../../src/kubernetes/objects/webhookGate.ts';
import { objectId } from '../../../src/manifests/objectKey.ts';
import { given } from '../../engines/given.ts';
import { scriptedServer, type Received, type Reply, type ScriptedServer } from '../scriptedServer.ts';
import { setOf } from './objectGraph.ts';

const LABEL = 'cauchy';
const ADDRESS: ClusterAddress = { name: 'cauchy', endpoint: 'https://x', certificateAuthority: '' };
const signal = new AbortController().signal;
const served = (group: string, version: string, ...kinds: readonly (readonly [plural: string, kind: string, scope: string])[]): object => ({
  metadata: group === '' ? {} : { name: group },
  versions: [{ version, resources: kinds.map(([resource, kind, scope]) => ({ resource, scope, responseKind: { kind } })) }],
});
const DISCOVERY: Readonly<Record<string, object>> = {
  '/api': {
    kind: 'APIGroupDiscoveryList',
    items: [
      served(
        '',
        'v1',
        ['namespaces', 'Namespace', 'Cluster'],
        ['configmaps', 'ConfigMap', 'Namespaced'],
        ['persistentvolumeclaims', 'PersistentVolumeClaim', 'Namespaced'],
        ['pods', 'Pod', 'Namespaced'],
        ['events', 'Event', 'Namespaced'],
      ),
    ],
  },
  '/apis': { kind: 'APIGroupDiscoveryList', items: [served('apps', 'v1', ['deployments', 'Deployment', 'Namespaced'])] },
};
const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'kafka' }, data: { a: '1' } };
const ours = (more: object = {}): object => ({
  ...settings,
  metadata: { ...settings.metadata, uid: 'u1', resourceVersion: '5', labels: { 'slipway.dev/platform': LABEL }, ...more },
});

describe('an object of a manifest', () => {
  let server: ScriptedServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  /** A cluster that answers by path; what it is not told about is an empty list. */
  async function bench(
    written: object,
    answers: Readonly<Record<string, unknown>>,
    write?: (request: Received) => Reply,
    more: Partial<ObjectWish> = {},
  ) {
    const all: Record<string, unknown> = { ...DISCOVERY, ...answers };
    server = await scriptedServer((request) => {
      if (request.method !== 'GET') return write?.(request) ?? { body: JSON.parse(request.body) as unknown };
      const known = all[request.url.pathname];
      return {
        body: known === undefined ? { items: [] } : Array.isArray(known) ? { items: known, metadata: { resourceVersion: '9' } } : known,
      };
    });
    const client = server.client();
    const cluster = given('cluster', ADDRESS);
    const inCluster = { cluster, reach: () => client };
    const [object] = setOf([{ path: 'kafka/all.yml', documents: [written] }]).objects;
    assert.ok(object);
    const inventory = applySet(inCluster, { stage: 'kafka', label: LABEL, members: [object.key], after: [] });
    const resource = objectResource(inCluster, {
      object,
      title: objectId(object.key),
      label: LABEL,
      applySet: inventory,
      after: ['other'],
      ...more,
    });
    const look: Look = {
      signal,
      outputs: async <O>(handle: { observe(look: Look, depth: Depth): Promise<Observation<O>> }) => {
        const seen = await handle.observe(look, 'status');
        return 'outputs' in seen ? seen.outputs : undefined;
      },
      share: (_key, read) => read(),
    };
    const ctx = { signal, run: 'r', progress: () => undefined };
    return {
      server,
      resource,
      inventory,
      all,
      see: (depth: Depth = 'plan') => resource.observe(look, depth),
      plan: async () => resource.steps?.plan(await resource.observe(look, 'plan'), { cluster: ADDRESS }),
      create: () => resource.steps?.create?.({ cluster: ADDRESS }, ctx),
      update: (seen: Observation<unknown>) => resource.steps?.update?.(seen as never, { cluster: ADDRESS }, ctx),
      delete: (seen: Present) => resource.steps?.delete?.(seen, ctx),
      writes: () => server?.received.filter(({ method }) => method !== 'GET') ?? [],
    };
  }
  const COLLECTION = '/api/v1/namespaces/kafka/configmaps';

  it('is sent as its file says it, with our two labels and nothing else, after its inventory', async () => {
    const { create, writes, resource, inventory, see } = await bench(settings, {});
    assert.deepEqual(resource.after, ['ApplySet/kafka', 'other']);
    assert.deepEqual(await see(), { state: 'absent' });
    await create();
    assert.equal(writes()[0]?.url.pathname, `${COLLECTION}/settings`);
    assert.deepEqual(JSON.parse(writes()[0]?.body ?? ''), {
      ...settings,
      metadata: { ...settings.metadata, labels: { 'slipway.dev/platform': LABEL, 'applyset.kubernetes.io/part-of': inventory.partOf } },
    });
  });

  it('that was just written is known by the server’s answer: nothing is listed for it', async () => {
    const { create, see, server: own } = await bench(settings, {}, () => ({ body: ours() }));
    await create();
    const before = own.received.length;
    const seen = await see();
    assert.equal(seen.state, 'ready');
    assert.equal(own.received.length, before);
    assert.equal((await see()).state, 'absent', 'the answer counts once: then the world is asked');
  });

  it('is somebody else’s without our label, and then neither compared nor changed', async () => {
    const { plan, see, writes } = await bench(settings, { [COLLECTION]: [{ ...ours(), metadata: { ...settings.metadata, uid: 'u1' } }] });
    const seen = await see();
    assert.ok('owner' in seen && seen.owner === 'foreign');
    const change = await plan();
    assert.equal(change?.action, 'blocked');
    assert.match('summary' in change ? change.summary : '', /kafka\/all\.yml/);
    assert.deepEqual(writes(), []);
  });

  it('is not compared by a status, which invents no difference', async () => {
    const { see, writes } = await bench(settings, { [COLLECTION]: [ours()] });
    const seen = await see('status');
    assert.deepEqual('attributes' in seen && seen.attributes, {});
    assert.deepEqual(writes(), []);
  });

  it('is dry-run once for one difference, however often it is looked at', async () => {
    const { see, writes, all } = await bench(settings, { [COLLECTION]: [ours()] });
    await see();
    await see();
    assert.deepEqual(
      writes().map(({ url }) => url.searchParams.get('dryRun')),
      ['All'],
    );
    all[COLLECTION] = [ours({ labels: { 'slipway.dev/platform': LABEL, other: 'label' } })];
    await see();
    assert.equal(writes().length, 2);
  });

  it('is dry-run once where the server finds it as it should be, however often it is looked at', async () => {
    const live = ours();
    const { see, writes } = await bench(settings, { [COLLECTION]: [live] }, () => ({ body: live }));
    for (const _ of [1, 2, 3]) assert.equal((await see()).state, 'ready');
    assert.equal(writes().length, 1);
  });

  it('is taken over from others only by the step that has the consent for it', async () => {
    const conflict = { reason: 'FieldManagerConflict', message: 'conflict with "kubectl"', field: '.data.a' };
    const { see, update, plan, writes } = await bench(settings, { [COLLECTION]: [ours()] }, ({ url, body }) =>
      url.searchParams.get('force') === 'true'
        ? { body: JSON.parse(body) as unknown }
        : { status: 409, body: { message: 'Apply failed', reason: 'Conflict', details: { causes: [conflict] } } },
    );
    const change = await plan();
    assert.ok(change?.action === 'update' && change.consent === 'overwrite');
    assert.ok(
      change.diff.some(({ path }) => path.startsWith('metadata.labels')),
      'what would be overwritten is shown, as a dry run with force tells it',
    );
    assert.deepEqual(change.diff.at(-1), { path: 'owner of .data.a', before: 'kubectl', after: 'slipway' });
    const seen = await see();
    await update(seen);
    const last = writes().at(-1);
    assert.equal(last?.url.searchParams.get('force'), 'true');
    assert.equal(last.url.searchParams.get('dryRun'), null);
  });

  it('1.2/2 whose kind is not served is absent, and its apply waits until it is', async () => {
    const widget = { apiVersion: 'example.invalid/v1', kind: 'Widget', metadata: { name: 'a', namespace: 'kafka' } };
    const { see, create, all, writes } = await bench(widget, {});
    assert.deepEqual(await see(), { state: 'absent' });
    await assert.rejects(create() ?? Promise.resolve(), NotYet);
    assert.deepEqual(writes(), []);
    all['/apis'] = { kind: 'APIGroupDiscoveryList', items: [served('example.invalid', 'v1', ['widgets', 'Widget', 'Namespaced'])] };
    await create();
    assert.equal(writes()[0]?.url.pathname, '/apis/example.invalid/v1/namespaces/kafka/widgets/a');
  });

  it('that is on its way out names the finalizer that holds it, and the way out', async () => {
    const { see } = await bench(settings, {
      [COLLECTION]: [ours({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.invalid/x'] })],
    });
    const seen = await see();
    assert.ok(seen.state === 'pending' && seen.leaving);
    assert.equal(seen.reason, 'the finalizer example.invalid/x keeps it');
    assert.match(seen.cause?.message ?? '', /kubectl edit/);
  });

  it('1.2/13 looks gone when its namespace is on its way out', async () => {
    const { see } = await bench(settings, {
      [COLLECTION]: [ours()],
      '/api/v1/namespaces': [{ metadata: { name: 'kafka', deletionTimestamp: '2026-01-01T00:00:00Z' } }],
    });
    const seen = await see();
    assert.ok(seen.state === 'pending' && seen.leaving);
    assert.equal(seen.reason, 'namespace kafka is being deleted');
  });

  it('1.2/12 is deleted by its UID, and not at all where its file says that it is kept', async () => {
    const { see, delete: remove, writes } = await bench(settings, { [COLLECTION]: [ours()] });
    const seen = await see();
    assert.ok('owner' in seen);
    await remove(seen);
    assert.deepEqual(JSON.parse(writes().at(-1)?.body ?? '{}'), {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      propagationPolicy: 'Background',
      preconditions: { uid: 'u1' },
    });
    await server?.close();
    const annotations = { 'client.lifecycle.config.k8s.io/deletion': 'detach' };
    const kept = await bench({ ...settings, metadata: { ...settings.metadata, annotations } }, {});
    assert.equal(kept.resource.steps?.delete, undefined);
  });

  it('1.2/12 a namespace of the system is nobody’s: neither changed nor deleted', async () => {
    const { plan, resource } = await bench(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } },
      { '/api/v1/namespaces': [{ metadata: { name: 'default', uid: 'u' } }] },
    );
    assert.deepEqual(await plan(), { action: 'none' });
    assert.equal(resource.steps?.delete, undefined);
  });

  it('1.2/7 a claim whose field is immutable is never replaced', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'kafka' },
      spec: { accessModes: ['ReadWriteOnce'] },
    };
    const cause = { message: 'Forbidden: spec is immutable after creation', field: 'spec' };
    const { plan, resource } = await bench(
      claim,
      {
        '/api/v1/namespaces/kafka/persistentvolumeclaims': [
          { ...claim, metadata: { ...claim.metadata, uid: 'u', labels: { 'slipway.dev/platform': LABEL } } },
        ],
      },
      () => ({ status: 422, body: { message: 'invalid', reason: 'Invalid', details: { causes: [cause] } } }),
    );
    const change = await plan();
    assert.equal(change?.action, 'blocked');
    assert.match('summary' in change ? change.summary : '', /the data on its volume would be lost/);
    assert.equal(resource.leaves, true, 'its volume outlives the cluster');
  });

  it('that nobody wrote down is used as somebody else made it: neither changed nor deleted', async () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sentry' } };
    const live = { '/api/v1/namespaces': [{ metadata: { name: 'sentry', uid: 'u' }, status: { phase: 'Active' } }] };
    const implied = await bench(namespace, live, undefined, { isImplied: true });
    const seen = await implied.see();
    assert.ok(seen.state === 'ready' && seen.owner === 'adopted');
    assert.deepEqual(await implied.plan(), { action: 'none' });
    await server?.close();
    assert.equal((await (await bench(namespace, live)).plan())?.action, 'blocked', 'one that a file holds is not ours to use');
  });

  const CLAIMS = '/api/v1/namespaces/kafka/persistentvolumeclaims';
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: 'kafka' }, spec: {} };
  const unbound = {
    ...claim,
    metadata: { ...claim.metadata, uid: 'u', resourceVersion: '5', labels: { 'slipway.dev/platform': LABEL } },
    status: { phase: 'Pending' },
  };

  it('that nobody needs is ready all the same, and says what it lacks and why nobody minds', async () => {
    const { see } = await bench(claim, { [CLAIMS]: [unbound] }, undefined, { unneeded: 'tls.issuer names another' });
    const seen = await see('status');
    assert.ok(seen.state === 'ready');
    assert.match(seen.reason ?? '', /; tls\.issuer names another$/);
  });

  it('that waits for another says for which', async () => {
    const classless = { ...unbound, spec: { storageClassName: '' } };
    const { see } = await bench(claim, { [CLAIMS]: [classless] }, undefined, { awaits: 'delegation' });
    const seen = await see('status');
    assert.ok(seen.state === 'degraded' && seen.awaits === 'delegation');
  });

  it('has something to tell in a plan that makes it, and in no other', async () => {
    const notes = [{ code: 'tls-limits', severity: 'information', message: 'Five a week.' }] as const;
    const { see, resource, all } = await bench(settings, {}, undefined, { notes });
    const told = () => resource.check?.({ signal, outputs: () => Promise.resolve(undefined), share: (_key, read) => read() }, 'apply');
    await see();
    assert.deepEqual(await told(), notes);
    all[COLLECTION] = [ours()];
    await see();
    assert.deepEqual(await told(), []);
  });

  it('leaves something in AWS when it mounts a claim or makes a load balancer', async () => {
    const template = (volumes: readonly object[]): object => ({ template: { spec: { volumes } } });
    const deployment = (spec: object): object => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a', namespace: 'kafka' },
      spec,
    });
    const cases: readonly (readonly [object, true | undefined])[] = [
      [deployment(template([{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }])), true],
      [deployment(template([{ name: 'data', emptyDir: {} }])), undefined],
      [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'kafka' }, spec: { type: 'LoadBalancer' } }, true],
      [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'kafka' }, spec: {} }, undefined],
    ];
    for (const [object, leaves] of cases) {
      const { resource } = await bench(object, {});
      assert.equal(resource.leaves, leaves);
      await server?.close();
    }
  });

  it('2.2 a Job that vanishes when it is done is made once: done is noted in the inventory, until its manifest is another', async () => {
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'migrate', namespace: 'kafka' },
      spec: { ttlSecondsAfterFinished: 0 },
    };
    const parent = { metadata: { name: 'slipway-kafka', namespace: 'kube-system', annotations: {} as Record<string, string> } };
    const answers = {
      '/apis': { kind: 'APIGroupDiscoveryList', items: [served('batch', 'v1', ['jobs', 'Job', 'Namespaced'])] },
      '/api/v1/namespaces/kube-system/configmaps': [parent],
    };
    const note = (request: Received): Reply => {
      const body = JSON.parse(request.body) as typeof parent;
      if (request.url.pathname.endsWith('/slipway-kafka')) Object.assign(parent.metadata.annotations, body.metadata.annotations);
      return { body };
    };
    const { see, plan, create, update, server: own } = await bench(job, answers, note);
    assert.equal((await see()).state, 'absent');
    await create();
    own.clock.now += 5_000;
    const done = await see();
    assert.equal(done.state, 'ready');
    assert.equal((await plan())?.action, 'update');
    await update(done);
    assert.equal(Object.keys(parent.metadata.annotations).length, 1);
    assert.equal((await plan())?.action, 'none');
    await own.close();

    const second = await bench(job, answers);
    assert.deepEqual([(await second.see()).state, (await second.plan())?.action], ['ready', 'none']);
    await second.delete((await second.see()) as Present);
    assert.equal((await second.see()).state, 'absent');
    await second.server.close();
    const changed = await bench({ ...job, spec: { ...job.spec, backoffLimit: 1 } }, answers);
    assert.deepEqual([(await changed.see()).state, (await changed.plan())?.action], ['absent', 'create']);
  });

  it('of no namespace has no Pods and no events read or watched to explain it', async () => {
    const issuer = { apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', metadata: { name: 'letsencrypt' } };
    const live = {
      ...issuer,
      metadata: { name: 'letsencrypt', uid: 'i', resourceVersion: '5', labels: { 'slipway.dev/platform': LABEL } },
    };
    const {
      see,
      resource,
      server: own,
    } = await bench(issuer, {
      '/apis': { kind: 'APIGroupDiscoveryList', items: [served('cert-manager.io', 'v1', ['clusterissuers', 'ClusterIssuer', 'Cluster'])] },
      '/apis/cert-manager.io/v1/clusterissuers': [live],
    });
    const seen = await see('status');
    assert.equal(seen.state, 'pending');
    const waiting = new AbortController();
    const moved = resource.moved?.(waiting.signal);
    await see('status');
    waiting.abort();
    await moved;
    const asked = new Set(own.received.map(({ url }) => url.pathname));
    assert.deepEqual([...asked].sort(), ['/api', '/apis', '/apis/cert-manager.io/v1/clusterissuers']);
  });

  describe('1.2/3 that a webhook selects', () => {
    const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
    const SLICES = '/apis/discovery.k8s.io/v1/namespaces/hooks/endpointslices';
    const webhook = (more: object = {}): object => ({
      name: 'w.example.invalid',
      clientConfig: { service: { namespace: 'hooks', name: 'admission' } },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }],
      ...more,
    });
    const gated = (more: object, endpoints: readonly object[] = []) =>
      bench(settings, {
        '/api/v1/namespaces/kafka': { metadata: { name: 'kafka' } },
        [WEBHOOKS]: [{ metadata: { name: 'w' }, webhooks: [webhook(more)] }],
        [SLICES]: [{ metadata: { name: 's' }, endpoints }],
      });

    it('waits until its Service has a ready endpoint, and sends nothing before', async () => {
      const { create, writes, all, server: own } = await gated({});
      const refusal = (error: unknown): boolean =>
        error instanceof NotYet &&
        !(error instanceof Refused) &&
        error.detail === 'hooks/admission (no ready endpoint)' &&
        /webhook w\.example\.invalid has no ready endpoint in Service hooks\/admission/.test(error.message);
      await assert.rejects(create() ?? Promise.resolve(), refusal);
      all[SLICES] = [{ metadata: { name: 's' }, endpoints: [{ conditions: { ready: false } }] }];
      await assert.rejects(create() ?? Promise.resolve(), refusal);
      assert.deepEqual(writes(), []);
      all[SLICES] = [{ metadata: { name: 's' }, endpoints: [{ conditions: { ready: true } }] }];
      await create();
      assert.equal(writes().length, 1);
      assert.equal(own.received.filter(({ url }) => url.pathname === WEBHOOKS).length, 1, 'the webhooks are read once for many objects');
    });

    it('that are many read its endpoints and their namespace once', async () => {
      const { create, server: own } = await gated({ namespaceSelector: {} }, [{ conditions: { ready: true } }]);
      await Promise.all(Array.from({ length: 20 }, async () => create()));
      const times = (path: string): number => own.received.filter(({ url }) => url.pathname === path).length;
      assert.deepEqual([times(SLICES), times('/api/v1/namespaces/kafka')], [1, 1]);
    });

    it('goes on for the others when the one who asked first is cancelled', async () => {
      const { server: own } = await gated({}, [{ conditions: { ready: true } }]);
      const client = own.client();
      const kind = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
      const object = { key: { group: '', kind: 'ConfigMap', namespace: 'kafka', name: 'settings' }, json: settings };
      const [first, second] = [new AbortController(), new AbortController()];
      const cancelled = webhookGate(client, kind, object, 'CREATE', first.signal);
      const run = webhookGate(client, kind, object, 'CREATE', second.signal);
      first.abort(new Error('cancelled'));
      await assert.rejects(cancelled, /cancelled/);
      assert.equal(await run, undefined);
    });

    const passes: Readonly<Record<string, object>> = {
      'one that may fail': { failurePolicy: 'Ignore' },
      'one of another kind': { rules: [{ apiGroups: ['apps'], operations: ['*'], resources: ['*'] }] },
      'one of another operation': { rules: [{ apiGroups: ['*'], operations: ['DELETE'], resources: ['*'] }] },
      'one of the cluster’s kinds': { rules: [{ apiGroups: ['*'], operations: ['*'], resources: ['*/*'], scope: 'Cluster' }] },
      'one that a label leaves out': { objectSelector: { matchLabels: { watched: 'yes' } } },
      'one whose namespaces are others': { namespaceSelector: { matchExpressions: [{ key: 'watched', operator: 'Exists' }] } },
      'one that an expression selects, which only the server can tell': { matchConditions: [{ name: 'x', expression: 'true' }] },
      'one that is reached by an address': { clientConfig: { url: 'https://example.invalid' } },
    };
    for (const [what, more] of Object.entries(passes)) {
      it(`does not wait for ${what}`, async () => {
        const { create, writes } = await gated(more);
        await create();
        assert.equal(writes().length, 1);
      });
    }
  });
});

describe('the inventory of a stage', () => {
  it('has the id that KEP-3659 computes', async () => {
    const cluster = given('cluster', ADDRESS);
    const { partOf } = applySet({ cluster, reach: () => assert.fail() }, { stage: 'kafka', label: LABEL, members: [], after: [] });
    // base64url(sha256("slipway-kafka.kube-system.ConfigMap.")), by `printf … | openssl dgst -sha256 -binary | basenc --base64url`
    assert.equal(partOf, 'applyset-gB1dsY68niAAvupS5SExMMOZtXIMj7-65bkb8aIMAfU-v1');
  });

  it('only grows while its stage stands: at every moment of a run it holds all that may be there', () => {
    const cluster = given('cluster', ADDRESS);
    const member = { group: 'apps', kind: 'Deployment', namespace: 'kafka', name: 'a' };
    const { resource } = applySet({ cluster, reach: () => assert.fail() }, { stage: 'kafka', label: LABEL, members: [member], after: [] });
    const seen = (groupKinds: readonly string[], namespaces: readonly string[]): Observation<Record<never, never>> => ({
      state: 'ready',
      owner: 'slipway',
      physicalId: 'u',
      attributes: { groupKinds, namespaces },
      outputs: {},
    });
    const plan = (it: Observation<Record<never, never>>) => resource.steps?.plan(it, { cluster: ADDRESS });
    assert.equal(plan(seen(['Deployment.apps', 'Secret'], ['kafka', 'old']))?.action, 'none', 'more than is wanted is no difference');
    const change = plan(seen(['Secret'], ['kafka']));
    assert.deepEqual(change && 'diff' in change && change.diff, [
      { path: 'groupKinds', before: ['Secret'], after: ['Deployment.apps', 'Secret'] },
    ]);
    assert.equal(resource.early, true);
  });

  it('keeps what it said when more is added', async () => {
    const server = await scriptedServer(() => ({}));
    const inCluster = { cluster: given('cluster', ADDRESS), reach: () => server.client() };
    const member = { group: 'apps', kind: 'Deployment', namespace: 'kafka', name: 'a' };
    const { resource } = applySet(inCluster, { stage: 'kafka', label: LABEL, members: [member], after: [] });
    const attributes = { groupKinds: ['Secret'], namespaces: ['old'] };
    const seen = { state: 'ready', owner: 'slipway', physicalId: 'u', attributes, outputs: {} } as const;
    await resource.steps?.update?.(seen, { cluster: ADDRESS }, { signal, run: 'r', progress: () => undefined });
    await server.close();
    assert.deepEqual((JSON.parse(server.received[0]?.body ?? '{}') as { metadata: { annotations: object } }).metadata.annotations, {
      'applyset.kubernetes.io/tooling': 'slipway/v1',
      'applyset.kubernetes.io/contains-group-kinds': 'Deployment.apps,Secret',
      'applyset.kubernetes.io/additional-namespaces': 'kafka,old',
    });
  });
});
