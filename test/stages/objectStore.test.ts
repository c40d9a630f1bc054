import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAgents, type Agents } from '../../src/aws/agent.ts';
import { Unseen } from '../../src/core/graph/errors.ts';
import type { ClusterAddress } from '../../src/kubernetes/connection.ts';
import { manifestSet } from '../../src/manifests/manifestSet.ts';
import { bucketResources } from '../../src/stages/objectStore.ts';
import { handleOf, lookWith } from '../aws/scriptedAws.ts';
import { scriptedServer, type ScriptedServer } from '../kubernetes/scriptedServer.ts';

const address: ClusterAddress = { name: 'cauchy', endpoint: 'https://there', certificateAuthority: 'Q0E=' };
const MINIO = `apiVersion: v1
kind: Service
metadata: { name: minio, namespace: minio }
spec: { selector: { app: minio }, ports: [{ name: s3, port: 9000 }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: minio, namespace: minio }
spec:
  template:
    metadata: { labels: { app: minio } }
    spec:
      containers:
        - name: minio
          image: minio:1
          env:
            - { name: MINIO_ROOT_USER, valueFrom: { secretKeyRef: { name: keys, key: user } } }
            - { name: MINIO_ROOT_PASSWORD, valueFrom: { secretKeyRef: { name: keys, key: password } } }
---
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: { name: orders, namespace: minio }
spec: { minio: { orders: { bucket: { name: orders }, endpoint: minio.minio.svc:9000 } } }
`;

describe('the object store at a given endpoint', () => {
  let cluster: ScriptedServer;
  let store: Server;
  let agents: Agents;
  let isReady = true;
  const asked: string[] = [];

  before(async () => {
    agents = createAgents({});
    const encoded = (text: string): string => Buffer.from(text).toString('base64');
    cluster = await scriptedServer(({ url: { pathname } }) => {
      if (pathname.endsWith('/secrets/keys'))
        return { body: { metadata: { name: 'keys' }, data: { user: encoded('canary-user'), password: encoded('canary-password') } } };
      const endpoint = { conditions: { ready: isReady }, targetRef: { kind: 'Pod', name: 'minio-0' } };
      return { body: { items: [{ metadata: { name: 'minio-x' }, ports: [{ port: 9000 }], endpoints: [endpoint] }] } };
    });
    store = createServer((request, response) => {
      asked.push(
        `${request.method ?? ''} ${request.url ?? ''} ${/Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? ''}`,
      );
      response.writeHead(200, { 'content-type': 'application/xml' }).end(request.method === 'HEAD' ? '' : '<ListAllMyBucketsResult/>');
    });
    await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    agents.destroy();
    await cluster.close();
    store.close();
  });

  const see = async () => {
    const set = manifestSet([{ stage: 'minio', files: [{ path: 'minio.yml', file: '/p/minio.yml', text: MINIO }] }]);
    const client = cluster.client();
    const inCluster = { cluster: handleOf<ClusterAddress>('cluster'), reach: () => client };
    const given = { endpoint: `http://127.0.0.1:${(store.address() as AddressInfo).port}`, agents };
    const [bucket] = bucketResources(inCluster, { set, charts: [], values: [], fingerprint: '' }, set.objects, given);
    assert.ok(bucket);
    return bucket.observe(lookWith({ cluster: address }), 'status');
  };

  it('is asked there with its own keys, and not through a pod', async () => {
    assert.equal((await see()).state, 'ready');
    assert.deepEqual(
      asked.map((each) => each.replace(/\?\S*/, '')),
      ['HEAD /orders/ canary-user', 'GET / canary-user'],
    );
    assert.equal(cluster.received.filter(({ url }) => url.pathname.includes('portforward')).length, 0);
    assert.equal((await see()).state, 'ready', 'the connections outlive the first');
  });

  it('is not asked before it is ready', async () => {
    isReady = false;
    const before = asked.length;
    await assert.rejects(see(), Unseen);
    assert.equal(asked.length, before);
  });
});
