/** A kind that the API server serves. */
export interface Kind {
  /** `''` for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** Its entry in `schemas.json`. */
  readonly schema: string;
}

function kind(group: string, name: string, plural: string, namespaced: boolean, shortNames: readonly string[] = []): Kind {
  return { group, version: 'v1', kind: name, plural, singular: name.toLowerCase(), shortNames, namespaced, schema: name };
}

/** To serve one more kind is to add a line, and its model to `schemas.json` (the test says how). */
export const KINDS: readonly Kind[] = [
  kind('', 'Namespace', 'namespaces', false, ['ns']),
  kind('', 'Node', 'nodes', false, ['no']),
  kind('', 'Pod', 'pods', true, ['po']),
  kind('', 'Service', 'services', true, ['svc']),
  kind('', 'ServiceAccount', 'serviceaccounts', true, ['sa']),
  kind('', 'ConfigMap', 'configmaps', true, ['cm']),
  kind('', 'Secret', 'secrets', true),
  kind('', 'PersistentVolume', 'persistentvolumes', false, ['pv']),
  kind('', 'PersistentVolumeClaim', 'persistentvolumeclaims', true, ['pvc']),
  kind('', 'Event', 'events', true, ['ev']),
  kind('apps', 'Deployment', 'deployments', true, ['deploy']),
  kind('apps', 'DaemonSet', 'daemonsets', true, ['ds']),
  kind('apps', 'ReplicaSet', 'replicasets', true, ['rs']),
  kind('apps', 'StatefulSet', 'statefulsets', true, ['sts']),
  kind('storage.k8s.io', 'StorageClass', 'storageclasses', false, ['sc']),
];

/** `v1`, `apps/v1` */
export function apiVersionOf(kind: Pick<Kind, 'group' | 'version'>): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

/** `nodes`, `deployments.apps`: how Kubernetes names a resource in messages. */
export function resourceName(kind: Kind): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
}

/** @throws RangeError for a kind that is not served: a mistake in the rehearsal itself */
export function kindNamed(name: string): Kind {
  const found = KINDS.find((each) => each.kind === name);
  if (found === undefined) throw new RangeError(`the rehearsal serves no ${name}`);
  return found;
}
