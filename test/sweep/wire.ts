import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/**
 * What this process has on the wire, whoever sent it; both ends of every connection are in it. A watch stays open for minutes: once its
 * answer has begun it counts no longer as a request, and is still when the one end has read whatever the other has written.
 */
class Wire {
  /** Requests that there ever were. */
  ever = 0;
  #inFlight = 0;
  /** By the client's port. */
  readonly #serving = new Map<number, Socket>();
  readonly #watching = new Set<Socket>();

  constructor() {
    // The messages are as node's documentation of `diagnostics_channel` says.
    subscribe('http.client.request.created', (message) => this.#sent((message as { readonly request: ClientRequest }).request));
    subscribe('http.server.request.start', (message) => this.#arrived((message as { readonly request: IncomingMessage }).request.socket));
  }

  get isStill(): boolean {
    return this.#inFlight === 0 && [...this.#watching].every((socket) => this.#hasReadAll(socket));
  }

  #sent(request: ClientRequest): void {
    this.ever += 1;
    this.#inFlight += 1;
    let isCounted = true;
    const end = (): void => {
      if (isCounted) this.#inFlight -= 1;
      isCounted = false;
    };
    request.once('close', end);
    if (!/[?&]watch=(1|true)\b/.test(request.path)) return;
    request.once('response', ({ socket }) => {
      this.#watching.add(socket);
      request.once('close', () => this.#watching.delete(socket));
      end();
    });
  }

  #arrived(socket: Socket): void {
    const { remotePort } = socket;
    if (remotePort === undefined || this.#serving.get(remotePort) === socket) return;
    this.#serving.set(remotePort, socket);
    socket.once('close', () => this.#serving.get(remotePort) === socket && this.#serving.delete(remotePort));
  }

  #hasReadAll(socket: Socket): boolean {
    const other = this.#serving.get(socket.localPort ?? 0);
    return other === undefined || other.bytesWritten === socket.bytesRead;
  }
}

export const wire = new Wire();
