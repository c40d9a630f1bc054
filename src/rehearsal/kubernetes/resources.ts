import { checkObject, withDefaults } from './defaults.ts';
import { isObject, objectIn, textIn, without } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import { apiVersionOf, KINDS, kindNamed } from './kinds.ts';
import type { Kind } from './kinds.ts';
import { managersAfterUpdate, withManagers } from './managedFields.ts';
import { namespaceOf } from './objectStore.ts';
import type { ObjectStore } from './objectStore.ts';
import { mergePatch, strategicMergePatch } from './patches.ts';
import { schemaOf } from './schema.ts';
import { sealed } from './sealedSecrets.ts';
import { fieldSelector, labelSelector } from './selectors.ts';
import { serverSideApply } from './serverSideApply.ts';
import { badRequest, conflict, detailsOf, invalid, methodNotAllowed, notFound, StatusError } from './statusError.ts';
import { asTable, wantsTable } from './tables.ts';
import { flawsOf, pruned } from './validate.ts';

export interface ResourceRequest {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly store: ObjectStore;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Who writes, for `managedFields`. */
  readonly caller: string;
}

export interface Written {
  readonly status: number;
  readonly body: JsonObject;
  readonly warnings: readonly string[];
}

/** One object, or a list by pages. @throws StatusError */
export function readObjects(request: ResourceRequest): JsonObject {
  const { kind, namespace, name, store, subresource } = request;
  if (subresource !== undefined && subresource !== 'status') throw notFound(kind, name ?? '');
  const table = wantsTable(request.headers['accept']);
  if (name !== undefined) {
    const object = store.get(kind, namespace ?? '', name);
    return table ? asTable(kind, [object], { resourceVersion: String(store.revision) }, store.now()) : object;
  }
  const selected = store
    .list(kind, namespace)
    .filter(labelSelector(request.query.get('labelSelector')))
    .filter(fieldSelector(request.query.get('fieldSelector')));
  const { items, metadata } = page(selected, request);
  const listMetadata = { resourceVersion: String(store.revision), ...metadata };
  if (table) return asTable(kind, items, listMetadata, store.now());
  const stripped = items.map((item) => without(item, 'apiVersion', 'kind'));
  return { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata: listMetadata, items: stripped };
}

/** @throws StatusError */
export function writeObject(request: ResourceRequest, verb: 'create' | 'update' | 'patch', body: Json): Written {
  if (!isObject(body)) throw badRequest('the object provided is unrecognized (must be of type map)');
  if (request.subresource !== undefined && request.subresource !== 'status') throw methodNotAllowed();
  if (verb === 'patch') return patch(request, body);
  if (verb === 'create' && request.name !== undefined) throw methodNotAllowed();
  const { object, warnings } = readBody(
    request,
    body,
    verb === 'create' ? (textIn(objectIn(body, 'metadata'), 'name') ?? generated(body, request)) : request.name,
  );
  if (verb === 'create') return { ...save(request, undefined, byUpdate(request, undefined, object)), warnings };
  const before = request.store.get(request.kind, request.namespace ?? '', object.metadata.name);
  return { ...save(request, before, byUpdate(request, before, object)), warnings };
}

/** One object, or all that the selectors name. @throws StatusError */
export function removeObjects(request: ResourceRequest, options: Json): JsonObject {
  const { kind, namespace, name, store, query } = request;
  const dryRun = query.getAll('dryRun').includes('All');
  if (name === undefined) {
    const selected = store
      .list(kind, namespace)
      .filter(labelSelector(query.get('labelSelector')))
      .filter(fieldSelector(query.get('fieldSelector')));
    if (!dryRun) for (const object of selected) store.remove(kind, namespaceOf(object), object.metadata.name);
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };
  }
  const object = store.get(kind, namespace ?? '', name);
  const preconditions = objectIn(isObject(options) ? options : {}, 'preconditions');
  const wantedUid = textIn(preconditions, 'uid');
  if (wantedUid !== undefined && wantedUid !== object.metadata['uid']) throw conflict(kind, name);
  if (!dryRun) {
    if (kind.kind === 'Namespace') store.removeNamespace(KINDS, name);
    store.remove(kind, namespace ?? '', name);
  }
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { ...detailsOf(kind, name), uid: object.metadata['uid'] ?? '' },
  };
}

function patch(request: ResourceRequest, body: JsonObject): Written {
  const { kind, namespace, store } = request;
  const name = request.name;
  if (name === undefined) throw methodNotAllowed();
  const type = request.headers['content-type']?.split(';')[0];
  const live = store.find(kind, namespace ?? '', name);
  if (type === 'application/apply-patch+yaml') return apply(request, live, body, name);
  if (live === undefined) throw notFound(kind, name);
  if (type !== 'application/merge-patch+json' && type !== 'application/strategic-merge-patch+json') {
    const message = `the body of the request was in an unknown format - accepted media types include: application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml`;
    throw new StatusError(415, 'UnsupportedMediaType', message, {});
  }
  const patched = type === 'application/merge-patch+json' ? mergePatch(live, body) : strategicMergePatch(live, body, schemaOf(kind.schema));
  const { object, warnings } = readBody(request, isObject(patched) ? patched : {}, name);
  return { ...save(request, live, byUpdate(request, live, object)), warnings };
}

