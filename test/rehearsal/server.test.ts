import { CreateVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient, ListClustersCommand } from '@aws-sdk/client-eks';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import assert from 'node:assert/strict';
import { createHash, createHmac, type BinaryLike } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { startAccount, type TestAccount } from './account.ts';
import { refusal } from './refusal.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** One request as it is given: `fetch` would not send a foreign Host. */
function send(
  endpoint: string,
  headers: Readonly<Record<string, string>> = {},
  path = '/',
  method = 'GET',
  body: string | Buffer = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(new URL(path, endpoint), { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** What the signer wants for a hash: SHA-256, keyed when there is a secret. */
class NodeSha256 {
  readonly #hash: { update(data: BinaryLike): unknown; digest(): Buffer };

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', asBinary(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(asBinary(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    throw new Error('a hash is used once');
  }
}

function asBinary(data: string | ArrayBuffer | ArrayBufferView): BinaryLike {
  if (typeof data === 'string') return data;
  return data instanceof ArrayBuffer ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

describe('rehearsal server', () => {
  let account: TestAccount;

  beforeEach(async () => {
    account = await startAccount({ allowHosts: ['proxy.example:8443'] });
  });

  afterEach(async () => {
    await account.remove();
  });

  function log(): readonly Record<string, unknown>[] {
    return readFileSync(account.requestsFile, 'utf8')
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>);
  }

  it('refuses what carries no signature', async () => {
    const answer = await send(
      account.endpoint,
      { 'content-type': 'application/x-www-form-urlencoded' },
      '/',
      'POST',
      'Action=DescribeVpcs&Version=2016-11-15',
    );
    assert.equal(answer.status, 403);
    assert.match(answer.body, /MissingAuthenticationToken/);
    assert.equal((await send(account.endpoint)).status, 403);
  });

  it('refuses another secret, another key and a session token, each in its protocol', async () => {
    const { accessKeyId, secretAccessKey } = account.client.credentials;
    const wrongSecret = { ...account.client, credentials: { accessKeyId, secretAccessKey: 'canary-wrong' } };
    const wrongKey = { ...account.client, credentials: { accessKeyId: 'AKIACANARYCANARYCANA', secretAccessKey } };
    const session = { ...account.client, credentials: { accessKeyId, secretAccessKey, sessionToken: 'canary-session' } };
    const describe = new DescribeVpcsCommand({});
    assert.equal(await refusal(new EC2Client(wrongSecret).send(describe)), 'SignatureDoesNotMatch');
    assert.equal(await refusal(new EC2Client(wrongKey).send(describe)), 'AuthFailure');
    assert.equal(await refusal(new IAMClient(wrongSecret).send(new ListRolesCommand({}))), 'SignatureDoesNotMatch');
    assert.equal(await refusal(new STSClient(wrongKey).send(new GetCallerIdentityCommand({}))), 'InvalidClientTokenId');
    assert.equal(await refusal(new STSClient(session).send(new GetCallerIdentityCommand({}))), 'InvalidClientTokenId');
    assert.equal(await refusal(new EKSClient(wrongSecret).send(new ListClustersCommand({}))), 'InvalidSignatureException');
    assert.equal(await refusal(new EKSClient(wrongKey).send(new ListClustersCommand({}))), 'UnrecognizedClientException');
    const failed = await new EKSClient(wrongKey).send(new ListClustersCommand({})).catch((error: unknown) => error);
    assert.ok(typeof failed === 'object' && failed !== null && '$metadata' in failed);
    assert.deepEqual(failed.$metadata, { ...(failed.$metadata as object), httpStatusCode: 403 });
  });

  it('takes a presigned request until it expires, unchanged', async () => {
    const { hostname, port } = new URL(account.endpoint);
    const signer = new SignatureV4({ service: 'sts', region: 'us-west-2', credentials: account.client.credentials, sha256: NodeSha256 });
    const presigned = await signer.presign(
      {
        method: 'GET',
        protocol: 'http:',
        hostname,
        port: Number(port),
        path: '/',
        query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
        headers: { host: `${hostname}:${port}`, 'x-k8s-aws-id': 'cauchy' },
      },
      { expiresIn: 60 },
    );
    const query = new URLSearchParams(
      Object.entries(presigned.query ?? {}).map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    const ask = (text: string, cluster = 'cauchy'): Promise<Answer> => send(account.endpoint, { 'x-k8s-aws-id': cluster }, `/?${text}`);
    const answer = await ask(query);
    assert.equal(answer.status, 200);
    assert.match(answer.body, new RegExp(`<Arn>${account.world.callerArn}</Arn>`));
    assert.equal((await ask(query, 'laplace')).status, 403, 'the header is signed');
    assert.equal((await ask(query.replace('GetCallerIdentity', 'GetSessionToken'))).status, 403);
    account.pass(61_000);
    assert.match((await ask(query)).body, /Signature expired/);
  });

  it('is no web page: foreign Host, any Origin and cross-site requests get 403', async () => {
    const { port } = new URL(account.endpoint);
    const clock = (headers: Readonly<Record<string, string>>): Promise<number> =>
      send(account.endpoint, headers, '/_rehearsal/clock').then((answer) => answer.status);
    assert.equal(await clock({}), 200);
    assert.equal(await clock({ host: 'evil.example' }), 403);
    assert.equal(await clock({ host: `localhost:${port}` }), 403);
    assert.equal(await clock({ host: `evil.example:${port}` }), 403);
    assert.equal(await clock({ host: `a-bucket.127.0.0.1:${port}` }), 200);
    assert.equal(await clock({ host: 'proxy.example:8443' }), 200);
    assert.equal(await clock({ origin: account.endpoint }), 403);
    assert.equal(await clock({ 'sec-fetch-site': 'cross-site' }), 403);
    const answer = await send(account.endpoint, {}, '/_rehearsal/clock');
    assert.ok(!Object.keys(answer.headers).some((name) => name.startsWith('access-control-')));
  });

  it('bounds bodies', async () => {
    const answer = await send(account.endpoint, {}, '/', 'POST', Buffer.alloc(8 * 1024 * 1024 + 1));
    assert.equal(answer.status, 413);
  });

  it('survives a client that hangs up in the middle of a request', async () => {
    const { port } = new URL(account.endpoint);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 100\r\n\r\nAction=`, () => socket.destroy());
      });
      socket.on('close', () => {
        resolve();
      });
    });
    assert.equal((await send(account.endpoint, {}, '/_rehearsal/clock')).status, 200);
  });

  it('refuses parameters, fields and actions that AWS does not have', async () => {
    const signer = (service: string): SignatureV4 =>
      new SignatureV4({ service, region: 'us-west-2', credentials: account.client.credentials, sha256: NodeSha256 });
    const { hostname, port } = new URL(account.endpoint);
    const post = async (service: string, body: string, path = '/', headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
      const host = `${hostname}:${port}`;
      const signed = await signer(service).sign({
        method: 'POST',
        protocol: 'http:',
        hostname,
        port: Number(port),
        path,
        headers: { host, ...headers },
        body,
      });
      return send(account.endpoint, signed.headers, path, 'POST', body);
    };
    assert.match((await post('ec2', 'Action=CreateVpc&Version=2016-11-15&CidrBlock=10.0.0.0%2F16&Colour=red')).body, /UnknownParameter/);
    assert.match((await post('ec2', 'Action=CreateSubnet&Version=2016-11-15&CidrBlock=10.0.0.0%2F16')).body, /MissingParameter/);
    assert.match((await post('ec2', 'Action=MakeVpc&Version=2016-11-15')).body, /InvalidAction/);
    assert.match((await post('ec2', `Action=CreateVpc&Version=2016-11-15&${'Tag.1.'.repeat(40)}Key=x`)).body, /nested too deeply/);
    assert.match((await post('iam', 'Action=GetRole&Version=2010-05-08')).body, /<Code>ValidationError<\/Code>/);
    assert.match((await post('eks', '{"name":"cauchy","colour":"red"}', '/clusters')).body, /Unexpected field colour/);
    assert.match((await post('eks', `{"name":${'['.repeat(5000)}`, '/clusters')).body, /nested too deeply/);
    assert.equal((await post('eks', '{}', '/nothing')).status, 404);
    assert.equal((await post('sqs', 'Action=ListQueues')).status, 400);
  });

  it('writes every request down, and whether it writes', async () => {
    const ec2 = new EC2Client(account.client);
    await ec2.send(new DescribeVpcsCommand({}));
    assert.equal(await refusal(ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', DryRun: true }))), 'DryRunOperation');
    await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const eks = new EKSClient(account.client);
    assert.equal(await refusal(eks.send(new DescribeClusterCommand({ name: 'cauchy' }))), 'ResourceNotFoundException');
    const quotas = new ServiceQuotasClient(account.client);
    const quota = await quotas.send(new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: 'L-0263D0A3' }));
    assert.equal(quota.Quota?.Value, 5);
    const lines = log();
    assert.deepEqual(
      lines.map(({ service, operation, mutating, status }) => [service, operation, mutating, status]),
      [
        ['ec2', 'DescribeVpcs', false, 200],
        ['ec2', 'CreateVpc', false, 412],
        ['ec2', 'CreateVpc', true, 200],
        ['eks', 'DescribeCluster', false, 404],
        ['servicequotas', 'GetServiceQuota', false, 200],
      ],
    );
    for (const line of lines) assert.deepEqual(Object.keys(line), ['time', 'service', 'operation', 'mutating', 'status']);
  });

  it('tells its clock to everybody, its folder, timeline, names and faults to the bearer', async () => {
    const clock = JSON.parse((await send(account.endpoint, {}, '/_rehearsal/clock')).body) as Record<string, number>;
    assert.deepEqual(Object.keys(clock), ['now', 'timeScale', 'wall']);
    account.pass(100);
    const later = JSON.parse((await send(account.endpoint, {}, '/_rehearsal/clock')).body) as Record<string, number>;
    assert.equal((later['now'] ?? 0) - (clock['now'] ?? 0), 100_000);
    for (const name of ['faults', 'timeline', 'world', 'resolve?name=cauchy.link']) {
      const path = `/_rehearsal/${name}`;
      assert.equal((await send(account.endpoint, {}, path)).status, 403);
      assert.equal((await send(account.endpoint, { authorization: 'Bearer canary-wrong' }, path)).status, 403);
      assert.equal((await send(account.endpoint, { authorization: `Bearer ${account.world.bearerToken}` }, path)).status, 200);
    }
  });
});
