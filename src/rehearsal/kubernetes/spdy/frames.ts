/** Frames of SPDY/3 (draft-mbelshe-httpbis-spdy-00, 2.2), as far as Kubernetes' streams use them. */
export type Frame =
  | { readonly is: 'data'; readonly stream: number; readonly isLast: boolean; readonly data: Buffer }
  | { readonly is: 'open'; readonly stream: number; readonly isLast: boolean; readonly headers: Buffer }
  | { readonly is: 'reset'; readonly stream: number }
  | { readonly is: 'ping'; readonly id: number }
  | { readonly is: 'going' }
  /** Settings, windows, later headers: nothing follows from them here. */
  | { readonly is: 'other' };

const VERSION = 3;
const FIN = 0x01;
const HEAD_BYTES = 8;
const MOST_BYTES = 1024 * 1024;
const TYPE = { open: 1, reply: 2, reset: 3, ping: 6, going: 7 } as const;
const CANCEL = 5;

/** Cuts a connection's bytes into frames, however they come. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws Error for a frame that is too long, or of another version */
  take(bytes: Buffer): Frame[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const frames: Frame[] = [];
    while (this.#rest.length >= HEAD_BYTES) {
      const length = this.#rest.readUInt32BE(4) & 0xffffff;
      if (length > MOST_BYTES) throw new Error('a SPDY frame is too long');
      if (this.#rest.length < HEAD_BYTES + length) break;
      frames.push(frameOf(this.#rest.subarray(0, HEAD_BYTES), this.#rest.subarray(HEAD_BYTES, HEAD_BYTES + length)));
      this.#rest = this.#rest.subarray(HEAD_BYTES + length);
    }
    return frames;
  }
}

function frameOf(head: Buffer, body: Buffer): Frame {
  const isLast = ((head[4] ?? 0) & FIN) !== 0;
  if (((head[0] ?? 0) & 0x80) === 0) return { is: 'data', stream: head.readUInt32BE(0), isLast, data: body };
  if ((head.readUInt16BE(0) & 0x7fff) !== VERSION) throw new Error('not SPDY/3');
  switch (head.readUInt16BE(2)) {
    case TYPE.open:
      // Stream, the one that it belongs to, priority and slot; then the headers.
      return { is: 'open', stream: idIn(body), isLast, headers: body.subarray(10) };
    case TYPE.reset:
      return { is: 'reset', stream: idIn(body) };
    case TYPE.ping:
      return { is: 'ping', id: body.readUInt32BE(0) };
    case TYPE.going:
      return { is: 'going' };
    default:
      return { is: 'other' };
  }
}

const idIn = (body: Buffer): number => body.readUInt32BE(0) & 0x7fffffff;

export function dataFrame(stream: number, data: Buffer, isLast: boolean): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(stream, 0);
  head.writeUInt32BE(data.length, 4);
  if (isLast) head[4] = FIN;
  return Buffer.concat([head, data]);
}

export const replyFrame = (stream: number, headers: Buffer): Buffer => control(TYPE.reply, Buffer.concat([number(stream), headers]));
export const resetFrame = (stream: number): Buffer => control(TYPE.reset, Buffer.concat([number(stream), number(CANCEL)]));
export const pingFrame = (id: number): Buffer => control(TYPE.ping, number(id));

function control(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt16BE(0x8000 | VERSION, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
