import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';

/** All that the rehearsal listens on. */
export const LOOPBACK = '127.0.0.1';
export const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** The port that a server listens on; 0 while it does not. */
export function boundPort(server: HttpServer | HttpsServer): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Ends a server and every connection to it. */
export function closeServer(server: HttpServer | HttpsServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

/**
 * Why a request is nobody's whom we serve: another name for this address (DNS rebinding), or a web page (it sends `Origin`, and
 * AWS's Query APIs are a plain form post). `undefined`: it is served.
 */
export function refusalOf({ headers }: IncomingMessage, isServed: (host: string) => boolean): string | undefined {
  if (!isServed(headers.host ?? '')) return 'This host name is not served here.';
  return headers.origin !== undefined || headers['sec-fetch-site'] === 'cross-site' ? 'Web pages are not served here.' : undefined;
}

/** A request's body; `undefined` when it is longer than `MAX_BODY_BYTES`: then nothing of it is kept. */
export async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}

/** Headers with lower-case names; those that came more than once are joined. */
export function headersOf(incoming: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  return headers;
}
