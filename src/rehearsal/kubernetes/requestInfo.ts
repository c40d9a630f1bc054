import { KINDS } from './kinds.ts';
import type { Kind } from './kinds.ts';

/** What a path of the API asks for. */
export type RequestInfo =
  | {
      readonly is: 'resource';
      readonly kind: Kind;
      readonly namespace: string | undefined;
      readonly name: string | undefined;
      readonly subresource: string | undefined;
    }
  | { readonly is: 'discovery'; readonly path: string }
  | { readonly is: 'health' }
  | { readonly is: 'version' }
  | { readonly is: 'review' }
  | { readonly is: 'nothing' };

const HEALTH = ['/healthz', '/livez', '/readyz'];

/** kubernetes.io, "Kubernetes API Concepts": resource URIs. */
export function requestInfo(path: string): RequestInfo {
  if (HEALTH.includes(path)) return { is: 'health' };
  if (path === '/version' || path === '/version/') return { is: 'version' };
  if (path === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews') return { is: 'review' };
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
  return resourceInfo(group, version ?? '', resource);
}

function resourceInfo(group: string, version: string, parts: readonly string[]): RequestInfo {
  const inNamespace = parts[0] === 'namespaces' && parts.length > 2;
  const [plural, name, subresource, ...more] = inNamespace ? parts.slice(2) : parts;
  const kind = KINDS.find((each) => each.group === group && each.version === version && each.plural === plural);
  const wellPlaced = kind !== undefined && (inNamespace ? kind.namespaced : !kind.namespaced || name === undefined);
  if (!wellPlaced || more.length > 0) return { is: 'nothing' };
  return { is: 'resource', kind, namespace: inNamespace ? parts[1] : undefined, name, subresource };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
