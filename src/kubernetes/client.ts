import { SignedOut, Unseen } from '../core/graph/errors.ts';
import type { Json } from '../core/graph/resource.ts';
import { statusOf, unreachable, unseen, writeError } from './answers.ts';
import type { Standing } from './answers.ts';
import type { Connection, Transport } from './connection.ts';
import { Discovery } from './discovery.ts';
import { SharedRead } from './sharedRead.ts';
import { untilBack } from './untilBack.ts';
import { collect, exchange, linesOf, openStream } from './wire.ts';
import type { Answer, Outgoing } from './wire.ts';

/** A Kubernetes object as its JSON: what is sent is the manifest's own, never a model's idea of it. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly ownerReferences?: readonly object[];
    readonly managedFields?: readonly ManagedFields[];
  };
}

/** Who owns which fields (API reference: `ManagedFieldsEntry` of meta/v1). */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  readonly subresource?: string;
  readonly fieldsV1?: Json;
}

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Names, labels and dates only: nothing of what is in them leaves the cluster. */
  readonly metadataOnly?: boolean;
}

/** A list and the moment that it shows: a watch goes on from there. */
export interface Listed<T extends KubernetesObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

export interface ApplyOptions {
  /** Checked and defaulted by the server, not kept. */
  readonly dryRun?: boolean;
  /** Takes fields over from another manager; needs a person's consent. */
  readonly force?: boolean;
}

export interface DeleteOptions {
  /** Only this very object: not another one that has its name by now. */
  readonly uid?: string;
  /** What becomes of what it owns. Default `Background`. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

/** What a watch tells. A bookmark only moves the version from which it can be resumed. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubernetesObject;
}

export interface LogOptions {
  readonly container?: string;
  /** Goes on until the signal is aborted or the container has ended. */
  readonly follow?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** Of the container before the last restart. */
  readonly previous?: boolean;
}

/** The version to go on from is too old for the server: list again. */
export class WatchExpired extends Error {
  override readonly name = 'WatchExpired';
}

export const FIELD_MANAGER = 'slipway';
const PAGE = 500;
const TIMEOUT_MS = 30_000;
/**
 * A watch whose server has gone without a word looks like one in which nothing happens. So the server is asked to end it soon: it does so
 * to the second, after a bookmark two seconds before (apiserver `cacher/cache_watcher.go`, `nextBookmarkTime`; of its own it sends one a
 * minute only). What is silent for longer than that and its way is dead.
 */
const WATCH_SECONDS = 30;
const WATCH_SILENCE_MS = (WATCH_SECONDS + 5) * 1000;
/** A container may have nothing to say for long. */
const LOG_SILENCE_MS = 90_000;
/** How long a new access entry may still answer 401 (domain-facts N). */
const ACCESS_SETTLES_MS = 120_000;
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

type Query = Readonly<Record<string, string | undefined>>;

interface Ask {
  readonly method: 'GET' | 'PATCH' | 'DELETE';
  readonly verb: string;
  readonly path: string;
  readonly query?: Query;
  readonly body?: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal: AbortSignal;
}

/**
 * The API of a cluster over HTTPS. Errors are the five of `core/graph/errors.ts`: a read that fails is `Unseen`, a write tells whether
 * it may have happened. A 404 of a read is `undefined`, never an error. Where the credentials have ended every call throws `SignedOut`: nothing was done.
 */
export class KubernetesClient {
  /** Which kinds are served. */
  readonly discovery: Discovery;
  readonly #connection: Connection;
  readonly #transport: Transport;
  /** When the server began to answer 401; forgotten with the first answer that is not one. */
  #strangerSince: number | undefined;
  #wasKnown = false;
  #signedIn: SharedRead<void> | undefined;

