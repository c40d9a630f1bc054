import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { isServing } from '../eks/clusters.ts';
import { controlPlane } from '../eks/controlPlane.ts';
import { allClusters } from '../eks/settle.ts';
import { boundPort, closeServer, headersOf, LOOPBACK, readBody, refusalOf } from '../loopback.ts';
import type { LoggedRequest } from '../requestLog.ts';
import type { World } from '../world.ts';
import { serveApi } from './apiServer.ts';
import type { KubeAnswer } from './apiServer.ts';
import { makeAuthority, makeServerCertificate } from './certificates.ts';
import type { Certified } from './certificates.ts';
import { objectsOf } from './clusterObjects.ts';
import type { JsonObject } from './json.ts';
import { restarts, slowness, unavailable } from './outages.ts';
import type { LogStream } from './podStreams.ts';
import { servePortForward, speaksPortForward } from './portForwardServer.ts';
import { isProtobuf } from './protobuf.ts';
import type { Watch, WatchEvent } from './watch.ts';

export interface KubernetesServerOptions {
  readonly world: World;
  /** Writes the world down: called after each request, before its answer leaves. */
  save(): void;
  log(request: LoggedRequest): void;
  /** The wall clock, ms. */
  wall(): number;
  /** The rehearsal's AWS endpoint: its STS may be named in tokens. */
  readonly endpoint: string;
  /** Calls back while somebody watches, so that the clusters move on. @returns ends that. Default: ten times a second of the wall */
  readonly ticks?: (tick: () => void) => () => void;
}

export interface KubernetesServer {
  /** `https://127.0.0.1:PORT`, what DescribeCluster reports. */
  readonly endpoint: string;
  close(): Promise<void>;
}

const MAX_DEPTH = 100;
const AUTHORITY = 'kubernetes';
/** How often the clusters are looked at while somebody watches them: nothing else would bring them on. ms of the wall */
const TICK_MS = 100;
const wallTicks = (tick: () => void): (() => void) => {
  const timer = setInterval(tick, TICK_MS);
  return () => clearInterval(timer);
};
/** How often a watch that asks for it is told how far it is. ms of the wall */
const BOOKMARK_MS = 10_000;

/**
 * Serves the API servers of all clusters of a world on one TLS port of 127.0.0.1, under an authority made with the world. The
 * port of the last time is taken again where it is free, so that kubeconfig files stay true.
 */
