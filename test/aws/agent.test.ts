import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttps, get } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { createAgents, proxyFor, type Agents } from '../../src/aws/agent.ts';
import { createAws, type AwsCall } from '../../src/aws/aws.ts';
import { makeAuthority, makeServerCertificate } from '../../src/rehearsal/kubernetes/certificates.ts';

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function listening<S extends Server>(server: S): Promise<S> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('proxies', () => {
  const proxied = (host: string, env: Record<string, string>): string | undefined => proxyFor(host, 443, env)?.href;
  const HTTPS_PROXY = 'http://proxy.example:3128';

  it('are taken from HTTPS_PROXY, with or without a scheme', () => {
    assert.equal(proxied('eks.us-west-2.amazonaws.com', { HTTPS_PROXY }), 'http://proxy.example:3128/');
    assert.equal(proxied('eks.us-west-2.amazonaws.com', { https_proxy: 'proxy.example:3128' }), 'http://proxy.example:3128/');
    assert.equal(proxied('eks.us-west-2.amazonaws.com', {}), undefined);
  });

  it('never stand between us and this machine', () => {
    for (const host of ['127.0.0.1', 'localhost', '::1']) assert.equal(proxied(host, { HTTPS_PROXY }), undefined);
  });

  const exceptions: readonly (readonly [noProxy: string, host: string, direct: boolean])[] = [
    ['amazonaws.com', 'sts.amazonaws.com', true],
    ['.amazonaws.com', 'sts.amazonaws.com', true],
    ['*.amazonaws.com', 'sts.amazonaws.com', true],
    ['example.com, sts.amazonaws.com:443', 'sts.amazonaws.com', true],
    ['sts.amazonaws.com:8443', 'sts.amazonaws.com', false],
    ['amazonaws.com', 'notamazonaws.com', false],
    ['*', 'sts.amazonaws.com', true],
    ['', 'sts.amazonaws.com', false],
  ];
  for (const [noProxy, host, direct] of exceptions) {
    it(`NO_PROXY "${noProxy}": ${host} is reached ${direct ? 'directly' : 'through the proxy'}`, () => {
      assert.equal(proxied(host, { HTTPS_PROXY, NO_PROXY: noProxy }) === undefined, direct);
    });
  }
});

describe('agents', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-agent-'));
  const authority = makeAuthority('canary company', Date.now());
  const certificate = makeServerCertificate(authority, 'canary company', ['eks.test'], Date.now());
  const bundle = path.join(folder, 'company.pem');
  writeFileSync(bundle, authority.certificate);
  const asked: string[] = [];
  let target: Server;
  let proxy: Server;
  let answerOfProxy = 200;

  before(async () => {
    target = await listening(
      createHttps({ key: certificate.key, cert: certificate.certificate }, (_request, response) => response.end('through')),
    );
    proxy = await listening(createHttp());
    proxy.on('connect', (request, socket) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
      if (answerOfProxy !== 200) return socket.end(`HTTP/1.1 ${answerOfProxy} No\r\n\r\n`);
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      // Whatever name was asked for lives on this machine.
      const onward = connect(portOf(target), '127.0.0.1');
      onward.pipe(socket).pipe(onward);
      onward.on('error', () => socket.destroy());
      return socket.on('error', () => onward.destroy());
    });
  });
  after(() => {
    target.close();
    proxy.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const env = (more: Record<string, string> = {}) => ({ HTTPS_PROXY: `http://ada:canary%20secret@127.0.0.1:${portOf(proxy)}`, ...more });
  const ask = (agents: Agents, ca?: string): Promise<string> =>
    new Promise((resolve, reject) => {
      get({ host: 'eks.test', port: 443, agent: agents.https, ...(ca === undefined ? {} : { ca }) }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text));
      }).on('error', reject);
    });

  async function using<T>(agents: Agents, act: (agents: Agents) => Promise<T>): Promise<T> {
    try {
      return await act(agents);
    } finally {
      agents.destroy();
    }
  }

  it('go through the proxy, with its credentials, and trust AWS_CA_BUNDLE', async () => {
    asked.length = 0;
    assert.equal(await using(createAgents(env({ AWS_CA_BUNDLE: bundle })), ask), 'through');
    assert.deepEqual(asked, [`eks.test:443 Basic ${Buffer.from('ada:canary secret').toString('base64')}`]);
  });

  it('trust nobody whom neither the system nor the person trusts', async () => {
    await assert.rejects(using(createAgents(env()), ask), { code: /SIGNED|VERIFY|ISSUER/ });
  });

  it('let a cluster’s own CA, given with the request, vouch for it', async () => {
    assert.equal(await using(createAgents(env()), (agents) => ask(agents, authority.certificate)), 'through');
  });

  it('keep connections apart by the authority that vouched for them', () => {
    const agents = createAgents({});
    const at = { host: '127.0.0.1', port: 6443 };
    const names = [{}, { ca: 'one' }, { ca: 'another' }, { ca: 'one', servername: 'cluster' }].map((more) =>
      agents.https.getName({ ...at, ...more }),
    );
    assert.equal(new Set(names).size, names.length);
    assert.equal(agents.https.getName({ ...at, ca: 'another' }), names[2], 'the same is the same connection');
  });

  it('say so when the proxy refuses', async () => {
    answerOfProxy = 407;
    try {
      await assert.rejects(using(createAgents(env({ AWS_CA_BUNDLE: bundle })), ask), {
        name: 'ProxyRefused',
        message: /answered 407 to a connection to eks\.test:443/,
      });
    } finally {
      answerOfProxy = 200;
    }
  });
});

