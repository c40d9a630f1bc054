import { createHash } from 'node:crypto';

/** KEP-3659: on every member, the id of the set that it belongs to. */
export const PART_OF = 'applyset.kubernetes.io/part-of';
/** On the parent: its own id. */
export const ID = 'applyset.kubernetes.io/id';

export const TOOLING = 'applyset.kubernetes.io/tooling';
/** `Deployment.apps,Secret`: the kinds that have members, and perhaps more. */
export const CONTAINS = 'applyset.kubernetes.io/contains-group-kinds';
/** Where members may be besides the parent's own namespace. */
export const NAMESPACES = 'applyset.kubernetes.io/additional-namespaces';

/** Where the parents lie. */
export const INVENTORY_NAMESPACE = 'kube-system';
export const INVENTORY_COLLECTION = `/api/v1/namespaces/${INVENTORY_NAMESPACE}/configmaps`;

/** What one of the annotations lists. */
export function namesIn(annotation: string | undefined): readonly string[] {
  return (annotation ?? '').split(',').filter((name) => name !== '');
}

/** The set's id as KEP-3659 computes it from its parent, here a ConfigMap; a label value. */
export function applySetId({ name, namespace }: { readonly name: string; readonly namespace: string }): string {
  const hash = createHash('sha256').update(`${name}.${namespace}.ConfigMap.`).digest('base64url');
  return `applyset-${hash}-v1`;
}
