import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { AwsFront } from './awsFront.ts';
import { control, CONTROL_PREFIX } from './control.ts';
import type { WireAnswer, WireRequest } from './codec/wire.ts';
import type { FolderWorld } from './folderWorld.ts';
import { boundPort, closeServer, headersOf, LOOPBACK, MAX_BODY_BYTES, readBody, refusalOf } from './loopback.ts';
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
    close: () => {
      closing.abort();
      return closeServer(server);
    },
  };
}

async function serve(
  options: AccountServerOptions,
  front: AwsFront,
  port: number,
  closing: AbortSignal,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = refusalOf(incoming, (host) => isServed(host, port, options.allowHosts));
  if (refusal !== undefined) {
    incoming.resume();
    send(response, plain(403, refusal));
    return;
  }
  const body = await readBody(incoming);
  if (body === undefined) {
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

/** Our own address, a bucket of the rehearsed S3 before it, or a proxy that was named. */
function isServed(host: string, port: number, allowHosts: readonly string[]): boolean {
  const own = `${LOOPBACK}:${String(port)}`;
  const bucket = host.endsWith(`.${own}`) && /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(host.slice(0, -own.length - 1));
  return host === own || bucket || allowHosts.includes(host);
}

function wireRequest(incoming: IncomingMessage, body: Buffer): WireRequest {
  const target = incoming.url ?? '/';
  const cut = target.indexOf('?');
  return {
    method: incoming.method ?? 'GET',
    path: cut === -1 ? target : target.slice(0, cut),
    query: cut === -1 ? '' : target.slice(cut + 1),
    headers: headersOf(incoming),
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
