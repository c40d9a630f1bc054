import type { ServedKind } from './kinds.ts';

/** What a path of the API asks for. */
export type RequestInfo =
  | { readonly is: 'resource'; readonly path: ResourcePath }
  | { readonly is: 'discovery'; readonly path: string }
  | { readonly is: 'health' }
  | { readonly is: 'version' }
  | { readonly is: 'review' }
  | { readonly is: 'nothing' };

export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** What stands after the subresource, as in `…/proxy/healthz`. */
  readonly rest: readonly string[];
}

const HEALTH = ['/healthz', '/livez', '/readyz'];

/** kubernetes.io, "Kubernetes API Concepts": resource URIs. */
export function requestInfo(path: string): RequestInfo {
  if (HEALTH.includes(path)) return { is: 'health' };
  if (path === '/version' || path === '/version/') return { is: 'version' };
  if (/^\/apis\/authorization\.k8s\.io\/v1\/self(?:subjectaccess|subjectrules)reviews$/.test(path)) return { is: 'review' };
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  const [root, ...rest] = parts;
  if (root === 'openapi') return { is: 'discovery', path };
  const resource = root === 'api' ? rest.slice(1) : root === 'apis' ? rest.slice(2) : undefined;
  if (resource === undefined) return { is: 'nothing' };
  if (resource.length === 0) return { is: 'discovery', path };
  const group = root === 'api' ? '' : (rest[0] ?? '');
  const version = root === 'api' ? rest[0] : rest[1];
  return { is: 'resource', path: resourcePath(group, version ?? '', resource) };
}

const SUBRESOURCES_OF_NAMESPACES = ['status', 'finalize'];

function resourcePath(group: string, version: string, parts: readonly string[]): ResourcePath {
  const inNamespace =
    parts[0] === 'namespaces' && parts.length > 2 && !(parts.length === 3 && SUBRESOURCES_OF_NAMESPACES.includes(parts[2] ?? ''));
  const [plural = '', name, subresource, ...rest] = inNamespace ? parts.slice(2) : parts;
  return { group, version, plural, namespace: inNamespace ? parts[1] : undefined, name, subresource, rest };
}

/** The kind that a path is about; `undefined`: no API serves the path. */
export function kindAt(path: ResourcePath, served: readonly ServedKind[]): ServedKind | undefined {
  const kind = served.find((each) => each.group === path.group && each.version === path.version && each.plural === path.plural);
  if (kind === undefined) return undefined;
  const wellPlaced = path.namespace !== undefined ? kind.namespaced : !kind.namespaced || path.name === undefined;
  const known = path.subresource === undefined || kind.subresources.includes(path.subresource);
  const short = path.rest.length === 0 || path.subresource === 'proxy';
  return wellPlaced && known && short ? kind : undefined;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
