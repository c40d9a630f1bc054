import { isList, isObject, sameJson } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { ANY, memberType } from './fieldType.ts';
import type { FieldType } from './fieldType.ts';

/** RFC 7396: maps are merged, `null` deletes, everything else is replaced. */
export function mergePatch(value: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json> = isObject(value) ? { ...value } : {};
  for (const [key, each] of Object.entries(patch)) {
    if (each === null) delete result[key];
    else result[key] = mergePatch(result[key], each);
  }
  return result;
}

/**
 * Strategic merge patch: as a merge patch, but lists with a merge key are merged item by item (`$patch: delete` takes one out), lists
 * of scalars that are merged are united. Directives that order lists are read over: order has no meaning in ours.
 */
export function strategicMergePatch(value: Json | undefined, patch: Json, type: FieldType): Json {
  if (isList(patch)) return mergedList(isList(value) ? value : [], patch, type);
  if (!isObject(patch)) return patch;
  if (patch['$patch'] === 'replace') return Object.fromEntries(Object.entries(patch).filter(([key]) => key !== '$patch'));
  const result: Record<string, Json> = isObject(value) ? { ...value } : {};
  const retained = patch['$retainKeys'];
  if (isList(retained)) for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
  for (const [key, each] of Object.entries(patch)) {
    if (key.startsWith('$setElementOrder') || key.startsWith('$retainKeys')) continue;
    if (key.startsWith('$deleteFromPrimitiveList/')) result[key.slice('$deleteFromPrimitiveList/'.length)] = taken(result, key, each);
    else if (each === null) delete result[key];
    else result[key] = strategicMergePatch(result[key], each, memberType(type, key) ?? ANY);
  }
  return result;
}

function mergedList(before: readonly Json[], patch: readonly Json[], type: FieldType): Json {
  if (type.is !== 'list' || type.patchKey === undefined) return patch;
  if (type.patchKey === '') return [...before, ...patch.filter((each) => !before.some((other) => sameJson(each, other)))];
  if (patch.some((item) => isObject(item) && item['$patch'] === 'replace'))
    return patch.filter((item) => !isObject(item) || item['$patch'] !== 'replace');
  const { patchKey } = type;
  const keyOf = (item: Json): string => JSON.stringify(isObject(item) ? (item[patchKey] ?? null) : item);
  const result = new Map(before.map((item) => [keyOf(item), item]));
  for (const item of patch.filter(isObject)) {
    if (item['$patch'] === 'delete') result.delete(keyOf(item));
    else result.set(keyOf(item), strategicMergePatch(result.get(keyOf(item)), item, type.of));
  }
  return [...result.values()];
}

function taken(value: JsonObject, key: string, gone: Json): Json {
  const list = value[key.slice('$deleteFromPrimitiveList/'.length)];
  return isList(list) ? list.filter((each) => !isList(gone) || !gone.includes(each)) : [];
}
