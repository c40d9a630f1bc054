import { admit } from './admission.ts';
import { checkSchema, readBody } from './bodies.ts';
import { isCustom } from './catalog.ts';
import { checkObject } from './checks.ts';
import { converted, stored } from './conversions.ts';
import { withDefaults } from './defaults.ts';
import { isList, isObject, objectIn, textIn, without } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import { jsonPatch, JsonPatchError } from './jsonPatch.ts';
import { managersAfterUpdate, withManagers } from './managedFields.ts';
import { mergePatch, strategicMergePatch } from './patches.ts';
import { prepared } from './prepare.ts';
import { APPLY_PATCH, contentType, isDryRun } from './resourceRequest.ts';
import type { ResourceRequest, Written } from './resourceRequest.ts';
import { sealed } from './sealedSecrets.ts';
import { serverSideApply } from './serverSideApply.ts';
import { badRequest, conflict, invalid, methodNotAllowed, notFound, StatusError, unsupportedMediaType } from './statusError.ts';
import { structuralDefaults } from './structuralSchema.ts';
import { compacted } from './validate.ts';
import { wantsMetadata, metadataOf } from './readObjects.ts';

/** POST, PUT and PATCH of an object or its status. @throws StatusError */
export function writeObject(request: ResourceRequest, verb: 'create' | 'update' | 'patch', body: Json): Written {
  const written = write(request, verb, body);
  const object = written.body as KubeObject;
  if (wantsMetadata(request.headers['accept'])) return { ...written, body: metadataOf(object) };
  return { ...written, body: converted(object, request.kind) };
}

function write(request: ResourceRequest, verb: 'create' | 'update' | 'patch', body: Json): Written {
  if (verb === 'patch') return patch(request, body);
  if (!isObject(body)) throw badRequest('the object provided is unrecognized (must be of type map)');
  if (verb === 'create' && request.name !== undefined) throw methodNotAllowed();
  const { object, warnings } = readBody(request, body, verb === 'create' ? nameOf(request, body) : (request.name ?? ''));
  if (verb === 'create') return { ...save(request, undefined, object), warnings };
  const before = request.store.get(request.kind, request.namespace ?? '', object.metadata.name);
  checkPreconditions(request, before, object);
  return { ...save(request, before, object), warnings };
}

function nameOf(request: ResourceRequest, body: JsonObject): string {
  const metadata = objectIn(body, 'metadata');
  const [name, prefix] = [textIn(metadata, 'name') ?? '', textIn(metadata, 'generateName') ?? ''];
  if (name !== '') return name;
  if (prefix !== '')
    return prefix + randomLetters(request.store.stamped(request.kind, { apiVersion: '', kind: '', metadata: { name: '' } }));
  const flaw = {
    field: 'metadata.name',
    reason: 'FieldValueRequired',
    message: 'Required value: name or generateName is required',
  } as const;
  throw invalid(request.kind, '', [flaw]);
}

/** apimachinery, `pkg/util/rand`: no vowels, so that no words come out. */
function randomLetters(stamped: KubeObject): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  const digits = (textIn(stamped.metadata, 'uid') ?? '').replaceAll('-', '');
  return Array.from({ length: 5 }, (_each, index) =>
    letters.charAt(Number.parseInt(digits.slice(index * 4, index * 4 + 4), 16) % letters.length),
  ).join('');
}

