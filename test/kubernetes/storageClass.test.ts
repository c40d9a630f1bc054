import assert from 'node:assert/strict';
import type { ClusterAddress } from '../../src/kubernetes/connection.ts';
import { platformLabel } from '../../src/kubernetes/platformLabel.ts';
import { storageClass } from '../../src/kubernetes/storageClass.ts';
import { handleOf, lookWith, stepContext } from '../aws/scriptedAws.ts';
import { scriptedServer } from './scriptedServer.ts';
import type { Reply, ScriptedServer } from './scriptedServer.ts';

const address: ClusterAddress = { name: 'cauchy', endpoint: 'https://there', certificateAuthority: 'Q0E=' };
const look = () => lookWith({ cluster: address });
const ours = (changes: object = {}) => ({
  metadata: {
    name: 'slipway-gp3',
    uid: 'uid-1',
    labels: { 'slipway.dev/platform': 'cauchy' },
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: 'ebs.csi.aws.com',
  parameters: { type: 'gp3' },
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: true,
  ...changes,
});

describe('the default storage class', () => {
  const servers: ScriptedServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  const setting = async (items: readonly object[], reply: Reply = {}) => {
    const server = await scriptedServer(({ method }) => (method === 'GET' ? { body: { items } } : reply));
    servers.push(server);
    const client = server.client();
    const inCluster = { cluster: handleOf<ClusterAddress>('cluster'), reach: () => client };
    return { server, resource: storageClass(inCluster, { name: 'slipway-gp3', label: 'cauchy', after: [] }) };
  };
  const planOf = async (items: readonly object[]) => {
    const { resource } = await setting(items);
    return resource.steps?.plan(await resource.observe(look(), 'plan'), { cluster: address });
  };

  it('is made by server-side apply: gp3, where the pod is, growing, default, ours', async () => {
    const { server, resource } = await setting([]);
    await resource.steps?.create?.({ cluster: address }, stepContext());
    const [request] = server.received;
    assert.equal(request?.url.pathname, '/apis/storage.k8s.io/v1/storageclasses/slipway-gp3');
    const { metadata, ...rest } = ours();
    assert.deepEqual(JSON.parse(request.body), {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: metadata.name, labels: metadata.labels, annotations: metadata.annotations },
      ...rest,
    });
  });

  it('that is as wanted needs nothing; one that lost its annotation is mended; one of other volumes is replaced with consent', async () => {
    assert.equal((await planOf([ours()]))?.action, 'none');
    assert.equal((await planOf([ours({ metadata: { ...ours().metadata, annotations: {} } })]))?.action, 'update');
    assert.equal((await planOf([ours({ parameters: { type: 'gp2' } })]))?.action, 'replace');
  });

  it('of our name without our label is somebody else’s', async () => {
    assert.equal((await planOf([ours({ metadata: { name: 'slipway-gp3', uid: 'u' } })]))?.action, 'blocked');
  });

  it('is absent without a cluster', async () => {
    const { resource } = await setting([ours()]);
    assert.deepEqual(await resource.observe(lookWith({}), 'plan'), { state: 'absent' });
  });

  it('is deleted where it was seen', async () => {
    const { server, resource } = await setting([ours()]);
    const seen = await resource.observe(look(), 'plan');
    assert.ok(seen.state === 'ready');
    await resource.steps?.delete?.(seen, stepContext());
    assert.equal(server.received.at(-1)?.method, 'DELETE');
  });

  it('warns of another default beside it', async () => {
    const gp2 = { metadata: { name: 'gp2', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } };
    const { resource } = await setting([ours(), gp2, { metadata: { name: 'plain' } }]);
    const findings = await resource.check?.(look(), 'apply');
    assert.deepEqual(
      findings?.map(({ code, severity }) => [code, severity]),
      [['storage-class-default', 'warning']],
    );
    assert.ok(findings[0]?.message.includes('gp2'));
  });
});

describe('the platform label', () => {
  it('is the tag where a label may be that', () => {
    assert.equal(platformLabel('cauchy'), 'cauchy');
    assert.equal(platformLabel('cauchy/k3f9x2'), 'cauchy.k3f9x2');
  });

  it('is always a valid label value, and differs where the tags do', () => {
    const tags = ['a'.repeat(100), `${'a'.repeat(99)}b`, 'ends-', 'ends_', 'x'.repeat(63)];
    const labels = tags.map(platformLabel);
    for (const label of labels) assert.match(label, /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/);
    assert.equal(new Set(labels).size, tags.length);
  });
});
