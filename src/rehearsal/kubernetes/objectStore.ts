import type { Rows } from '../world.ts';
import { isList, objectIn, sameJson, textIn } from './json.ts';
import type { JsonObject, KubeObject } from './json.ts';
import { isBuiltIn, storageOf } from './kinds.ts';
import type { Kind } from './kinds.ts';
import { alreadyExists, conflict, notFound } from './statusError.ts';
import type { StoredCluster } from './storedObjects.ts';

export interface StoreClock {
  /** World time, ms. */
  now(): number;
  uid(): string;
}

/** One write, as watchers and controllers see it. */
export interface Change {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** What it is kept under: `deployments.apps`. */
  readonly storage: string;
  /** As it is now; of a deleted one as it was last, with the revision of its deletion. */
  readonly object: KubeObject;
  /** As it was before. */
  readonly before: KubeObject | undefined;
}

/** How many changes a watch can come back to; etcd is compacted every five minutes. */
const REMEMBERED = 5000;

/** etcd with the API server's bookkeeping: uid, creation time, resource version, generation. */
export class ObjectStore {
  readonly #stored: StoredCluster;
  readonly #rows: Rows;
  readonly #clock: StoreClock;
  /** By storage, then by `namespace/name`. */
  readonly #kinds = new Map<string, Map<string, KubeObject>>();
  readonly #sorted = new Map<string, readonly KubeObject[]>();
  readonly #listeners = new Set<(change: Change) => void>();
  #changes: Change[] = [];
  /** Changes up to this revision are not remembered. */
  #forgotten: number;

  constructor(stored: StoredCluster, rows: Rows, clock: StoreClock) {
    this.#stored = stored;
    this.#rows = rows;
    this.#clock = clock;
    this.#forgotten = stored.revision;
    for (const [key, object] of rows.entries()) {
      const cut = key.indexOf(' ');
      // Rows hold what `#put` set: objects.
      this.#objects(key.slice(0, cut)).set(key.slice(cut + 1), object as KubeObject);
    }
  }

  get revision(): number {
    return this.#stored.revision;
  }

  get salt(): string {
    return this.#stored.salt;
  }

  find(kind: Kind, namespace: string, name: string): KubeObject | undefined {
    return this.#kinds.get(storageOf(kind))?.get(`${namespace}/${name}`);
  }

  /** @throws StatusError 404 */
  get(kind: Kind, namespace: string, name: string): KubeObject {
    const found = this.find(kind, namespace, name);
    if (found === undefined) throw notFound(kind, name);
    return found;
  }

