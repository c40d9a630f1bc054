import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type WebSocket from 'ws';
import { ConnectionEnd } from './connectionEnd.ts';
import type { CarriedOut } from './podBackends.ts';
import type { ForwardedPort, PortForward } from './podStreams.ts';
import { serveSpdyPortForward } from './spdyPortForward.ts';

/**
 * Kubernetes' own WebSocket protocol for port-forward (kubernetes/kubernetes, `pkg/kubelet/server/portforward/websocket.go`): binary
 * frames that begin with their channel, 2n for the data of the n-th port and 2n + 1 for its error; the first frame of every
 * channel is the port, two bytes, little end first.
 */
const CHANNELS = 'v4.channel.k8s.io';
/** What `kubectl` asks for first since 1.31: SPDY, a WebSocket around it (KEP-4006). */
const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
/** What older ones ask for, and newer ones where a proxy lets no WebSocket through. */
const SPDY = 'SPDY/3.1';
const STREAM_PROTOCOL = 'portforward.k8s.io';

const server = new WebSocketServer({
  noServer: true,
  maxPayload: 1024 * 1024,
  handleProtocols: (offered) => [CHANNELS, TUNNEL].find((each) => offered.has(each)) ?? false,
});

type Way = 'channels' | 'tunnel' | 'spdy';

/** How the client wants its ports; `undefined`: in no way that is known. */
function wayOf(headers: IncomingMessage['headers'], { ports }: PortForward): Way | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  // Channels stand for ports that the request names.
  if (offered.includes(CHANNELS)) return ports.length > 0 ? 'channels' : undefined;
  if (offered.includes(TUNNEL)) return 'tunnel';
  const streams = String(headers['x-stream-protocol-version'] ?? '').split(',');
  const isSpdy = headers.upgrade?.toUpperCase() === SPDY && streams.some((each) => each.trim() === STREAM_PROTOCOL);
  return isSpdy ? 'spdy' : undefined;
}

/** Whether the client speaks a protocol that we do. */
export const speaksPortForward = (headers: IncomingMessage['headers'], forward: PortForward): boolean =>
  wayOf(headers, forward) !== undefined;

/** Takes the connection over. */
export function servePortForward(
  forward: PortForward,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  carriedOut: CarriedOut,
): void {
  const way = wayOf(incoming.headers, forward);
  if (way === 'spdy') {
    const answer = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', `Upgrade: ${SPDY}`];
    socket.write([...answer, `X-Stream-Protocol-Version: ${STREAM_PROTOCOL}`, '', ''].join('\r\n'));
    return serveSpdyPortForward(forward, socket, head, carriedOut);
  }
  server.handleUpgrade(incoming, socket, head, (webSocket) => {
    if (way === 'tunnel') serveSpdyPortForward(forward, createWebSocketStream(webSocket), Buffer.alloc(0), carriedOut);
    else serveChannels(forward, webSocket, carriedOut);
  });
}

function serveChannels({ ports }: PortForward, webSocket: WebSocket, carriedOut: CarriedOut): void {
  const connections = ports.map((port, index) => serve(webSocket, port, index * 2, carriedOut));
  webSocket.on('message', (frame) => Buffer.isBuffer(frame) && connections[(frame[0] ?? 0) / 2]?.arrived(frame.subarray(1)));
  const end = (): void => {
    for (const each of connections) each?.destroy();
  };
  webSocket.on('close', end);
  webSocket.on('error', end);
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
class Channel extends ConnectionEnd {
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
}
