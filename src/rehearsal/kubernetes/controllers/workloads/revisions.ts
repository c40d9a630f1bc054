import type { JsonObject } from '../../json.ts';
import { isObject } from '../../json.ts';
import type { Json } from '../../json.ts';
import { hashSuffix } from '../names.ts';

/** Stored objects are never changed in place, so a template has one hash for ever. */
const hashes = new WeakMap<JsonObject, string>();

/** The hash of a pod template, whatever the order of its keys: two templates that differ have pods of their own. */
export function templateHash(template: JsonObject): string {
  const known = hashes.get(template) ?? hashSuffix(JSON.stringify(sorted(template)), 10);
  hashes.set(template, known);
  return known;
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map((each: Json) => sorted(each));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key] ?? null)]),
  );
}
