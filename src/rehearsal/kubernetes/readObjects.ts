import { converted } from './conversions.ts';
import { isObject, objectIn, textIn, without } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import { apiVersionOf } from './kinds.ts';
import { namespaceOf } from './objectStore.ts';
import type { ResourceRequest } from './resourceRequest.ts';
import { fieldSelector, labelSelector } from './selectors.ts';
import { badRequest, expired } from './statusError.ts';
import { asTable, wantsTable } from './tables.ts';

/** One object, or a list by pages. @throws StatusError */
export function readObjects(request: ResourceRequest): JsonObject {
  const { kind, namespace, name, store } = request;
  const accept = request.headers['accept'];
  if (name !== undefined) {
    const object = converted(store.get(kind, namespace ?? '', name), kind);
    if (wantsTable(accept)) return asTable(kind, [object], { resourceVersion: String(store.revision) }, store.now());
    return wantsMetadata(accept) ? metadataOf(object) : object;
  }
  const selected = store.list(kind, namespace).filter(selects(request));
  const { items, metadata } = page(selected, request);
  const listMetadata = { ...(!kind.builtIn && { continue: '' }), resourceVersion: String(store.revision), ...metadata };
  const seen = items.map((item) => converted(item, kind));
  if (wantsTable(accept)) return asTable(kind, seen, listMetadata, store.now());
  if (wantsMetadata(accept)) {
    return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: listMetadata, items: seen.map(metadataOf) };
  }
  const stripped = kind.builtIn ? seen.map((item) => without(item, 'apiVersion', 'kind')) : seen;
  return { kind: kind.listKind, apiVersion: apiVersionOf(kind), metadata: listMetadata, items: stripped };
}

/** Whether a request is about an object: its selectors, and for a watch of one object its name. @throws StatusError 400 */
export function selects({ query, name, kind }: Pick<ResourceRequest, 'query' | 'name' | 'kind'>): (object: KubeObject) => boolean {
  const labels = labelSelector(query.get('labelSelector'));
  const fields = fieldSelector(query.get('fieldSelector'), kind);
  return (object) => (name === undefined || object.metadata.name === name) && labels(object) && fields(converted(object, kind));
}

/** Controllers that need only names: `Accept: application/json;as=PartialObjectMetadataList;…` */
export function wantsMetadata(accept: string | undefined): boolean {
  return accept?.includes('as=PartialObjectMetadata') === true;
}

export function metadataOf(object: KubeObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

/** `limit` and `continue`; the token names the last one given, and the revision of the first page. */
function page(all: readonly KubeObject[], request: ResourceRequest): { items: readonly KubeObject[]; metadata: JsonObject } {
  const limit = Number(request.query.get('limit') ?? '0');
  const after = startOf(request);
  const rest = after === undefined ? all : all.filter((object) => keyOf(object) > after);
  if (!(limit > 0) || rest.length <= limit) return { items: rest, metadata: {} };
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  const token = { v: 'meta.k8s.io/v1', rv: request.store.revision, start: last === undefined ? '' : keyOf(last) };
  const counted = request.query.get('labelSelector') === null && request.query.get('fieldSelector') === null;
  return {
    items,
    metadata: {
      continue: Buffer.from(JSON.stringify(token)).toString('base64url'),
      ...(counted && { remainingItemCount: rest.length - limit }),
    },
  };
}

function startOf({ query, store }: ResourceRequest): string | undefined {
  const text = query.get('continue');
  if (text === null || text === '') return undefined;
  let token: Json;
  try {
    token = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Json;
  } catch {
    throw badRequest('continue key is not valid: illegal base64 data');
  }
  if (!isObject(token)) throw badRequest('continue key is not valid');
  if (typeof token['rv'] === 'number' && store.changesSince(token['rv']) === undefined)
    throw expired('The provided continue parameter is too old');
  return textIn(objectIn({ token }, 'token'), 'start');
}

const keyOf = (object: KubeObject): string => `${namespaceOf(object)}/${object.metadata.name}`;
