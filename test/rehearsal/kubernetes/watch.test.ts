import assert from 'node:assert/strict';
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';
import { eksToken } from '../../../src/aws/eksToken.ts';
import { eksOf } from '../../../src/rehearsal/eks/settle.ts';
import { parseFault } from '../../../src/rehearsal/faults.ts';
import { objectsOf } from '../../../src/rehearsal/kubernetes/clusterObjects.ts';
import { kindNamed } from '../../../src/rehearsal/kubernetes/kinds.ts';
import { serveKubernetes, type KubernetesServer } from '../../../src/rehearsal/kubernetes/kubernetesServer.ts';
import { startAccount, type TestAccount } from '../account.ts';
import { RehearsedPlatform, type Ground } from '../eks/rehearsedPlatform.ts';

interface Answer {
  readonly status: number;
  readonly body: {
    readonly metadata?: { readonly resourceVersion: string };
    readonly reason?: string;
    readonly message?: string;
    readonly spec?: unknown;
  };
}

interface Event {
  readonly type: string;
  readonly object: { readonly metadata: { readonly name?: string; readonly resourceVersion: string } };
}

/** An open watch: its events as they come. */
interface Watching {
  readonly status: number;
  next(): Promise<Event>;
  readonly ended: Promise<void>;
  close(): void;
}

const NAMESPACE = '/api/v1/namespaces/default';
const CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

