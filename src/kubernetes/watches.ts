import { setTimeout as wallPause } from 'node:timers/promises';
import type { Look } from '../core/graph/resource.ts';
import type { KubernetesClient, KubernetesObject } from './client.ts';
import { WatchExpired } from './client.ts';

/** Objects of one collection, by namespace and name. */
export type Collection = ReadonlyMap<string, KubernetesObject>;

export const nameIn = ({ namespace = '', name }: KubernetesObject['metadata']): string => `${namespace}/${name}`;

export interface WatchTiming {
  /** How long (ms) a watch stays open when nobody waits for anything in it: between two sleeps somebody looks. */
  readonly linger: number;
  /** How long (ms) to wait before a broken watch is opened again, by how often it broke in a row. */
  backoff(times: number): number;
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** Milliseconds, of a clock that only moves on. */
  now(): number;
}

/** A watch that was held for so long (ms) is one that can be had, also where nothing has happened. */
const HELD = 10_000;

const WALL: WatchTiming = {
  linger: 5_000,
  backoff: (times) => Math.min(30_000, 500 * 2 ** times),
  // By the wall's clock, in a rehearsal too: what is waited for is a connection. An idle watch keeps no process alive.
  pause: (ms, signal) => wallPause(ms, undefined, { signal, ref: false }),
  now: () => performance.now(),
};

/** A collection as it is now: what a watch keeps true, else one LIST for all who ask. @throws Unseen */
export async function readCollection(look: Look, client: KubernetesClient, path: string): Promise<Collection> {
  const live = liveListsOf(client).known(path);
  if (live !== undefined) return live;
  return look.share(`kubernetes:list ${path}`, async () => {
    const items = await client.list(path, look.signal);
    return new Map(items.map((item) => [nameIn(item.metadata), item]));
  });
}

type Source = Pick<KubernetesClient, 'listed' | 'watch'>;

const ALL = new WeakMap<KubernetesClient, LiveLists>();

/** The live lists of a cluster: one for all who ask through this client. */
export function liveListsOf(client: KubernetesClient): LiveLists {
  const known = ALL.get(client) ?? new LiveLists(client);
  ALL.set(client, known);
  return known;
}

/**
 * Lists that watches keep true while somebody waits for something in them: one watch a collection (a kind in a namespace), opened by the
 * first who waits and closed after the last. Where a watch cannot be had nothing is known here, and everybody reads as before.
 */
export class LiveLists {
  readonly #source: Source;
  readonly #timing: WatchTiming;
  readonly #lists = new Map<string, LiveList>();

  constructor(source: Source, timing: WatchTiming = WALL) {
    this.#source = source;
    this.#timing = timing;
  }

  /** What is in the collection now, if a watch keeps it true. */
  known(path: string): Collection | undefined {
    return this.#lists.get(path)?.objects;
  }

