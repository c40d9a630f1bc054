/** The part of the package `ws` (8.x, which brings no types) that the port-forward uses. */
declare module 'ws' {
  import type { IncomingMessage } from 'node:http';
  import type { RequestOptions } from 'node:https';
  import type { Duplex } from 'node:stream';

  export default class WebSocket {
    static readonly OPEN: number;
    readonly readyState: number;
    readonly bufferedAmount: number;
    constructor(address: string | URL, protocols: string | string[], options: RequestOptions & { readonly handshakeTimeout?: number });
    on(event: 'open', listener: () => void): this;
    on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this;
    on(event: 'close', listener: (code: number, reason: Buffer) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'unexpected-response', listener: (request: unknown, response: IncomingMessage) => void): this;
    send(data: Uint8Array, sent: (error?: Error) => void): void;
    pause(): void;
    resume(): void;
    close(code?: number): void;
    terminate(): void;
  }

  /** The other end, as the rehearsal serves it. */
  export class WebSocketServer {
    constructor(options: { readonly noServer: true; readonly maxPayload: number; handleProtocols(offered: Set<string>): string | false });
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, opened: (webSocket: WebSocket) => void): void;
  }
}