  constructor(connection: Connection, transport: Transport) {
    this.#connection = connection;
    this.#transport = transport;
    this.discovery = new Discovery((path, signal, accept) => this.#readJson({ method: 'GET', verb: 'get', path, accept, signal }));
  }

  /** The clock that this cluster's objects are dated by, in milliseconds since the epoch. */
  now(): number {
    return this.#transport.now();
  }

  /** @throws Unseen */
  async get<T extends KubernetesObject>(path: string, signal: AbortSignal): Promise<T | undefined> {
    return (await this.#readJson({ method: 'GET', verb: 'get', path, signal })) as T | undefined;
  }

  /** All pages. @throws Unseen */
  async list<T extends KubernetesObject>(path: string, signal: AbortSignal, options: ListOptions = {}): Promise<readonly T[]> {
    return (await this.listed<T>(path, signal, options)).items;
  }

  /** All pages, with the version that they show. @throws Unseen */
  async listed<T extends KubernetesObject>(path: string, signal: AbortSignal, options: ListOptions = {}): Promise<Listed<T>> {
    const items: T[] = [];
    for (let next: string | undefined; ;) {
      const { labelSelector, fieldSelector, metadataOnly } = options;
      const query = { labelSelector, fieldSelector, limit: String(PAGE), continue: next };
      const accept = metadataOnly === true ? { accept: METADATA_ONLY } : {};
      const page = (await this.#readJson({ method: 'GET', verb: 'list', path, query, ...accept, signal })) as Page<T> | undefined;
      items.push(...(page?.items ?? []));
      next = page?.metadata?.continue;
      if (next === undefined || next === '') return { items, resourceVersion: page?.metadata?.resourceVersion ?? '' };
    }
  }

  /**
   * What happens in a collection after `resourceVersion`, until the server ends it (it does twice a minute). `opened` is called when
   * the server has taken it up.
   * @throws WatchExpired when the server no longer knows what happened since; Unseen when it cannot be watched or breaks off.
   */
  async *watch(path: string, resourceVersion: string, signal: AbortSignal, opened?: () => void): AsyncGenerator<WatchEvent> {
    const query = { watch: '1', allowWatchBookmarks: 'true', resourceVersion, timeoutSeconds: String(WATCH_SECONDS) };
    const silence = this.#transport.watchSilence ?? WATCH_SILENCE_MS;
    for await (const line of this.#stream({ method: 'GET', verb: 'watch', path, query, signal }, silence, opened)) {
      if (line === '') continue;
      const event = parse(line, path) as
        WatchEvent | { readonly type: 'ERROR'; readonly object: { readonly code?: number; readonly message?: string } };
      if (event.type !== 'ERROR') yield event;
      else if (event.object.code === 410) throw new WatchExpired(event.object.message);
      else throw new Unseen(`the watch ended: ${event.object.message ?? 'the server does not say why'}`, { code: 'kubernetes-error' });
    }
  }

  /** The lines that a container writes. @throws Unseen */
  logs(podPath: string, signal: AbortSignal, options: LogOptions = {}): AsyncGenerator<string> {
    const { container, follow, tailLines, sinceSeconds, previous } = options;
    const query = {
      container,
      follow: follow === true ? 'true' : undefined,
      previous: previous === true ? 'true' : undefined,
      tailLines: tailLines === undefined ? undefined : String(tailLines),
      sinceSeconds: sinceSeconds === undefined ? undefined : String(sinceSeconds),
    };
    return this.#stream({ method: 'GET', verb: 'read', path: `${podPath}/log`, query, signal }, LOG_SILENCE_MS);
  }

  /**
   * Server-side apply of `manifest` as it stands, by the field manager `slipway`, unknown fields refused. Answers the object as it is
   * then (in a dry run: as it would be).
   * @throws Refused when the server does not take it (`Conflicted`, `Immutable`), NotYet when it may take it later, AnswerLost when nobody knows.
   */
  async apply(
    path: string,
    manifest: Readonly<Record<string, Json>>,
    signal: AbortSignal,
    options: ApplyOptions = {},
  ): Promise<KubernetesObject> {
    const query = {
      fieldManager: FIELD_MANAGER,
      fieldValidation: 'Strict',
      force: options.force === true ? 'true' : undefined,
      dryRun: options.dryRun === true ? 'All' : undefined,
    };
    const body = JSON.stringify(manifest);
    const answer = await this.#write({
      method: 'PATCH',
      verb: 'apply',
      path,
      query,
      body,
      contentType: 'application/apply-patch+yaml',
      signal,
    });
    return parse(answer.body, path) as KubernetesObject;
  }

  /** JSON merge patch (RFC 7386), for what is asked of an object without owning it: a restart. @throws Refused, NotYet, AnswerLost */
  async patch(path: string, patch: Readonly<Record<string, Json>>, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify(patch);
    const query = { fieldManager: FIELD_MANAGER };
    await this.#write({ method: 'PATCH', verb: 'patch', path, query, body, contentType: 'application/merge-patch+json', signal });
  }

  /** Gone already is as good as deleted. @throws Refused, NotYet (also: another one has its name by now), AnswerLost */
  async delete(path: string, signal: AbortSignal, { uid, propagation = 'Background' }: DeleteOptions = {}): Promise<void> {
    const body = JSON.stringify({
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      propagationPolicy: propagation,
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    });
    await this.#write({ method: 'DELETE', verb: 'delete', path, body, contentType: 'application/json', signal });
  }

  /** A request to this cluster as node takes it, for what is no exchange of JSON: a port-forward. It carries the token. @throws Unseen */
  async outgoing(path: string, query: Query = {}): Promise<Outgoing> {
    const url = this.#address(path, query);
    const { certificateAuthority: ca, clientCertificate, serverName } = this.#connection;
    const token = await this.#connection.token();
    const client = clientCertificate ?? (await this.#connection.madeCertificate?.());
    return {
      url,
      headers: {
        accept: 'application/json',
        'user-agent': 'slipway',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(ca === undefined ? {} : { ca }),
      ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...(this.#transport.agent === undefined ? {} : { agent: this.#transport.agent }),
    };
  }

  async #readJson(ask: Ask): Promise<unknown> {
    const { sleep } = this.#transport;
    const { signal } = ask;
    const read = (): Promise<Answer> => this.#send(ask);
    const answer = await (sleep === undefined ? read() : untilBack(read, sleep, { signal, wasThere: () => this.#wasKnown }));
    if (answer.status === 404) return undefined;
    if (answer.status < 300) return parse(answer.body, ask.path);
    throw unseen(ask, answer, await this.#standing(answer, ask.signal));
  }

  async #write(ask: Ask): Promise<Answer> {
    const answer = await this.#send(ask);
    if (answer.status < 300 || (answer.status === 404 && ask.method === 'DELETE')) return answer;
    throw writeError(ask, answer, await this.#standing(answer, ask.signal));
  }

  async *#stream(ask: Ask, silence: number, opened?: () => void): AsyncGenerator<string> {
    try {
      const outgoing = await this.#prepared(ask);
      const incoming = await openStream(outgoing, { timeout: silence, signal: ask.signal });
      const status = incoming.statusCode ?? 0;
      this.#meet(status);
      if (status >= 300) {
        const answer = { status, body: await collect(incoming) };
        if (status === 410) throw new WatchExpired(statusOf(answer)?.message);
        throw unseen(ask, answer, await this.#standing(answer, ask.signal));
      }
      opened?.();
      yield* linesOf(incoming);
    } catch (error) {
      if (ask.signal.aborted) throw ask.signal.reason;
      if (error instanceof WatchExpired || error instanceof Unseen || error instanceof SignedOut) throw error;
      throw unreachable(true, this.#connection.server, error);
    }
  }

  async #send(ask: Ask): Promise<Answer> {
    const isRead = ask.method === 'GET';
    const outgoing = await this.#prepared(ask);
    const sending = { body: ask.body, timeout: this.#transport.timeout ?? TIMEOUT_MS, signal: isRead ? ask.signal : undefined };
    const answer = await exchange(outgoing, sending).catch((error: unknown) => {
      if (ask.signal.aborted && isRead) throw ask.signal.reason;
      throw unreachable(isRead, this.#connection.server, error);
    });
    this.#meet(answer.status);
    return answer;
  }

  async #prepared({ method, path, query, body, contentType, accept, signal }: Ask): Promise<Outgoing> {
    signal.throwIfAborted();
    const outgoing = await this.outgoing(path, query);
    // Directly before the wire: while the token was made, somebody may have cancelled.
    signal.throwIfAborted();
    const headers = {
      ...outgoing.headers,
      ...(accept === undefined ? {} : { accept }),
      ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
    };
    return { ...outgoing, method, headers };
  }

  #meet(status: number): void {
    this.#strangerSince = status === 401 ? (this.#strangerSince ?? this.#transport.now()) : undefined;
    this.#wasKnown ||= status < 300;
  }

  /** What a refusal says of us. A token that is not taken may be one of credentials that have ended. @throws SignedOut */
  async #standing({ status }: Answer, signal: AbortSignal): Promise<Standing> {
    // Who has stopped asks nobody any more.
    if (status === 401 && !signal.aborted) await this.#assertSignedIn(signal);
    const isNew = this.#strangerSince !== undefined && this.#transport.now() - this.#strangerSince < ACCESS_SETTLES_MS;
    return isNew ? 'settling' : this.#wasKnown ? 'expired' : 'unknown';
  }

  /** Asked once for all who are not let in at the same time. */
  async #assertSignedIn(signal: AbortSignal): Promise<void> {
    const { assertSignedIn } = this.#connection;
    if (assertSignedIn === undefined) return;
    this.#signedIn ??= new SharedRead((own) => assertSignedIn(own));
    const asked = this.#signedIn;
    try {
      await asked.answer(signal);
    } catch (error) {
      // With the next credentials the two minutes of a new access entry begin anew.
      if (error instanceof SignedOut) this.#strangerSince = undefined;
      throw error;
    } finally {
      if (this.#signedIn === asked) this.#signedIn = undefined;
    }
  }

  /** Parsed once, with its query: a thousand requests notice. @throws Unseen */
  #address(path: string, query: Query): URL {
    const pairs = Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`]));
    const url = URL.parse(pairs.length === 0 ? path : `${path}?${pairs.join('&')}`, this.#connection.server);
    if (url !== null) return url;
    throw new Unseen(`the address of the cluster is none: ${this.#connection.server}`, {
      next: 'Check the endpoint that EKS or the kubeconfig names.',
    });
  }
}

interface Page<T> {
  readonly items?: readonly T[];
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
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
