import { request } from 'node:https';
import type { RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { AnswerLost, NotYet, Refused, Unseen } from '../core/graph/errors.ts';
import type { Json } from '../core/graph/resource.ts';
import type { Connection, Transport } from './connection.ts';

/** A Kubernetes object as its JSON: what is sent is the manifest's own, never a model's idea of it. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
}

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ApplyOptions {
  /** Checked and defaulted by the server, not kept. */
  readonly dryRun?: boolean;
  /** Takes fields over from another manager; needs a person's consent. */
  readonly force?: boolean;
}

const FIELD_MANAGER = 'slipway';
const PAGE = 500;
const TIMEOUT_MS = 30_000;
/** How long a new access entry may still answer 401 (domain-facts N). */
const ACCESS_SETTLES_MS = 120_000;
/** No answer of a cluster that we ask for is larger; a server that sends more is not one that we know. */
const MAX_BYTES = 64 * 1024 * 1024;

interface Ask {
  readonly method: 'GET' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly contentType?: string;
  /** For messages: `list nodes`. */
  readonly what: string;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * GET, LIST, server-side apply and DELETE over HTTPS. Errors are the five of `core/graph/errors.ts`: a read that fails
 * is `Unseen`, a write tells whether it may have happened. A 404 of a read is `undefined`, never an error.
 */
export class KubernetesClient {
  readonly #connection: Connection;
  readonly #transport: Transport;
  /** When the server began to answer 401; forgotten with the first answer that is not one. */
  #strangerSince: number | undefined;

  constructor(connection: Connection, transport: Transport) {
    this.#connection = connection;
    this.#transport = transport;
  }

  /** @throws Unseen */
  async get<T extends KubernetesObject>(path: string, signal: AbortSignal): Promise<T | undefined> {
    const answer = await this.#read({ method: 'GET', path, what: `get ${path}`, signal });
    return answer === undefined ? undefined : (parse(answer.body, path) as T);
  }

  /** All pages. @throws Unseen */
  async list<T extends KubernetesObject>(path: string, signal: AbortSignal, options: ListOptions = {}): Promise<readonly T[]> {
    const items: T[] = [];
    let next: string | undefined;
    do {
      const query = { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector, limit: String(PAGE), continue: next };
      const answer = await this.#read({ method: 'GET', path, query, what: `list ${path}`, signal });
      if (answer === undefined) return items;
      const page = parse(answer.body, path) as { readonly items?: readonly T[]; readonly metadata?: { readonly continue?: string } };
      items.push(...(page.items ?? []));
      next = page.metadata?.continue === '' ? undefined : page.metadata?.continue;
    } while (next !== undefined);
    return items;
  }

  /**
   * Server-side apply of `manifest` as it stands, by the field manager `slipway`, unknown fields refused.
   * @throws Refused when the server does not take it, NotYet when it may take it later, AnswerLost when nobody knows.
   */
  async apply(path: string, manifest: Readonly<Record<string, Json>>, signal: AbortSignal, options: ApplyOptions = {}): Promise<void> {
    const query = {
      fieldManager: FIELD_MANAGER,
      fieldValidation: 'Strict',
      force: options.force === true ? 'true' : undefined,
      dryRun: options.dryRun === true ? 'All' : undefined,
    };
    const body = JSON.stringify(manifest);
    await this.#write({ method: 'PATCH', path, query, body, contentType: 'application/apply-patch+yaml', what: `apply ${path}`, signal });
  }

  /** Gone already is as good as deleted. @throws Refused, NotYet, AnswerLost */
  async delete(path: string, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' });
    await this.#write({ method: 'DELETE', path, body, contentType: 'application/json', what: `delete ${path}`, signal });
  }

  async #read(ask: Ask): Promise<Answer | undefined> {
    const answer = await this.#send(ask);
    if (answer.status === 404) return undefined;
    if (answer.status < 300) return answer;
    throw new Unseen(this.#words(ask, answer), { code: codeOf(answer), next: nextOf(answer.status) });
  }

  async #write(ask: Ask): Promise<void> {
    const answer = await this.#send(ask);
    if (answer.status < 300 || (answer.status === 404 && ask.method === 'DELETE')) return;
    const fields = { code: codeOf(answer), next: nextOf(answer.status) };
    const words = this.#words(ask, answer);
    if (answer.status === 401 && this.#settling()) throw new NotYet(words, fields);
    if (answer.status === 429 || answer.status === 503) throw new NotYet(words, fields);
    if (answer.status >= 500) throw new AnswerLost(words, fields);
    throw new Refused(words, fields);
  }

  #settling(): boolean {
    return this.#strangerSince !== undefined && this.#transport.now() - this.#strangerSince < ACCESS_SETTLES_MS;
  }

