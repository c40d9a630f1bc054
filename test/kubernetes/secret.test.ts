import assert from 'node:assert/strict';
import type { ClusterAddress } from '../../src/kubernetes/connection.ts';
import { dockerConfig } from '../../src/kubernetes/credentials.ts';
import { secret } from '../../src/kubernetes/secret.ts';
import { givenSecrets, noSecrets, rehearsedSecrets, type GivenSecrets, type SecretValues } from '../../src/kubernetes/secretValues.ts';
import { handleOf, lookWith, stepContext } from '../aws/scriptedAws.ts';
import { scriptedServer } from './scriptedServer.ts';
import type { Received, Reply, ScriptedServer } from './scriptedServer.ts';

const address: ClusterAddress = { name: 'cauchy', endpoint: 'https://there', certificateAuthority: 'Q0E=' };
const given = (values: Readonly<Record<string, Readonly<Record<string, string>>>>): SecretValues => {
  const map: GivenSecrets = new Map(Object.entries(values).map(([name, keys]) => [name, new Map(Object.entries(keys))]));
  return givenSecrets(() => map);
};
const minio = { namespace: 'minio', name: 'minio', keys: ['accesskey', 'secretkey'] };
const metadata = (keys: readonly string[] | undefined, changes: object = {}) => ({
  name: 'minio',
  uid: 'uid-1',
  ...(keys === undefined
    ? {}
    : {
        managedFields: [
          { manager: 'kubectl', fieldsV1: { 'f:data': { '.': {}, ...Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) } } },
        ],
      }),
  ...changes,
});

describe('a Secret that is referred to and not defined', () => {
  const servers: ScriptedServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  const setting = async (
    items: readonly object[],
    values: SecretValues,
    reply: (request: Received) => Reply = () => ({ body: { metadata: { name: 'minio' } } }),
    keys: readonly string[] = minio.keys,
  ) => {
    const server = await scriptedServer((request) =>
      request.method === 'GET' && request.url.pathname.endsWith('/secrets') ? { body: { items } } : reply(request),
    );
    servers.push(server);
    const client = server.client();
    const wish = {
      ...minio,
      keys,
      label: 'cauchy',
      after: ['Namespace/minio'],
      neededBy: ['Deployment.apps/minio/minio', 'Deployment.apps/pascal/etl'],
    };
    const resource = secret({ cluster: handleOf<ClusterAddress>('cluster'), reach: () => client }, wish, values);
    const seen = await resource.observe(lookWith({ cluster: address }), 'plan');
    return { server, resource, seen, change: resource.steps?.plan(seen, { cluster: address }) };
  };

  it('missing and without values: blocked, with the keys and who needs them', async () => {
    const { change } = await setting([], noSecrets);
    assert.deepEqual(change, {
      action: 'blocked',
      code: 'secret-missing',
      summary: 'Secret minio/minio has no accesskey and no secretkey; Deployment.apps/minio/minio and Deployment.apps/pascal/etl need it',
    });
  });

  it('missing and with values: created by one apply, labelled, its values in no plan', async () => {
    const { server, resource, change } = await setting(
      [],
      given({ 'minio/minio': { accesskey: 'canary-user', secretkey: 'canary-password' } }),
    );
    assert.equal(change?.action, 'create');
    assert.doesNotMatch(JSON.stringify(change), /canary/);
    await resource.steps?.create?.({ cluster: address }, stepContext());
    const sent = server.received.at(-1);
    assert.equal(sent?.method, 'PATCH');
    assert.deepEqual(JSON.parse(sent.body), {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      metadata: { name: 'minio', namespace: 'minio', labels: { 'slipway.dev/platform': 'cauchy' } },
      data: { accesskey: Buffer.from('canary-user').toString('base64'), secretkey: Buffer.from('canary-password').toString('base64') },
    });
  });

  it('is looked at without its values: only metadata is asked for', async () => {
    const { server, seen, change } = await setting([{ metadata: metadata(['accesskey', 'secretkey']) }], noSecrets);
    assert.deepEqual([seen.state, change?.action], ['ready', 'none']);
    assert.equal(server.received.length, 1);
    assert.match(String(server.received[0]?.headers['accept']), /PartialObjectMetadataList/);
  });

  it('whose field owners were stripped is read once, and nothing of its values is kept', async () => {
    const { seen } = await setting([{ metadata: metadata(undefined) }], noSecrets, () => ({
      body: { metadata: { name: 'minio' }, data: { accesskey: 'Y2FuYXJ5', secretkey: 'Y2FuYXJ5' } },
    }));
    assert.equal(seen.state, 'ready');
    assert.doesNotMatch(JSON.stringify(seen), /Y2FuYXJ5|canary/);
  });

  it('incomplete: says which keys, and adds only those', async () => {
    const values = given({ 'minio/minio': { secretkey: 'canary-password' } });
    const { server, resource, seen, change } = await setting([{ metadata: metadata(['accesskey'], { resourceVersion: '7' }) }], values);
    assert.ok(seen.state === 'failed');
    assert.equal(seen.reason, 'it has no secretkey');
    assert.equal(change?.action, 'update');
    await resource.steps?.update?.(seen, { cluster: address }, stepContext());
    assert.deepEqual(JSON.parse(server.received.at(-1)?.body ?? ''), {
      metadata: { uid: 'uid-1', resourceVersion: '7' },
      data: { secretkey: Buffer.from('canary-password').toString('base64') },
    });
  });

  it('of somebody else and incomplete: nothing is added without a consent of its own; ours is completed as it is', async () => {
    const values = given({ 'minio/minio': { secretkey: 'canary-password' } });
    const { change } = await setting([{ metadata: metadata(['accesskey']) }], values);
    assert.ok(change?.action === 'update');
    assert.equal(change.consent, 'overwrite');
    assert.equal(change.summary, 'add secretkey to Secret minio/minio, which somebody else made');
    const labels = { 'slipway.dev/platform': 'cauchy' };
    const ours = await setting([{ metadata: metadata(['accesskey'], { labels }) }], values);
    assert.ok(ours.change?.action === 'update' && ours.change.consent === undefined);
  });

  it('of somebody else is used and is not ours to delete', async () => {
    const { seen } = await setting([{ metadata: metadata(['accesskey', 'secretkey']) }], noSecrets);
    assert.ok('owner' in seen);
    assert.equal(seen.owner, 'adopted');
  });

  it('used as a whole: blocked in a whole sentence, made of all that was given for it, ready with whatever it has', async () => {
    const missing = await setting([], noSecrets, undefined, []);
    assert.ok(missing.change?.action === 'blocked');
    assert.match(missing.change.summary, /^Secret minio\/minio is not there, and what belongs in it only you know; Deployment/);
    const values = given({ 'minio/minio': { ONE: 'canary-1', TWO: 'canary-2' } });
    const { server, resource, change } = await setting([], values, undefined, []);
    assert.equal(change?.action, 'create');
    await resource.steps?.create?.({ cluster: address }, stepContext());
    const { data } = JSON.parse(server.received.at(-1)?.body ?? '') as { data: object };
    assert.deepEqual(Object.keys(data), ['ONE', 'TWO']);
    assert.equal((await setting([{ metadata: metadata(['ONE']) }], noSecrets, undefined, [])).change?.action, 'none');
    assert.equal((await setting([], rehearsedSecrets, undefined, [])).change?.action, 'create');
  });

  it('of imagePullSecrets has the type that the kubelet wants', async () => {
    const values = given({ 'minio/minio': { username: 'ops', token: 'canary-token' } });
    const { server, resource } = await setting([], values, undefined, ['.dockerconfigjson']);
    await resource.steps?.create?.({ cluster: address }, stepContext());
    const { type } = JSON.parse(server.received.at(-1)?.body ?? '') as { type: string };
    assert.equal(type, 'kubernetes.io/dockerconfigjson');
  });

  it('a refusal of the server tells no value', async () => {
    const values = given({ 'minio/minio': { accesskey: 'canary-user', secretkey: 'canary-password' } });
    const { resource } = await setting([], values, () => ({ status: 403, body: { kind: 'Status', reason: 'Forbidden', message: 'no' } }));
    await assert.rejects(resource.steps?.create?.({ cluster: address }, stepContext()) ?? Promise.resolve(), (error: unknown) => {
      assert.ok(error instanceof Error);
      assert.doesNotMatch(`${error.message} ${String(error.stack)} ${JSON.stringify(error)}`, /canary/);
      return true;
    });
  });

  it('its printed line holds placeholders, typed into a file descriptor', async () => {
    const { resource } = await setting([], rehearsedSecrets);
    const [line] = resource.commands?.({ cluster: address }) ?? [];
    assert.ok(line !== undefined && 'stdin' in line);
    assert.match(line.stdin, /"secretkey":"<SECRETKEY>"/);
    assert.doesNotMatch(line.argv.join(' '), /SECRETKEY/);
  });
});

