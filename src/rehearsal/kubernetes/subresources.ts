import { isList, isObject, objectIn, textIn } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import { kindNamed } from './kinds.ts';
import { mergePatch } from './patches.ts';
import { contentType, isDryRun } from './resourceRequest.ts';
import type { ResourceRequest, Written } from './resourceRequest.ts';
import { jsonPatch } from './jsonPatch.ts';
import { removeObjects } from './removeObjects.ts';
import { badRequest, conflict, methodNotAllowed } from './statusError.ts';
import { writeObject } from './writeObject.ts';

type WriteVerb = 'create' | 'update' | 'patch';

/** What is read through a subresource that is not the object itself; `undefined`: the object is. */
export function readSubresource({ subresource, kind, store, namespace, name }: ResourceRequest): JsonObject | undefined {
  if (subresource === undefined || subresource === 'status' || subresource === 'approval') return undefined;
  if (subresource !== 'scale') throw methodNotAllowed();
  return scaleOf(store.get(kind, namespace ?? '', name ?? ''));
}

/** A write through a subresource. @throws StatusError */
export function writeSubresource(request: ResourceRequest, verb: WriteVerb, body: Json): Written {
  switch (request.subresource) {
    case undefined:
    case 'status':
      return writeObject(request, verb, body);
    case 'scale':
      return scale(request, body);
    case 'finalize':
    case 'approval':
    case 'ephemeralcontainers':
    case 'resize':
      return writeObject({ ...request, subresource: undefined }, verb, body);
    case 'binding':
      return bind(request, body);
    case 'eviction':
      return evict(request, body);
    case 'token':
      return tokenRequest(request, body);
    default:
      throw methodNotAllowed();
  }
}

/** autoscaling/v1 Scale. */
function scaleOf(object: KubeObject): JsonObject {
  const { name, namespace = '', uid = '', resourceVersion = '', creationTimestamp = '' } = object.metadata;
  const selector = objectIn(objectIn(object, 'spec'), 'selector');
  const labels = Object.entries(objectIn(selector, 'matchLabels')).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : ''}`,
  );
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: objectIn(object, 'spec')['replicas'] === 0 ? {} : { replicas: objectIn(object, 'spec')['replicas'] ?? 0 },
    status: { replicas: objectIn(object, 'status')['replicas'] ?? 0, selector: labels.join(',') },
  };
}

function scale(request: ResourceRequest, body: Json): Written {
  const { kind, store, namespace, name = '' } = request;
  const live = store.get(kind, namespace ?? '', name);
  const before = scaleOf(live);
  const wanted =
    contentType(request) === 'application/json-patch+json' && isList(body) ? jsonPatch(before, body) : mergePatch(before, body);
  const scaled = isObject(wanted) ? wanted : {};
  const revision = textIn(objectIn(scaled, 'metadata'), 'resourceVersion') ?? '';
  if (revision !== '' && revision !== live.metadata['resourceVersion']) throw conflict(kind, name);
  const replicas = objectIn(scaled, 'spec')['replicas'];
  if (typeof replicas !== 'number') throw badRequest('spec.replicas: Required value');
  const object: KubeObject = { ...live, spec: { ...objectIn(live, 'spec'), replicas } };
  return { status: 200, body: scaleOf(isDryRun(request) ? object : store.replace(kind, object)), warnings: [] };
}

/** A scheduler's word. */
function bind(request: ResourceRequest, body: Json): Written {
  const { kind, store, namespace, name = '' } = request;
  const pod = store.get(kind, namespace ?? '', name);
  const node = textIn(objectIn(isObject(body) ? body : {}, 'target'), 'name');
  if (node === undefined) throw badRequest('target.name: Required value');
  if (textIn(objectIn(pod, 'spec'), 'nodeName') !== undefined)
    throw conflict(kind, name, `pod ${name} is already assigned to node "${node}"`);
  if (!isDryRun(request)) store.replace(kind, { ...pod, spec: { ...objectIn(pod, 'spec'), nodeName: node } });
  return success(201);
}

/** `kubectl drain`. Disruption budgets are not held against it. */
function evict(request: ResourceRequest, body: Json): Written {
  const options = objectIn(isObject(body) ? body : {}, 'deleteOptions');
  removeObjects({ ...request, subresource: undefined, kind: request.kind }, options);
  return success(201);
}

const success = (code: number): Written => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' },
  warnings: [],
});

/** A token that says that it is none: nothing in a rehearsed cluster signs in with it. */
function tokenRequest({ store, namespace, name = '' }: ResourceRequest, body: Json): Written {
  store.get(kindNamed('ServiceAccount'), namespace ?? '', name);
  const spec = objectIn(isObject(body) ? body : {}, 'spec');
  const seconds = typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : 3600;
  return {
    status: 201,
    body: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace: namespace ?? '' },
      spec: { ...spec, expirationSeconds: seconds },
      status: { token: `rehearsal.${namespace ?? ''}.${name}`, expirationTimestamp: store.time(store.now() + seconds * 1000) },
    },
    warnings: [],
  };
}
