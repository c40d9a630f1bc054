import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

/** What of a person's credentials signs a token. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface TokenRequest {
  readonly credentials: SigningCredentials;
  readonly region: string;
  /** The cluster's name: signed as `x-k8s-aws-id`, so that the token is worth nothing elsewhere. */
  readonly cluster: string;
  /** Now, corrected by the offset that the SDK measured: a bare presigned URL does not correct itself, and a clock that is 15 minutes off is a 401. */
  readonly at: Date;
}

/** A bearer token for the Kubernetes API. It is a secret: never logged, never in argv. */
export interface EksToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** The server takes a token for 15 minutes from its date, whatever `X-Amz-Expires` says; one is left for the way. */
const VALID_MS = 14 * 60_000;
const CACHED_MS = 13 * 60_000;
/** The authenticator's limit; a longer token is a 401 without a reason. */
const MAX_BYTES = 4096;

/**
 * The token that `aws eks get-token` makes: a presigned `sts:GetCallerIdentity`.
 * The authenticator has a whitelist of query parameters and refuses every other one (aws-iam-authenticator `token.go`, `Verify`),
 * so it is signed by hand and not by an SDK client, which adds parameters of its own.
 * @throws Error when the credentials make a token that no server would take.
 */
export async function eksToken(request: TokenRequest): Promise<EksToken> {
  const signer = new SignatureV4({ service: 'sts', region: request.region, credentials: request.credentials, sha256: Sha256 });
  const host = `sts.${request.region}.amazonaws.com`;
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: host,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host, 'x-k8s-aws-id': request.cluster },
    },
    { expiresIn: 60, signingDate: request.at },
  );
  const query = Object.entries(signed.query ?? {}).map(([key, value]) => `${encode(key)}=${encode(String(value))}`);
  const token = `k8s-aws-v1.${Buffer.from(`https://${host}/?${query.join('&')}`).toString('base64url')}`;
  if (token.length > MAX_BYTES) throw new Error('the session token of these AWS credentials is too long for a Kubernetes token');
  return { token, expiresAt: new Date(request.at.getTime() + VALID_MS) };
}

/** Tokens for one cluster, signed anew when the credentials have changed or thirteen minutes have passed. */
export interface TokenSource {
  token(): Promise<string>;
}

export interface TokenSourceOptions {
  readonly region: string;
  readonly cluster: string;
  /** Asked each time: credentials may be renewed between two requests. */
  credentials(): Promise<SigningCredentials>;
  /** Wall-clock milliseconds; in a rehearsal too, since signatures are dated by the wall. */
  now(): number;
  /** Milliseconds that the SDK measured between AWS's clock and ours. */
  clockOffset(): number;
}

export function tokenSource(options: TokenSourceOptions): TokenSource {
  let cached: { readonly accessKeyId: string; readonly madeAt: number; readonly token: string } | undefined;
  return {
    async token() {
      const credentials = await options.credentials();
      const now = options.now() + options.clockOffset();
      if (cached?.accessKeyId === credentials.accessKeyId && Math.abs(now - cached.madeAt) < CACHED_MS) return cached.token;
      const { token } = await eksToken({ credentials, region: options.region, cluster: options.cluster, at: new Date(now) });
      cached = { accessKeyId: credentials.accessKeyId, madeAt: now, token };
      return token;
    },
  };
}

/** RFC 3986, as SigV4 wants it: `encodeURIComponent` leaves five characters more. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What node's `Hash` and `Hmac` have in common. */
interface NodeHash {
  update(data: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** SHA-256, keyed when it gets a secret, in the shape that the signer asks for. */
class Sha256 {
  #hash: NodeHash;
  readonly #start: () => NodeHash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#start = () => (secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret)));
    this.#hash = this.#start();
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#start();
  }
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}
