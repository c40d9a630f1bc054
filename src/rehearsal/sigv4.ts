import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WireRequest } from './codec/wire.ts';

/** What a valid signature says: for which region and service the request was meant. */
export interface Scope {
  readonly accessKeyId: string;
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export type SignatureFlaw =
  /** There is no signature at all. */
  | 'missing'
  /** Parts of it are missing or malformed. */
  | 'incomplete'
  /** The access key is not this world's, or a session token came along. */
  | 'unknownKey'
  /** It was made too long ago, or is dated in the future. */
  | 'expired'
  /** Made with another secret, or over another request. */
  | 'mismatch';

export type Verdict = { readonly scope: Scope } | { readonly flaw: SignatureFlaw; readonly scope?: Scope };

interface Signed {
  readonly scope: Scope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly date: string;
  readonly presigned: boolean;
  readonly expiresSeconds: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SKEW_MS = 15 * 60 * 1000;
const MAX_EXPIRES_SECONDS = 7 * 24 * 3600;

/**
 * Verifies Signature Version 4, in headers or presigned
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 * @param now the wall clock, ms: never world time, clients date by the wall too
 */
export function verifySignature(
  request: WireRequest,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
  now: number,
): Verdict {
  const signed = readSigned(request);
  if (signed === 'missing' || signed === 'incomplete') return { flaw: signed };
  const { scope } = signed;
  const hasToken = request.headers['x-amz-security-token'] !== undefined || /(^|&)x-amz-security-token=/i.test(request.query);
  if (scope.accessKeyId !== credentials.accessKeyId || hasToken) return { flaw: 'unknownKey', scope };
  const at = parseDate(signed.date);
  if (at === undefined || !signed.date.startsWith(scope.date)) return { flaw: 'incomplete', scope };
  if (at > now + SKEW_MS) return { flaw: 'expired', scope };
  const validMs = signed.presigned ? signed.expiresSeconds * 1000 : SKEW_MS;
  if (now > at + validMs) return { flaw: 'expired', scope };
  const hash = payloadHash(request, signed);
  if (hash === undefined) return { flaw: 'mismatch', scope };
  const expected = signature(credentials.secretAccessKey, signed, canonicalRequest(request, signed, hash));
  return equal(expected, signed.signature) ? { scope } : { flaw: 'mismatch', scope };
}

function readSigned(request: WireRequest): Signed | 'missing' | 'incomplete' {
  const query = new URLSearchParams(request.query);
  if (query.has('X-Amz-Signature')) return readPresigned(query);
  const header = request.headers['authorization'];
  if (header === undefined) return 'missing';
  if (!header.startsWith(`${ALGORITHM} `)) return 'incomplete';
  const fields = new Map(
    header
      .slice(ALGORITHM.length + 1)
      .split(',')
      .map((field) => {
        const [name = '', ...rest] = field.trim().split('=');
        return [name, rest.join('=')] as const;
      }),
  );
  const scope = readScope(fields.get('Credential'));
  const signedHeaders = fields.get('SignedHeaders')?.split(';') ?? [];
  const date = request.headers['x-amz-date'];
  const found = fields.get('Signature');
  if (scope === undefined || date === undefined || found === undefined || !signedHeaders.includes('host')) return 'incomplete';
  return { scope, signedHeaders, signature: found, date, presigned: false, expiresSeconds: 0 };
}

function readPresigned(query: URLSearchParams): Signed | 'incomplete' {
  const scope = readScope(query.get('X-Amz-Credential') ?? undefined);
  const date = query.get('X-Amz-Date');
  const signedHeaders = query.get('X-Amz-SignedHeaders')?.split(';') ?? [];
  const expiresSeconds = Number(query.get('X-Amz-Expires') ?? '900');
  const valid = Number.isInteger(expiresSeconds) && expiresSeconds > 0 && expiresSeconds <= MAX_EXPIRES_SECONDS;
  if (scope === undefined || date === null || !valid || !signedHeaders.includes('host') || query.get('X-Amz-Algorithm') !== ALGORITHM)
    return 'incomplete';
  return { scope, signedHeaders, signature: query.get('X-Amz-Signature') ?? '', date, presigned: true, expiresSeconds };
}

function readScope(credential: string | undefined): Scope | undefined {
  const [accessKeyId, date, region, service, end, ...more] = credential?.split('/') ?? [];
  if (
    accessKeyId === undefined ||
    date === undefined ||
    region === undefined ||
    service === undefined ||
    end !== 'aws4_request' ||
    more.length > 0
  )
    return undefined;
  return { accessKeyId, date, region, service };
}

function parseDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** What stands for the body in the signature; `undefined` when the body is another than the header says. */
function payloadHash(request: WireRequest, signed: Signed): string | undefined {
  const actual = createHash('sha256').update(request.body).digest('hex');
  const said = request.headers['x-amz-content-sha256'];
  if (signed.presigned && signed.scope.service === 's3') return said ?? 'UNSIGNED-PAYLOAD';
  if (said === undefined) return actual;
  if (said === 'UNSIGNED-PAYLOAD') return signed.scope.service === 's3' ? said : undefined;
  return said === actual ? said : undefined;
}

function canonicalRequest(request: WireRequest, signed: Signed, hash: string): string {
  const headers = signed.signedHeaders.map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`).join('');
  return [
    request.method,
    canonicalPath(request.path, signed.scope.service),
    canonicalQuery(request.query),
    headers,
    signed.signedHeaders.join(';'),
    hash,
  ].join('\n');
}

/** Paths are encoded once more than on the wire, except for S3. */
function canonicalPath(path: string, service: string): string {
  if (path === '') return '/';
  return service === 's3' ? path : path.split('/').map(encode).join('/');
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('X-Amz-Signature='))
    .map((pair) => {
      const cut = pair.indexOf('=');
      const name = cut === -1 ? pair : pair.slice(0, cut);
      const value = cut === -1 ? '' : pair.slice(cut + 1);
      return [encode(decode(name)), encode(decode(value))] as const;
    })
    .sort(([oneName, oneValue], [name, value]) => (oneName === name ? compare(oneValue, value) : compare(oneName, name)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function signature(secret: string, signed: Signed, canonical: string): string {
  const { date, region, service } = signed.scope;
  const toSign = [
    ALGORITHM,
    signed.date,
    `${date}/${region}/${service}/aws4_request`,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  return createHmac('sha256', signingKey(secret, [date, region, service, 'aws4_request']))
    .update(toSign)
    .digest('hex');
}

/** The key of a day, a region and a service: nearly every request asks for the one before. */
let lastKey = { secret: '', scope: '', key: Buffer.alloc(0) };

function signingKey(secret: string, words: readonly string[]): Buffer {
  const scope = words.join('/');
  if (lastKey.secret !== secret || lastKey.scope !== scope) {
    let key: Buffer<ArrayBuffer> = Buffer.from(`AWS4${secret}`);
    for (const word of words) key = createHmac('sha256', key).update(word).digest();
    lastKey = { secret, scope, key };
  }
  return lastKey.key;
}

function equal(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
