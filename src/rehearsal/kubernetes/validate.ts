import { memberType } from './fieldType.ts';
import { itemElement, shownPath } from './fieldSet.ts';
import type { FieldType, ListType, ObjectType, Scalar } from './fieldType.ts';
import { isList, isObject } from './json.ts';
import type { Json, JsonObject } from './json.ts';

export interface Mistyped {
  /** `spec.replicas` */
  readonly path: string;
  readonly expected: string;
  readonly got: Json;
}

export interface Flaws {
  /** Paths of fields that the kind does not have: `spec.replica`, `spec.containers[0].imagee`. */
  readonly unknown: readonly string[];
  /** What cannot be decoded at all. */
  readonly mistyped: readonly Mistyped[];
}

interface FoundFlaws {
  readonly unknown: string[];
  readonly mistyped: Mistyped[];
  readonly keyed: boolean;
}

/**
 * Holds an object against its kind's fields.
 * @param keyed items of lists that have keys are named by these, `containers[name="web"]`, as server-side apply does
 */
export function flawsOf(object: JsonObject, type: ObjectType, keyed = false): Flaws {
  const flaws: FoundFlaws = { unknown: [], mistyped: [], keyed };
  check(object, type, '', flaws);
  return flaws;
}

/** Without the fields that the kind does not have: the API server decodes into its own types and forgets the rest. */
export function pruned(object: JsonObject, type: ObjectType): JsonObject {
  const result = prune(object, type);
  return isObject(result) ? result : {};
}

function check(value: Json, type: FieldType, path: string, flaws: FoundFlaws): void {
  if (value === null || type.is === 'any') return;
  const wrong = (expected: string): void => void flaws.mistyped.push({ path, expected, got: value });
  if (type.is === 'scalar') {
    const expected = mismatch(value, type.scalar);
    if (expected !== undefined) wrong(expected);
  } else if (type.is === 'list') {
    if (!isList(value)) wrong('list');
    else value.forEach((each, index) => check(each, type.of, `${path}${flaws.keyed ? itemPath(each, type, index) : `[${index}]`}`, flaws));
  } else if (!isObject(value)) {
    wrong('map');
  } else {
    for (const [key, each] of Object.entries(value)) {
      const inner = memberType(type, key);
      const innerPath = path === '' ? key : `${path}.${key}`;
      if (inner === undefined) flaws.unknown.push(innerPath);
      else check(each, inner, innerPath, flaws);
    }
  }
}

function itemPath(item: Json, type: ListType, index: number): string {
  return type.keys.length === 0 ? `[${index}]` : shownPath([itemElement(item, type)]);
}

/** What a scalar should have been; `undefined` when it is that. */
function mismatch(value: Json, scalar: Scalar): string | undefined {
  const is = typeof value;
  switch (scalar) {
    case 'string':
    case 'time':
    case 'bytes':
      return is === 'string' ? undefined : 'string';
    case 'boolean':
      return is === 'boolean' ? undefined : 'boolean';
    case 'integer':
    case 'number':
      return is === 'number' ? undefined : 'numeric (int or float)';
    case 'quantity':
    case 'intOrString':
      return is === 'number' || is === 'string' ? undefined : 'string';
  }
}

function prune(value: Json, type: FieldType): Json {
  if (isList(value) && type.is === 'list') return value.map((each) => prune(each, type.of));
  if (!isObject(value) || (type.is !== 'object' && type.is !== 'map')) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      const inner = memberType(type, key);
      return inner === undefined || each === null ? [] : [[key, prune(each, inner)] as const];
    }),
  );
}

/** Without empty maps and lists: Go leaves them out of what it writes. */
export function compacted(value: Json, type: FieldType): Json {
  if (isList(value)) return type.is === 'list' ? value.map((each) => compacted(each, type.of)) : value;
  if (!isObject(value) || type.is === 'any' || type.is === 'scalar') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      const inner = memberType(type, key);
      if (inner === undefined) return [[key, each] as const];
      const isEmpty =
        (inner.is === 'list' && isList(each) && each.length === 0) ||
        (inner.is === 'map' && isObject(each) && Object.keys(each).length === 0);
      return isEmpty ? [] : [[key, compacted(each, inner)] as const];
    }),
  );
}

/** How Go names the JSON that it got. */
export function goName(value: Json): string {
  if (isList(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
