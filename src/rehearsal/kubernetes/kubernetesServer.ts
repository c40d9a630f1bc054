import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import { controlPlane } from '../eks/controlPlane.ts';
import { boundPort, closeServer, headersOf, LOOPBACK, readBody, refusalOf } from '../loopback.ts';
import type { LoggedRequest } from '../requestLog.ts';
import type { World } from '../world.ts';
import { serveApi } from './apiServer.ts';
import type { KubeAnswer } from './apiServer.ts';
import { makeAuthority, makeServerCertificate } from './certificates.ts';
import type { Certified } from './certificates.ts';

export interface KubernetesServerOptions {
  readonly world: World;
  /** Writes the world down: called after each request, before its answer leaves. */
  save(): void;
  log(request: LoggedRequest): void;
  /** The wall clock, ms. */
  wall(): number;
  /** The rehearsal's AWS endpoint: its STS may be named in tokens. */
  readonly endpoint: string;
}

export interface KubernetesServer {
  /** `https://127.0.0.1:PORT`, what DescribeCluster reports. */
  readonly endpoint: string;
  close(): Promise<void>;
}

const MAX_DEPTH = 100;
const AUTHORITY = 'kubernetes';

/**
 * Serves the API servers of all clusters of a world on one TLS port of 127.0.0.1, under an authority made with the world. The
 * port of the last time is taken again where it is free, so that kubeconfig files stay true.
 */
export async function serveKubernetes(options: KubernetesServerOptions): Promise<KubernetesServer> {
  const { world } = options;
  const authority = world.part<Certified>('kubernetes-authority', () => makeAuthority(AUTHORITY, options.wall()));
  const certified = makeServerCertificate(authority, AUTHORITY, [LOOPBACK, 'localhost', 'kubernetes.default.svc'], options.wall());
  const server = createServer({ cert: certified.certificate, key: certified.key, minVersion: 'TLSv1.2' }, (incoming, response) => {
    serve(options, boundPort(server), incoming, response).catch((error: unknown) => {
      process.stderr.write(`rehearsal: kubernetes: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      response.destroy();
    });
  });
  const known = controlPlane(world);
  await listen(server, Number(known.endpoint.split(':').at(-1)) || 0);
  const endpoint = `https://${LOOPBACK}:${boundPort(server)}`;
  known.endpoint = endpoint;
  known.certificateAuthority = authority.certificate;
  options.save();
  return { endpoint, close: () => closeServer(server) };
}

/** @param wanted taken when it is free; else, and for 0, any */
async function listen(server: Server, wanted: number): Promise<void> {
  const listenOn = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const failed = (error: Error): void => reject(error);
      server.once('error', failed);
      server.listen(port, LOOPBACK, () => {
        server.off('error', failed);
        resolve();
      });
    });
  await listenOn(wanted).catch((error: unknown) => {
    if (wanted === 0 || !(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    return listenOn(0);
  });
}

async function serve(options: KubernetesServerOptions, port: number, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const refusal = refusalOf(incoming, (host) => [`${LOOPBACK}:${port}`, `localhost:${port}`].includes(host));
  if (refusal !== undefined) {
    incoming.resume();
    send(response, { status: 403, body: `${refusal}\n`, warnings: [] });
    return;
  }
  const body = (await readBody(incoming))?.toString('utf8');
  if (body === undefined || isTooDeep(body)) {
    send(response, { status: 413, body: 'The body is too large or too deep.\n', warnings: [] });
    return;
  }
  const url = new URL(incoming.url ?? '/', 'https://localhost');
  const request = { method: incoming.method ?? 'GET', path: url.pathname, query: url.searchParams, headers: headersOf(incoming), body };
  const answer = serveApi(options.world, request, { wall: options.wall(), endpoint: options.endpoint });
  options.save();
  options.log({ service: 'kubernetes', operation: answer.operation, mutating: answer.mutating, status: answer.status });
  send(response, answer);
}

/** Looked at before any parser sees it: brackets in texts count too, which is more than any manifest has. */
function isTooDeep(body: string): boolean {
  let depth = 0;
  for (const character of body) {
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

function send(response: ServerResponse, answer: Pick<KubeAnswer, 'status' | 'body' | 'warnings'>): void {
  const isText = typeof answer.body === 'string';
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  for (const warning of answer.warnings) response.appendHeader('warning', `299 - "${warning.replaceAll('"', '\\"')}"`);
  response.writeHead(answer.status, {
    'content-type': isText ? 'text/plain' : 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
