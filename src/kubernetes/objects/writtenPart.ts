import type { Json } from '../../core/graph/resource.ts';
import { isList, isObject } from '../../manifests/json.ts';
import type { JsonObject } from '../../manifests/manifestObject.ts';
import { PLATFORM_LABEL } from '../platformLabel.ts';
import { PART_OF } from './applySetId.ts';
import { childOf, isOwnedWhole, itemKeys, ownedItem, type Owned } from './ownedFields.ts';
import { sameQuantity } from './quantity.ts';

/** Labels that every object gets from us and that no manifest has. */
const OURS: readonly string[] = [PLATFORM_LABEL, PART_OF];

/**
 * The part of a live object that its manifest speaks of: what the manifest writes, and what an apply of ours wrote and nobody took over
 * since (`owned`, so that a field taken out of the file is still seen). Left out is what the API server fills in, what controllers and
 * webhooks add, and our own labels. One amount in two notations (`1` and `1000m`) reads as the manifest has it.
 */
export function writtenPart(live: JsonObject, manifest: JsonObject, owned: Owned): JsonObject {
  return partOfMap(live, manifest, withoutOurLabels(owned), []);
}

function withoutOurLabels(owned: Owned): Owned {
  const metadata = childOf(owned, 'f:metadata');
  const labels = childOf(metadata, 'f:labels');
  if (labels === undefined) return owned;
  const theirs = Object.fromEntries(Object.entries(labels).filter(([key]) => !OURS.some((label) => key === `f:${label}`)));
  // Empty would mean: owned as a whole.
  return { ...owned, 'f:metadata': { ...metadata, 'f:labels': { '.': {}, ...theirs } } };
}

/** `undefined`: neither the manifest nor an apply of ours says anything of it. */
function partOf(live: Json, wanted: Json | undefined, owned: Owned, path: readonly string[]): Json | undefined {
  if (wanted === undefined && owned === undefined) return undefined;
  if (wanted !== undefined && sameQuantity(wanted, live, path)) return wanted;
  if (isOwnedWhole(owned)) return live;
  if (isObject(live) && (wanted === undefined || isObject(wanted))) {
    const part = partOfMap(live, wanted ?? {}, owned, path);
    return wanted === undefined && Object.keys(part).length === 0 ? undefined : part;
  }
  if (isList(live) && (wanted === undefined || isList(wanted))) return partOfList(live, wanted ?? [], owned, path);
  return live;
}

function partOfMap(live: JsonObject, wanted: JsonObject, owned: Owned, path: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(live).flatMap(([key, value]) => {
      const part = partOf(value, wanted[key], childOf(owned, `f:${key}`), [...path, key]);
      return part === undefined ? [] : [[key, part] as const];
    }),
  );
}

/** A list whose items nobody owns one by one is one value: whatever is in it is compared. */
function partOfList(live: readonly Json[], wanted: readonly Json[], owned: Owned, path: readonly string[]): readonly Json[] {
  const isSplit = Object.keys(owned ?? {}).some((key) => key.startsWith('k:') || key.startsWith('v:'));
  const keys = isSplit ? itemKeys(owned) : isNamed(live) && isNamed(wanted) ? ['name'] : [];
  return live.flatMap((item, at): readonly Json[] => {
    const pair = isObject(item) ? pairOf(item, at, wanted, keys) : wanted.find((each) => each === item);
    const own = isObject(item) ? ownedItem(owned, item) : childOf(owned, `v:${JSON.stringify(item)}`);
    if (!isSplit && pair === undefined) return [item];
    const part = partOf(item, pair, own, [...path, String(at)]);
    return part === undefined ? [] : [part];
  });
}

const isNamed = (items: readonly Json[]): boolean => items.every((item) => isObject(item) && typeof item['name'] === 'string');

/** The manifest's item for a live one: the same in what tells them apart, where a default may be left out (`protocol` of a port). */
function pairOf(item: JsonObject, at: number, wanted: readonly Json[], keys: readonly string[]): Json | undefined {
  if (keys.length === 0) return wanted[at];
  const maps = wanted.filter(isObject);
  return (
    maps.find((each) => keys.every((key) => each[key] === item[key])) ??
    maps.find((each) => keys.every((key) => each[key] === undefined || each[key] === item[key]))
  );
}
