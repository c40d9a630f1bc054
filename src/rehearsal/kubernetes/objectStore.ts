import { isList, objectIn, sameJson, textIn } from './json.ts';
import type { JsonObject, KubeObject } from './json.ts';
import { resourceName } from './kinds.ts';
import type { Kind } from './kinds.ts';
import { alreadyExists, conflict, notFound } from './statusError.ts';

/** A cluster's objects as they are kept in the world. */
export interface StoredObjects {
  revision: number;
  /** `deployments.apps` → `kube-system/coredns` → object. Cluster-scoped ones have an empty namespace: `/node-1`. */
  readonly kinds: Record<string, Record<string, KubeObject>>;
  /** What controllers made, as `deployments.apps kube-system/coredns`: they may take it away again. */
  controlled: string[];
  /** For Secrets: what their values are hashed with. */
  readonly salt: string;
}

export interface StoreClock {
  /** World time, ms. */
  now(): number;
  uid(): string;
}

/** etcd with the API server's bookkeeping: uid, creation time, resource version, generation. */
export class ObjectStore {
  readonly #stored: StoredObjects;
  readonly #clock: StoreClock;

  constructor(stored: StoredObjects, clock: StoreClock) {
    this.#stored = stored;
    this.#clock = clock;
  }

  get revision(): number {
    return this.#stored.revision;
  }

  get salt(): string {
    return this.#stored.salt;
  }

  find(kind: Kind, namespace: string, name: string): KubeObject | undefined {
    return this.#stored.kinds[resourceName(kind)]?.[`${namespace}/${name}`];
  }

  /** @throws StatusError 404 */
  get(kind: Kind, namespace: string, name: string): KubeObject {
    const found = this.find(kind, namespace, name);
    if (found === undefined) throw notFound(kind, name);
    return found;
  }

  /** In the order of namespace and name; all namespaces without one. */
  list(kind: Kind, namespace?: string): KubeObject[] {
    return Object.entries(this.#stored.kinds[resourceName(kind)] ?? {})
      .filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }

  /** @throws StatusError 409 when it is there */
  create(kind: Kind, object: KubeObject): KubeObject {
    const { name } = object.metadata;
    if (this.find(kind, namespaceOf(object), name) !== undefined) throw alreadyExists(kind, name);
    const made: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        name,
        uid: this.#clock.uid(),
        creationTimestamp: this.time(),
        ...('spec' in object && kind.kind !== 'Namespace' && kind.kind !== 'Node' && { generation: 1 }),
      },
    };
    return this.#put(kind, made);
  }

  /** Writes a new revision, unless nothing changed. @throws StatusError 404, and 409 when `object` carries an older revision */
  replace(kind: Kind, object: KubeObject): KubeObject {
    const { name } = object.metadata;
    const before = this.get(kind, namespaceOf(object), name);
    const sent = textIn(object.metadata, 'resourceVersion');
    if (sent !== undefined && sent !== before.metadata['resourceVersion']) throw conflict(kind, name);
    const generation = before.metadata['generation'];
    const kept: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        name,
        uid: before.metadata['uid'] ?? null,
        creationTimestamp: before.metadata['creationTimestamp'] ?? null,
        resourceVersion: before.metadata['resourceVersion'] ?? null,
        ...(typeof generation === 'number' && { generation: sameJson(before['spec'], object['spec']) ? generation : generation + 1 }),
      },
    };
    return sameJson(before, kept) ? before : this.#put(kind, kept);
  }

  /** Takes it out, or, while finalizers hold it, marks it. @throws StatusError 404 */
  remove(kind: Kind, namespace: string, name: string): KubeObject {
    const object = this.get(kind, namespace, name);
    const finalizers = object.metadata['finalizers'];
    if (isList(finalizers) && finalizers.length > 0) {
      return this.replace(kind, {
        ...object,
        metadata: { ...object.metadata, deletionTimestamp: this.time(), deletionGracePeriodSeconds: 0 },
      });
    }
    delete this.#stored.kinds[resourceName(kind)]?.[`${namespace}/${name}`];
    this.#stored.revision += 1;
    return object;
  }

  /** Everything in a namespace. */
  removeNamespace(kinds: readonly Kind[], namespace: string): void {
    for (const kind of kinds.filter((each) => each.namespaced))
      for (const object of this.list(kind, namespace)) this.remove(kind, namespace, object.metadata.name);
  }

  /**
   * What controllers want to be there now: made, brought up to date, and taken away when they no longer want it. Labels,
   * annotations and owners that others put on stay.
   */
  control(wanted: readonly { readonly kind: Kind; readonly object: KubeObject }[]): void {
    const keys = wanted.map(({ kind, object }) => controlKey(kind, object));
    for (const { kind, object } of wanted) {
      const before = this.find(kind, namespaceOf(object), object.metadata.name);
      if (before === undefined) this.create(kind, object);
      else
        this.replace(kind, { ...before, ...object, metadata: { ...before.metadata, ...object.metadata, ...mergedLabels(before, object) } });
    }
    for (const key of this.#stored.controlled.filter((each) => !keys.includes(each))) {
      const [plural = '', path = ''] = key.split(' ');
      if (this.#stored.kinds[plural]?.[path] === undefined) continue;
      delete this.#stored.kinds[plural][path];
      this.#stored.revision += 1;
    }
    this.#stored.controlled = keys;
  }

  /** World time, ms. */
  now(): number {
    return this.#clock.now();
  }

  /** World time as Kubernetes writes it: RFC 3339 in whole seconds. */
  time(at = this.#clock.now()): string {
    return rfc3339(at);
  }

  #put(kind: Kind, object: KubeObject): KubeObject {
    this.#stored.revision += 1;
    const saved: KubeObject = {
      ...object,
      metadata: { ...object.metadata, name: object.metadata.name, resourceVersion: String(this.#stored.revision) },
    };
    const objects = this.#stored.kinds[resourceName(kind)] ?? {};
    this.#stored.kinds[resourceName(kind)] = objects;
    objects[`${namespaceOf(saved)}/${saved.metadata.name}`] = saved;
    return saved;
  }
}

export function rfc3339(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

export function namespaceOf(object: KubeObject): string {
  return textIn(object.metadata, 'namespace') ?? '';
}

function controlKey(kind: Kind, object: KubeObject): string {
  return `${resourceName(kind)} ${namespaceOf(object)}/${object.metadata.name}`;
}

function mergedLabels(before: KubeObject, wanted: KubeObject): JsonObject {
  const merged = (key: 'labels' | 'annotations'): JsonObject => {
    const both = { ...objectIn(before.metadata, key), ...objectIn(wanted.metadata, key) };
    return Object.keys(both).length === 0 ? {} : { [key]: both };
  };
  return { ...merged('labels'), ...merged('annotations') };
}
