import type { Json } from '../../core/graph/resource.ts';
import { isObject } from '../../manifests/json.ts';
import type { JsonObject } from '../../manifests/manifestObject.ts';
import type { KubernetesObject } from '../client.ts';

/** What a manager owns of a value (`FieldsV1` of meta/v1): `f:` keys of a map, `k:` and `v:` items of a list; empty where it owns it as a whole. */
export type Owned = JsonObject | undefined;

/** Nobody else can own a part of it, so nothing may be in it but what is written. */
export const WHOLE: JsonObject = {};

export const isOwnedWhole = (owned: Owned): boolean => owned !== undefined && Object.keys(owned).length === 0;

export interface Applied {
  readonly apiVersion: string | undefined;
  readonly fields: JsonObject;
}

/** What a manager's latest apply wrote of the object, `stringData` as the `data` that it is kept as; `undefined` where it never applied it. */
export function appliedBy(manager: string, { metadata }: KubernetesObject): Applied | undefined {
  const own = metadata.managedFields?.find(
    (entry) => entry.manager === manager && entry.operation === 'Apply' && entry.subresource === undefined,
  );
  return own?.fieldsV1 !== undefined && isObject(own.fieldsV1)
    ? { apiVersion: own.apiVersion, fields: ownedAsKept(own.fieldsV1) }
    : undefined;
}

function ownedAsKept({ 'f:stringData': texts, 'f:status': _, ...rest }: JsonObject): JsonObject {
  if (!isObject(texts)) return rest;
  return { ...rest, 'f:data': { ...(isObject(rest['f:data']) ? rest['f:data'] : {}), ...texts } };
}

/** The entry of an item in a list that is a map: `k:{"containerPort":80,"protocol":"TCP"}`. */
export function ownedItem(owned: Owned, item: Json | undefined): Owned {
  if (owned === undefined || !isObject(item)) return undefined;
  if (isOwnedWhole(owned)) return WHOLE;
  const key = Object.keys(owned).find((each) => each.startsWith('k:') && hasKeys(item, each.slice(2)));
  return key === undefined ? undefined : childOf(owned, key);
}

/** The properties that tell the items of such a list apart; empty where they are not owned one by one. */
export function itemKeys(owned: Owned): readonly string[] {
  const first = Object.keys(owned ?? {}).find((each) => each.startsWith('k:'));
  return first === undefined ? [] : Object.keys(keysIn(first.slice(2)));
}

function hasKeys(item: JsonObject, text: string): boolean {
  return Object.entries(keysIn(text)).every(([key, value]) => item[key] === value);
}

function keysIn(text: string): object {
  const keys: unknown = JSON.parse(text);
  return typeof keys === 'object' && keys !== null ? keys : {};
}

export function childOf(owned: Owned, key: string): Owned {
  const child = owned?.[key];
  return isObject(child) ? child : undefined;
}
