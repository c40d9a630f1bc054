import { CreateBucketCommand, HeadBucketCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import type { ClusterView } from '../../../src/rehearsal/kubernetes/controllers/controller.ts';
import type { LoggedRequest } from '../../../src/rehearsal/requestLog.ts';
import { MINIO } from '../../../src/rehearsal/minio/minioBackend.ts';
import type { KubeObject } from '../../../src/rehearsal/kubernetes/json.ts';
import { TestCluster } from '../kubernetes/controllers/testCluster.ts';

const from = (name: string, key: string): object => ({ name, valueFrom: { secretKeyRef: { name: 'minio', key } } });
const POD: KubeObject = JSON.parse(
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'minio-0', namespace: 'minio' },
    spec: {
      containers: [
        {
          name: 'minio',
          image: 'quay.io/minio/minio:RELEASE.2025',
          env: [from('MINIO_ROOT_USER', 'user'), from('MINIO_ROOT_PASSWORD', 'key')],
        },
      ],
    },
  }),
) as KubeObject;

describe('MinIO of the rehearsed cluster', () => {
  let cluster: TestCluster;
  let server: Server;
  let clients: S3Client[];
  const memory: Record<string, object> = {};
  const logged: LoggedRequest[] = [];

  before(async () => {
    cluster = new TestCluster(1, { timeScale: 1, wall: () => Date.now() });
    clients = [];
    const data = { user: Buffer.from('rehearsal-user').toString('base64'), key: Buffer.from('rehearsal-key').toString('base64') };
    cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'minio', namespace: 'minio' }, data });
    const view: ClusterView = {
      world: cluster.world,
      cluster: cluster.record,
      store: cluster.store,
      memory: <T extends object>(name: string, initial: () => T): T => (memory[name] ??= initial()) as T,
    };
    server = createServer((socket) =>
      MINIO.serve(socket, { ...view, pod: POD, port: 9000, carriedOut: (request) => void logged.push(request) }),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  after(() => {
    for (const client of clients) client.destroy();
    server.close();
    cluster.remove();
  });

  function client(accessKeyId = 'rehearsal-user', secretAccessKey = 'rehearsal-key'): S3Client {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const made = new S3Client({
      endpoint: `http://127.0.0.1:${String(port)}`,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey },
    });
    clients.push(made);
    return made;
  }

  const status = (error: unknown): unknown => (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

  it('listens on its own port only', () => {
    assert.equal(MINIO.listens(POD, 9000), true);
    assert.equal(MINIO.listens(POD, 9090), false);
  });

  it('tells a missing bucket (404) from keys that it does not take (403)', async () => {
    await assert.rejects(client().send(new HeadBucketCommand({ Bucket: 'orders' })), (error) => status(error) === 404);
    await assert.rejects(client('canary-user').send(new HeadBucketCommand({ Bucket: 'orders' })), (error) => status(error) === 403);
    await assert.rejects(client('rehearsal-user', 'canary-key').send(new CreateBucketCommand({ Bucket: 'orders' })), (error) => {
      assert.equal((error as Error).name, 'SignatureDoesNotMatch');
      return status(error) === 403;
    });
  });

  it('makes buckets, once, and keeps objects in them', async () => {
    await client().send(new CreateBucketCommand({ Bucket: 'orders' }));
    await client().send(new HeadBucketCommand({ Bucket: 'orders' }));
    await assert.rejects(client().send(new CreateBucketCommand({ Bucket: 'orders' })), { name: 'BucketAlreadyOwnedByYou' });
    await client().send(new PutObjectCommand({ Bucket: 'orders', Key: 'a/b.txt', Body: 'x' }));
    const { Buckets } = await client().send(new ListBucketsCommand({}));
    assert.deepEqual(
      Buckets?.map((each) => each.Name),
      ['orders'],
    );
  });

  it('every request is told as it is carried out, and whether it writes', async () => {
    const before = logged.length;
    await client().send(new CreateBucketCommand({ Bucket: 'invoices' }));
    await client().send(new HeadBucketCommand({ Bucket: 'invoices' }));
    assert.deepEqual(logged.slice(before), [
      { service: 's3', operation: 'put bucket', mutating: true, status: 200 },
      { service: 's3', operation: 'head bucket', mutating: false, status: 200 },
    ]);
  });
});