  /** In the order of namespace and name; all namespaces without one. */
  list(kind: Kind, namespace?: string): readonly KubeObject[] {
    const storage = storageOf(kind);
    let all = this.#sorted.get(storage);
    if (all === undefined) {
      all = [...this.#objects(storage)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
      this.#sorted.set(storage, all);
    }
    return namespace === undefined ? all : all.filter((object) => namespaceOf(object) === namespace);
  }

  /** Everything in a namespace, with what it is kept under. */
  *inNamespace(namespace: string): Iterable<readonly [storage: string, object: KubeObject]> {
    for (const [storage, objects] of this.#kinds)
      for (const object of objects.values()) if (namespaceOf(object) === namespace) yield [storage, object];
  }

  /** Every object there is, with what it is kept under: for the garbage collector. */
  *everything(): Iterable<readonly [storage: string, object: KubeObject]> {
    for (const [storage, objects] of this.#kinds) for (const object of objects.values()) yield [storage, object];
  }

  /** @throws StatusError 409 when it is there */
  create(kind: Kind, object: KubeObject): KubeObject {
    const { name } = object.metadata;
    if (this.find(kind, namespaceOf(object), name) !== undefined) throw alreadyExists(kind, name);
    return this.#put(storageOf(kind), undefined, this.stamped(kind, object));
  }

  /** What `create` would keep: with a uid and a time. */
  stamped(kind: Kind, object: KubeObject): KubeObject {
    const counted = 'spec' in object && !UNCOUNTED.includes(kind.kind);
    return {
      ...object,
      metadata: {
        ...object.metadata,
        name: object.metadata.name,
        uid: this.#clock.uid(),
        creationTimestamp: this.time(),
        ...((counted || COUNTED.includes(kind.kind) || !isBuiltIn(kind)) && { generation: 1 }),
      },
    };
  }

  /**
   * Writes a new revision, unless nothing changed. An object that was told to go goes with its last finalizer.
   * @throws StatusError 404, and 409 when `object` carries an older revision
   */
  replace(kind: Kind, object: KubeObject): KubeObject {
    const { name } = object.metadata;
    const before = this.get(kind, namespaceOf(object), name);
    const sent = textIn(object.metadata, 'resourceVersion');
    if (sent !== undefined && sent !== '' && sent !== before.metadata['resourceVersion']) throw conflict(kind, name);
    const kept = this.revised(before, object);
    if (sameJson(before, kept)) return before;
    if (isReleased(kept)) return this.#delete(storageOf(kind), kept);
    return this.#put(storageOf(kind), before, kept);
  }

  /** What `replace` would keep: identity as before, a new generation where the wish changed. */
  revised(before: KubeObject, object: KubeObject): KubeObject {
    const generation = before.metadata['generation'];
    const wish = (each: KubeObject): JsonObject => ({ ...each, metadata: null, status: null, apiVersion: null });
    return {
      ...object,
      metadata: {
        ...object.metadata,
        name: before.metadata.name,
        uid: before.metadata['uid'] ?? null,
        creationTimestamp: before.metadata['creationTimestamp'] ?? null,
        resourceVersion: before.metadata['resourceVersion'] ?? null,
        ...(typeof generation === 'number' && { generation: sameJson(wish(before), wish(object)) ? generation : generation + 1 }),
      },
    };
  }

  /** Takes it out, or, while finalizers hold it, marks it. @throws StatusError 404 */
  remove(kind: Kind, namespace: string, name: string): KubeObject {
    const object = this.get(kind, namespace, name);
    return isHeld(object) ? this.mark(kind, object, 0) : this.#delete(storageOf(kind), object);
  }

  /** Tells an object to go, in so many seconds. Told again, it may have to go sooner. */
  mark(kind: Kind, object: KubeObject, graceSeconds: number): KubeObject {
    if (textIn(object.metadata, 'deletionTimestamp') !== undefined && object.metadata['deletionGracePeriodSeconds'] === graceSeconds)
      return object;
    const { generation } = object.metadata;
    const marked: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        deletionTimestamp: this.time(this.now() + graceSeconds * 1000),
        ...(kind.kind !== 'Namespace' && { deletionGracePeriodSeconds: graceSeconds }),
        ...(typeof generation === 'number' && { generation: generation + 1 }),
      },
      ...(kind.kind === 'Namespace' && { status: { ...objectIn(object, 'status'), phase: 'Terminating' } }),
    };
    return this.#put(storageOf(kind), object, marked);
  }

  /** Takes it out now, whatever holds it: a kubelet that has stopped a pod, a namespace that is empty. */
  expunge(kind: Kind, namespace: string, name: string): void {
    const object = this.find(kind, namespace, name);
    if (object !== undefined) this.#delete(storageOf(kind), object);
  }

  /**
   * What controllers want to be there now: made, brought up to date, and taken away when they no longer want it. Labels,
   * annotations and owners that others put on stay.
   */
  control(wanted: readonly { readonly kind: Kind; readonly object: KubeObject }[]): void {
    const keys = wanted.map(({ kind, object }) => `${storageOf(kind)} ${keyOf(object)}`);
    for (const { kind, object } of wanted) {
      const before = this.find(kind, namespaceOf(object), object.metadata.name);
      if (before === undefined) this.create(kind, object);
      else
        this.replace(kind, { ...before, ...object, metadata: { ...before.metadata, ...object.metadata, ...mergedLabels(before, object) } });
    }
    const still = new Set(keys);
    for (const key of this.#stored.controlled.filter((each) => !still.has(each))) {
      const [storage = '', path = ''] = key.split(' ');
      const object = this.#kinds.get(storage)?.get(path);
      if (object !== undefined) this.#delete(storage, object);
    }
    if (!sameJson(this.#stored.controlled, keys)) this.#stored.controlled = keys;
  }

  /** Calls back at every write from now on. @returns ends that */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** What was written after a revision, in order; `undefined` when that is too long ago to be told. */
  changesSince(revision: number): readonly Change[] | undefined {
    if (revision < this.#forgotten) return undefined;
    // Every write is one revision.
    const told = revision + 1 - (this.#changes[0]?.revision ?? revision + 1);
    return this.#changes.slice(Math.max(0, told));
  }

  /** World time, ms. */
  now(): number {
    return this.#clock.now();
  }

  /** World time as Kubernetes writes it: RFC 3339 in whole seconds. */
  time(at = this.#clock.now()): string {
    return rfc3339(at);
  }

  #objects(storage: string): Map<string, KubeObject> {
    const objects = this.#kinds.get(storage) ?? new Map<string, KubeObject>();
    this.#kinds.set(storage, objects);
    return objects;
  }

  #put(storage: string, before: KubeObject | undefined, object: KubeObject): KubeObject {
    const saved = this.#atNextRevision(object);
    this.#objects(storage).set(keyOf(saved), saved);
    this.#rows.set(`${storage} ${keyOf(saved)}`, saved);
    this.#tell({ revision: this.revision, type: before === undefined ? 'ADDED' : 'MODIFIED', storage, object: saved, before });
    return saved;
  }

  #delete(storage: string, object: KubeObject): KubeObject {
    const gone = this.#atNextRevision(object);
    this.#objects(storage).delete(keyOf(object));
    this.#rows.delete(`${storage} ${keyOf(object)}`);
    this.#tell({ revision: this.revision, type: 'DELETED', storage, object: gone, before: object });
    return gone;
  }

  #atNextRevision(object: KubeObject): KubeObject {
    this.#stored.revision += 1;
    return {
      ...object,
      metadata: { ...object.metadata, name: object.metadata.name, resourceVersion: String(this.#stored.revision) },
    };
  }

  #tell(change: Change): void {
    this.#sorted.delete(change.storage);
    this.#changes.push(change);
    if (this.#changes.length > REMEMBERED * 2) {
      this.#changes = this.#changes.slice(-REMEMBERED);
      this.#forgotten = (this.#changes[0]?.revision ?? this.revision + 1) - 1;
    }
    for (const listener of this.#listeners) listener(change);
  }
}

/** Kinds with a `spec` whose generation is not counted. */
const UNCOUNTED = ['Namespace', 'Node', 'Service', 'PersistentVolume', 'PersistentVolumeClaim', 'HorizontalPodAutoscaler'];

/** Kinds without a `spec` whose generation is counted all the same. */
const COUNTED = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'];

/** Controllers ask for the same moment thousands of times. */
let lastSecond = { second: 0, text: '1970-01-01T00:00:00Z' };

export function rfc3339(at: number): string {
  const second = Math.floor(at / 1000);
  if (second !== lastSecond.second) lastSecond = { second, text: new Date(second * 1000).toISOString().replace('.000Z', 'Z') };
  return lastSecond.text;
}

export function namespaceOf(object: KubeObject): string {
  return textIn(object.metadata, 'namespace') ?? '';
}

const keyOf = (object: KubeObject): string => `${namespaceOf(object)}/${object.metadata.name}`;

/** Something has to be done before it may go. */
export function isHeld(object: KubeObject): boolean {
  const finalizers = object.metadata['finalizers'];
  const ofNamespace = object.kind === 'Namespace' ? objectIn(object, 'spec')['finalizers'] : undefined;
  return [finalizers, ofNamespace].some((list) => isList(list) && list.length > 0);
}

/** Told to go, at once, and nothing holds it any more. */
function isReleased(object: KubeObject): boolean {
  const { metadata } = object;
  return textIn(metadata, 'deletionTimestamp') !== undefined && (metadata['deletionGracePeriodSeconds'] ?? 0) === 0 && !isHeld(object);
}

function mergedLabels(before: KubeObject, wanted: KubeObject): JsonObject {
  const merged = (key: 'labels' | 'annotations'): JsonObject => {
    const both = { ...objectIn(before.metadata, key), ...objectIn(wanted.metadata, key) };
    return Object.keys(both).length === 0 ? {} : { [key]: both };
  };
  return { ...merged('labels'), ...merged('annotations') };
}
