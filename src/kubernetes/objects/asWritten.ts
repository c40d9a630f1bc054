import type { Json } from '../../core/graph/resource.ts';
import { isList, isObject } from '../../manifests/json.ts';
import type { JsonObject } from '../../manifests/manifestObject.ts';
import type { KubernetesObject } from '../client.ts';
import { appliedBy, childOf, isOwnedWhole, ownedItem, WHOLE, type Owned } from './ownedFields.ts';
import { sameQuantity } from './quantity.ts';

/**
 * Whether the live object is exactly what an apply of `manifest` would leave: every field of the file is as written, and whatever we
 * own is still in the file, so that a field taken out of it is noticed too. Errs on one side only: `false` means that the server has to
 * be asked (a default or a webhook may have written it in another way), `true` that it need not be.
 */
export function isAsWritten(manifest: JsonObject, live: KubernetesObject, manager: string): boolean {
  const wanted = withoutWhatIsNotKept(manifest);
  const own = appliedBy(manager, live);
  if (own === undefined || own.apiVersion !== manifest['apiVersion']) return false;
  const seen: JsonObject = { ...asJson(live), apiVersion: manifest['apiVersion'] ?? null, kind: manifest['kind'] ?? null };
  return isSame(wanted, seen, own.fields, []);
}

/** An answer of the API server is JSON; its type says less. */
const asJson = (object: KubernetesObject): JsonObject => object as unknown as JsonObject;

/** `status` is the controllers'; what is written into `stringData` is kept as `data`. */
function withoutWhatIsNotKept({ status: _, stringData, ...rest }: JsonObject): JsonObject {
  if (rest['kind'] !== 'Secret' || !isObject(stringData)) return rest;
  const data = isObject(rest['data']) ? rest['data'] : {};
  const encoded: Readonly<Record<string, Json>> = Object.fromEntries(
    Object.entries(stringData).map(([key, value]) => [key, Buffer.from(typeof value === 'string' ? value : '').toString('base64')]),
  );
  return { ...rest, data: { ...data, ...encoded } };
}

function isSame(wanted: Json, live: Json | undefined, owned: Owned, path: readonly string[]): boolean {
  if (wanted === null) return live === undefined || live === null;
  if (isList(wanted)) return isSameList(wanted, live, owned, path);
  if (isObject(wanted)) return isSameMap(wanted, live, owned, path);
  return wanted === live || sameQuantity(wanted, live, path);
}

function isSameMap(wanted: JsonObject, live: Json | undefined, owned: Owned, path: readonly string[]): boolean {
  // The server drops what is empty.
  if (live === undefined) return Object.values(wanted).every((value) => value === null);
  if (!isObject(live)) return false;
  const isWhole = isOwnedWhole(owned);
  if (isWhole && Object.keys(live).some((key) => !(key in wanted))) return false;
  const isLeftOut = (key: string): boolean => key.startsWith('f:') && !(key.slice(2) in wanted);
  if (owned !== undefined && Object.keys(owned).some(isLeftOut)) return false;
  return Object.entries(wanted).every(([key, value]) => {
    return isSame(value, live[key], isWhole ? WHOLE : childOf(owned, `f:${key}`), [...path, key]);
  });
}

function isSameList(wanted: readonly Json[], live: Json | undefined, owned: Owned, path: readonly string[]): boolean {
  if (live === undefined) return wanted.length === 0;
  if (!isList(live) || live.length !== wanted.length) return false;
  return wanted.every((item, at) => isSame(item, live[at], ownedItem(owned, live[at]), [...path, String(at)]));
}
