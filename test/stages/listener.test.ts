import assert from 'node:assert/strict';
import type { BucketOut } from '../../src/aws/s3/bucket.ts';
import type { ClusterAddress } from '../../src/kubernetes/connection.ts';
import { listener } from '../../src/stages/listener.ts';
import { handleOf, lookWith, stepContext } from '../aws/scriptedAws.ts';
import { scriptedServer, type ScriptedServer } from '../kubernetes/scriptedServer.ts';

const address: ClusterAddress = { name: 'cauchy', endpoint: 'https://there', certificateAuthority: 'Q0E=' };
const bucket: BucketOut = { name: 'orders', createdAt: '2026-11-22T17:00:00.400Z' };

describe('the listener of a bucket', () => {
  const servers: ScriptedServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  const setting = async (creationTimestamp: string | undefined, annotations: object = {}, made: Partial<BucketOut> = bucket) => {
    const metadata = { name: 'minio-eventsource-x', uid: 'u', labels: { 'eventsource-name': 'minio' }, creationTimestamp };
    const deployment = { metadata, spec: { template: { metadata: { annotations } } } };
    const items = creationTimestamp === undefined ? [] : [deployment];
    const server = await scriptedServer(({ method }) => ({ body: method === 'GET' ? { items } : deployment }));
    servers.push(server);
    const client = server.client();
    const inCluster = { cluster: handleOf<ClusterAddress>('cluster'), reach: () => client };
    const resource = listener(inCluster, { namespace: 'argo-events', name: 'minio' }, [handleOf<BucketOut>('bucket/orders')]);
    const seen = await resource.observe(lookWith({ cluster: address }), 'status');
    return { server, resource, seen, change: resource.steps?.plan(seen, { buckets: [made] }) };
  };

  it('is restarted once when its bucket was made after it', async () => {
    const { server, resource, seen, change } = await setting('2026-11-22T16:00:00Z');
    assert.equal(change?.action, 'update');
    await resource.steps?.update?.(seen, { buckets: [bucket] }, stepContext());
    const sent = JSON.parse(server.received.at(-1)?.body ?? '') as { spec: { template: { metadata: { annotations: object } } } };
    const { annotations } = sent.spec.template.metadata;
    assert.equal((await setting('2026-11-22T16:00:00Z', annotations)).change?.action, 'none');
  });

  it('is restarted where the plan makes its bucket anew, which nothing that runs can be younger than', async () => {
    const foreseen = { name: 'orders', isForeseen: true } as const;
    const { resource, seen } = await setting('2026-11-22T16:00:00Z');
    const change = resource.steps?.plan(seen, { buckets: [foreseen] });
    assert.ok(change?.action === 'update');
    assert.equal(change.summary, 'restart Listener argo-events/minio: its bucket is made anew');
    const none = await setting(undefined);
    assert.equal(none.resource.steps?.plan(none.seen, { buckets: [foreseen] }).action, 'none');
  });

  for (const [what, created, annotations, made] of [
    ['is not there yet', undefined, {}, bucket],
    ['came in the same second', '2026-11-22T17:00:00Z', {}, bucket],
    ['was restarted by hand since', '2026-11-22T16:00:00Z', { 'kubectl.kubernetes.io/restartedAt': '2026-11-22T18:00:00+01:00' }, bucket],
    ['has a bucket whose age nobody tells', '2026-11-22T16:00:00Z', {}, { name: 'orders' }],
  ] as const) {
    it(`that ${what} is left alone`, async () => {
      assert.equal((await setting(created, annotations, made)).change?.action, 'none');
    });
  }
});
