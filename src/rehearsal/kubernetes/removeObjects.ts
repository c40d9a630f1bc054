import { admit } from './admission.ts';
import { converted } from './conversions.ts';
import { isList, isObject, objectIn, textIn } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import type { ServedKind } from './kinds.ts';
import { isHeld, namespaceOf } from './objectStore.ts';
import { selects } from './readObjects.ts';
import { isDryRun } from './resourceRequest.ts';
import type { ResourceRequest } from './resourceRequest.ts';
import { conflict, detailsOf } from './statusError.ts';

/** A pod that does not say otherwise has half a minute to end. */
const GRACE_SECONDS = 30;
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

export interface Removed {
  readonly status: number;
  readonly body: JsonObject;
}

/** One object, or all that the selectors name. @throws StatusError */
export function removeObjects(request: ResourceRequest, body: Json): Removed {
  const { kind, namespace, name, store } = request;
  const options = isObject(body) ? body : {};
  if (name === undefined) {
    const selected = store.list(kind, namespace).filter(selects(request));
    for (const object of selected) remove(request, object, options);
    const items = selected.map((object) => converted(object, kind));
    return {
      status: 200,
      body: {
        kind: kind.listKind,
        apiVersion: request.kind.group === '' ? 'v1' : `${kind.group}/${kind.version}`,
        metadata: { resourceVersion: String(store.revision) },
        items,
      },
    };
  }
  const object = store.get(kind, namespace ?? '', name);
  checkPreconditions(request, object, options);
  const left = remove(request, object, options);
  if (left !== undefined) return { status: 200, body: converted(left, kind) };
  const details = { ...detailsOf(kind, name), uid: object.metadata['uid'] ?? '' };
  if (kind.kind === 'Pod') return { status: 200, body: object };
  return { status: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } };
}

/** @returns the object while something holds it */
function remove(request: ResourceRequest, object: KubeObject, options: JsonObject): KubeObject | undefined {
  const { kind, store } = request;
  admit(request, object, undefined, 'last');
  if (isDryRun(request)) return undefined;
  const marked = withFinalizer(request, object, options);
  const grace = graceOf(kind, marked, options, request.query);
  if (grace > 0) return store.mark(kind, marked, grace);
  store.remove(kind, namespaceOf(marked), marked.metadata.name);
  const left = store.find(kind, namespaceOf(marked), marked.metadata.name);
  return left !== undefined && isHeld(left) ? left : undefined;
}

/** What must be done before: `Foreground` waits for what it owns, `Orphan` lets that go, a definition takes its resources along. */
function withFinalizer({ kind, store, query }: ResourceRequest, object: KubeObject, options: JsonObject): KubeObject {
  const policy =
    textIn(options, 'propagationPolicy') ?? query.get('propagationPolicy') ?? (options['orphanDependents'] === true ? 'Orphan' : '');
  const wanted = [
    ...(policy === 'Foreground' ? ['foregroundDeletion'] : policy === 'Orphan' ? ['orphan'] : []),
    ...(kind.kind === 'CustomResourceDefinition' ? [CLEANUP] : []),
  ];
  const finalizers = object.metadata['finalizers'];
  const there = isList(finalizers) ? finalizers : [];
  const added = wanted.filter((each) => !there.includes(each));
  if (added.length === 0) return object;
  return store.replace(kind, { ...object, metadata: { ...object.metadata, finalizers: [...there, ...added] } });
}

/** Seconds that a pod has to end: none where it runs nowhere, or ended by itself. */
function graceOf(kind: ServedKind, object: KubeObject, options: JsonObject, query: URLSearchParams): number {
  if (kind.kind !== 'Pod') return 0;
  const phase = textIn(objectIn(object, 'status'), 'phase');
  if (textIn(objectIn(object, 'spec'), 'nodeName') === undefined || phase === 'Succeeded' || phase === 'Failed') return 0;
  const asked = options['gracePeriodSeconds'] ?? (query.has('gracePeriodSeconds') ? Number(query.get('gracePeriodSeconds')) : undefined);
  if (typeof asked === 'number' && asked >= 0) return asked;
  const own = objectIn(object, 'spec')['terminationGracePeriodSeconds'];
  return typeof own === 'number' ? own : GRACE_SECONDS;
}

function checkPreconditions({ kind }: ResourceRequest, object: KubeObject, options: JsonObject): void {
  const wanted = objectIn(options, 'preconditions');
  const [uid, revision] = [textIn(wanted, 'uid'), textIn(wanted, 'resourceVersion')];
  const { name } = object.metadata;
  const meta = object.metadata;
  if (uid !== undefined && uid !== meta['uid']) {
    const text = `the UID in the precondition (${uid}) does not match the UID in record (${textIn(meta, 'uid') ?? ''}). The object might have been deleted and then recreated`;
    throw conflict({ ...kind, group: '', plural: kind.kind }, name, text);
  }
  if (revision !== undefined && revision !== meta['resourceVersion']) {
    const text = `Precondition failed: ResourceVersion in precondition: ${revision}, ResourceVersion in object meta: ${textIn(meta, 'resourceVersion') ?? ''}`;
    throw conflict(kind, name, text);
  }
}
