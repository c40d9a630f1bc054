import { isList, isObject } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { schemaOf } from './schema.ts';
import type { FieldType } from './schema.ts';

export interface Flaws {
  /** Paths of fields that the kind does not have: `spec.replica`, `spec.containers[0].imagee`. */
  readonly unknown: readonly string[];
  /** What cannot be decoded at all: `spec.replicas: expected number, got string`. */
  readonly mistyped: readonly string[];
}

/** Holds an object against its kind's fields. */
export function flawsOf(object: JsonObject, schema: string): Flaws {
  const flaws = { unknown: [] as string[], mistyped: [] as string[] };
  check(object, schemaOf(schema), '', flaws);
  return flaws;
}

/** Without the fields that the kind does not have: the API server decodes into its own types and forgets the rest. */
export function pruned(object: JsonObject, schema: string): JsonObject {
  const result = prune(object, schemaOf(schema));
  return isObject(result) ? result : {};
}

function check(value: Json, type: FieldType, path: string, flaws: { unknown: string[]; mistyped: string[] }): void {
  if (value === null || type.is === 'any') return;
  if (type.is === 'scalar') {
    if (typeof value !== type.scalar) flaws.mistyped.push(`${path}: expected ${type.scalar}, got ${nameOf(value)}`);
  } else if (type.is === 'list') {
    if (!isList(value)) flaws.mistyped.push(`${path}: expected list, got ${nameOf(value)}`);
    else value.forEach((each, index) => check(each, type.of, `${path}[${index}]`, flaws));
  } else if (!isObject(value)) {
    flaws.mistyped.push(`${path}: expected map, got ${nameOf(value)}`);
  } else {
    for (const [key, each] of Object.entries(value)) {
      const inner = type.is === 'map' ? type.of : type.field(key);
      const innerPath = path === '' ? key : `${path}.${key}`;
      if (inner === undefined) flaws.unknown.push(innerPath);
      else check(each, inner, innerPath, flaws);
    }
  }
}

function prune(value: Json, type: FieldType): Json {
  if (isList(value) && type.is === 'list') return value.map((each) => prune(each, type.of));
  if (!isObject(value) || (type.is !== 'object' && type.is !== 'map')) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      const inner = type.is === 'map' ? type.of : type.field(key);
      return inner === undefined || each === null ? [] : [[key, prune(each, inner)] as const];
    }),
  );
}

function nameOf(value: Json): string {
  return isList(value) ? 'list' : typeof value === 'object' ? 'map' : typeof value;
}
