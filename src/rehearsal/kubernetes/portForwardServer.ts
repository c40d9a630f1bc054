import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type WebSocket from 'ws';
import type { CarriedOut } from './podBackends.ts';
import type { ForwardedPort, PortForward } from './podStreams.ts';

/**
 * Kubernetes' own WebSocket protocol for port-forward (kubernetes/kubernetes, `pkg/kubelet/server/portforward/websocket.go`): binary
 * frames that begin with their channel, 2n for the data of the n-th port and 2n + 1 for its error; the first frame of every
 * channel is the port, two bytes, little end first. kubectl's SPDY through a WebSocket is not spoken: it is refused at the handshake.
 */
export const PORT_FORWARD_PROTOCOL = 'v4.channel.k8s.io';

const server = new WebSocketServer({
  noServer: true,
  maxPayload: 1024 * 1024,
  handleProtocols: (offered) => (offered.has(PORT_FORWARD_PROTOCOL) ? PORT_FORWARD_PROTOCOL : false),
});

/** Whether the client speaks a protocol that we do. */
export function speaksPortForward(headers: IncomingMessage['headers']): boolean {
  return (headers['sec-websocket-protocol'] ?? '').split(',').some((each) => each.trim() === PORT_FORWARD_PROTOCOL);
}

/** Takes the connection over. */
export function servePortForward(
  { ports }: PortForward,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  carriedOut: CarriedOut,
): void {
  server.handleUpgrade(incoming, socket, head, (webSocket) => {
    const connections = ports.map((port, index) => serve(webSocket, port, index * 2, carriedOut));
    webSocket.on('message', (frame) => Buffer.isBuffer(frame) && connections[(frame[0] ?? 0) / 2]?.arrived(frame.subarray(1)));
    const end = (): void => {
      for (const each of connections) each?.destroy();
    };
    webSocket.on('close', end);
    webSocket.on('error', end);
  });
}

function serve(
  webSocket: WebSocket,
  { port, connect, refusal }: ForwardedPort,
  channel: number,
  carriedOut: CarriedOut,
): Channel | undefined {
  for (const each of [channel, channel + 1]) webSocket.send(Buffer.of(each, port & 0xff, port >> 8), ignore);
  if (connect === undefined) {
    webSocket.send(Buffer.concat([Buffer.of(channel + 1), Buffer.from(refusal)]), () => webSocket.close());
    return undefined;
  }
  const connection = new Channel(webSocket, channel);
  connect(connection, carriedOut);
  return connection;
}

/** A program that hung up tells its client so by closing. */
const ignore = (): void => undefined;

/** The data channel of a port as a program in the pod sees it: a connection. */
class Channel extends Duplex {
  readonly #webSocket: WebSocket;
  readonly #channel: number;

  constructor(webSocket: WebSocket, channel: number) {
    super();
    this.#webSocket = webSocket;
    this.#channel = channel;
  }

  arrived(data: Buffer): void {
    if (data.length > 0) this.push(data);
  }

  override _read(): void {
    // Frames come when they come.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#webSocket.send(Buffer.concat([Buffer.of(this.#channel), chunk]), (error) => done(error ?? null));
  }

  override _final(done: () => void): void {
    this.#webSocket.close();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#webSocket.close();
    done(error);
  }

  /** What an HTTP server asks of a socket. */
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }
}