describe('values of Secrets', () => {
  it('a credential is given once for all the Secrets that hold it', () => {
    const values = given({ 'minio/minio': { accesskey: 'canary-user', secretkey: 'canary-password' } });
    const elsewhere = { namespace: 'argo-events', name: 'minio', keys: ['accesskey', 'secretkey'] };
    assert.deepEqual(values.give(elsewhere), { accesskey: 'canary-user', secretkey: 'canary-password' });
    assert.deepEqual(values.give({ namespace: 'minio', name: 'minio-root', keys: ['rootPassword'] }), { rootPassword: 'canary-password' });
    assert.equal(values.covers({ namespace: 'mer', name: 'github-access', keys: ['token'] }), false);
  });

  it('the registry’s config file is made of user name and token: the right entry, and no newline in the login', () => {
    const values = given({ 'argo-events/kaniko': { username: 'ops', token: 'canary-token' } });
    const made = values.give({ namespace: 'argo-events', name: 'kaniko', keys: ['config.json'] })['config.json'];
    const auth = Buffer.from('ops:canary-token').toString('base64');
    assert.deepEqual(JSON.parse(made ?? ''), { auths: { 'https://index.docker.io/v1/': { auth } } });
    assert.equal(made, dockerConfig('ops', 'canary-token'));
  });

  it('a rehearsal makes up what nobody could mistake for a real one, the same for the same credential', () => {
    const one = rehearsedSecrets.give(minio);
    const other = rehearsedSecrets.give({ ...minio, namespace: 'sentry' });
    assert.deepEqual(one, other);
    assert.ok(Object.values(one).every((value) => value.startsWith('rehearsal-')));
    assert.ok((one['secretkey'] ?? '').length >= 8, 'MinIO refuses shorter passwords');
  });

  it('nobody gives what nobody has', () => {
    assert.equal(noSecrets.covers(minio), false);
    assert.throws(() => noSecrets.give(minio), /nobody has given a value for accesskey of minio\/minio/);
  });
});
