import type { Kind } from '../kinds.ts';
import type { KubeObject } from '../json.ts';
import { namespaceOf } from '../objectStore.ts';
import type { ClusterView, Controller } from './controller.ts';
import { CONFIG_MAP, EVENT, NAMESPACE, SERVICE_ACCOUNT } from './kinds.ts';
import { isLeaving, objectsIn, removeIfThere, statusOf, textsIn, withCondition } from './objectParts.ts';

const AUTHORITY = 'kube-root-ca.crt';

/** What every namespace is given, and the end of those that are told to go: their contents first, whatever they are. */
export const NAMESPACES: Controller = {
  name: 'namespace-controller',
  reconcile(cluster) {
    const { store } = cluster;
    for (const namespace of store.list(NAMESPACE)) {
      if (isLeaving(namespace)) empty(cluster, namespace);
      else furnish(cluster, namespace.metadata.name);
    }
    return undefined;
  },
};

function furnish({ store }: ClusterView, namespace: string): void {
  if (store.find(SERVICE_ACCOUNT, namespace, 'default') === undefined)
    store.create(SERVICE_ACCOUNT, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
  if (store.find(CONFIG_MAP, namespace, AUTHORITY) === undefined)
    store.create(CONFIG_MAP, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: AUTHORITY, namespace },
      data: { 'ca.crt': 'the authority of the rehearsed cluster\n' },
    });
}

/** An object of any kind, with as much of its kind as the store asks for. */
export interface Held {
  readonly kind: Kind;
  readonly object: KubeObject;
}

/** Every object of the cluster, whatever brought its kind. */
export function everything({ store }: ClusterView): Held[] {
  return [...store.everything()].map(([storage, object]) => ({ kind: kindOf(storage, object), object }));
}

function inside({ store }: ClusterView, namespace: string): Held[] {
  return [...store.inNamespace(namespace)].map(([storage, object]) => ({ kind: kindOf(storage, object), object }));
}

function kindOf(storage: string, object: KubeObject): Kind {
  const [plural = '', ...group] = storage.split('.');
  const version = object.apiVersion.split('/').at(-1) ?? 'v1';
  return { group: group.join('.'), version, kind: object.kind, plural, namespaced: namespaceOf(object) !== '' };
}

function empty(cluster: ClusterView, namespace: KubeObject): void {
  const { store } = cluster;
  const { name } = namespace.metadata;
  for (const { kind, object } of inside(cluster, name)) if (!isLeaving(object)) removeIfThere(store, kind, object);
  const left = inside(cluster, name);
  if (left.some(({ kind }) => kind.plural !== EVENT.plural)) report(cluster, namespace, left);
  else store.expunge(NAMESPACE, '', name);
}

/** Says what holds it, as the real controller does (`NamespaceContentRemaining`, `NamespaceFinalizersRemaining`). */
function report({ store }: ClusterView, namespace: KubeObject, left: readonly Held[]): void {
  const live = store.find(NAMESPACE, '', namespace.metadata.name);
  if (live === undefined) return;
  const counts = new Map<string, number>();
  const finalizers = new Map<string, number>();
  for (const { kind, object } of left) {
    const resource = kind.group === '' ? `${kind.plural}.` : `${kind.plural}.${kind.group}`;
    counts.set(resource, (counts.get(resource) ?? 0) + 1);
    for (const each of textsIn(object.metadata, 'finalizers')) finalizers.set(each, (finalizers.get(each) ?? 0) + 1);
  }
  const what = [...counts].map(([resource, count]) => `${resource} has ${count} resource instances`).join(', ');
  const held = [...finalizers].map(([name, count]) => `${name} in ${count} resource instances`).join(', ');
  let conditions = withCondition(
    objectsIn(statusOf(live), 'conditions'),
    { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${what}` },
    store.time(),
  );
  if (finalizers.size > 0) {
    const message = `Some content in the namespace has finalizers remaining: ${held}`;
    conditions = withCondition(
      conditions,
      { type: 'NamespaceFinalizersRemaining', status: 'True', reason: 'SomeFinalizersRemain', message },
      store.time(),
    );
  }
  store.replace(NAMESPACE, { ...live, status: { ...statusOf(live), phase: 'Terminating', conditions } });
}