function apply(request: ResourceRequest, live: KubeObject | undefined, body: JsonObject, name: string): Written {
  const { kind, query } = request;
  const manager = query.get('fieldManager');
  if (manager === null || manager === '') {
    throw new StatusError(
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      {},
    );
  }
  if ('managedFields' in objectIn(body, 'metadata')) throw badRequest('metadata.managedFields must be nil');
  if (textIn(objectIn(body, 'metadata'), 'name') === undefined) throw badRequest('name must be provided');
  const { object } = readBody(request, body, name);
  const { salt } = request.store;
  const wanted = kind.kind === 'Secret' ? sealed(object, salt) : object;
  const applied = { manager, force: query.get('force') === 'true', time: request.store.time() };
  return { ...save(request, live, serverSideApply(live, wanted, kind, applied)), warnings: [] };
}

/** Checks the body's kind, name and namespace against the path, and its fields against the kind. */
function readBody(request: ResourceRequest, body: JsonObject, name: string | undefined): { object: KubeObject; warnings: string[] } {
  const { kind, namespace } = request;
  const [apiVersion, kindName] = [textIn(body, 'apiVersion') ?? apiVersionOf(kind), textIn(body, 'kind') ?? kind.kind];
  if (apiVersion !== apiVersionOf(kind) || kindName !== kind.kind) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(kind)})`);
  }
  const metadata = objectIn(body, 'metadata');
  const given = textIn(metadata, 'name');
  if (name === undefined)
    throw invalid(kind, '', [
      { field: 'metadata.name', reason: 'FieldValueRequired', message: 'Required value: name or generateName is required' },
    ]);
  if (given !== undefined && given !== name)
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  if (kind.namespaced && namespace === undefined) throw badRequest('an empty namespace may not be set during creation');
  const inside = textIn(metadata, 'namespace');
  if (kind.namespaced && inside !== undefined && inside !== namespace)
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  const flaws = flawsOf(body, kind.schema);
  refuse(request, flaws, name);
  const clean = pruned(body, kind.schema);
  const object: KubeObject = {
    ...clean,
    apiVersion,
    kind: kindName,
    metadata: { ...objectIn(clean, 'metadata'), name, ...(kind.namespaced && namespace !== undefined && { namespace }) },
  };
  const warn = request.query.get('fieldValidation') !== 'Ignore';
  return { object, warnings: warn ? flaws.unknown.map((path) => `unknown field "${path}"`) : [] };
}

/** Unknown fields are refused in the words that belong to the kind of write; `fieldValidation` says whether (server-side apply: always). */
function refuse(request: ResourceRequest, flaws: ReturnType<typeof flawsOf>, name: string): void {
  const { kind } = request;
  const [mistyped] = flaws.mistyped;
  if (request.headers['content-type']?.startsWith('application/apply-patch+yaml') === true) {
    const problems = [
      ...flaws.unknown.map((path) => `.${path}: field not declared in schema`),
      ...flaws.mistyped.map((text) => `.${text}`),
    ];
    if (problems.length === 0) return;
    const where = request.namespace === undefined ? `/${name}` : `${request.namespace}/${name}`;
    throw new StatusError(
      500,
      undefined,
      `failed to create typed patch object (${where}; ${apiVersionOf(kind)}, Kind=${kind.kind}): ${problems.length > 1 ? `errors:\n  ${problems.join('\n  ')}` : problems.join('')}`,
    );
  }
  if (mistyped !== undefined) {
    throw badRequest(
      `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: json: cannot unmarshal into Go struct field ${mistyped}`,
    );
  }
  if (flaws.unknown.length === 0 || request.query.get('fieldValidation') !== 'Strict') return;
  throw badRequest(`strict decoding error: ${flaws.unknown.map((path) => `unknown field "${path}"`).join(', ')}`);
}

function byUpdate(request: ResourceRequest, before: KubeObject | undefined, object: KubeObject): KubeObject {
  const { kind, store, caller } = request;
  const kept = kind.kind === 'Secret' ? sealed(object, store.salt) : object;
  const filled = withDefaults(kept, kind);
  return withManagers(filled, managersAfterUpdate(before, filled, kind, caller, store.time()));
}

function save(request: ResourceRequest, before: KubeObject | undefined, wanted: KubeObject): { status: number; body: JsonObject } {
  const { kind, store } = request;
  const object = withDefaults(wanted, kind);
  checkObject(object, before, kind);
  const namespace = namespaceOf(object);
  if (kind.namespaced && store.find(kindNamed('Namespace'), '', namespace) === undefined) throw notFound(kindNamed('Namespace'), namespace);
  const status = before === undefined ? 201 : 200;
  if (request.query.getAll('dryRun').includes('All')) return { status, body: object };
  return { status, body: before === undefined ? store.create(kind, object) : store.replace(kind, object) };
}

function generated(body: JsonObject, request: ResourceRequest): string | undefined {
  const prefix = textIn(objectIn(body, 'metadata'), 'generateName');
  return prefix === undefined ? undefined : `${prefix}${String(request.store.revision).padStart(5, 'x')}`;
}

/** `limit` and `continue`; the token names the last one given. */
function page(all: readonly KubeObject[], request: ResourceRequest): { items: readonly KubeObject[]; metadata: JsonObject } {
  const limit = Number(request.query.get('limit') ?? '0');
  const token = request.query.get('continue');
  const keyOf = (object: KubeObject): string => `${namespaceOf(object)}/${object.metadata.name}`;
  const after = token === null || token === '' ? '' : Buffer.from(token, 'base64url').toString('utf8');
  const rest = all.filter((object) => keyOf(object) > after);
  if (!(limit > 0) || rest.length <= limit) return { items: rest, metadata: {} };
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    metadata: {
      continue: last === undefined ? '' : Buffer.from(keyOf(last)).toString('base64url'),
      remainingItemCount: rest.length - limit,
    },
  };
}
