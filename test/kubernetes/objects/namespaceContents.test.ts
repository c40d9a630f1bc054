import assert from 'node:assert/strict';
import type { Look } from '../../../src/core/graph/resource.ts';
import { strangersIn } from '../../../src/kubernetes/objects/namespaceContents.ts';
import { scriptedServer, type ScriptedServer } from '../scriptedServer.ts';

const OURS = { 'slipway.dev/platform': 'cauchy' };
const KINDS = [
  'secrets Secret',
  'configmaps ConfigMap',
  'serviceaccounts ServiceAccount',
  'persistentvolumeclaims PersistentVolumeClaim',
  'events Event',
  'bindings Binding',
  'reviews Review',
];

interface Item {
  readonly name: string;
  readonly labels?: object;
  readonly annotations?: object;
  readonly ownerReferences?: readonly object[];
  readonly deletionTimestamp?: string;
}

describe('what is in a namespace and not the platform’s', () => {
  let server: ScriptedServer;
  let contents: Readonly<Record<string, readonly Item[]>>;
  before(async () => {
    const resource = (each: string): object => {
      const [plural = '', kind = ''] = each.split(' ');
      return { resource: plural, responseKind: { kind }, scope: 'Namespaced' };
    };
    const group = (name: string, kinds: readonly string[]): object => ({
      metadata: name === '' ? {} : { name },
      versions: [{ version: 'v1', resources: kinds.map(resource) }],
    });
    server = await scriptedServer(({ url: { pathname } }) => {
      if (pathname === '/api') return { body: { kind: 'APIGroupDiscoveryList', items: [group('', KINDS)] } };
      if (pathname === '/apis') return { body: { kind: 'APIGroupDiscoveryList', items: [group('apps', ['statefulsets StatefulSet'])] } };
      if (pathname.endsWith('/reviews')) return { status: 405, body: { kind: 'Status', reason: 'MethodNotAllowed', message: 'no' } };
      const plural = pathname.split('/').at(-1) ?? '';
      return { body: { items: (contents[plural] ?? []).map((metadata) => ({ metadata: { namespace: 'minio', ...metadata } })) } };
    });
  });
  after(() => server.close());

  const look: Look = {
    signal: new AbortController().signal,
    outputs: () => Promise.resolve(undefined),
    share: (_key, read) => read(),
  };
  const strangers = (all: Readonly<Record<string, readonly Item[]>>, makes: readonly string[] = []): Promise<readonly string[]> => {
    contents = all;
    return strangersIn(look, server.client(), { namespace: 'minio', label: 'cauchy', makes: new Set(makes) });
  };

  it('is named by kind and name', async () => {
    assert.deepEqual(await strangers({ secrets: [{ name: 'mine' }, { name: 'ours', labels: OURS }], configmaps: [{ name: 'notes' }] }), [
      'ConfigMap notes',
      'Secret mine',
    ]);
  });

  it('is none of what the cluster or our own objects make', async () => {
    const secrets = [
      { name: 'admission' },
      { name: 'owned', ownerReferences: [{}] },
      { name: 'tls', annotations: { 'cert-manager.io/certificate-name': 'tls' } },
      { name: 'going', deletionTimestamp: '2026-01-01T00:00:00Z' },
    ];
    const all = {
      secrets,
      serviceaccounts: [{ name: 'default' }],
      configmaps: [{ name: 'kube-root-ca.crt' }],
      events: [{ name: 'e' }],
      statefulsets: [{ name: 'minio', labels: OURS }],
      persistentvolumeclaims: [{ name: 'data-minio-0' }, { name: 'data-other-0' }],
    };
    assert.deepEqual(await strangers(all, ['Secret/minio/admission']), ['PersistentVolumeClaim data-other-0']);
  });

  it('is what of ours is kept: it would go all the same', async () => {
    const kept = { name: 'key', labels: OURS, annotations: { 'helm.sh/resource-policy': 'keep' } };
    assert.deepEqual(await strangers({ secrets: [kept] }), ['Secret key']);
  });

  it('is a Helm release of somebody else’s, once; of ours it is nothing', async () => {
    const release = (name: string, labels: object = {}): Item => ({ name: `sh.helm.${name}`, labels: { owner: 'helm', name, ...labels } });
    const of = (name: string): Item => ({ name: `of-${name}`, annotations: { 'meta.helm.sh/release-name': name } });
    assert.deepEqual(await strangers({ secrets: [release('theirs'), release('ours', OURS)], configmaps: [of('theirs'), of('ours')] }), [
      'Helm release theirs',
    ]);
  });
});
