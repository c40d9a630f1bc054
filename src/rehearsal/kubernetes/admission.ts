import { isList, isObject, objectIn, textIn } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import { kindNamed } from './kinds.ts';
import type { ServedKind } from './kinds.ts';
import { namespaceOf } from './objectStore.ts';
import type { ObjectStore } from './objectStore.ts';
import type { ResourceRequest } from './resourceRequest.ts';
import { forbidden, internalError, notFound } from './statusError.ts';

const NAMESPACE = kindNamed('Namespace');
const SERVICE = kindNamed('Service');
const SLICE = kindNamed('EndpointSlice');
const WEBHOOKS = [kindNamed('MutatingWebhookConfiguration'), kindNamed('ValidatingWebhookConfiguration')];

/**
 * What the API server's admission says to a write. `first`: what it says before the object is checked; `last`: webhooks.
 * @param after `undefined`: it is deleted
 * @throws StatusError
 */
export function admit(
  request: ResourceRequest,
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  when: 'first' | 'last',
): void {
  const object = after ?? before;
  if (object === undefined) return;
  if (when === 'first') {
    if (before === undefined) namespaceLifecycle(request, object);
    return;
  }
  const operation = after === undefined ? 'DELETE' : before === undefined ? 'CREATE' : 'UPDATE';
  for (const kind of WEBHOOKS) {
    for (const configuration of request.store.list(kind)) {
      for (const hook of objectsIn(configuration['webhooks'])) {
        if (selects(hook, request, object, operation)) call(request.store, hook);
      }
    }
  }
}

/** Nothing is made in a namespace that is not there, or that is going. Which of both it is, a client must be able to tell. */
function namespaceLifecycle({ kind, store }: ResourceRequest, object: KubeObject): void {
  if (!kind.namespaced) return;
  const name = namespaceOf(object);
  const namespace = store.find(NAMESPACE, '', name);
  if (namespace === undefined) throw notFound(NAMESPACE, name);
  if (textIn(namespace.metadata, 'deletionTimestamp') === undefined) return;
  const message = `namespace ${name} is being terminated`;
  throw forbidden(kind, object.metadata.name, `unable to create new content in namespace ${name} because it is being terminated`, [
    { reason: 'NamespaceTerminating', message, field: 'metadata.namespace' },
  ]);
}

/** kubernetes.io, "Dynamic Admission Control": rules, namespaceSelector, objectSelector. Configurations themselves are never sent to webhooks. */
function selects(hook: JsonObject, request: ResourceRequest, object: KubeObject, operation: string): boolean {
  const { kind, store, subresource } = request;
  if (WEBHOOKS.some((each) => each.kind === kind.kind)) return false;
  const resource = subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`;
  const meant = objectsIn(hook['rules']).some(
    (rule) =>
      names(rule['operations'], operation) &&
      names(rule['apiGroups'], kind.group) &&
      names(rule['apiVersions'], kind.version) &&
      (names(rule['resources'], resource) || (subresource !== undefined && names(rule['resources'], `${kind.plural}/*`))) &&
      inScope(textIn(rule, 'scope'), kind),
  );
  if (!meant || !matches(objectIn(hook, 'objectSelector'), objectIn(object.metadata, 'labels'))) return false;
  const namespace = kind.namespaced ? store.find(NAMESPACE, '', namespaceOf(object)) : kind.kind === 'Namespace' ? object : undefined;
  return namespace === undefined || matches(objectIn(hook, 'namespaceSelector'), objectIn(namespace.metadata, 'labels'));
}

function names(list: Json | undefined, name: string): boolean {
  return isList(list) && (list.includes(name) || list.includes('*') || (list.includes('*/*') && name.includes('/')));
}

function inScope(scope: string | undefined, kind: ServedKind): boolean {
  return scope === undefined || scope === '*' || (scope === 'Namespaced') === kind.namespaced;
}

/**
 * We do not call out: a webhook whose Service has a ready endpoint admits, one that has none fails, which refuses or not as
 * its `failurePolicy` says. One that is outside of the cluster (a URL) admits.
 */
function call(store: ObjectStore, hook: JsonObject): void {
  const service = objectIn(objectIn(hook, 'clientConfig'), 'service');
  const [namespace, name] = [textIn(service, 'namespace'), textIn(service, 'name')];
  if (namespace === undefined || name === undefined || textIn(hook, 'failurePolicy') === 'Ignore') return;
  const port = typeof service['port'] === 'number' ? service['port'] : 443;
  const seconds = typeof hook['timeoutSeconds'] === 'number' ? hook['timeoutSeconds'] : 10;
  const url = `https://${name}.${namespace}.svc:${port}${textIn(service, 'path') ?? '/'}?timeout=${seconds}s`;
  const fail = (why: string): never => {
    throw internalError(`failed calling webhook "${textIn(hook, 'name') ?? ''}": failed to call webhook: Post "${url}": ${why}`);
  };
  if (store.find(SERVICE, namespace, name) === undefined) fail(`service "${name}" not found`);
  if (!hasReadyEndpoint(store, namespace, name)) fail(`no endpoints available for service "${name}"`);
}

/** Whether a ready address stands behind a Service. */
export function hasReadyEndpoint(store: ObjectStore, namespace: string, service: string): boolean {
  return store
    .list(SLICE, namespace)
    .filter((slice) => objectIn(slice.metadata, 'labels')['kubernetes.io/service-name'] === service)
    .some((slice) => objectsIn(slice['endpoints']).some((endpoint) => objectIn(endpoint, 'conditions')['ready'] !== false));
}

function matches(selector: JsonObject, labels: JsonObject): boolean {
  const exact = Object.entries(objectIn(selector, 'matchLabels')).every(([key, value]) => labels[key] === value);
  return exact && objectsIn(selector['matchExpressions']).every((each) => meets(each, labels));
}

function meets(expression: JsonObject, labels: JsonObject): boolean {
  const key = textIn(expression, 'key') ?? '';
  const values = expression['values'];
  const listed = isList(values) && values.includes(labels[key] ?? null);
  switch (textIn(expression, 'operator')) {
    case 'In':
      return listed;
    case 'NotIn':
      return !listed;
    case 'Exists':
      return key in labels;
    default:
      return !(key in labels);
  }
}

const objectsIn = (value: Json | undefined): readonly JsonObject[] => (isList(value) ? value.filter(isObject) : []);
