import { canonical } from '../../core/graph/compare.ts';
import type { Difference, Json } from '../../core/graph/resource.ts';
import { isList, isObject } from '../../manifests/json.ts';
import type { JsonObject } from '../../manifests/manifestObject.ts';

/** Fields that the server counts up with each write, and the controllers' own. */
const SERVERS_OWN = new Set(['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp']);

/** What stands in place of a Secret's value. */
const MASK = '(secret)';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * What a dry run would change, field by field; of Secrets without the values. `null`: not there. Both objects come from the server, so
 * every difference is a real one.
 */
export function differences(live: JsonObject, then: JsonObject): readonly Difference[] {
  const found: Difference[] = [];
  walk(comparable(live), comparable(then), '', found);
  const isSecret = live['kind'] === 'Secret' || then['kind'] === 'Secret';
  return isSecret ? found.map(masked) : found;
}

function comparable({ status: _, metadata, ...rest }: JsonObject): JsonObject {
  if (!isObject(metadata)) return rest;
  return { metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => !SERVERS_OWN.has(key))), ...rest };
}

function walk(before: Json | undefined, after: Json | undefined, path: string, found: Difference[]): void {
  if (canonical(before) === canonical(after)) return;
  // A map that is there on one side only is told by its fields too: a Secret's are masked one by one.
  const [left, right] = [mapIn(before, after), mapIn(after, before)];
  const keys = new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})]);
  if (left && right && keys.size > 0) {
    for (const key of keys) walk(left[key], right[key], joined(path, key), found);
    return;
  }
  const [was, will] = [byName(before), byName(after)];
  if (was && will) {
    for (const name of new Set([...was.keys(), ...will.keys()])) walk(was.get(name), will.get(name), `${path}[${name}]`, found);
    return;
  }
  found.push({ path, before: before ?? null, after: after ?? null });
}

const mapIn = (value: Json | undefined, other: Json | undefined): JsonObject | undefined =>
  isObject(value) ? value : value === undefined && isObject(other) ? {} : undefined;

const joined = (path: string, key: string): string => {
  const step = /^[\w-]+$/.test(key) ? key : `["${key}"]`;
  return path === '' ? step : step.startsWith('[') ? `${path}${step}` : `${path}.${step}`;
};

/** The items of a list by their names, where each has one of its own. */
function byName(list: Json | undefined): ReadonlyMap<string, Json> | undefined {
  if (!isList(list)) return undefined;
  const named = new Map(
    list.flatMap((item) => (isObject(item) && typeof item['name'] === 'string' ? [[item['name'], item] as const] : [])),
  );
  return named.size === list.length ? named : undefined;
}

function masked({ path, before, after }: Difference): Difference {
  const isValue = /^(?:data|stringData)(?:$|\.|\[)/.test(path) || path.includes(LAST_APPLIED);
  if (!isValue) return { path, before, after };
  return { path, before: before === null ? null : MASK, after: after === null ? null : MASK };
}