export async function serveKubernetes(options: KubernetesServerOptions): Promise<KubernetesServer> {
  const { world } = options;
  const authority = world.part<Certified>('kubernetes-authority', () => makeAuthority(AUTHORITY, options.wall()));
  const certified = makeServerCertificate(authority, AUTHORITY, [LOOPBACK, 'localhost', 'kubernetes.default.svc'], options.wall());
  const served = new Served(options);
  const failed = (error: unknown, destroy: () => void): void => {
    process.stderr.write(`rehearsal: kubernetes: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    destroy();
  };
  const server = createServer({ cert: certified.certificate, key: certified.key, minVersion: 'TLSv1.2' }, (incoming, response) => {
    served.serve(boundPort(server), incoming, response).catch((error: unknown) => {
      // Whoever hung up in the middle of a request gets no answer, and there is nothing to say about it.
      if (!incoming.destroyed) failed(error, () => response.destroy());
    });
  });
  server.on('upgrade', (incoming, socket, head) => {
    try {
      served.upgrade(boundPort(server), incoming, socket, head);
    } catch (error) {
      failed(error, () => socket.destroy());
    }
  });
  const known = controlPlane(world);
  await listen(server, Number(known.endpoint.split(':').at(-1)) || 0);
  const endpoint = `https://${LOOPBACK}:${boundPort(server)}`;
  known.endpoint = endpoint;
  known.certificateAuthority = authority.certificate;
  options.save();
  return {
    endpoint,
    close: () => {
      served.close();
      return closeServer(server);
    },
  };
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

/** The requests of one server, with the streams that are open. */
class Served {
  readonly #options: KubernetesServerOptions;
  /** Ends a stream, as a restart of the API server does. */
  readonly #streams = new Set<() => void>();
  readonly #closing = new AbortController();
  #stopTicks: (() => void) | undefined;

  constructor(options: KubernetesServerOptions) {
    this.#options = options;
  }

  async serve(port: number, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refusalOf(incoming, (host) => isOurs(host, port));
    if (refusal !== undefined) {
      incoming.resume();
      send(response, { status: 403, body: `${refusal}\n`, warnings: [] });
      return;
    }
    const body = await readBody(incoming);
    if (body === undefined || isTooDeep(body)) {
      send(response, { status: 413, body: 'The body is too large or too deep.\n', warnings: [] });
      return;
    }
    const { world } = this.#options;
    const delayMs = slowness(world.faults);
    if (delayMs > 0) await delay(delayMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    const answer = this.#answer(incoming, body);
    const { stream } = answer;
    if (stream === undefined) send(response, answer);
    else if (stream.is === 'watch') this.#watch(stream, answer, response);
    else if (stream.is === 'log') this.#log(stream, response);
    else send(response, { status: 400, body: upgradeRequired(), warnings: [] });
  }

  upgrade(port: number, incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = refusalOf(incoming, (host) => isOurs(host, port));
    if (refusal !== undefined) return refuseUpgrade(socket, 403, { kind: 'Status', message: refusal });
    const answer = this.#answer(incoming, Buffer.alloc(0));
    if (answer.stream?.is !== 'portforward') return refuseUpgrade(socket, answer.status === 200 ? 400 : answer.status, answer.body);
    if (!speaksPortForward(incoming.headers, answer.stream)) return refuseUpgrade(socket, 400, upgradeRequired());
    this.#keep(
      () => socket.destroy(),
      (done) => socket.once('close', done),
    );
    servePortForward(answer.stream, incoming, socket, head, (request) => {
      this.#tick();
      this.#options.log(request);
    });
  }

  close(): void {
    this.#closing.abort();
    this.#stopTicks?.();
    this.#endStreams();
  }

  /** One request, saved and logged before its answer leaves. */
  #answer(incoming: IncomingMessage, body: Buffer): KubeAnswer {
    const { world, wall, endpoint, save, log } = this.#options;
    const url = new URL(incoming.url ?? '/', 'https://localhost');
    const request = { method: incoming.method ?? 'GET', path: url.pathname, query: url.searchParams, headers: headersOf(incoming), body };
    if (restarts(world)) this.#endStreams();
    const answer = unavailable(world, request) ?? serveApi(world, request, { wall: wall(), endpoint });
    save();
    log({ service: 'kubernetes', operation: answer.operation, mutating: answer.mutating, status: answer.status });
    return answer;
  }

  #watch(watch: Watch, answer: KubeAnswer, response: ServerResponse): void {
    response.writeHead(answer.status, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    // An answer that was ended is closed a moment later.
    const write = (event: WatchEvent): void => {
      if (!response.writableEnded) response.write(`${JSON.stringify(event)}\n`);
    };
    // Headers go out at once, also where nothing is to be told yet.
    response.flushHeaders();
    for (const event of watch.first) write(event);
    const unfollow = watch.follow(write);
    const bookmarks = setInterval(() => {
      const bookmark = watch.bookmark();
      if (bookmark !== undefined) write(bookmark);
    }, BOOKMARK_MS);
    const timeout = setTimeout(() => response.end(), watch.timeoutMs);
    this.#keep(
      () => response.destroy(),
      (done) =>
        response.once('close', () => {
          unfollow();
          clearInterval(bookmarks);
          clearTimeout(timeout);
          done();
        }),
    );
  }

  #log(log: LogStream, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write(log.first);
    if (log.follow === undefined) {
      response.end();
      return;
    }
    const unfollow = log.follow(
      (text) => {
        if (!response.writableEnded) response.write(text);
      },
      () => response.end(),
    );
    this.#keep(
      () => response.destroy(),
      (done) =>
        response.once('close', () => {
          unfollow();
          done();
        }),
    );
  }

  /** Keeps a stream until its end, and the clusters moving so long. */
  #keep(end: () => void, onEnd: (done: () => void) => void): void {
    if (this.#closing.signal.aborted) return end();
    this.#streams.add(end);
    this.#stopTicks ??= (this.#options.ticks ?? wallTicks)(() => this.#tick());
    onEnd(() => {
      this.#streams.delete(end);
      if (this.#closing.signal.aborted) return;
      this.#options.save();
      if (this.#streams.size > 0) return;
      this.#stopTicks?.();
      this.#stopTicks = undefined;
    });
  }

  #tick(): void {
    const { world, save } = this.#options;
    if (restarts(world)) this.#endStreams();
    for (const cluster of allClusters(world)) if (isServing(world, cluster)) objectsOf(world, cluster);
    save();
  }

  #endStreams(): void {
    for (const end of [...this.#streams]) end();
  }
}

const isOurs = (host: string, port: number): boolean => [`${LOOPBACK}:${port}`, `localhost:${port}`].includes(host);

const upgradeRequired = (): JsonObject => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'Upgrade request required',
  reason: 'BadRequest',
  code: 400,
});

function refuseUpgrade(socket: Duplex, status: number, body: JsonObject | string): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} Refused`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}

/** Looked at before any parser sees it: brackets in texts count too, which is more than any manifest has. */
function isTooDeep(body: Buffer): boolean {
  let depth = 0;
  for (const byte of body) {
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
    if (depth > MAX_DEPTH) return !isProtobuf(body);
  }
  return false;
}

const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = Buffer.from('{}[]');

function send(response: ServerResponse, answer: Pick<KubeAnswer, 'status' | 'body' | 'warnings' | 'contentType'>): void {
  const isText = typeof answer.body === 'string';
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  for (const warning of answer.warnings) response.appendHeader('warning', `299 - "${warning.replaceAll('"', '\\"')}"`);
  response.writeHead(answer.status, {
    'content-type': answer.contentType ?? (isText ? 'text/plain' : 'application/json'),
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
