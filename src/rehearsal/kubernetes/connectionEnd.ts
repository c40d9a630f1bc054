import { Duplex } from 'node:stream';

/** A connection as a program in a pod sees it, without a socket of its own: an HTTP server asks these of one. */
export abstract class ConnectionEnd extends Duplex {
  override _read(): void {
    // What arrives is pushed as it comes.
  }

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