describe('clients', () => {
  it('send everything to the endpoint that they are given, and report each call once', async () => {
    const paths: string[] = [];
    const server = await listening(
      createHttp((request, response) => {
        paths.push(request.headers.host ?? '');
        response.setHeader('content-type', 'text/xml').end('<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>');
      }),
    );
    const agents = createAgents({});
    const calls: AwsCall[] = [];
    const endpoint = `http://127.0.0.1:${portOf(server)}`;
    const aws = createAws({
      region: 'us-west-2',
      agents,
      endpoint,
      credentials: async () => ({ accessKeyId: 'AKIDCANARY', secretAccessKey: 'canary-secret' }),
      onCall: (call) => void calls.push(call),
    });
    await aws.ec2.send(new DescribeVpcsCommand({}));
    assert.equal(aws.ec2, aws.ec2, 'one client a service');
    assert.deepEqual(paths, [endpoint.replace('http://', '')]);
    assert.deepEqual(calls, [{ service: 'EC2', operation: 'DescribeVpcs', input: {} }]);
    aws.destroy();
    agents.destroy();
    server.close();
  });

  it('go where each service’s own address says, the first that fits', async () => {
    const asked: string[] = [];
    const serve = async (name: string, body: string): Promise<string> => {
      const server = await listening(
        createHttp((_, response) => {
          asked.push(name);
          response.setHeader('content-type', 'text/xml').end(body);
        }),
      );
      servers.push(server);
      return `http://127.0.0.1:${portOf(server)}`;
    };
    const servers: { close(): unknown }[] = [];
    const own = await serve('own', '<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>');
    const all = await serve('all', '<DescribeLoadBalancersResponse/>');
    const agents = createAgents({});
    const aws = createAws({
      region: 'us-west-2',
      agents,
      endpoints: [{ url: own, service: 'EC2' }, { url: all }],
      credentials: async () => ({ accessKeyId: 'AKIDCANARY', secretAccessKey: 'canary-secret' }),
    });
    await aws.ec2.send(new DescribeVpcsCommand({}));
    await aws.elbv2.send(new DescribeLoadBalancersCommand({})).catch(() => undefined);
    assert.deepEqual(asked, ['own', 'all']);
    aws.destroy();
    agents.destroy();
    for (const server of servers) server.close();
  });
});
