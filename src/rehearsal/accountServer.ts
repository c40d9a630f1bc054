import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { AwsFront } from './awsFront.ts';
import { control, CONTROL_PREFIX } from './control.ts';
import type { WireAnswer, WireRequest } from './codec/wire.ts';
import type { FolderWorld } from './folderWorld.ts';
import type { RequestLog } from './requestLog.ts';
import type { Service } from './service.ts';

export interface AccountServerOptions {
  readonly world: FolderWorld;
  readonly log: Pick<RequestLog, 'append'>;
  readonly services: readonly Service[];
  /** 0: any free one. */
  readonly port: number;
  /** `HOST:PORT` of a proxy in front, accepted as `Host` besides our own. */
  readonly allowHosts: readonly string[];
}

export interface AccountServer {
  readonly endpoint: string;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Serves the account on 127.0.0.1, all AWS services on one port. */
export async function serveAccount(options: AccountServerOptions): Promise<AccountServer> {
  const front = new AwsFront(options.world, options.log, options.services);
  const closing = new AbortController();
  const server = createServer((request, response) => {
    serve(options, front, boundPort(server), closing.signal, request, response).catch((error: unknown) => {
      // Whoever hung up in the middle of a request gets no answer, and there is nothing to say about it.
      if (request.destroyed) return;
      process.stderr.write(`rehearsal: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, LOOPBACK, resolve);
  });
  return {
    endpoint: `http://${LOOPBACK}:${String(boundPort(server))}`,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function boundPort(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function serve(
  options: AccountServerOptions,
  front: AwsFront,
  port: number,
  closing: AbortSignal,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = stranger(incoming, port, options.allowHosts);
  if (refusal !== undefined) {
    incoming.resume();
    send(response, plain(403, refusal));
    return;
  }
  const body = await readBody(incoming);
  if (body === 'tooLarge') {
    send(response, plain(413, `A body may have ${String(MAX_BODY_BYTES)} bytes.`));
    return;
  }
  const request = wireRequest(incoming, body);
  if (request.path.startsWith(CONTROL_PREFIX)) {
    send(response, control(options.world, request));
    return;
  }
  const { answer, delayMs, lost } = front.handle(request);
  if (delayMs > 0) await delay(delayMs, undefined, { signal: closing }).catch(() => undefined);
  if (lost) incoming.socket.destroy();
  else send(response, answer);
}

/**
 * Why a request is nobody's whom we serve: a web page (it sends `Origin`, and Query APIs are a plain form post), or
 * another name for this address (DNS rebinding).
 */
function stranger(incoming: IncomingMessage, port: number, allowHosts: readonly string[]): string | undefined {
  const { host = '', origin } = incoming.headers;
  const own = `${LOOPBACK}:${String(port)}`;
  const bucket = host.endsWith(`.${own}`) && /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(host.slice(0, -own.length - 1));
  if (host !== own && !bucket && !allowHosts.includes(host)) return 'This host name is not served here.';
  if (origin !== undefined) return 'Web pages are not served here.';
  return incoming.headers['sec-fetch-site'] === 'cross-site' ? 'Web pages are not served here.' : undefined;
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | 'tooLarge'> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? 'tooLarge' : Buffer.concat(chunks);
}

function wireRequest(incoming: IncomingMessage, body: Buffer): WireRequest {
  const target = incoming.url ?? '/';
  const cut = target.indexOf('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  return {
    method: incoming.method ?? 'GET',
    path: cut === -1 ? target : target.slice(0, cut),
    query: cut === -1 ? '' : target.slice(cut + 1),
    headers,
    body,
  };
}

function plain(status: number, text: string): WireAnswer {
  return { status, headers: { 'content-type': 'text/plain' }, body: `${text}\n` };
}

function send(response: ServerResponse, answer: WireAnswer): void {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}
