import { Agent } from 'node:http';
import { Duplex } from 'node:stream';
import WebSocket from 'ws';
import { Unseen } from '../core/graph/errors.ts';
import type { KubernetesClient } from './client.ts';
import { collect } from './wire.ts';

/** A port of a pod. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** Kubernetes API, "pods/portforward": frames begin with their channel; each channel's first frame is the port, two bytes. */
const PROTOCOL = 'v4.channel.k8s.io';
const DATA = 0;
const ERROR = 1;
const HANDSHAKE_MS = 15_000;
/** The request goes on to the kubelet, whose route declares no type that it answers with: 406 to anybody who asks for one. */
const ANYTHING = '*/*';

/**
 * One connection to a port of a pod, through the API server: nothing listens on this machine, so nobody else on it gets in.
 * @throws Unseen when the server refuses or the pod cannot be reached.
 */
export async function connectToPod(client: KubernetesClient, { namespace, pod, port }: PodPort): Promise<Duplex> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward`;
  const { url, headers, ...options } = await client.outgoing(path, { ports: String(port) });
  const address = new URL(url);
  address.protocol = 'wss:';
  const socket = new WebSocket(address, [PROTOCOL], {
    ...options,
    headers: { ...headers, accept: ANYTHING },
    handshakeTimeout: HANDSHAKE_MS,
  });
  const connection = new PodConnection(socket);
  // Whoever uses it hears of an error through the request; one that breaks before or after that has nobody else, and would end the process.
  connection.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    const refuse = (why: string, code: string, cause?: unknown): void =>
      reject(new Unseen(`no connection to ${pod}:${port} in ${namespace}: ${why}`, { code, cause }));
    socket.on('open', resolve);
    socket.on('error', (error) => refuse(error.message, 'kubernetes-unreachable', error));
    socket.on('unexpected-response', (_request, response) => {
      const { statusCode = 0 } = response;
      const code = statusCode === 503 ? 'kubernetes-restarting' : 'port-forward';
      collect(response).then(
        (body) => refuse(`the cluster answered ${statusCode}: ${messageIn(body)}`, code),
        (error: unknown) => refuse('the cluster refused it', code, error),
      );
    });
  });
  return connection;
}

/** An HTTP agent whose connections go to a port of a pod: what it is given as host stands in the request and is not looked up. */
export class PodAgent extends Agent {
  readonly #connect: () => Promise<Duplex>;

  constructor(connect: () => Promise<Duplex>) {
    super({ keepAlive: false });
    this.#connect = connect;
  }

  override createConnection(_options: unknown, connected?: (error: Error | null, stream: Duplex) => void): undefined {
    this.#connect().then(
      (stream) => connected?.(null, stream),
      (error: unknown) => connected?.(error instanceof Error ? error : new Error(String(error)), new Duplex()),
    );
    return undefined;
  }
}

/** The two channels of one forwarded port as a stream. An HTTP client treats it as a socket, hence the methods that do nothing. */
class PodConnection extends Duplex {
  readonly #socket: WebSocket;
  /** Channels whose first frame, the port, has come. */
  readonly #begun = new Set<number>();

  constructor(socket: WebSocket) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    // `ws` gives Buffers unless it is told otherwise; its types name what it could be told.
    socket.on('message', (frame) => Buffer.isBuffer(frame) && this.#take(frame));
    socket.on('close', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const frame = Buffer.concat([Buffer.of(DATA), chunk]);
    this.#socket.send(frame, (error) => done(error ?? null));
  }

  override _final(done: () => void): void {
    // The protocol has no half-close: the other end closes when it has answered.
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close();
    else this.#socket.terminate();
    done(error);
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  #take(frame: Buffer): void {
    const [channel = DATA] = frame;
    const isFirst = !this.#begun.has(channel);
    this.#begun.add(channel);
    const payload = frame.subarray(isFirst ? 3 : 1);
    if (payload.length === 0) return;
    if (channel === ERROR) this.destroy(new Unseen(payload.toString('utf8').trim(), { code: 'port-forward' }));
    else if (!this.push(payload)) this.#socket.pause();
  }
}

function messageIn(body: string): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // No Status of Kubernetes: told as it came.
  }
  return body.slice(0, 200);
}