  async #send(ask: Ask): Promise<Answer> {
    ask.signal.throwIfAborted();
    const options = await this.#options(ask);
    // Directly before the wire: while the token was made, somebody may have cancelled.
    ask.signal.throwIfAborted();
    const answer = await exchange(options, ask, this.#transport.timeout ?? TIMEOUT_MS).catch((error: unknown) => {
      if (ask.signal.aborted && ask.method === 'GET') throw ask.signal.reason;
      throw unreachable(ask, this.#connection.server, error);
    });
    this.#strangerSince = answer.status === 401 ? (this.#strangerSince ?? this.#transport.now()) : undefined;
    return answer;
  }

  async #options(ask: Ask): Promise<RequestOptions & { readonly url: URL }> {
    const url = this.#address(ask.path);
    for (const [key, value] of Object.entries(ask.query ?? {})) if (value !== undefined) url.searchParams.set(key, value);
    const { certificateAuthority: ca, clientCertificate: client, serverName } = this.#connection;
    const token = await this.#connection.token();
    return {
      url,
      method: ask.method,
      headers: {
        accept: 'application/json',
        'user-agent': 'slipway',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(ask.body === undefined ? {} : { 'content-type': ask.contentType, 'content-length': Buffer.byteLength(ask.body) }),
      },
      ...(ca === undefined ? {} : { ca }),
      ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...(this.#transport.agent === undefined ? {} : { agent: this.#transport.agent }),
    };
  }

  #address(path: string): URL {
    if (URL.canParse(path, this.#connection.server)) return new URL(path, this.#connection.server);
    throw new Unseen(`the address of the cluster is none: ${this.#connection.server}`, {
      next: 'Check the endpoint that EKS or the kubeconfig names.',
    });
  }

  #words(ask: Ask, answer: Answer): string {
    switch (answer.status) {
      case 401:
        return this.#settling()
          ? 'the cluster does not know these credentials yet: a new access entry takes up to two minutes'
          : 'the cluster does not know these credentials: no access entry is for them';
      case 403:
        return `the cluster's rules do not let these credentials ${ask.what}`;
      case 409:
        return `the cluster refused to ${ask.what}, another manager owns a field: ${messageOf(answer)}`;
      case 429:
        return `the cluster is busy and did not ${ask.what}`;
      default:
        return `the cluster answered ${answer.status} to ${ask.what}: ${messageOf(answer)}`;
    }
  }
}

function nextOf(status: number): string | undefined {
  if (status === 401) return 'Use the credentials that made the cluster, or have their role added to cluster.admins in platform.yml.';
  if (status === 403) return 'Ask for the access policy AmazonEKSClusterAdminPolicy on the cluster.';
  if (status === 409) return 'Remove the field from one of the two, or apply with consent to take it over.';
  return undefined;
}

function exchange(options: RequestOptions & { readonly url: URL }, ask: Ask, timeout: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { url, ...rest } = options;
    // A write that is on the wire is let finish: half-told is worse than late.
    const outgoing = request(url, { ...rest, timeout, ...(ask.method === 'GET' ? { signal: ask.signal } : {}) }, (incoming) => {
      collect(incoming).then((body) => resolve({ status: incoming.statusCode ?? 0, body }), reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(Object.assign(new Error(`no answer in ${timeout / 1000} s`), { code: 'ETIMEDOUT' })));
    outgoing.on('error', reject);
    outgoing.end(ask.body);
  });
}

async function collect(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) {
      incoming.destroy();
      throw new Error(`the answer is larger than ${MAX_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** TLS failures of a server whose certificate is not the one that we were told: a cluster of the same name, made again. */
const NOT_ITS_CERTIFICATE = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
/** Failures that come before the first byte of a request is sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', ...NOT_ITS_CERTIFICATE]);

function unreachable(ask: Ask, server: string, error: unknown): Unseen | NotYet | AnswerLost {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const host = new URL(server).host;
  const certificate = code !== undefined && NOT_ITS_CERTIFICATE.has(code);
  const message = certificate
    ? `the certificate of ${host} is not the cluster's: it was made again under the same name, or something sits in between`
    : `the cluster at ${host} cannot be reached${code === undefined ? '' : ` (${code})`}`;
  const next = certificate
    ? 'Refresh; behind a proxy that opens TLS, add its authority to the system or reach the cluster with --kubeconfig.'
    : 'Check the network, the proxy and cluster.endpoint.publicCidrs in platform.yml, or reach the cluster with --kubeconfig.';
  // Node's own code stands in the message: without more it would be taken for one of AWS's connections.
  const fields = { code: certificate ? 'kubernetes-certificate' : 'kubernetes-unreachable', next, cause: error };
  if (ask.method === 'GET') return new Unseen(message, fields);
  return code !== undefined && NEVER_SENT.has(code) ? new NotYet(message, fields) : new AnswerLost(message, fields);
}

function parse(body: string, path: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new Unseen(`what answers at ${path} is not a Kubernetes API server`, {
      cause,
      next: 'Check the proxy and the address of the cluster.',
    });
  }
}

/** The words of a `Status` object, else the beginning of what came. */
function messageOf(answer: Answer): string {
  return statusOf(answer)?.message ?? answer.body.slice(0, 200);
}

function codeOf(answer: Answer): string {
  // Reasons that AWS has too, and means of itself.
  if (answer.status === 429 || answer.status >= 500) return 'kubernetes-error';
  return statusOf(answer)?.reason ?? `HTTP ${answer.status}`;
}

function statusOf(answer: Answer): { readonly message?: string; readonly reason?: string } | undefined {
  try {
    const status: unknown = JSON.parse(answer.body);
    return typeof status === 'object' && status !== null ? status : undefined;
  } catch {
    return undefined;
  }
}
