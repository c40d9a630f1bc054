import { createServer } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import type { Connection } from '../../src/kubernetes/connection.ts';
import { makeAuthority, makeServerCertificate } from '../../src/rehearsal/kubernetes/certificates.ts';

export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  /** Sent as JSON, a string as it stands. */
  readonly body?: unknown;
  /** Ends the connection without an answer. */
  readonly drop?: true;
  /** Sent instead of a body, as it comes: a watch, a log. Closed by whoever reads it, or when it is over. */
  readonly stream?: AsyncIterable<string>;
}

export interface ScriptedServer {
  readonly connection: Connection;
  readonly received: Received[];
  readonly clock: { now: number };
  client(changes?: Partial<Connection>): KubernetesClient;
  close(): Promise<void>;
}

const now = Date.now();
const authority = makeAuthority('test', now);
export const stranger = makeAuthority('stranger', now);

/** An API server on 127.0.0.1 that answers what the test says. */
export async function scriptedServer(reply: (request: Received) => Reply | Promise<Reply>): Promise<ScriptedServer> {
  const { certificate, key } = makeServerCertificate(authority, 'test', ['127.0.0.1'], now);
  const received: Received[] = [];
  const server = createServer({ cert: certificate, key }, (incoming, response) => {
    void read(incoming).then(async (request) => {
      received.push(request);
      const { status = 200, body = {}, drop, stream } = await reply(request);
      if (drop === true) return void incoming.socket.destroy();
      if (stream) {
        response.writeHead(status, { 'content-type': 'application/json' }).flushHeaders();
        for await (const chunk of stream) response.write(chunk);
        return void response.end();
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const clock = { now: 0 };
  const connection: Connection = {
    server: `https://127.0.0.1:${port}`,
    certificateAuthority: authority.certificate,
    token: () => Promise.resolve('canary-token'),
  };
  return {
    connection,
    received,
    clock,
    client: (changes = {}) => new KubernetesClient({ ...connection, ...changes }, { now: () => clock.now }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(incoming: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return {
    method: incoming.method ?? '',
    url: new URL(incoming.url ?? '/', 'https://server'),
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString(),
  };
}
