import { apiVersionOf } from '../kinds.ts';
import type { Kind } from '../kinds.ts';
import { isList, isObject, objectIn, textIn } from '../json.ts';
import type { Json, JsonObject, KubeObject } from '../json.ts';
import type { ObjectStore } from '../objectStore.ts';
import { namespaceOf } from '../objectStore.ts';

/** Reading of objects as controllers do it all the time: what is missing or of another type reads as empty. */

export const specOf = (object: KubeObject | undefined): JsonObject => objectIn(object, 'spec');
export const statusOf = (object: KubeObject | undefined): JsonObject => objectIn(object, 'status');
export const labelsOf = (object: KubeObject): JsonObject => objectIn(object.metadata, 'labels');
export const annotationsOf = (object: KubeObject): JsonObject => objectIn(object.metadata, 'annotations');
export const uidOf = (object: KubeObject): string => textIn(object.metadata, 'uid') ?? '';

/** Told to go; finalizers may hold it. */
export const isLeaving = (object: KubeObject): boolean => textIn(object.metadata, 'deletionTimestamp') !== undefined;

export function numberIn(parent: JsonObject | undefined, key: string): number | undefined {
  const value = parent?.[key];
  return typeof value === 'number' ? value : undefined;
}

/** The objects of a list; anything else in it is left out. */
export function objectsIn(parent: JsonObject | undefined, key: string): readonly JsonObject[] {
  const value = parent?.[key];
  return isList(value) ? value.filter(isObject) : [];
}

export function textsIn(parent: JsonObject | undefined, key: string): readonly string[] {
  const value = parent?.[key];
  return isList(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** A time of the API (RFC 3339) as world time, ms. */
export function timeIn(parent: JsonObject | undefined, key: string): number | undefined {
  const value = textIn(parent, key);
  return value === undefined ? undefined : Date.parse(value);
}

export const createdAt = (object: KubeObject): number => timeIn(object.metadata, 'creationTimestamp') ?? 0;

export function controllerOf(object: KubeObject): JsonObject | undefined {
  return objectsIn(object.metadata, 'ownerReferences').find((each) => each['controller'] === true);
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return textIn(controllerOf(object), 'uid') === uidOf(owner);
}

export function ownerReference(kind: Kind, owner: KubeObject): JsonObject {
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    name: owner.metadata.name,
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** By the uid of the controller that owns them. */
export function byController(objects: readonly KubeObject[]): ReadonlyMap<string, readonly KubeObject[]> {
  const found = new Map<string, KubeObject[]>();
  for (const object of objects) {
    const owner = textIn(controllerOf(object), 'uid');
    if (owner === undefined) continue;
    const owned = found.get(owner) ?? [];
    owned.push(object);
    found.set(owner, owned);
  }
  return found;
}

/** `matchLabels` and `matchExpressions`, as in selectors of workloads and affinities. */
export function selects(selector: JsonObject, labels: JsonObject): boolean {
  const byLabel = Object.entries(objectIn(selector, 'matchLabels')).every(([key, value]) => labels[key] === value);
  return byLabel && objectsIn(selector, 'matchExpressions').every((each) => expressionHolds(each, labels));
}

export function expressionHolds(expression: JsonObject, labels: JsonObject): boolean {
  const key = textIn(expression, 'key') ?? '';
  const value = labels[key];
  const values = textsIn(expression, 'values');
  switch (textIn(expression, 'operator')) {
    case 'In':
      return typeof value === 'string' && values.includes(value);
    case 'NotIn':
      return !(typeof value === 'string' && values.includes(value));
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** Writes a status, if it differs. Whoever read the object earlier need not read it again. */
export function writeStatus(store: ObjectStore, kind: Kind, object: KubeObject, status: JsonObject): KubeObject {
  const now = store.get(kind, namespaceOf(object), object.metadata.name);
  return store.replace(kind, { ...now, status });
}

/** Changes metadata, if that makes a difference. */
export function writeMetadata(store: ObjectStore, kind: Kind, object: KubeObject, change: JsonObject): KubeObject {
  const now = store.get(kind, namespaceOf(object), object.metadata.name);
  return store.replace(kind, { ...now, metadata: { ...now.metadata, ...change, name: now.metadata.name } });
}

export function withFinalizer(store: ObjectStore, kind: Kind, object: KubeObject, finalizer: string): void {
  const finalizers = textsIn(object.metadata, 'finalizers');
  if (!finalizers.includes(finalizer)) writeMetadata(store, kind, object, { finalizers: [...finalizers, finalizer] });
}

/** Lets go of an object; if that was the last that held one that is leaving, it is gone. */
export function dropFinalizer(store: ObjectStore, kind: Kind, object: KubeObject, finalizer: string): void {
  const left = textsIn(object.metadata, 'finalizers').filter((each) => each !== finalizer);
  const leaving = isLeaving(object);
  writeMetadata(store, kind, object, { finalizers: left });
  if (leaving && left.length === 0) removeIfThere(store, kind, object);
}

export function removeIfThere(store: ObjectStore, kind: Kind, object: KubeObject): void {
  const { name } = object.metadata;
  const there = store.find(kind, namespaceOf(object), name);
  if (there !== undefined && uidOf(there) === uidOf(object)) store.remove(kind, namespaceOf(object), name);
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

export function conditionIn(status: JsonObject, type: string): JsonObject | undefined {
  return objectsIn(status, 'conditions').find((each) => textIn(each, 'type') === type);
}

/** The conditions with one of them set: its `lastTransitionTime` moves only when its status does. */
export function withCondition(conditions: readonly JsonObject[], wanted: Condition, time: string): JsonObject[] {
  const before = conditions.find((each) => textIn(each, 'type') === wanted.type);
  const since = before !== undefined && textIn(before, 'status') === wanted.status ? textIn(before, 'lastTransitionTime') : undefined;
  const made: JsonObject = { ...wanted, lastTransitionTime: since ?? time };
  return before === undefined ? [...conditions, made] : conditions.map((each) => (each === before ? made : each));
}

/** An absolute number or a percentage of `total`, as in rolling updates. */
export function portionOf(value: Json | undefined, total: number, round: 'up' | 'down', otherwise: string | number): number {
  const given = typeof value === 'number' || typeof value === 'string' ? value : otherwise;
  if (typeof given === 'number') return given;
  const share = (Number.parseFloat(given) / 100) * total;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}

/** The earliest of some world times. */
export function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Reconciles each owner of a kind that is not leaving with what it controls of another kind; the earliest time at which one wants to be asked again. */
export function reconcileOwners(
  store: ObjectStore,
  kinds: { readonly owner: Kind; readonly owned: Kind },
  reconcile: (owner: KubeObject, owned: readonly KubeObject[]) => number | undefined,
): number | undefined {
  const owned = byController(store.list(kinds.owned));
  const staying = store.list(kinds.owner).filter((owner) => !isLeaving(owner));
  return earliest(...staying.map((owner) => reconcile(owner, owned.get(uidOf(owner)) ?? [])));
}
