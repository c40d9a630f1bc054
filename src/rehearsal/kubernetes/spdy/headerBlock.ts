import { constants, createDeflate, createInflate } from 'node:zlib';
import type { Deflate, Inflate } from 'node:zlib';

/** `name: value`, names in lower case. */
export type Headers = ReadonlyMap<string, string>;

/** The names that SPDY/3 expects (draft-mbelshe-httpbis-spdy-00, 2.6.10.1), each with its length before it. */
const NAMES =
  'options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization ' +
  'cache-control connection content-base content-encoding content-language content-length content-location content-md5 content-range ' +
  'content-type date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified ' +
  'location max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding ' +
  'upgrade user-agent vary via warning www-authenticate method get status';
const MORE = [['200 OK'], ['version', 'HTTP/1.1'], ['url', 'public', 'set-cookie', 'keep-alive', 'origin']].flat();
const TAIL =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505' +
  '203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found' +
  '500 Internal Server Error501 Not ' +
  'Implemented503 Service Unavailable' +
  'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT' +
  'chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,public' +
  'privatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.';

/** What both ends begin to compress with. Another byte in it, and neither understands the other. */
export const DICTIONARY = Buffer.concat([...[...NAMES.split(' '), ...MORE].map(counted), Buffer.from(TAIL)]);

function counted(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
}

/** Headers that are longer once they are unpacked are never read to their end: who sends such waits for good. */
const MOST_BYTES = 64 * 1024;

/** Header blocks of one connection. They share one stream of zlib in each direction, so they are read and written in their order. */
export class HeaderBlocks {
  readonly #inflate: Inflate = createInflate({ dictionary: DICTIONARY, flush: constants.Z_SYNC_FLUSH, chunkSize: MOST_BYTES });
  readonly #deflate: Deflate = createDeflate({ dictionary: DICTIONARY });

  /** @throws Error for what is no header block */
  async read(block: Buffer): Promise<Headers> {
    const bytes = await through(this.#inflate, (done) => this.#inflate.write(block, done));
    const headers = new Map<string, string>();
    let at = 4;
    const text = (): string => {
      const end = at + 4 + bytes.readUInt32BE(at);
      const read = bytes.toString('utf8', at + 4, end);
      at = end;
      return read;
    };
    for (let left = bytes.readUInt32BE(0); left > 0; left -= 1) headers.set(text().toLowerCase(), text());
    return headers;
  }

  /** A block without headers: all that a reply of ours says. */
  empty(): Promise<Buffer> {
    return through(this.#deflate, (done) => {
      this.#deflate.write(Buffer.alloc(4));
      this.#deflate.flush(constants.Z_SYNC_FLUSH, done);
    });
  }

  close(): void {
    this.#inflate.destroy();
    this.#deflate.destroy();
  }
}

function through(codec: Inflate | Deflate, send: (done: () => void) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    codec.once('error', reject);
    send(() => {
      codec.off('error', reject);
      resolve((codec.read() as Buffer | null) ?? Buffer.alloc(0));
    });
  });
}
