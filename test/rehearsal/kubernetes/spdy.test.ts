import assert from 'node:assert/strict';
import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { constants, createDeflate } from 'node:zlib';
import type { PortForward } from '../../../src/rehearsal/kubernetes/podStreams.ts';
import { dataFrame } from '../../../src/rehearsal/kubernetes/spdy/frames.ts';
import { DICTIONARY } from '../../../src/rehearsal/kubernetes/spdy/headerBlock.ts';
import { serveSpdyPortForward } from '../../../src/rehearsal/kubernetes/spdyPortForward.ts';

const counted = (text: string): Buffer => Buffer.concat([four(text.length), Buffer.from(text)]);
const four = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const control = (type: number, flags: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.of(0x80, 3, 0, type), four((flags << 24) | body.length), body]);

/** The other end, as far as a test needs one. */
class Client {
  readonly #deflate = createDeflate({ dictionary: DICTIONARY });

  async open(stream: number, headers: Readonly<Record<string, string>>, flags = 0): Promise<Buffer> {
    const pairs = Object.entries(headers).flatMap(([name, value]) => [counted(name), counted(value)]);
    this.#deflate.write(Buffer.concat([four(pairs.length / 2), ...pairs]));
    await new Promise<void>((resolve) => this.#deflate.flush(constants.Z_SYNC_FLUSH, resolve));
    const block = this.#deflate.read() as Buffer;
    return control(1, flags, Buffer.concat([four(stream), four(0), Buffer.of(0, 0), block]));
  }
}

const forward: PortForward = {
  is: 'portforward',
  ports: [],
  portNumbered: (port) => ({
    port,
    refusal: `nobody at ${String(port)}`,
    connect:
      port === 9000 ? (connection) => void connection.on('data', (bytes: Buffer) => connection.end(`said ${bytes.toString()}`)) : undefined,
  }),
};

describe('SPDY, as kubectl forwards ports over it', () => {
  /** What is answered to bytes that arrive one by one. */
  const answered = async (isEnough: (bytes: Buffer) => boolean, ...sent: readonly Buffer[]): Promise<Buffer> => {
    const [client, server] = duplexPair();
    serveSpdyPortForward(forward, server, Buffer.alloc(0), () => undefined);
    let bytes = Buffer.alloc(0);
    const enough = new Promise<void>((resolve) => {
      client.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (isEnough(bytes)) resolve();
      });
    });
    for (const byte of Buffer.concat(sent)) client.write(Buffer.of(byte));
    await enough;
    client.destroy();
    return bytes;
  };
  const pair = async (port: string): Promise<readonly Buffer[]> => {
    const client = new Client();
    const headers = { port, requestid: '0' };
    return [await client.open(1, { streamtype: 'error', ...headers }, 1), await client.open(3, { streamtype: 'data', ...headers })];
  };

  it('begins to compress with the dictionary of SPDY/3, to the byte', () => {
    let [low, high] = [1, 0];
    for (const byte of DICTIONARY) {
      low = (low + byte) % 65_521;
      high = (high + low) % 65_521;
    }
    assert.equal(((high << 16) | low) >>> 0, 0xe3c6a7c2, 'its Adler-32, which every stream of zlib names');
  });

  it('a pair of streams is a connection to the program, closed by it', async () => {
    const last = dataFrame(3, Buffer.alloc(0), true);
    const bytes = await answered((all) => all.includes(last), ...(await pair('9000')), dataFrame(3, Buffer.from('hello'), false));
    assert.ok(bytes.includes(dataFrame(3, Buffer.from('said hello'), false)));
    assert.ok(bytes.includes(Buffer.of(0x80, 3, 0, 2)), 'each stream is taken up');
  });

  it('says on the error stream that nobody listens', async () => {
    const last = dataFrame(1, Buffer.alloc(0), true);
    const bytes = await answered((all) => all.includes(last), ...(await pair('1234')));
    assert.ok(bytes.includes(dataFrame(1, Buffer.from('nobody at 1234'), false)));
  });

  it('answers a ping with itself', async () => {
    const ping = control(6, 0, four(7));
    assert.deepEqual(await answered((all) => all.length >= ping.length, ping), ping);
  });

  it('hangs up on what is no SPDY', async () => {
    const [client, server] = duplexPair();
    serveSpdyPortForward(forward, server, Buffer.from('GET / HTTP/1.1\r\n\r\n'), () => undefined);
    client.resume();
    await once(server, 'close');
  });
});