  /** What is watched just now. */
  get watched(): readonly string[] {
    return [...this.#lists.keys()];
  }

  /** The server's answer to a write of ours: the list knows it before the watch tells. */
  note(path: string, object: KubernetesObject): void {
    this.#lists.get(path)?.note(object);
  }

  /**
   * Resolves when the object is another than at `version`, gone, or there at last; without `name`, when anything in the collection has
   * changed since it was listed at `version`.
   * Stays pending until `signal` is aborted where it cannot be watched.
   */
  async moved(path: string, name: string | undefined, version: string | undefined, signal: AbortSignal): Promise<void> {
    const known = this.#lists.get(path);
    const list = known ?? new LiveList(this.#source, path, this.#timing, () => this.#lists.delete(path));
    if (known === undefined) this.#lists.set(path, list);
    await list.moved(name, version, signal);
  }

  /** Keeps the collection true until `signal` is aborted, for those who look there for an explanation; moves nobody. */
  hold(path: string, signal: AbortSignal): void {
    void this.moved(path, NOBODY, undefined, signal);
  }
}

const NOBODY = '';

/** One collection with its watch. */
class LiveList {
  readonly #source: Source;
  readonly #path: string;
  readonly #timing: WatchTiming;
  readonly #closed = new AbortController();
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #waiting = new Set<() => void>();
  #isTrue = false;
  /** Version of the last change that is known here. */
  #changed = 0;
  #lingering: AbortController | undefined;

  constructor(source: Source, path: string, timing: WatchTiming, closed: () => void) {
    this.#source = source;
    this.#path = path;
    this.#timing = timing;
    this.#closed.signal.addEventListener('abort', closed, { once: true });
    void this.#keepTrue().catch(() => this.#closed.abort());
  }

  get objects(): Collection | undefined {
    return this.#isTrue ? this.#objects : undefined;
  }

  note(object: KubernetesObject): void {
    if (this.#isTrue && isNewer(object, this.#objects.get(nameIn(object.metadata)))) this.#objects.set(nameIn(object.metadata), object);
  }

  async moved(name: string | undefined, version: string | undefined, signal: AbortSignal): Promise<void> {
    this.#lingering?.abort();
    this.#lingering = undefined;
    const hasMoved = (): boolean => this.#isTrue && (name === undefined ? this.#isNewerThan(version) : this.#versionOf(name) !== version);
    await new Promise<void>((resolve) => {
      const end = (): void => {
        this.#waiting.delete(check);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const check = (): void => {
        if (name === undefined || hasMoved()) end();
      };
      this.#waiting.add(check);
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted || hasMoved()) end();
    });
    if (this.#waiting.size === 0) this.#linger();
  }

  #versionOf(name: string): string | undefined {
    return this.#objects.get(name)?.metadata.resourceVersion;
  }

  /** Whether anything in the collection has changed since a list that somebody else has read. */
  #isNewerThan(version: string | undefined): boolean {
    return version !== undefined && this.#changed > Number(version);
  }

  /** Closes when nobody has come back for a while. */
  #linger(): void {
    const stay = new AbortController();
    this.#lingering = stay;
    this.#timing.pause(this.#timing.linger, stay.signal).then(
      // Over in the very turn in which somebody came back: then it stays open.
      () => !stay.signal.aborted && this.#closed.abort(),
      () => undefined, // somebody waits again
    );
  }

  async #keepTrue(): Promise<void> {
    const { signal } = this.#closed;
    let version: string | undefined;
    for (let fruitless = 0; ; fruitless++) {
      let isBroken = false;
      let openedAt: number | undefined;
      try {
        version ??= await this.#list();
        const opened = (): void => {
          openedAt = this.#timing.now();
          this.#believe();
        };
        for await (const { type, object } of this.#source.watch(this.#path, version, signal, opened)) {
          const resourceVersion: string = object.metadata.resourceVersion ?? version;
          if (type !== 'BOOKMARK' || resourceVersion !== version) fruitless = 0;
          version = resourceVersion;
          if (type !== 'BOOKMARK') this.#take(type, object);
        }
      } catch (error) {
        if (error instanceof WatchExpired) version = undefined;
        else isBroken = true;
      }
      if (signal.aborted) return;
      this.#isTrue = false;
      if (!isBroken && openedAt !== undefined && this.#timing.now() - openedAt >= HELD) fruitless = 0;
      // What ends without having told anything may do so for ever: a proxy that holds no stream, a version that is always too old.
      if (isBroken || fruitless > 0) await this.#timing.pause(this.#timing.backoff(Math.max(0, fruitless - 1)), signal);
    }
  }

  async #list(): Promise<string> {
    const { items, resourceVersion } = await this.#source.listed(this.#path, this.#closed.signal);
    this.#objects.clear();
    for (const item of items) this.#objects.set(nameIn(item.metadata), item);
    this.#changed = Number(resourceVersion);
    return resourceVersion;
  }

  /** The server tells what happens from here on. */
  #believe(): void {
    this.#isTrue = true;
    this.#tell();
  }

  #take(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubernetesObject): void {
    const name = nameIn(object.metadata);
    this.#changed = Math.max(this.#changed, Number(object.metadata.resourceVersion ?? 0));
    if (type === 'DELETED') this.#objects.delete(name);
    else if (isNewer(object, this.#objects.get(name))) this.#objects.set(name, object);
    this.#tell();
  }

  #tell(): void {
    for (const check of [...this.#waiting]) check();
  }
}

/**
 * Versions are compared as numbers (KEP-5504 says that they may be, since Kubernetes 1.35; etcd's always were). Another object of the
 * same name is always news.
 */
function isNewer(object: KubernetesObject, than: KubernetesObject | undefined): boolean {
  if (than === undefined || than.metadata.uid !== object.metadata.uid) return true;
  return Number(object.metadata.resourceVersion ?? 0) >= Number(than.metadata.resourceVersion ?? 0);
}
