/** A kind as the API server serves it. */
export interface ServedKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** `deployments` */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Where the objects of a kind are listed; without a namespace those of all. */
export function collectionPath({ group, version, plural, namespaced }: ServedKind, namespace?: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const inside = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${inside}/${plural}`;
}

export function objectPath(kind: ServedKind, namespace: string, name: string): string {
  return `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`;
}

const PATH =
  /^\/api(?:s\/(?<group>[^/]+))?\/v[^/]+(?:\/namespaces\/(?<namespace>[^/]+)(?=\/.))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<sub>[^/]+))?$/;

/** A path as people say it: `deployments.apps broker in namespace kafka`. What is no path of an object stays as it is. */
export function pathInWords(path: string): string {
  const groups = PATH.exec(path)?.groups;
  if (groups === undefined) return path;
  const { group, namespace, plural, name, sub } = groups;
  const kind = group === undefined ? plural : `${plural}.${group}`;
  const what = sub === undefined ? kind : `${sub} of ${kind}`;
  return [
    what,
    ...(name === undefined ? [] : [decodeURIComponent(name)]),
    ...(namespace === undefined ? [] : [`in namespace ${namespace}`]),
  ].join(' ');
}
