import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { RequestOptions } from 'node:https';

/** No answer of a cluster that we ask for is larger; a server that sends more is not one that we know. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A request as node sends it, with everything that says who we are. */
export type Outgoing = RequestOptions & { readonly url: URL };

export interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Sending {
  readonly body?: string | undefined;
  /** Milliseconds without a byte. */
  readonly timeout: number;
  /** Ends the request, also on the wire. A write that is on the wire is let finish: half-told is worse than late. */
  readonly signal?: AbortSignal | undefined;
}

/** One request and its whole answer. @throws what node says of the connection. */
export async function exchange(outgoing: Outgoing, sending: Sending): Promise<Answer> {
  const incoming = await begin(outgoing, sending);
  return { status: incoming.statusCode ?? 0, body: await collect(incoming) };
}

/** The answer as it comes in, for as long as the server sends. @throws what node says of the connection. */
export function openStream(outgoing: Outgoing, sending: Sending): Promise<IncomingMessage> {
  return begin(outgoing, sending);
}

function begin({ url, ...rest }: Outgoing, { body, timeout, signal }: Sending): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...rest, timeout, ...(signal === undefined ? {} : { signal }) }, resolve);
    outgoing.on('timeout', () => outgoing.destroy(Object.assign(new Error(`no answer in ${timeout / 1000} s`), { code: 'ETIMEDOUT' })));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** By events: a thousand answers as async iterators cost more than everything else that is done with them. */
export function collect(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BYTES) incoming.destroy(new Error(`the answer is larger than ${MAX_BYTES} bytes`));
      else chunks.push(chunk);
    });
    incoming.on('error', reject);
    incoming.on('end', () => resolve(joined(chunks).toString('utf8')));
    incoming.on('close', () => reject(new Error('the answer broke off')));
  });
}

/** Most answers come in one piece. */
const joined = (chunks: readonly Buffer[]): Buffer => (chunks.length === 1 && chunks[0]) || Buffer.concat(chunks);

/** The longest line that a watch may send: the largest object that etcd keeps is 1.5 MB, and its JSON may be a little more. */
const MAX_LINE = 16 * 1024 * 1024;

/** The lines of a stream, without their ends. @throws what node says of the connection; Error for a line without an end. */
export async function* linesOf(incoming: IncomingMessage): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > MAX_LINE) throw new Error(`a line is longer than ${MAX_LINE} characters`);
  }
  if (rest !== '') yield rest;
}