describe('rehearsed Kubernetes: watches, definitions, outages', function () {
  this.timeout(30_000);
  let account: TestAccount;
  let platform: RehearsedPlatform;
  let ground: Ground;
  let server: KubernetesServer;
  let authority: string;

  before(async () => {
    account = await startAccount();
    server = await serveKubernetes({
      world: account.world,
      save: () => account.world.save(),
      log: () => undefined,
      wall: () => account.world.wall(),
      endpoint: account.endpoint,
    });
    platform = new RehearsedPlatform(account);
    ground = await platform.ground();
    const cluster = await platform.cluster(ground);
    await platform.letCallerIn();
    account.pass(30);
    authority = Buffer.from(String(cluster.certificateAuthority?.data), 'base64').toString();
  });

  after(async () => {
    platform.destroy();
    await server.close();
    await account.remove();
  });

  async function headers(): Promise<Record<string, string>> {
    const { credentials } = account.world;
    const at = new Date(account.world.wall());
    const { token } = await eksToken({ credentials: { ...credentials }, region: 'us-west-2', cluster: 'cauchy', at });
    return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  }

  async function ask(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
    const sent = { ...(await headers()), 'content-type': type };
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, server.endpoint), { method, ca: authority, headers: sent, agent: false }, (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => (text += chunk));
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, body: text.startsWith('{') ? (JSON.parse(text) as Answer['body']) : {} }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async function watch(path: string): Promise<Watching> {
    const sent = await headers();
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, server.endpoint), { ca: authority, headers: sent, agent: false }, (incoming) => {
        const events: Event[] = [];
        const waiting: ((event: Event) => void)[] = [];
        const lines = createInterface({ input: incoming });
        lines.on('error', () => undefined);
        lines.on('line', (line) => {
          const event = JSON.parse(line) as Event;
          const first = waiting.shift();
          if (first === undefined) events.push(event);
          else first(event);
        });
        incoming.on('error', () => undefined);
        resolve({
          status: incoming.statusCode ?? 0,
          next: () => {
            const event = events.shift();
            return event === undefined ? new Promise((told) => waiting.push(told)) : Promise.resolve(event);
          },
          ended: new Promise((over) => incoming.once('close', () => over())),
          close: () => outgoing.destroy(),
        });
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  }

  const configMap = (name: string, labels: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels } });

  it('tells what is there, what comes, and what no longer counts', async () => {
    await ask('POST', `${NAMESPACE}/configmaps`, configMap('before', { seen: 'yes' }));
    const open = await watch(`${NAMESPACE}/configmaps?watch=1&labelSelector=seen%3Dyes`);
    const told = async (): Promise<string> => {
      const { type, object } = await open.next();
      return `${type} ${object.metadata.name ?? ''}`;
    };
    assert.equal(await told(), 'ADDED before');
    await ask('POST', `${NAMESPACE}/configmaps`, configMap('unseen'));
    await ask('POST', `${NAMESPACE}/configmaps`, configMap('after', { seen: 'yes' }));
    assert.equal(await told(), 'ADDED after');
    await ask('PATCH', `${NAMESPACE}/configmaps/after`, { data: { a: '1' } }, 'application/merge-patch+json');
    assert.equal(await told(), 'MODIFIED after');
    await ask('PATCH', `${NAMESPACE}/configmaps/after`, { metadata: { labels: { seen: null } } }, 'application/merge-patch+json');
    assert.equal(await told(), 'DELETED after', 'it is there, but not for this selector');
    await ask('DELETE', `${NAMESPACE}/configmaps/before`);
    assert.equal(await told(), 'DELETED before');
    open.close();
  });

  it('goes on from a revision, ends when it was told to, and says when a revision is too old', async () => {
    const { body } = await ask('GET', `${NAMESPACE}/configmaps`);
    await ask('POST', `${NAMESPACE}/configmaps`, configMap('missed'));
    const open = await watch(
      `${NAMESPACE}/configmaps?watch=true&resourceVersion=${String(body.metadata?.resourceVersion)}&timeoutSeconds=1`,
    );
    const event = await open.next();
    assert.deepEqual([event.type, event.object.metadata.name], ['ADDED', 'missed']);
    await open.ended;
    const [cluster] = eksOf(account.world, 'us-west-2').clusters;
    assert.ok(cluster);
    const store = objectsOf(account.world, cluster);
    const object = store.get(kindNamed('ConfigMap'), 'default', 'missed');
    for (let write = 0; write <= 10_000; write += 1) {
      store.replace(kindNamed('ConfigMap'), {
        ...object,
        metadata: { name: 'missed', namespace: 'default', labels: { write: String(write) } },
      });
    }
    const old = await ask('GET', `${NAMESPACE}/configmaps?watch=true&resourceVersion=1`);
    assert.deepEqual([old.status, old.body.reason], [410, 'Expired']);
  });

  it('streams a list, with a mark where it ends', async () => {
    const open = await watch(
      `${NAMESPACE}/configmaps?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    const events: Event[] = [];
    do events.push(await open.next());
    while (events.at(-1)?.type === 'ADDED');
    assert.equal(events.at(-1)?.type, 'BOOKMARK');
    assert.match(JSON.stringify(events.at(-1)), /initial-events-end/);
    open.close();
  });

  it('moves the cluster on while somebody watches, and serves a definition once it is established', async () => {
    const names = { plural: 'things', kind: 'Thing' };
    const schema = {
      openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } },
    };
    const open = await watch(`${CRD}?watch=1`);
    const made = await ask('POST', CRD, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: { group: 'example.com', scope: 'Namespaced', names, versions: [{ name: 'v1', served: true, storage: true, schema }] },
    });
    assert.equal(made.status, 201);
    const things = '/apis/example.com/v1/namespaces/default/things';
    assert.equal((await ask('GET', things)).status, 404);
    account.pass(6);
    // nobody asks: the ticker of the open watch brings the cluster on
    while (!JSON.stringify(await open.next()).includes('InitialNamesAccepted')) continue;
    assert.equal((await ask('GET', things)).status, 200);
    assert.equal((await ask('GET', '/apis/example.com/v1')).status, 404, 'discovery follows');
    account.pass(3);
    assert.equal((await ask('GET', '/apis/example.com/v1')).status, 200);
    const thing = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'one' }, spec: { size: 1, colour: 'red' } };
    const strict = await ask('POST', `${things}?fieldValidation=Strict`, thing);
    assert.equal(strict.status, 400);
    assert.match(String(strict.body.message), /unknown field "spec\.colour"/);
    const loose = await ask('POST', things, thing);
    assert.deepEqual([loose.status, loose.body.spec], [201, { size: 1 }]);
    await ask('DELETE', `${CRD}/things.example.com`);
    assert.equal((await ask('GET', things)).status, 404, 'its resources go with it');
    open.close();
  });

  it('breaks watches and answers 503 for a while when the API server is replaced', async () => {
    const open = await watch(`${NAMESPACE}/configmaps?watch=1`);
    account.world.faults.arm(parseFault('api-restart'));
    await open.ended;
    assert.equal((await ask('GET', `${NAMESPACE}/configmaps`)).status, 503);
    account.pass(31);
    assert.equal((await ask('GET', `${NAMESPACE}/configmaps`)).status, 200);
  });

  it('forwards ports by WebSocket, and says on the error channel that nothing listens', async () => {
    for (const name of ['vpc-cni', 'kube-proxy']) await platform.addon(name);
    await platform.nodegroup(ground, { minSize: 1, desiredSize: 1, maxSize: 1 });
    account.pass(400);
    const { body } = await ask('GET', '/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-proxy');
    const [pod] = (body as { items?: readonly { metadata: { name: string } }[] }).items ?? [];
    const path = `/api/v1/namespaces/kube-system/pods/${pod?.metadata.name ?? ''}`;
    const log = await ask('GET', `${path}/log`);
    assert.equal(log.status, 200);
    const address = new URL(`${path}/portforward?ports=8080`, server.endpoint.replace('https:', 'wss:'));
    const { authorization } = await headers();
    const socket = new WebSocket(address, ['v4.channel.k8s.io'], { ca: authority, headers: { authorization } });
    const frames: string[] = [];
    socket.on('message', (frame) => Buffer.isBuffer(frame) && frames.push(frame.toString('latin1')));
    await new Promise<void>((closed, failed) => socket.on('close', () => closed()).on('error', failed));
    const port = String.fromCharCode(8080 & 0xff, 8080 >> 8);
    assert.deepEqual(frames.slice(0, 2), [`\0${port}`, `\u0001${port}`], 'each channel begins with the port');
    assert.match(frames[2] ?? '', /^\u0001.*connection refused$/);
  });

  it('writes of a large cluster only what a request changed', async () => {
    for (let index = 0; index < 300; index += 1) await ask('POST', `${NAMESPACE}/configmaps`, configMap(`many-${index}`));
    const before = account.world.savedBytes;
    await ask('POST', `${NAMESPACE}/configmaps`, configMap('one-more'));
    assert.ok(account.world.savedBytes - before < 20_000, `${account.world.savedBytes - before} bytes`);
  });
});
