import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { AnswerLost, NotYet, Refused, SignedOut, Unseen } from '../../src/core/graph/errors.ts';
import { KubernetesClient, WatchExpired } from '../../src/kubernetes/client.ts';
import { scriptedServer, stranger } from './scriptedServer.ts';
import type { Received, Reply, ScriptedServer } from './scriptedServer.ts';

const signal = new AbortController().signal;
const status = (code: number, reason: string, message: string): Reply => ({ status: code, body: { kind: 'Status', reason, message } });
const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
const path = '/api/v1/namespaces/default/configmaps/x';

describe('the Kubernetes client', () => {
  let server: ScriptedServer | undefined;
  const serving = async (reply: (request: Received) => Reply | Promise<Reply>): Promise<ScriptedServer> =>
    (server = await scriptedServer(reply));

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  it('shows its token in the header, and nowhere else', async () => {
    const { client, received } = await serving(() => ({ body: manifest }));
    assert.deepEqual(await client().get(path, signal), manifest);
    assert.equal(received[0]?.headers['authorization'], 'Bearer canary-token');
    assert.ok(!received[0].url.href.includes('canary'));
  });

  it('reads a list page by page', async () => {
    const { client, received } = await serving(({ url }) =>
      url.searchParams.get('continue') === null
        ? { body: { metadata: { continue: 'more' }, items: [{ metadata: { name: 'a' } }] } }
        : { body: { metadata: {}, items: [{ metadata: { name: 'b' } }] } },
    );
    const items = await client().list('/api/v1/nodes', signal, { labelSelector: 'a=b' });
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['a', 'b'],
    );
    assert.deepEqual(
      received.map(({ url }) => url.searchParams.get('labelSelector')),
      ['a=b', 'a=b'],
    );
    assert.ok(received.every(({ url }) => Number(url.searchParams.get('limit')) > 0));
  });

  it('tells what is not there from what could not be looked at', async () => {
    const { client } = await serving(({ url }) =>
      url.pathname === path ? status(404, 'NotFound', 'no') : status(500, 'InternalError', 'broken'),
    );
    assert.equal(await client().get(path, signal), undefined);
    await assert.rejects(client().list('/api/v1/nodes', signal), Unseen);
  });

  it('applies the manifest as it stands, strictly, as slipway', async () => {
    const { client, received } = await serving(() => ({}));
    await client().apply(path, manifest, signal);
    const [request] = received;
    assert.equal(request?.method, 'PATCH');
    assert.equal(request.headers['content-type'], 'application/apply-patch+yaml');
    assert.deepEqual(Object.fromEntries(request.url.searchParams), { fieldManager: 'slipway', fieldValidation: 'Strict' });
    assert.deepEqual(JSON.parse(request.body), manifest);
    await client().apply(path, manifest, signal, { dryRun: true, force: true });
    assert.equal(received[1]?.url.searchParams.get('dryRun'), 'All');
    assert.equal(received[1].url.searchParams.get('force'), 'true');
  });

  it('deletes, and what is gone already is as good', async () => {
    const { client, received } = await serving(() => status(404, 'NotFound', 'no'));
    await client().delete(path, signal);
    assert.equal(received[0]?.method, 'DELETE');
  });

  it('deletes by UID what was seen, and nothing that has its name by now', async () => {
    const words = 'Operation cannot be fulfilled: the UID in the precondition (u1) does not match the UID in record (u2)';
    const { client, received } = await serving(() => status(409, 'Conflict', words));
    await assert.rejects(client().delete(path, signal, { uid: 'u1', propagation: 'Foreground' }), NotYet);
    assert.deepEqual(JSON.parse(received[0]?.body ?? ''), {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      propagationPolicy: 'Foreground',
      preconditions: { uid: 'u1' },
    });
  });

  it('patches without owning what it patches', async () => {
    const { client, received } = await serving(() => ({}));
    await client().patch(path, { data: { a: '1' } }, signal);
    assert.equal(received[0]?.headers['content-type'], 'application/merge-patch+json');
    assert.deepEqual(JSON.parse(received[0].body), { data: { a: '1' } });
  });

  it('watches from a version on, events as they come, until the server ends it', async () => {
    const first = JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'a' } } });
    const second = JSON.stringify({ type: 'BOOKMARK', object: { metadata: { name: '', resourceVersion: '7' } } });
    const { client, received } = await serving(() => ({
      stream: Readable.from([`${first}\n${second.slice(0, 9)}`, `${second.slice(9)}\n`]),
    }));
    const heard: string[] = [];
    for await (const { type } of client().watch('/api/v1/nodes', '5', signal, () => heard.push('opened'))) heard.push(type);
    assert.deepEqual(heard, ['opened', 'ADDED', 'BOOKMARK']);
    const asked = Object.fromEntries(received[0]?.url.searchParams ?? []);
    assert.equal(asked['resourceVersion'], '5');
    assert.equal(asked['allowWatchBookmarks'], 'true');
    assert.equal(asked['timeoutSeconds'], '30', 'the server ends it soon, so that silence says something');
  });

  it('does not believe a watch whose server has gone without a word', async () => {
    const { connection } = await serving(() => ({
      stream: (async function* () {
        yield `${JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'a' } } })}\n`;
        await new Promise(() => undefined);
      })(),
    }));
    const events = new KubernetesClient(connection, { now: () => 0, watchSilence: 50 }).watch('/api/v1/nodes', '1', signal);
    await events.next();
    await assert.rejects(events.next(), (error: unknown) => error instanceof Unseen && error.code === 'kubernetes-unreachable');
  });

  it('says that a version is too old, whether the server answers so or tells it in the stream', async () => {
    const told = `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old resource version' } })}\n`;
    const { client } = await serving(({ url }) =>
      url.pathname === '/told' ? { stream: Readable.from([told]) } : status(410, 'Expired', 'too old resource version'),
    );
    const watch = (where: string) => client().watch(where, '1', signal).next();
    await assert.rejects(watch('/told'), WatchExpired);
    await assert.rejects(watch('/answered'), WatchExpired);
  });

  it('ends a watch with its signal, and says who may not watch', async () => {
    const run = new AbortController();
    const { client } = await serving(({ url }) =>
      url.pathname === '/api/v1/nodes'
        ? {
            stream: (async function* () {
              yield `${JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'a' } } })}\n`;
              await new Promise(() => undefined);
            })(),
          }
        : status(403, 'Forbidden', 'no'),
    );
    const events = client().watch('/api/v1/nodes', '1', run.signal);
    await events.next();
    run.abort();
    await assert.rejects(events.next(), { name: 'AbortError' });
    await assert.rejects(client().watch('/api/v1/secrets', '1', signal).next(), (error: unknown) => {
      return error instanceof Unseen && error.message.includes('watch secrets');
    });
  });

  it('reads the log of a container line by line', async () => {
    const { client, received } = await serving(() => ({ stream: Readable.from(['one\ntw', 'o\nthree']) }));
    const lines: string[] = [];
    for await (const line of client().logs('/api/v1/namespaces/a/pods/b', signal, { container: 'main', follow: true, tailLines: 10 }))
      lines.push(line);
    assert.deepEqual(lines, ['one', 'two', 'three']);
    assert.equal(received[0]?.url.pathname, '/api/v1/namespaces/a/pods/b/log');
    assert.deepEqual(Object.fromEntries(received[0].url.searchParams), { container: 'main', follow: 'true', tailLines: '10' });
  });

  it('takes a 401 for lag at first, and for a missing access entry after two minutes', async () => {
    const { client, clock } = await serving(() => status(401, 'Unauthorized', 'Unauthorized'));
    const one = client();
    await assert.rejects(one.apply(path, manifest, signal), NotYet);
    clock.now = 119_999;
    await assert.rejects(one.apply(path, manifest, signal), NotYet);
    clock.now = 120_000;
    await assert.rejects(
      one.apply(path, manifest, signal),
      (error: unknown) => error instanceof Refused && error.message.includes('no access entry'),
    );
    await assert.rejects(one.get(path, signal), Unseen);
  });

  it('says that the person is signed out where the credentials behind the token have ended, whatever was asked', async () => {
    const { client } = await serving(() => status(401, 'Unauthorized', 'Unauthorized'));
    const one = client({ assertSignedIn: () => Promise.reject(new SignedOut('The AWS credentials have expired.')) });
    const calls = [one.get(path, signal), one.apply(path, manifest, signal), one.watch('/api/v1/nodes', '1', signal).next()];
    const ended = await Promise.allSettled(calls);
    assert.ok(ended.every((each) => each.status === 'rejected' && each.reason instanceof SignedOut));
  });

  it('keeps its own words for a 401 where they are good', async () => {
    const { client, clock } = await serving(() => status(401, 'Unauthorized', 'Unauthorized'));
    const one = client({ assertSignedIn: () => Promise.resolve() });
    await assert.rejects(one.apply(path, manifest, signal), NotYet);
    clock.now = 120_000;
    await assert.rejects(one.apply(path, manifest, signal), Refused);
  });

  it('begins to count anew when it was let in meanwhile', async () => {
    const door = { open: false };
    const { client, clock } = await serving(() => (door.open ? {} : status(401, 'Unauthorized', 'Unauthorized')));
    const one = client();
    await assert.rejects(one.apply(path, manifest, signal), NotYet);
    door.open = true;
    await one.apply(path, manifest, signal);
    door.open = false;
    clock.now = 500_000;
    await assert.rejects(one.apply(path, manifest, signal), NotYet);
  });

  it('asks again where the API server is being replaced, and writes only once', async () => {
    let away = 2;
    const { connection, received } = await serving(() => (away-- > 0 ? status(503, 'ServiceUnavailable', 'later') : {}));
    const waited: number[] = [];
    const sleep = (ms: number): Promise<void> => Promise.resolve(void waited.push(ms));
    const patient = new KubernetesClient(connection, { now: () => 0, sleep });
    await patient.get(path, signal);
    assert.deepEqual([received.length, waited], [3, [1_000, 2_000]]);
    away = 1;
    await assert.rejects(patient.apply(path, manifest, signal), NotYet);
    assert.equal(received.length, 4);
  });

  it('says which verb on what is forbidden', async () => {
    const { client } = await serving(() => status(403, 'Forbidden', 'no'));
    await assert.rejects(
      client().list('/api/v1/nodes', signal),
      (error: unknown) => error instanceof Unseen && error.message.includes('list nodes'),
    );
    await assert.rejects(
      client().apply(path, manifest, signal),
      (error: unknown) => error instanceof Refused && error.message.includes('apply configmaps x in namespace default'),
    );
  });

  it('keeps apart what was surely not done and what may have been', async () => {
    const replies = new Map<string, Reply>([
      ['/429', status(429, 'TooManyRequests', 'busy')],
      ['/503', status(503, 'ServiceUnavailable', 'later')],
      ['/500', status(500, 'InternalError', 'broken')],
      ['/409', status(409, 'Conflict', 'Apply failed with 1 conflict: conflict with "helm": .data')],
      ['/drop', { drop: true }],
    ]);
    const { client } = await serving(({ url }) => replies.get(url.pathname) ?? {});
    await assert.rejects(client().apply('/429', manifest, signal), NotYet);
    await assert.rejects(client().apply('/503', manifest, signal), NotYet);
    await assert.rejects(client().apply('/500', manifest, signal), AnswerLost);
    await assert.rejects(
      client().apply('/409', manifest, signal),
      (error: unknown) => error instanceof Refused && error.message.includes('helm'),
    );
    await assert.rejects(client().apply('/drop', manifest, signal), AnswerLost);
    await assert.rejects(client().get('/drop', signal), Unseen);
  });

  it('says that a certificate is not the cluster’s, and sends nothing to such a server', async () => {
    const { client, received } = await serving(() => ({}));
    const mistrusting = client({ certificateAuthority: stranger.certificate });
    await assert.rejects(
      mistrusting.get(path, signal),
      (error: unknown) => error instanceof Unseen && error.message.includes('certificate'),
    );
    await assert.rejects(mistrusting.apply(path, manifest, signal), NotYet);
    assert.deepEqual(received, []);
  });

  it('says that nobody listens; a write that never left is not lost', async () => {
    const { client, close } = await serving(() => ({}));
    const one = client();
    await close();
    await assert.rejects(one.get(path, signal), (error: unknown) => error instanceof Unseen && error.message.includes('cannot be reached'));
    await assert.rejects(one.apply(path, manifest, signal), NotYet);
  });

  it('sends nothing once the run was cancelled, also when it was while the token was made', async () => {
    const { client, received } = await serving(() => ({}));
    const run = new AbortController();
    const slow = client({ token: () => (run.abort(), Promise.resolve('canary-token')) });
    await assert.rejects(slow.apply(path, manifest, run.signal), { name: 'AbortError' });
    assert.deepEqual(received, []);
  });

  it('lets go of a read that is cancelled', async () => {
    const run = new AbortController();
    const { client } = await serving(() => (run.abort(), new Promise<Reply>(() => undefined)));
    await assert.rejects(client().get(path, run.signal), { name: 'AbortError' });
  });

  it('refuses a cluster whose address is none', async () => {
    const { client } = await serving(() => ({}));
    await assert.rejects(client({ server: 'nowhere' }).get(path, signal), Unseen);
  });
});