/** A PUT of what somebody else has changed or made anew since. */
function checkPreconditions({ kind }: ResourceRequest, before: KubeObject, object: KubeObject): void {
  const { name } = object.metadata;
  const [sent, uid] = [textIn(object.metadata, 'resourceVersion') ?? '', textIn(object.metadata, 'uid') ?? ''];
  if (uid !== '' && uid !== before.metadata['uid']) {
    const text = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${textIn(before.metadata, 'uid') ?? ''}`;
    throw conflict(kind, name, text);
  }
  if (sent === '' && isCustom(kind)) {
    const message = 'Invalid value: 0: must be specified for an update';
    throw invalid({ ...kind, kind: kind.plural }, name, [{ field: 'metadata.resourceVersion', reason: 'FieldValueInvalid', message }]);
  }
  if (sent !== '' && sent !== before.metadata['resourceVersion']) throw conflict(kind, name);
}

const PATCHES = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json'];

function patch(request: ResourceRequest, body: Json): Written {
  const { kind, namespace, store, name } = request;
  if (name === undefined) throw methodNotAllowed();
  const type = contentType(request);
  const live = store.find(kind, namespace ?? '', name);
  if (type === APPLY_PATCH || type === 'application/apply-patch+cbor') {
    if (!isObject(body)) throw badRequest('the object provided is unrecognized (must be of type map)');
    return apply(request, live, body, name);
  }
  const known = isCustom(kind) ? PATCHES.slice(0, 2) : PATCHES;
  if (!known.includes(type)) {
    if (!PATCHES.includes(type)) throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
    throw unsupportedMediaType([...known, APPLY_PATCH]);
  }
  if (live === undefined) throw notFound(kind, name);
  const patched = patchedBy(type, converted(live, kind), body, request);
  const { object, warnings } = readBody(request, isObject(patched) ? patched : {}, name);
  checkPreconditions(request, live, object);
  return { ...save(request, live, object), warnings };
}

function patchedBy(type: string, live: KubeObject, body: Json, { kind }: ResourceRequest): Json {
  if (type === 'application/merge-patch+json') return mergePatch(live, body);
  if (type === 'application/strategic-merge-patch+json') return strategicMergePatch(live, body, kind.type);
  if (!isList(body)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  try {
    return jsonPatch(live, body);
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  }
}

function apply(request: ResourceRequest, live: KubeObject | undefined, body: JsonObject, name: string): Written {
  const { kind, query, store } = request;
  const manager = query.get('fieldManager') ?? '';
  if (manager === '') {
    const message = 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch';
    const causes = [{ reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' }];
    throw new StatusError(422, 'Invalid', message, { group: 'meta.k8s.io', kind: 'PatchOptions', causes });
  }
  const managed = objectIn(body, 'metadata')['managedFields'];
  if (isList(managed) && managed.length > 0) throw badRequest('metadata.managedFields must be nil');
  if (textIn(body, 'apiVersion') === undefined || textIn(body, 'kind') === undefined) throw badRequest('invalid object type: /, Kind=');
  if (live === undefined && request.subresource !== undefined) throw notFound(kind, name);
  if (textIn(objectIn(body, 'metadata'), 'name') === undefined) {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  const { object } = readBody(request, body, name);
  const sent = textIn(object.metadata, 'resourceVersion') ?? '';
  if (sent !== '' && sent !== live?.metadata['resourceVersion']) throw conflict(kind, name);
  const wanted = stored(kind.kind === 'Secret' ? sealed(object, store.salt) : object, kind);
  const subresource = request.subresource ?? '';
  const applied = serverSideApply(live, wanted, kind, { manager, force: query.get('force') === 'true', time: store.time(), subresource });
  return { ...keep(request, live, applied), warnings: [] };
}

/** What was sent as a whole: its writer owns what it changed. */
function save(request: ResourceRequest, before: KubeObject | undefined, sent: KubeObject): { status: number; body: KubeObject } {
  const { kind, store } = request;
  const part = partWritten(request, before, stored(sent, kind));
  const filled = filledIn(request, kind.kind === 'Secret' ? sealed(part, store.salt) : part, before);
  const writer = { name: writerOf(request), subresource: request.subresource === 'status' ? 'status' : '', time: store.time() };
  return keep(request, before, withManagers(filled, managersAfterUpdate(before, filled, kind, writer)));
}

const writerOf = ({ query, program }: ResourceRequest): string => query.get('fieldManager') ?? program;

/** A status is written through its own endpoint, and nothing else is. */
function partWritten({ kind, subresource }: ResourceRequest, before: KubeObject | undefined, sent: KubeObject): KubeObject {
  if (subresource === 'status' && before !== undefined) {
    return { ...before, ...('status' in sent ? { status: objectIn(sent, 'status') } : {}), metadata: before.metadata };
  }
  if (!kind.subresources.includes('status')) return sent;
  const { apiVersion, metadata } = sent;
  const rest: KubeObject = { ...without(sent, 'status'), apiVersion, kind: sent.kind, metadata };
  return before !== undefined && 'status' in before ? { ...rest, status: objectIn(before, 'status') } : rest;
}

/** Its metadata without what is empty; the name stays in any case. */
function named(compact: Json, object: KubeObject): KubeObject['metadata'] {
  const metadata = isObject(compact) ? objectIn(compact, 'metadata') : {};
  return { ...metadata, name: object.metadata.name };
}

function filledIn(request: ResourceRequest, object: KubeObject, before: KubeObject | undefined): KubeObject {
  const { kind } = request;
  if (!isCustom(kind)) {
    const compact = compacted(object, kind.type);
    const kept: KubeObject = {
      ...(isObject(compact) ? compact : {}),
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: named(compact, object),
    };
    return prepared(withDefaults(kept, kind), before, request);
  }
  const defaulted = structuralDefaults(object, kind.schema);
  return isObject(defaulted) ? { ...defaulted, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata } : object;
}

/** Checks what there would be, lets admission have its say, and keeps it unless it was only a question. */
function keep(request: ResourceRequest, before: KubeObject | undefined, wanted: KubeObject): { status: number; body: KubeObject } {
  const { kind, store } = request;
  const object = filledIn(request, wanted, before);
  admit(request, before, object, 'first');
  checkObject(object, before, kind);
  checkSchema(object, request);
  admit(request, before, object, 'last');
  if (before === undefined) {
    return { status: 201, body: isDryRun(request) ? store.stamped(kind, object) : store.create(kind, object) };
  }
  return { status: 200, body: isDryRun(request) ? store.revised(before, object) : store.replace(kind, object) };
}
