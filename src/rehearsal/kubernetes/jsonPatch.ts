import { isList, isObject, sameJson, textIn } from './json.ts';
import type { Json, JsonObject } from './json.ts';

/** A patch that cannot be done on what is there. */
export class JsonPatchError extends Error {
  override readonly name = 'JsonPatchError';
}

/** RFC 6902. @throws JsonPatchError */
export function jsonPatch(value: Json, operations: readonly Json[]): Json {
  return operations.reduce((result, operation) => {
    if (!isObject(operation)) throw new JsonPatchError('Unexpected kind: unknown');
    return applied(result, operation);
  }, value);
}

function applied(value: Json, operation: JsonObject): Json {
  const name = textIn(operation, 'op') ?? '';
  const path = pointer(textIn(operation, 'path') ?? '');
  const from = pointer(textIn(operation, 'from') ?? '');
  const sent = operation['value'] ?? null;
  switch (name) {
    case 'add':
      return changed(value, path, (parent, key) => inserted(parent, key, sent));
    case 'remove':
      return changed(value, path, removed);
    case 'replace':
      return changed(value, path, (parent, key) => replaced(parent, key, sent));
    case 'move': {
      const moved = at(value, from);
      return changed(changed(value, from, removed), path, (parent, key) => inserted(parent, key, moved));
    }
    case 'copy': {
      const copy = at(value, from);
      return changed(value, path, (parent, key) => inserted(parent, key, copy));
    }
    case 'test':
      if (!sameJson(at(value, path), sent)) throw new JsonPatchError(`testing value ${textIn(operation, 'path') ?? ''} failed`);
      return value;
    default:
      throw new JsonPatchError(`Unexpected kind: ${name}`);
  }
}

/** RFC 6901: `/metadata/annotations/example.com~1name` */
function pointer(text: string): string[] {
  return text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function at(value: Json, path: readonly string[]): Json {
  return path.reduce<Json>((parent, key) => child(parent, key), value);
}

function child(parent: Json, key: string): Json {
  const found = isList(parent) ? parent[indexIn(parent, key)] : isObject(parent) ? parent[key] : undefined;
  if (found === undefined) throw missing(key);
  return found;
}

function changed(value: Json, path: readonly string[], change: (parent: Json, key: string) => Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) throw missing('');
  if (rest.length === 0) return change(value, key);
  const inner = changed(child(value, key), rest, change);
  return replaced(value, key, inner);
}

function inserted(parent: Json, key: string, value: Json): Json {
  if (isList(parent)) {
    const index = key === '-' ? parent.length : indexIn(parent, key);
    if (index > parent.length) throw missing(key);
    return [...parent.slice(0, index), value, ...parent.slice(index)];
  }
  if (!isObject(parent)) throw missing(key);
  return { ...parent, [key]: value };
}

function replaced(parent: Json, key: string, value: Json): Json {
  child(parent, key);
  if (isList(parent)) return parent.map((each, index) => (index === indexIn(parent, key) ? value : each));
  return isObject(parent) ? { ...parent, [key]: value } : parent;
}

function removed(parent: Json, key: string): Json {
  child(parent, key);
  if (isList(parent)) return parent.filter((_each, index) => index !== indexIn(parent, key));
  return isObject(parent) ? Object.fromEntries(Object.entries(parent).filter(([name]) => name !== key)) : parent;
}

function indexIn(list: readonly Json[], key: string): number {
  const index = Number(key);
  if (!/^\d+$/.test(key)) throw missing(key);
  return index <= list.length ? index : list.length + 1;
}

const missing = (key: string): JsonPatchError => new JsonPatchError(`the path has no ${JSON.stringify(key)}`);
