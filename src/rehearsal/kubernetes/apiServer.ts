import { parse } from 'yaml';
import { patchVersion } from '../eks/versions.ts';
import type { World } from '../world.ts';
import { authenticate } from './authenticate.ts';
import type { Caller, TokenRules } from './authenticate.ts';
import { discoveredKinds, servedKinds } from './catalog.ts';
import { viewOf } from './clusterObjects.ts';
import { AGGREGATED, discovery } from './discovery.ts';
import { isObject, objectIn, textIn } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { apiVersionOf, resourceName } from './kinds.ts';
import type { ServedKind } from './kinds.ts';
import type { ObjectStore } from './objectStore.ts';
import { openPodStream } from './podStreams.ts';
import type { PodStream } from './podStreams.ts';
import { decodeProtobuf, isProtobuf } from './protobuf.ts';
import { readObjects } from './readObjects.ts';
import { removeObjects } from './removeObjects.ts';
import { kindAt, requestInfo } from './requestInfo.ts';
import type { RequestInfo } from './requestInfo.ts';
import { isDryRun } from './resourceRequest.ts';
import type { ResourceRequest } from './resourceRequest.ts';
import { badRequest, noSuchPath, StatusError, unauthorized, unsupportedMediaType } from './statusError.ts';
import { readSubresource, writeSubresource } from './subresources.ts';
import { openWatch } from './watch.ts';
import type { Watch } from './watch.ts';

export interface KubeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface KubeAnswer {
  readonly status: number;
  readonly body: JsonObject | string;
  /** Of `body`, where it is not plain JSON or text. */
  readonly contentType?: string;
  /** Sent as `Warning` headers: unknown fields that were dropped. */
  readonly warnings: readonly string[];
  /** `list nodes`, for the log of requests. */
  readonly operation: string;
  readonly mutating: boolean;
  /** Goes on after the answer has begun. */
  readonly stream?: Watch | PodStream;
}

type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** Serves one request of the API of whatever cluster the token is for. What is refused is answered as a `Status` object. */
export function serveApi(world: World, request: KubeRequest, rules: TokenRules): KubeAnswer {
  const info = requestInfo(request.path);
  const verb = verbOf(request, info);
  const operation = operationOf(request, info, verb);
  const reads = ['get', 'list', 'watch'].includes(verb) || (info.is === 'resource' && info.path.subresource === 'portforward');
  const mutating = !reads && info.is !== 'review' && !isDryRun(request);
  try {
    return { warnings: [], ...answer(world, request, rules, info, verb), operation, mutating };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { status: error.code, body: error.toStatus(), warnings: [], operation, mutating };
  }
}

type Answered = Pick<KubeAnswer, 'status' | 'body'> & Partial<Pick<KubeAnswer, 'warnings' | 'stream' | 'contentType'>>;

