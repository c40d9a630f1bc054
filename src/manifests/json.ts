import type { Json } from '../core/graph/resource.ts';
import type { JsonObject, JsonPath } from './manifestObject.ts';

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at `path`, or `undefined` where nothing is. */
export function at(value: Json | undefined, ...path: JsonPath): Json | undefined {
  let current = value;
  for (const step of path) current = child(current, step);
  return current;
}

/** A text at `path`; anything else counts as not written. */
export function textAt(value: Json | undefined, ...path: JsonPath): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The texts of a mapping of texts, such as labels. */
export function textsAt(value: Json | undefined, ...path: JsonPath): Readonly<Record<string, string>> {
  const found = at(value, ...path);
  if (!isObject(found)) return {};
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

export function itemsAt(value: Json | undefined, ...path: JsonPath): readonly Json[] {
  const found = at(value, ...path);
  return isList(found) ? found : [];
}

function child(value: Json | undefined, step: string | number): Json | undefined {
  if (typeof step === 'number') return isList(value) ? value[step] : undefined;
  return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
