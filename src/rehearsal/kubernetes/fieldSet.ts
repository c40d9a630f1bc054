import { isList, isObject, sameJson } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { isGranular, memberType } from './fieldType.ts';
import type { FieldType, ListType } from './fieldType.ts';

/**
 * A set of fields, as `managedFields` keeps it (kubernetes.io, "Server-Side Apply": field management). A path is a list of
 * elements in the words of FieldsV1: `f:NAME`, `k:{"name":"x"}` for an item of a list with keys, `v:"x"` for one of a set.
 */
export class FieldSet {
  readonly #paths: ReadonlyMap<string, readonly string[]>;

  constructor(paths: Iterable<readonly string[]>) {
    this.#paths = new Map([...paths].map((path) => [path.join('\n'), path]));
  }

  /** All fields of a value that can have an owner. */
  static of(value: Json, type: FieldType): FieldSet {
    return new FieldSet(leaves(value, type, []));
  }

  /** @param fields FieldsV1 */
  static fromFieldsV1(fields: JsonObject): FieldSet {
    const paths: string[][] = [];
    const walk = (node: JsonObject, at: readonly string[]): void => {
      const inner = Object.entries(node).filter(([key]) => key !== '.');
      if ((inner.length === 0 || '.' in node) && at.length > 0) paths.push([...at]);
      for (const [key, each] of inner) walk(isObject(each) ? each : {}, [...at, key]);
    };
    walk(fields, []);
    return new FieldSet(paths);
  }

  toFieldsV1(): JsonObject {
    interface Node {
      readonly inner: Map<string, Node>;
      member: boolean;
    }
    const root: Node = { inner: new Map(), member: false };
    for (const path of this.#paths.values()) {
      let node = root;
      for (const element of path) {
        const next = node.inner.get(element) ?? { inner: new Map<string, Node>(), member: false };
        node.inner.set(element, next);
        node = next;
      }
      node.member = true;
    }
    const shown = (node: Node): JsonObject => ({
      ...(node.member && node.inner.size > 0 && { '.': {} }),
      ...Object.fromEntries([...node.inner].map(([element, each]) => [element, shown(each)])),
    });
    return shown(root);
  }

  get size(): number {
    return this.#paths.size;
  }

  paths(): readonly (readonly string[])[] {
    return [...this.#paths.values()];
  }

  has(path: readonly string[]): boolean {
    return this.#paths.has(path.join('\n'));
  }

  union(other: FieldSet): FieldSet {
    return new FieldSet([...this.paths(), ...other.paths()]);
  }

  minus(other: FieldSet): FieldSet {
    return new FieldSet(this.paths().filter((path) => !other.has(path)));
  }

  equals(other: FieldSet): boolean {
    return this.size === other.size && this.paths().every((path) => other.has(path));
  }
}

function leaves(value: Json, type: FieldType, at: readonly string[]): (readonly string[])[] {
  if (type.is === 'list' && isList(value)) {
    if (type.set) return value.map((each) => [...at, `v:${JSON.stringify(each)}`]);
    if (type.keys.length === 0) return [at];
    return value.flatMap((each) => {
      const item = [...at, itemElement(each, type)];
      return [item, ...leaves(each, type.of, item)];
    });
  }
  if (!isGranular(type) || !isObject(value) || Object.keys(value).length === 0) return at.length === 0 ? [] : [at];
  return Object.entries(value).flatMap(([key, each]) => {
    const inner = memberType(type, key);
    return inner === undefined ? [] : leaves(each, inner, [...at, `f:${key}`]);
  });
}

/** `k:{"name":"x"}`: keys in the order of the alphabet, as the API server writes them; one that is not sent has its usual value. */
export function itemElement(item: Json, list: ListType): string {
  const fields = isObject(item) ? item : {};
  return `k:${JSON.stringify(Object.fromEntries([...list.keys].sort().map((key) => [key, fields[key] ?? usualKey(list, key)])))}`;
}

function usualKey({ of }: ListType, key: string): Json {
  return ((of.is === 'object' ? of.field(key)?.usual : undefined) as Json | undefined) ?? null;
}

/** The value at a path, `undefined` where there is none. */
export function valueAt(value: Json | undefined, path: readonly string[], type: FieldType): Json | undefined {
  const [element, ...rest] = path;
  if (element === undefined || value === undefined) return value;
  const step = stepInto(value, element, type);
  return step === undefined ? undefined : valueAt(step.value, rest, step.type);
}

/** The value without what is at a path. */
export function removeAt(value: Json, path: readonly string[], type: FieldType): Json {
  const [element, ...rest] = path;
  if (element === undefined) return value;
  const step = stepInto(value, element, type);
  if (step === undefined) return value;
  if (isList(value)) {
    if (rest.length === 0) return value.filter((each) => each !== step.value);
    return value.map((each) => (each === step.value ? removeAt(each, rest, step.type) : each));
  }
  if (!isObject(value)) return value;
  const name = element.slice('f:'.length);
  const entries = Object.entries(value);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([key]) => key !== name));
  return Object.fromEntries(entries.map(([key, each]) => [key, key === name ? removeAt(each, rest, step.type) : each]));
}

function stepInto(value: Json, element: string, type: FieldType): { readonly value: Json; readonly type: FieldType } | undefined {
  if (type.is === 'list' && isList(value)) {
    const found = value.find((each) =>
      element.startsWith('v:') ? sameJson(each, JSON.parse(element.slice('v:'.length)) as Json) : itemElement(each, type) === element,
    );
    return found === undefined ? undefined : { value: found, type: type.of };
  }
  if (!isObject(value) || !element.startsWith('f:')) return undefined;
  const name = element.slice('f:'.length);
  const inner = memberType(type, name);
  const found = value[name];
  return inner === undefined || found === undefined ? undefined : { value: found, type: inner };
}

/** `.spec.template.spec.containers[name="app"].image`, as the API server names a field in a conflict. */
export function shownPath(path: readonly string[]): string {
  return path
    .map((element) => {
      if (element.startsWith('f:')) return `.${element.slice('f:'.length)}`;
      if (element.startsWith('v:')) return `[=${element.slice('v:'.length)}]`;
      const keys = Object.entries(JSON.parse(element.slice('k:'.length)) as JsonObject);
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}
