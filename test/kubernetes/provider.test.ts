import assert from 'node:assert/strict';
import { Unseen } from '../../src/core/graph/errors.ts';
import type { AnyResource, Depth, Look, Observation } from '../../src/core/graph/resource.ts';
import { ResourceGraph } from '../../src/core/graph/resourceGraph.ts';
import type { Helm, HelmRun } from '../../src/kubernetes/helm/helm.ts';
import { kubernetesProvider } from '../../src/kubernetes/provider.ts';
import { given } from '../engines/given.ts';
import { scriptedServer, type ScriptedServer } from './scriptedServer.ts';

const signal = new AbortController().signal;
const SET = 'applyset-tls-v1';
const OURS = { 'slipway.dev/platform': 'cauchy' };
const MEMBER = { ...OURS, 'applyset.kubernetes.io/part-of': SET };
const KINDS = {
  '': ['namespaces Namespace', 'configmaps ConfigMap', 'secrets Secret'],
  'cert-manager.io': ['clusterissuers ClusterIssuer'],
};

describe('what left the manifests', () => {
  let server: ScriptedServer;
  let served: Readonly<Record<string, readonly string[]>>;
  let lists: Record<string, readonly object[]>;
  const ran: HelmRun[] = [];
  const helm: Helm = {
    machine: 'here',
    major: () => Promise.resolve(4),
    isAtWork: () => Promise.resolve(false),
    run: (run) => Promise.resolve(void ran.push(run)),
  };
  const groupOf = ([name, kinds]: [string, readonly string[]]): object => ({
    metadata: name === '' ? {} : { name },
    versions: [
      {
        version: 'v1',
        resources: kinds.map((each) => {
          const [resource = '', kind = ''] = each.split(' ');
          const isCluster = ['Namespace', 'ClusterIssuer', 'CustomResourceDefinition'].includes(kind);
          return { resource, responseKind: { kind }, scope: isCluster ? 'Cluster' : 'Namespaced' };
        }),
      },
    ],
  });
  const body = (path: string): object => {
    const groups = Object.entries(served).filter(([name]) => (path === '/api' ? name === '' : name !== ''));
    if (path === '/api' || path === '/apis') return { kind: 'APIGroupDiscoveryList', items: groups.map(groupOf) };
    return { items: lists[path] ?? [] };
  };
  before(async () => {
    server = await scriptedServer(({ url }) => ({ body: body(url.pathname) }));
  });
  after(() => server.close());
  beforeEach(() => {
    ran.length = 0;
    served = KINDS;
    const parent = {
      name: 'slipway-tls',
      namespace: 'kube-system',
      uid: 'p',
      labels: { ...OURS, 'applyset.kubernetes.io/id': SET },
      annotations: { 'applyset.kubernetes.io/contains-group-kinds': 'ClusterIssuer.cert-manager.io,Namespace' },
    };
    lists = {
      '/api/v1/namespaces/kube-system/configmaps': [{ metadata: parent }],
      '/api/v1/namespaces': [{ metadata: { name: 'cert-manager', uid: 'n', labels: MEMBER } }],
      '/apis/cert-manager.io/v1/clusterissuers': [{ metadata: { name: 'letsencrypt', uid: 'i', labels: MEMBER } }],
    };
  });

  const look: Look = {
    signal,
    outputs: async <O>(handle: { observe(look: Look, depth: Depth): Promise<Observation<O>> }) => {
      const seen = await handle.observe(look, 'status');
      return 'outputs' in seen ? seen.outputs : undefined;
    },
    share: (_key, read) => read(),
  };
  const client = (): ReturnType<ScriptedServer['client']> => server.client();
  const discovered = async (reach = client): Promise<ReadonlyMap<string, AnyResource>> => {
    const cluster = given('cluster', { name: 'cauchy', endpoint: 'https://x', certificateAuthority: '' });
    const graph = new ResourceGraph([{ id: 'all', title: '', doc: '', icon: '', requires: [], barrier: false, resources: [cluster] }]);
    const found = await kubernetesProvider({ reach, label: 'cauchy', helm }).discover?.(look, graph);
    return new Map((found ?? []).map((each) => [each.id, each]));
  };
  const secret = (name: string, labels: object, more: object = {}): object => ({
    metadata: { name, namespace: 'cert-manager', uid: name, labels: { ...OURS, ...labels }, ...more },
  });
  const revision = (version: number, status: string): object =>
    secret(`sh.helm.release.v1.cert-manager.v${version}`, { owner: 'helm', name: 'cert-manager', status, version: String(version) });

  it('holds Helm releases: uninstalled by Helm, after the custom resources and before the namespace', async () => {
    const revisions = [revision(1, 'superseded'), revision(2, 'deployed')];
    lists = { ...lists, '/api/v1/secrets': revisions, '/api/v1/namespaces/cert-manager/secrets': revisions };
    const all = await discovered();
    const release = all.get('helm/cert-manager/cert-manager');
    assert.ok(release);
    assert.ok(release.after?.includes('Namespace/cert-manager'));
    assert.ok(all.get('ClusterIssuer.cert-manager.io/letsencrypt')?.after?.includes(release.id));
    assert.equal(all.get('Namespace/cert-manager')?.after?.includes(release.id), false);
    const seen = await release.observe(look, 'plan');
    assert.equal(seen.state, 'ready');
    await release.steps?.delete?.(seen, { signal, run: 'r', progress: () => undefined });
    assert.deepEqual(
      ran.map(({ namespace, args }) => [namespace, ...args.slice(0, 2)]),
      [['cert-manager', 'uninstall', 'cert-manager']],
    );
  });

  it('lets the rest of the set of a definition outlive its custom resources, and claims the workloads that hold them', async () => {
    const item = (name: string, namespace = 'cert-manager'): object => ({ metadata: { name, namespace, uid: name, labels: MEMBER } });
    served = {
      ...KINDS,
      '': [...KINDS[''], 'persistentvolumeclaims PersistentVolumeClaim'],
      apps: ['deployments Deployment'],
      'apiextensions.k8s.io': ['customresourcedefinitions CustomResourceDefinition'],
    };
    const [parent] = lists['/api/v1/namespaces/kube-system/configmaps'] as readonly { readonly metadata: object }[];
    const kinds = 'ClusterIssuer.cert-manager.io,CustomResourceDefinition.apiextensions.k8s.io,Deployment.apps,PersistentVolumeClaim';
    const annotations = { 'applyset.kubernetes.io/contains-group-kinds': kinds };
    lists = {
      ...lists,
      '/api/v1/namespaces/kube-system/configmaps': [{ metadata: { ...parent?.metadata, annotations } }],
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions': [
        { metadata: { name: 'clusterissuers.cert-manager.io', uid: 'd', labels: MEMBER } },
      ],
      '/apis/apps/v1/deployments': [item('controller')],
      '/api/v1/persistentvolumeclaims': [item('data'), item('data', 'elsewhere')],
    };
    const all = await discovered();
    assert.ok(all.get('ClusterIssuer.cert-manager.io/letsencrypt')?.after?.includes('Deployment.apps/cert-manager/controller'));
    const held = all.get('Deployment.apps/cert-manager/controller')?.after?.filter((id) => id.startsWith('PersistentVolumeClaim/'));
    assert.deepEqual(held, ['PersistentVolumeClaim/cert-manager/data']);
    assert.deepEqual(all.get('PersistentVolumeClaim/cert-manager/data')?.after?.includes('Deployment.apps/cert-manager/controller'), false);
  });

  it('holds no release whose history alone was kept', async () => {
    lists = { ...lists, '/api/v1/secrets': [revision(1, 'superseded'), revision(2, 'uninstalled')] };
    assert.equal((await discovered()).has('helm/cert-manager/cert-manager'), false);
  });

  it('holds Secrets that a person gave, and none that is kept or some manifest’s', async () => {
    const given = secret('dns-key', {});
    const kept = secret('kept', {}, { annotations: { 'helm.sh/resource-policy': 'keep' } });
    const written = secret('written', { 'applyset.kubernetes.io/part-of': 'applyset-other-v1' });
    lists = { ...lists, '/api/v1/secrets': [given, kept, written], '/api/v1/namespaces/cert-manager/secrets': [given] };
    const all = await discovered();
    assert.deepEqual(
      [...all.keys()].filter((id) => id.startsWith('Secret/')),
      ['Secret/cert-manager/dns-key'],
    );
    assert.equal((await all.get('Secret/cert-manager/dns-key')?.observe(look, 'plan'))?.state, 'ready');
  });

  it('leaves a namespace alone in which something is kept, and says so; of another it tells what goes along', async () => {
    const stranger = { metadata: { name: 'mine', namespace: 'cert-manager' } };
    lists = { ...lists, '/api/v1/namespaces/cert-manager/configmaps': [stranger] };
    const all = await discovered();
    assert.deepEqual(await all.get('Namespace/cert-manager')?.takesAlong?.(look), ['ConfigMap mine']);
    assert.deepEqual(await all.get('ApplySet/tls')?.check?.(look, 'apply'), []);
    lists = { ...lists, '/api/v1/secrets': [secret('sentry-key', {}, { annotations: { 'helm.sh/resource-policy': 'keep' } })] };
    const kept = await discovered();
    assert.equal(kept.has('Namespace/cert-manager'), false);
    assert.match(
      (await kept.get('ApplySet/tls')?.check?.(look, 'apply'))?.[0]?.message ?? '',
      /^Namespace cert-manager stays, since Secret\/sentry-key in it is kept/,
    );
  });

  it('of a kind that was served only lately is found: the kinds are read anew', async () => {
    const known = client();
    served = { '': KINDS[''] };
    await known.discovery.kinds(signal);
    served = KINDS;
    assert.ok((await discovered(() => known)).has('ClusterIssuer.cert-manager.io/letsencrypt'));
  });

  it('cannot be told while a kind of it is defined and not served: its inventory stays', async () => {
    served = { '': KINDS[''] };
    const spec = { group: 'cert-manager.io', names: { kind: 'ClusterIssuer' } };
    lists['/apis/apiextensions.k8s.io/v1/customresourcedefinitions'] = [{ metadata: { name: 'x' }, spec }];
    await assert.rejects(discovered(), (error) => error instanceof Unseen && /ClusterIssuer\.cert-manager\.io/.test(error.message));
    lists['/apis/apiextensions.k8s.io/v1/customresourcedefinitions'] = [];
    assert.deepEqual([...(await discovered()).keys()], ['Namespace/cert-manager', 'ApplySet/tls'], 'with its definition all of it is gone');
  });
});
