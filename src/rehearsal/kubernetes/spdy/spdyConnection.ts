import type { Duplex } from 'node:stream';
import { ConnectionEnd } from '../connectionEnd.ts';
import { dataFrame, FrameReader, pingFrame, replyFrame, resetFrame } from './frames.ts';
import type { Frame } from './frames.ts';
import { HeaderBlocks } from './headerBlock.ts';
import type { Headers } from './headerBlock.ts';

/** What a client may have open at once. */
const MOST_STREAMS = 200;

/**
 * The serving end of SPDY/3.1 on a connection, as `kubectl` speaks it (github.com/moby/spdystream). Windows are not counted: that client
 * counts none either. Frames are taken one after the other, since header blocks hang together.
 */
export class SpdyConnection {
  readonly #connection: Duplex;
  readonly #opened: (stream: SpdyStream, headers: Headers) => void;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #headers = new HeaderBlocks();
  readonly #reader = new FrameReader();
  /** What arrived before has been dealt with. */
  #turn: Promise<void> = Promise.resolve();

  /** @param opened told of every stream that the client opens, before anything arrives on it */
  constructor(connection: Duplex, opened: (stream: SpdyStream, headers: Headers) => void) {
    this.#connection = connection;
    this.#opened = opened;
    connection.on('data', (bytes: Buffer) => this.take(bytes));
    connection.on('error', () => this.#end());
    connection.on('close', () => this.#end());
  }

  /** Bytes that arrived, also before this end was there. */
  take(bytes: Buffer): void {
    this.#turn = this.#turn.then(async () => {
      for (const frame of this.#reader.take(bytes)) await this.#frame(frame);
    });
    // Whoever does not speak it is not spoken with.
    this.#turn.catch(() => this.#connection.destroy());
  }

  async #frame(frame: Frame): Promise<void> {
    switch (frame.is) {
      case 'open':
        return this.#open(frame.stream, frame.headers, frame.isLast);
      case 'data':
        return this.#streams.get(frame.stream)?.arrived(frame.data, frame.isLast);
      case 'reset':
        this.#streams.get(frame.stream)?.destroy();
        return;
      case 'ping':
        return this.#send(pingFrame(frame.id));
      case 'going':
        this.#connection.end();
        return;
      case 'other':
        return;
    }
  }

  async #open(id: number, block: Buffer, isLast: boolean): Promise<void> {
    const headers = await this.#headers.read(block);
    if (this.#streams.size >= MOST_STREAMS || this.#streams.has(id)) return this.#send(resetFrame(id));
    const stream = new SpdyStream(id, (bytes) => this.#send(bytes));
    this.#streams.set(id, stream);
    stream.once('close', () => this.#streams.delete(id));
    this.#send(replyFrame(id, await this.#headers.empty()));
    this.#opened(stream, headers);
    if (isLast) stream.arrived(Buffer.alloc(0), true);
  }

  #send(bytes: Buffer): void {
    if (!this.#connection.destroyed && !this.#connection.writableEnded) this.#connection.write(bytes);
  }

  #end(): void {
    for (const stream of [...this.#streams.values()]) stream.destroy();
    this.#headers.close();
  }
}

/** One stream, to the program behind it a connection. Ends in each direction by itself. */
export class SpdyStream extends ConnectionEnd {
  readonly #id: number;
  readonly #send: (bytes: Buffer) => void;

  constructor(id: number, send: (bytes: Buffer) => void) {
    super({ allowHalfOpen: true });
    this.#id = id;
    this.#send = send;
  }

  arrived(data: Buffer, isLast: boolean): void {
    if (data.length > 0) this.push(data);
    if (isLast) this.push(null);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(dataFrame(this.#id, chunk, false));
    done();
  }

  override _final(done: () => void): void {
    this.#send(dataFrame(this.#id, Buffer.alloc(0), true));
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.writableFinished) this.#send(resetFrame(this.#id));
    done(error);
  }
}
