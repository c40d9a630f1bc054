import type { ResourceId } from '../core/graph/resource.ts';

/** What makes an object one object, whatever version of its API a file is written in. */
export interface ObjectKey {
  /** API group: `apps`; empty for the core group. */
  readonly group: string;
  readonly kind: string;
  /** Empty for what belongs to the cluster. */
  readonly namespace: string;
  readonly name: string;
}

/** `Deployment.apps`, `Secret`: a kind with its group, as `kubectl` takes it. */
export function groupKind({ group, kind }: Pick<ObjectKey, 'group' | 'kind'>): string {
  return group === '' ? kind : `${kind}.${group}`;
}

/** The object as a resource: `Deployment.apps/kafka/broker`, `Secret/mer/github`, `Namespace/kafka`. */
export function objectId(key: ObjectKey): ResourceId {
  return [groupKind(key), ...(key.namespace === '' ? [] : [key.namespace]), key.name].join('/');
}

/** The group in an `apiVersion`: `apps` of `apps/v1`, empty of `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** By kind, group, namespace, name: the order of everything that has no other. */
export function compareKeys(a: ObjectKey, b: ObjectKey): number {
  return (
    compareText(a.kind, b.kind) || compareText(a.group, b.group) || compareText(a.namespace, b.namespace) || compareText(a.name, b.name)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
