import { parse } from 'yaml';
import { patchVersion } from '../eks/versions.ts';
import type { World } from '../world.ts';
import { authenticate } from './authenticate.ts';
import type { Caller, TokenRules } from './authenticate.ts';
import { objectsOf } from './clusterObjects.ts';
import { discovery } from './discovery.ts';
import { isObject, objectIn, textIn } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { resourceName } from './kinds.ts';
import type { Kind } from './kinds.ts';
import { requestInfo } from './requestInfo.ts';
import type { RequestInfo } from './requestInfo.ts';
import { removeObjects, readObjects, writeObject } from './resources.ts';
import type { ResourceRequest } from './resources.ts';
import { badRequest, methodNotAllowed, noSuchPath, StatusError, unauthorized } from './statusError.ts';

export interface KubeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface KubeAnswer {
  readonly status: number;
  readonly body: JsonObject | string;
  /** Sent as `Warning` headers: unknown fields that were dropped. */
  readonly warnings: readonly string[];
  /** `list nodes`, for the log of requests. */
  readonly operation: string;
  readonly mutating: boolean;
}

type Verb = 'get' | 'list' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** Serves one request of the API of whatever cluster the token is for. What is refused is answered as a `Status` object. */
export function serveApi(world: World, request: KubeRequest, rules: TokenRules): KubeAnswer {
  const info = requestInfo(request.path);
  const verb = verbOf(request, info);
  const operation = operationOf(request, info, verb);
  const dryRun = request.query.getAll('dryRun').includes('All');
  const mutating = request.method !== 'GET' && request.method !== 'HEAD' && info.is !== 'review' && !dryRun;
  try {
    return { warnings: [], ...answer(world, request, rules, info, verb), operation, mutating };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { status: error.code, body: error.toStatus(), warnings: [], operation, mutating };
  }
}

type Answered = Pick<KubeAnswer, 'status' | 'body'> & Partial<Pick<KubeAnswer, 'warnings'>>;

function answer(world: World, request: KubeRequest, rules: TokenRules, info: RequestInfo, verb: Verb): Answered {
  if (info.is === 'health') return { status: 200, body: 'ok' };
  const caller = authenticate(world, request.headers['authorization'], rules);
  if (caller === undefined) throw unauthorized();
  if (info.is === 'version') return { status: 200, body: versionOf(caller) };
  if (info.is === 'discovery') {
    const found = discovery(info.path);
    if (found === undefined) throw noSuchPath();
    return { status: 200, body: found };
  }
  if (info.is === 'review') return { status: 201, body: accessReview(caller, bodyOf(request)) };
  if (info.is === 'nothing') throw noSuchPath();
  authorize(caller, info.kind, info.namespace, info.name, verb);
  if (request.query.get('watch') === 'true' || request.query.get('watch') === '1') throw methodNotAllowed();
  const resource: ResourceRequest = {
    ...info,
    store: objectsOf(world, caller.cluster),
    query: request.query,
    headers: request.headers,
    caller: callerName(request),
  };
  switch (verb) {
    case 'get':
    case 'list':
      return { status: 200, body: readObjects(resource) };
    case 'create':
    case 'update':
    case 'patch':
      return writeObject(resource, verb, bodyOf(request));
    case 'delete':
    case 'deletecollection':
      return { status: 200, body: removeObjects(resource, request.body === '' ? {} : bodyOf(request)) };
  }
}

/** @throws StatusError 403 */
function authorize(caller: Caller, kind: Kind, namespace: string | undefined, name: string | undefined, verb: Verb): void {
  if (caller.may === 'everything' || (caller.may === 'read' && (verb === 'get' || verb === 'list') && kind.kind !== 'Secret')) return;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const message = `${resourceName(kind)}${name === undefined ? '' : ` "${name}"`} is forbidden: User "${caller.username}" cannot ${verb} resource "${kind.plural}" in API group "${kind.group}" ${where}`;
  throw new StatusError(403, 'Forbidden', message, {
    ...(name !== undefined && { name }),
    ...(kind.group !== '' && { group: kind.group }),
    kind: kind.plural,
  });
}

function verbOf(request: KubeRequest, info: RequestInfo): Verb {
  const named = info.is === 'resource' && info.name !== undefined;
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return named || info.is !== 'resource' ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    default:
      return named ? 'delete' : 'deletecollection';
  }
}

function operationOf(request: KubeRequest, info: RequestInfo, verb: Verb): string {
  if (info.is === 'resource') return `${verb} ${info.kind.plural}${info.subresource === undefined ? '' : `/${info.subresource}`}`;
  return `${verb} ${request.path.slice(0, 100)}`;
}

/** JSON is YAML, and server-side apply may send either. @throws StatusError 400, 415 */
function bodyOf(request: KubeRequest): Json {
  if (request.headers['content-type']?.includes('protobuf') === true) {
    throw new StatusError(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
      {},
    );
  }
  try {
    const isYaml = request.headers['content-type']?.includes('yaml') === true && !request.body.trimStart().startsWith('{');
    return (isYaml ? parse(request.body) : JSON.parse(request.body)) as Json;
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The writer's name where it gives none: the program, as in its user agent. */
function callerName(request: KubeRequest): string {
  return request.query.get('fieldManager') ?? (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
}

function versionOf(caller: Caller): JsonObject {
  const { version } = caller.cluster;
  const [major = '1', minor = '0'] = version.split('.');
  return {
    major,
    minor,
    gitVersion: `v${patchVersion(version)}-eks-3025e55`,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '2026-10-01T00:00:00Z',
    goVersion: 'go1.25.3',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

/** `kubectl auth can-i`. */
function accessReview(caller: Caller, body: Json): JsonObject {
  const spec = objectIn(isObject(body) ? body : {}, 'spec');
  const verb = textIn(objectIn(spec, 'resourceAttributes'), 'verb') ?? 'get';
  const allowed = caller.may === 'everything' || (caller.may === 'read' && ['get', 'list', 'watch'].includes(verb));
  return { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec, status: { allowed } };
}
