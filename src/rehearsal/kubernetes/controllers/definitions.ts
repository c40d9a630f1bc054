import { customKinds, DEFINITION } from '../catalog.ts';
import { isList, isObject, objectIn, textIn } from '../json.ts';
import type { Json, JsonObject, KubeObject } from '../json.ts';
import { namespaceOf } from '../objectStore.ts';
import type { ObjectStore } from '../objectStore.ts';
import type { Controller } from './controller.ts';

/** A highly available control plane waits so long for its other members to see the names (kubernetes/kubernetes#63068). ms of the world */
const ESTABLISHED_AFTER_MS = 5000;
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/** CustomResourceDefinitions: names accepted, established, and on their way out their resources first. */
export const DEFINITIONS: Controller = {
  name: 'crd-controller',
  reconcile({ store }, now) {
    const due = store.list(DEFINITION).map((definition) => {
      if (textIn(definition.metadata, 'deletionTimestamp') !== undefined) return cleanUp(store, definition);
      return establish(store, definition, now);
    });
    const next = due.filter((each) => each !== undefined);
    return next.length === 0 ? undefined : Math.min(...next);
  },
};

function establish(store: ObjectStore, definition: KubeObject, now: number): number | undefined {
  const status = objectIn(definition, 'status');
  const conditions = status['conditions'];
  const created = Date.parse(textIn(definition.metadata, 'creationTimestamp') ?? '') || now;
  const clash = clashOf(store, definition);
  const establishedAt = created + ESTABLISHED_AFTER_MS;
  const wanted = [
    clash === undefined
      ? condition('NamesAccepted', 'True', 'NoConflicts', 'no conflicts found')
      : condition('NamesAccepted', 'False', 'PluralConflict', clash),
    clash === undefined && now >= establishedAt
      ? condition('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted')
      : clash === undefined
        ? condition('Established', 'False', 'Installing', 'the initial names have been accepted')
        : condition('Established', 'False', 'NotAccepted', 'not all names are accepted'),
  ];
  const dated = wanted.map((each) => withTime(each, conditions, store.time(now)));
  store.replace(DEFINITION, {
    ...definition,
    status: {
      ...status,
      conditions: dated,
      acceptedNames: clash === undefined ? objectIn(objectIn(definition, 'spec'), 'names') : objectIn(status, 'acceptedNames'),
      storedVersions: storedVersions(definition, status),
    },
  });
  return clash === undefined && now < establishedAt ? establishedAt : undefined;
}

/** Two definitions of a group that want the same plural name: the older one has it. */
function clashOf(store: ObjectStore, definition: KubeObject): string | undefined {
  const nameOf = (object: KubeObject): string => {
    const spec = objectIn(object, 'spec');
    return `${textIn(spec, 'group') ?? ''}/${textIn(objectIn(spec, 'names'), 'kind') ?? ''}`;
  };
  const rival = store.list(DEFINITION).find((each) => each !== definition && nameOf(each) === nameOf(definition));
  if (rival === undefined || Number(rival.metadata['resourceVersion']) > Number(definition.metadata['resourceVersion'])) return undefined;
  return `"${textIn(objectIn(objectIn(definition, 'spec'), 'names'), 'kind') ?? ''}" is already in use`;
}

function storedVersions(definition: KubeObject, status: JsonObject): readonly Json[] {
  const versions = objectIn(definition, 'spec')['versions'];
  const storage = (isList(versions) ? versions : []).filter(isObject).find((each) => each['storage'] === true);
  const known = status['storedVersions'];
  const name = textIn(storage, 'name') ?? '';
  const before = isList(known) ? known : [];
  return before.includes(name) ? before : [...before, name];
}

function cleanUp(store: ObjectStore, definition: KubeObject): undefined {
  const [kind] = customKinds(definition);
  const left = kind === undefined ? [] : store.list(kind);
  if (kind !== undefined) {
    for (const object of left) {
      if (textIn(object.metadata, 'deletionTimestamp') === undefined) store.remove(kind, namespaceOf(object), object.metadata.name);
    }
    if (store.list(kind).length > 0) return undefined;
  }
  const finalizers = definition.metadata['finalizers'];
  const rest = (isList(finalizers) ? finalizers : []).filter((each) => each !== CLEANUP);
  const current = store.find(DEFINITION, '', definition.metadata.name);
  if (current !== undefined) store.replace(DEFINITION, { ...current, metadata: { ...current.metadata, finalizers: rest } });
  return undefined;
}

function condition(type: string, status: 'True' | 'False', reason: string, message: string): JsonObject {
  return { type, status, reason, message };
}

/** With the time at which its status last changed. */
function withTime(wanted: JsonObject, conditions: Json | undefined, now: string): JsonObject {
  const before = isList(conditions) ? conditions.filter(isObject).find((each) => each['type'] === wanted['type']) : undefined;
  const since = before?.['status'] === wanted['status'] ? textIn(before, 'lastTransitionTime') : undefined;
  return { lastTransitionTime: since ?? now, ...wanted };
}