function answer(world: World, request: KubeRequest, rules: TokenRules, info: RequestInfo, verb: Verb): Answered {
  if (info.is === 'health') return { status: 200, body: 'ok' };
  const caller = authenticate(world, request.headers['authorization'], rules);
  if (caller === undefined) throw unauthorized();
  if (info.is === 'version') return { status: 200, body: versionOf(caller) };
  if (info.is === 'review') return { status: 201, body: accessReview(caller, request.path, bodyOf(request)) };
  if (info.is === 'nothing') throw noSuchPath();
  const view = viewOf(world, caller.cluster);
  const { store } = view;
  if (info.is === 'discovery') return discover(store, request, info.path);
  const { path } = info;
  const served = servedKinds(store);
  const kind = kindAt(path, served);
  if (kind === undefined) {
    if (!served.some((each) => each.group === path.group && each.version === path.version))
      return { status: 404, body: '404 page not found\n' };
    throw noSuchPath();
  }
  authorize(caller, kind, path.namespace, path.name, verb);
  const resource: ResourceRequest = {
    kind,
    namespace: path.namespace,
    name: path.name,
    subresource: path.subresource,
    store,
    query: request.query,
    headers: request.headers,
    program: (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown',
    serviceNetwork: caller.cluster.serviceIpv4Cidr,
  };
  if (path.subresource === 'log' || path.subresource === 'portforward') {
    return { status: 200, body: '', stream: openPodStream(view, resource, path.subresource) };
  }
  return serveResource(resource, verb, request);
}

function serveResource(resource: ResourceRequest, verb: Verb, request: KubeRequest): Answered {
  switch (verb) {
    case 'watch':
      return { status: 200, body: '', stream: openWatch(watched(resource)) };
    case 'get':
    case 'list':
      return { status: 200, body: readSubresource(resource) ?? readObjects(resource) };
    case 'create':
    case 'update':
    case 'patch':
      return writeSubresource(resource, verb, bodyOf(request));
    case 'delete':
    case 'deletecollection':
      return removeObjects(resource, request.body.length === 0 ? {} : bodyOf(request));
  }
}

/** `GET …/configmaps/a?watch=1` is the old way to watch one object. */
const watched = (resource: ResourceRequest): ResourceRequest => ({ ...resource, subresource: undefined });

function discover(store: ObjectStore, request: KubeRequest, path: string): Answered {
  const aggregated =
    request.headers['accept']?.includes('as=APIGroupDiscoveryList') === true && request.headers['accept'].includes('v=v2;');
  const found = discovery(path, discoveredKinds(store), aggregated);
  if (found === undefined) throw noSuchPath();
  return { status: 200, body: found, ...(found['kind'] === 'APIGroupDiscoveryList' && { contentType: AGGREGATED }) };
}

/** @throws StatusError 403 */
function authorize(caller: Caller, kind: ServedKind, namespace: string | undefined, name: string | undefined, verb: Verb): void {
  const reads = verb === 'get' || verb === 'list' || verb === 'watch';
  if (caller.may === 'everything' || (caller.may === 'read' && reads && kind.kind !== 'Secret')) return;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const message = `${resourceName(kind)}${name === undefined ? '' : ` "${name}"`} is forbidden: User "${caller.username}" cannot ${verb} resource "${kind.plural}" in API group "${kind.group}" ${where}`;
  throw new StatusError(403, 'Forbidden', message, {
    ...(name !== undefined && { name }),
    ...(kind.group !== '' && { group: kind.group }),
    kind: kind.plural,
  });
}

function verbOf(request: KubeRequest, info: RequestInfo): Verb {
  const named = info.is === 'resource' && info.path.name !== undefined;
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      if (info.is === 'resource' && ['true', '1'].includes(request.query.get('watch') ?? '')) return 'watch';
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
  if (info.is !== 'resource') return `${verb} ${request.path.slice(0, 100)}`;
  const { plural, subresource } = info.path;
  return `${verb} ${plural.slice(0, 100)}${subresource === undefined ? '' : `/${subresource.slice(0, 100)}`}`;
}

const ACCEPTED = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** JSON is YAML, and server-side apply may send either; typed clients send the built-in kinds as protobuf. @throws StatusError 400, 415 */
function bodyOf(request: KubeRequest): Json {
  const type = (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';
  if (isProtobuf(request.body)) return decodeProtobuf(request.body);
  if (type.includes('protobuf') || type.includes('cbor')) throw unsupportedMediaType(ACCEPTED);
  const text = request.body.toString('utf8');
  try {
    const isYaml = type.includes('yaml') && !text.trimStart().startsWith('{');
    return (isYaml ? parse(text) : JSON.parse(text)) as Json;
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : String(error)}`);
  }
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

/** `kubectl auth can-i` and `kubectl auth can-i --list`. */
function accessReview(caller: Caller, path: string, body: Json): JsonObject {
  const spec = objectIn(isObject(body) ? body : {}, 'spec');
  const apiVersion = apiVersionOf({ group: 'authorization.k8s.io', version: 'v1' });
  if (path.endsWith('selfsubjectrulesreviews')) {
    const verbs = caller.may === 'everything' ? ['*'] : caller.may === 'read' ? ['get', 'list', 'watch'] : [];
    const resourceRules = verbs.length === 0 ? [] : [{ verbs, apiGroups: ['*'], resources: ['*'] }];
    const status = { incomplete: false, nonResourceRules: [], resourceRules };
    return { kind: 'SelfSubjectRulesReview', apiVersion, metadata: {}, spec, status };
  }
  const verb = textIn(objectIn(spec, 'resourceAttributes'), 'verb') ?? 'get';
  const allowed = caller.may === 'everything' || (caller.may === 'read' && ['get', 'list', 'watch'].includes(verb));
  return { kind: 'SelfSubjectAccessReview', apiVersion, metadata: {}, spec, status: { allowed } };
}
