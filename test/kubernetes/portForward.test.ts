import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { Unseen } from '../../src/core/graph/errors.ts';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import { connectToPod, PodAgent } from '../../src/kubernetes/portForward.ts';
import { scriptedServer } from './scriptedServer.ts';

const POD = { namespace: 'minio', pod: 'minio-0', port: 9000 };

/** A client of a port at which nobody listens any more. */
async function clientOfNobody(): Promise<KubernetesClient> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return new KubernetesClient({ server: `https://127.0.0.1:${port}`, token: () => Promise.resolve('canary-token') }, { now: () => 0 });
}

describe('a port-forward', () => {
  /** What nobody caught: mocha would fail whichever test runs when it comes. */
  const uncaught: unknown[] = [];
  let others: NodeJS.UncaughtExceptionListener[];
  const note = (error: unknown): void => void uncaught.push(error);
  beforeEach(() => {
    uncaught.length = 0;
    others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', note);
  });
  afterEach(() => {
    process.off('uncaughtException', note);
    for (const other of others) process.on('uncaughtException', other);
  });

  it('to a cluster that is not there is one error for who asked, and none that ends the process', async () => {
    const client = await clientOfNobody();
    await assert.rejects(
      connectToPod(client, POD),
      (error: unknown) => error instanceof Unseen && error.code === 'kubernetes-unreachable' && /ECONNREFUSED/.test(error.message),
    );
    for (let turns = 0; turns < 5; turns += 1) await turn();
    assert.deepEqual(uncaught, []);
  });

  it('under an HTTP request is the error of that request alone', async () => {
    const client = await clientOfNobody();
    const agent = new PodAgent(() => connectToPod(client, POD));
    const request = get({ host: 'minio.minio.svc', port: 9000, agent });
    const [error] = (await once(request, 'error')) as [unknown];
    assert.ok(error instanceof Unseen && error.code === 'kubernetes-unreachable');
    for (let turns = 0; turns < 5; turns += 1) await turn();
    assert.deepEqual(uncaught, []);
  });

  it('that an API server in replacement does not take says so', async () => {
    const server = await scriptedServer(() => ({ status: 503, body: 'the server is currently unable to handle the request' }));
    try {
      await assert.rejects(connectToPod(server.client(), POD), (error: unknown) => {
        return error instanceof Unseen && error.code === 'kubernetes-restarting' && error.message.includes('minio-0:9000 in minio');
      });
    } finally {
      await server.close();
    }
  });
});
