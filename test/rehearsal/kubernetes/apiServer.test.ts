import {
  DeleteAccessEntryCommand,
  DeleteClusterCommand,
  DeleteNodegroupCommand,
  DescribeClusterCommand,
  ListClustersCommand,
} from '@aws-sdk/client-eks';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { eksToken } from '../../../src/aws/eksToken.ts';
import { serveKubernetes, type KubernetesServer } from '../../../src/rehearsal/kubernetes/kubernetesServer.ts';
import { storedClusters } from '../../../src/rehearsal/kubernetes/storedObjects.ts';
import { RequestLog } from '../../../src/rehearsal/requestLog.ts';
import { startAccount, type TestAccount } from '../account.ts';
import { RehearsedPlatform, type Ground } from '../eks/rehearsedPlatform.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

const CLASS = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'gp3' },
  provisioner: 'ebs.csi.aws.com',
  parameters: { type: 'gp3' },
  allowVolumeExpansion: true,
};
const CLASS_PATH = '/apis/storage.k8s.io/v1/storageclasses/gp3';
const APPLY = { 'content-type': 'application/apply-patch+yaml' };

describe('rehearsed Kubernetes', function () {
  this.timeout(30_000);
  let account: TestAccount;
  let platform: RehearsedPlatform;
  let ground: Ground;
  let server: KubernetesServer;
  let authority: string;

  before(async () => {
    account = await startAccount();
    const log = new RequestLog(account.folder, () => account.world.wall());
    server = await serveKubernetes({
      world: account.world,
      save: () => account.world.save(),
      log: (entry) => log.append(entry),
      wall: () => account.world.wall(),
      endpoint: account.endpoint,
    });
    platform = new RehearsedPlatform(account);
    ground = await platform.ground();
    const cluster = await platform.cluster(ground);
    assert.equal(cluster.endpoint, server.endpoint);
    authority = Buffer.from(String(cluster.certificateAuthority?.data), 'base64').toString();
  });

  after(async () => {
    platform.destroy();
    await server.close();
    await account.remove();
  });

  async function token(cluster = 'cauchy', credentials = account.world.credentials, at = account.world.wall()): Promise<string> {
    return (await eksToken({ credentials: { ...credentials }, region: 'us-west-2', cluster, at: new Date(at) })).token;
  }

  async function ask(
    method: string,
    path: string,
    options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const bearer = options.token ?? (await token());
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', ...options.headers };
      const outgoing = request(new URL(path, server.endpoint), { method, ca: authority, headers, servername: 'localhost' }, (incoming) => {
        let body = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => (body += chunk));
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body }));
      });
      outgoing.on('error', reject);
      outgoing.end(options.body === undefined ? undefined : JSON.stringify(options.body));
    });
  }

  async function json(
    method: string,
    path: string,
    options: Parameters<typeof ask>[2] = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const { status, body } = await ask(method, path, options);
    return { status, body: JSON.parse(body) as Record<string, unknown> };
  }

  it('lets nobody in without an access entry, and nobody at once', async () => {
    assert.equal((await ask('GET', '/api/v1/nodes')).status, 401);
    await platform.letCallerIn();
    assert.equal((await ask('GET', '/api/v1/nodes')).status, 401, 'it takes a while');
    account.pass(11);
    assert.equal((await ask('GET', '/api/v1/nodes')).status, 200);
  });

  it('takes only tokens that the authenticator would take', async () => {
    const refused = async (name: string, bearer: string): Promise<void> =>
      assert.equal((await ask('GET', '/api', { token: bearer })).status, 401, name);
    const good = await token();
    const tampered = (change: (url: string) => string): string =>
      `k8s-aws-v1.${Buffer.from(change(Buffer.from(good.slice('k8s-aws-v1.'.length), 'base64url').toString())).toString('base64url')}`;
    assert.equal((await ask('GET', '/api', { token: good })).status, 200);
    await refused('another cluster', await token('other'));
    await refused('another secret', await token('cauchy', { ...account.world.credentials, secretAccessKey: 'canary-secret' }));
    await refused('another key', await token('cauchy', { ...account.world.credentials, accessKeyId: 'AKIACANARY' }));
    await refused('too old', await token('cauchy', account.world.credentials, account.world.wall() - 16 * 60_000));
    await refused(
      'a parameter too many',
      tampered((url) => `${url}&x-id=GetCallerIdentity`),
    );
    await refused(
      'a parameter twice',
      tampered((url) => `${url}&Action=GetCallerIdentity`),
    );
    await refused(
      'another host',
      tampered((url) => url.replace('sts.us-west-2.amazonaws.com', 'sts.example.com')),
    );
    await refused(
      'another action',
      tampered((url) => url.replace('GetCallerIdentity', 'AssumeRole')),
    );
    await refused('the world’s bearer token', account.world.bearerToken);
    const { credentials } = account.world;
    assert.equal((await ask('GET', '/api', { token: tokenWithParameter(credentials, {}) })).status, 200);
    await refused('one signed parameter too many', tokenWithParameter(credentials, { 'x-id': 'GetCallerIdentity' }));
    assert.equal((await ask('GET', '/readyz', { token: 'none' })).status, 200, 'health is public');
  });

  it('is nobody’s for web pages and other names', async () => {
    assert.equal((await ask('GET', '/api', { headers: { origin: 'https://evil.example' } })).status, 403);
    assert.equal((await ask('GET', '/api', { headers: { host: 'rebound.example' } })).status, 403);
    assert.equal((await ask('GET', '/api', { headers: { 'sec-fetch-site': 'cross-site' } })).status, 403);
  });

  it('bounds bodies and their nesting', async () => {
    const nested = JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`) as unknown;
    const path = '/api/v1/namespaces/default/configmaps';
    assert.equal((await ask('POST', path, { body: { metadata: { name: 'deep' }, data: nested } })).status, 413);
    assert.equal(
      (await ask('POST', path, { body: { metadata: { name: 'large' }, data: { a: 'x'.repeat(8 * 1024 * 1024) } } })).status,
      413,
    );
  });

  it('answers Status objects', async () => {
    const missing = await json('GET', '/api/v1/namespaces/default/configmaps/none');
    assert.deepEqual([missing.status, missing.body['kind'], missing.body['reason']], [404, 'Status', 'NotFound']);
    const unknown = await json('GET', '/apis/apps/v1/things');
    assert.deepEqual([unknown.status, unknown.body['message']], [404, 'the server could not find the requested resource']);
  });

  it('has a gp2 class that is nobody’s default', async () => {
    const { body } = await json('GET', '/apis/storage.k8s.io/v1/storageclasses/gp2');
    assert.equal(JSON.stringify(body).includes('is-default-class'), false);
  });

  it('applies on the server: owners, conflicts, force, and what is no longer applied is taken out', async () => {
    const apply = (object: object, query = ''): Promise<{ status: number; body: Record<string, unknown> }> =>
      json('PATCH', `${CLASS_PATH}?fieldManager=slipway&fieldValidation=Strict${query}`, { body: object, headers: APPLY });
    const labelled = { ...CLASS, metadata: { name: 'gp3', labels: { a: '1', b: '2' } } };
    assert.equal((await apply(labelled, '&dryRun=All')).status, 201);
    assert.equal((await ask('GET', CLASS_PATH)).status, 404, 'a dry run keeps nothing');
    assert.equal((await apply(labelled)).status, 201);
    const first = (await json('GET', CLASS_PATH)).body;
    assert.equal((await apply(labelled)).status, 200);
    assert.deepEqual((await json('GET', CLASS_PATH)).body, first, 'the same again is no new revision');
    await apply({ ...CLASS, metadata: { name: 'gp3', labels: { a: '1' } } });
    const now = (await json('GET', CLASS_PATH)).body as { metadata: { labels: object } };
    assert.deepEqual(now.metadata.labels, { a: '1' });
    const other = { ...CLASS, allowVolumeExpansion: false };
    const conflict = await json('PATCH', `${CLASS_PATH}?fieldManager=other`, { body: other, headers: APPLY });
    assert.deepEqual(
      [conflict.status, conflict.body['message']],
      [409, 'Apply failed with 1 conflict: conflict with "slipway": .allowVolumeExpansion'],
    );
    assert.equal((await json('PATCH', `${CLASS_PATH}?fieldManager=other&force=true`, { body: other, headers: APPLY })).status, 200);
    assert.equal((await apply(CLASS)).status, 409, 'the field is the other one’s now');
  });

  it('refuses unknown fields, changes of what is fixed, and a writer without a name', async () => {
    const apply = (body: object, query = 'fieldManager=slipway&force=true'): Promise<Answer> =>
      ask('PATCH', `${CLASS_PATH}?${query}`, { body, headers: APPLY });
    assert.match((await apply({ ...CLASS, allowVolumeExpansio: true })).body, /\.allowVolumeExpansio: field not declared in schema/);
    assert.match((await apply({ ...CLASS, parameters: { type: 'gp2' } })).body, /updates to parameters are forbidden/);
    assert.match((await apply(CLASS, '')).body, /fieldManager: Required value/);
    const strict = await ask('POST', '/api/v1/namespaces/default/configmaps?fieldValidation=Strict', {
      body: { metadata: { name: 'x' }, dat: {} },
    });
    assert.match(strict.body, /strict decoding error: unknown field \\"dat\\"/);
  });

  it('keeps a Secret’s values only as seals, which do not change when it is sent again', async () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '' } },
      stringData: { key: 'canary-value' },
    };
    secret.metadata.annotations['kubectl.kubernetes.io/last-applied-configuration'] = JSON.stringify(secret);
    const apply = (value: string): Promise<Answer> =>
      ask('PATCH', '/api/v1/namespaces/default/secrets/s?fieldManager=slipway', {
        body: { ...secret, stringData: { key: value } },
        headers: APPLY,
      });
    assert.equal((await apply('canary-value')).status, 201);
    const first = (await ask('GET', '/api/v1/namespaces/default/secrets/s')).body;
    await apply('canary-value');
    assert.equal((await ask('GET', '/api/v1/namespaces/default/secrets/s')).body, first);
    await apply('canary-other');
    assert.notEqual((await ask('GET', '/api/v1/namespaces/default/secrets/s')).body, first);
    const kept = ['world.json', 'world.log'].map((name) => readFileSync(join(account.folder, name), 'utf8')).join('');
    for (const trace of ['canary-value', Buffer.from('canary-value').toString('base64')]) assert.equal(kept.includes(trace), false);
    assert.ok(kept.includes(Buffer.from('rehearsal-sealed:').toString('base64').slice(0, 20)), 'the search finds what is there');
  });

  it('says of a group that nobody serves no more than the real one', async () => {
    assert.deepEqual(await ask('GET', '/apis/example.com/v1/things'), { status: 404, body: '404 page not found\n' });
  });

  it('pages and selects', async () => {
    for (const name of ['a', 'b', 'c'])
      await ask('POST', '/api/v1/namespaces/kube-public/configmaps', {
        body: { metadata: { name, labels: { odd: name === 'b' ? 'no' : 'yes' } } },
      });
    const list = async (query: string): Promise<{ names: string[]; next: string | undefined }> => {
      const body = (await json('GET', `/api/v1/namespaces/kube-public/configmaps?${query}`)).body as {
        items: { metadata: { name: string } }[];
        metadata: { continue?: string };
      };
      return { names: body.items.map((item) => item.metadata.name), next: body.metadata.continue };
    };
    const first = await list('limit=2&labelSelector=odd');
    assert.deepEqual(first.names, ['a', 'b']);
    assert.deepEqual(await list(`limit=2&labelSelector=odd&continue=${String(first.next)}`), { names: ['c'], next: undefined });
    assert.deepEqual((await list('labelSelector=odd%3Dyes')).names, ['a', 'c']);
    assert.deepEqual((await list('labelSelector=odd,odd+notin+(yes)')).names, ['b']);
    assert.deepEqual((await list('fieldSelector=metadata.name%3Dc')).names, ['c']);
  });

  it('shows nodes and add-ons as they come, to kubectl too', async function () {
    const deployment = '/apis/apps/v1/namespaces/kube-system/deployments/coredns';
    for (const name of ['vpc-cni', 'kube-proxy', 'coredns']) await platform.addon(name);
    account.pass(50);
    const waiting = (await json('GET', deployment)).body as { status: { unavailableReplicas?: number } };
    assert.equal(waiting.status.unavailableReplicas, 2);
    await platform.nodegroup(ground, { minSize: 2, desiredSize: 2, maxSize: 2 });
    account.pass(130);
    const nodes = (await json('GET', '/api/v1/nodes')).body as {
      items: { metadata: { labels: Record<string, string> }; status: { capacity: { pods: string } } }[];
    };
    assert.deepEqual(nodes.items.map((node) => node.metadata.labels['topology.kubernetes.io/zone']).sort(), ['us-west-2a', 'us-west-2b']);
    assert.deepEqual(
      nodes.items.map((node) => node.status.capacity.pods),
      ['11', '11'],
    );
    const up = (await json('GET', deployment)).body as { status: { availableReplicas?: number } };
    assert.equal(up.status.availableReplicas, 2);
    if (spawnSync('kubectl', ['version', '--client']).status !== 0) this.skip();
    const kubectl = kubeconfig(account.folder, server.endpoint, authority, await token());
    assert.match((await kubectl('get', 'nodes')).out, /^NAME +STATUS +ROLES +AGE +VERSION\nip-10-0-\S+ +Ready/);
    assert.match((await kubectl('get', 'deploy', '-A')).out, /kube-system +coredns +2\/2/);
    const file = join(account.folder, 'class.json');
    writeFileSync(file, JSON.stringify({ ...CLASS, metadata: { name: 'from-kubectl' } }));
    assert.match((await kubectl('apply', '--server-side', '-f', file)).out, /serverside-applied/);
    const log = readFileSync(account.requestsFile, 'utf8').trim().split('\n');
    assert.match(
      String(log.findLast((line) => line.includes('patch storageclasses'))),
      /"service":"kubernetes","operation":"patch storageclasses","mutating":true,"status":201/,
    );
    assert.match(String(log.findLast((line) => line.includes('list nodes'))), /"mutating":false/);
  });

  it('forgets who has no entry any more', async () => {
    await platform.eks.send(new DeleteAccessEntryCommand({ clusterName: 'cauchy', principalArn: account.world.callerArn }));
    assert.equal((await ask('GET', '/api/v1/nodes')).status, 401);
    assert.equal((await platform.eks.send(new DescribeClusterCommand({ name: 'cauchy' }))).cluster?.status, 'ACTIVE');
  });

  it('is forgotten with its cluster, whoever looks next', async () => {
    const kept = (): number => Object.keys(storedClusters(account.world)).length;
    assert.equal(kept(), 1);
    await platform.eks.send(new DeleteNodegroupCommand({ clusterName: 'cauchy', nodegroupName: 'ng' }));
    account.pass(181);
    await platform.eks.send(new DeleteClusterCommand({ name: 'cauchy' }));
    account.pass(301);
    await platform.eks.send(new ListClustersCommand({}));
    assert.equal(kept(), 0);
  });
});

/** What an SDK's presigner makes: signed rightly (Signature Version 4, by hand), with parameters of its own. */
function tokenWithParameter(credentials: { accessKeyId: string; secretAccessKey: string }, extra: Record<string, string>): string {
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = [date.slice(0, 8), 'us-west-2', 'sts', 'aws4_request'];
  const parameters = {
    Action: 'GetCallerIdentity',
    Version: '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': [credentials.accessKeyId, ...scope].join('/'),
    'X-Amz-Date': date,
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
    ...extra,
  };
  const query = Object.entries(parameters)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const host = 'sts.us-west-2.amazonaws.com';
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const canonical = ['GET', '/', query, `host:${host}`, 'x-k8s-aws-id:cauchy', '', 'host;x-k8s-aws-id', sha256('')].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<Buffer>(
    (secret, word) => createHmac('sha256', secret).update(word).digest(),
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  );
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  return `k8s-aws-v1.${Buffer.from(`https://${host}/?${query}&X-Amz-Signature=${signature}`).toString('base64url')}`;
}

/** kubectl in a process of its own: the server lives in this one, so nothing may wait synchronously. */
function kubeconfig(folder: string, endpoint: string, authority: string, token: string): (...args: string[]) => Promise<{ out: string }> {
  const file = join(folder, 'kubeconfig');
  const cluster = { server: endpoint, 'certificate-authority-data': Buffer.from(authority).toString('base64') };
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user: { token } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    }),
    { mode: 0o600 },
  );
  return (...args) =>
    new Promise((resolve, reject) => {
      const child = spawn('kubectl', ['--kubeconfig', file, '--cache-dir', join(folder, 'cache'), ...args]);
      let out = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.on('error', reject);
      child.on('close', () => resolve({ out }));
    });
}
