import { Unseen } from '../../core/graph/errors.ts';
import type { Look, ResourceId } from '../../core/graph/resource.ts';
import { groupKind, objectId } from '../../manifests/objectKey.ts';
import type { KubernetesClient, KubernetesObject } from '../client.ts';
import { collectionPath, type ServedKind } from '../paths.ts';
import { PLATFORM_LABEL } from '../platformLabel.ts';
import { isKept } from './traits.ts';

export interface NamespaceWish {
  readonly namespace: string;
  /** The value of `slipway.dev/platform`. */
  readonly label: string;
  /** What objects of the platform make by running, as ids: a Job its Secret. */
  readonly makes: ReadonlySet<ResourceId>;
}

interface Item {
  readonly kind: ServedKind;
  readonly object: KubernetesObject;
}

/**
 * What is in a namespace and neither of this platform nor made by what is: it goes with the namespace, and somebody may miss it. As
 * `Kind name`, sorted; a Helm release of somebody else once and not object by object. One LIST of metadata for each kind that is served,
 * so only a plan that deletes a namespace asks.
 * @throws Unseen
 */
export async function strangersIn(look: Look, client: KubernetesClient, wish: NamespaceWish): Promise<readonly string[]> {
  const { namespace, label, makes } = wish;
  const found = await Promise.all((await kindsToList(look, client)).map((kind) => itemsOf(look, client, kind, namespace)));
  const items = found.flat();
  const releases = new Map(
    items.filter(({ object }) => isHelmsOwn(object)).map(({ object }) => [object.metadata.labels?.['name'], isOurs(object, label)]),
  );
  const isOfOurs = ({ kind, object }: Item): boolean => {
    const { name, annotations, ownerReferences = [], deletionTimestamp } = object.metadata;
    if (deletionTimestamp !== undefined || ownerReferences.length > 0 || isMadeByItself(kind, object)) return true;
    if (isOurs(object, label)) return !isKept(annotations);
    const release = releaseOf(object);
    return makes.has(objectId({ ...kind, namespace, name })) || (release !== undefined && releases.get(release) !== false);
  };
  const sets = items
    .filter((item) => groupKind(item.kind) === 'StatefulSet.apps' && isOfOurs(item))
    .map(({ object }) => object.metadata.name);
  const strangers = items.filter((item) => !isOfOurs(item) && !isClaimOf(item, sets)).map(nameOf);
  return [...new Set(strangers)].sort();
}

const isOurs = ({ metadata }: KubernetesObject, label: string): boolean => metadata.labels?.[PLATFORM_LABEL] === label;

/** The Secret in which Helm keeps a release. */
const isHelmsOwn = ({ metadata }: KubernetesObject): boolean => metadata.labels?.['owner'] === 'helm';

/** The release that an object belongs to, as Helm notes it (helm.sh/helm, pkg/action/validate.go). */
const releaseOf = (object: KubernetesObject): string | undefined =>
  isHelmsOwn(object) ? object.metadata.labels?.['name'] : object.metadata.annotations?.['meta.helm.sh/release-name'];

const nameOf = ({ kind, object }: Item): string => {
  const release = releaseOf(object);
  return release === undefined ? `${kind.kind} ${object.metadata.name}` : `Helm release ${release}`;
};

/** Kinds that only tell of others, or come and go by themselves. */
const PASSING: ReadonlySet<string> = new Set([
  'Binding',
  'Endpoints',
  'Event',
  'Event.events.k8s.io',
  'EndpointSlice.discovery.k8s.io',
  'Lease.coordination.k8s.io',
  'LocalSubjectAccessReview.authorization.k8s.io',
  'NodeMetrics.metrics.k8s.io',
  'PodMetrics.metrics.k8s.io',
]);

/** In every namespace (kube-controller-manager: serviceaccount and root-ca-cert-publisher). */
const IN_EVERY_ONE: ReadonlySet<string> = new Set(['ServiceAccount/default', 'ConfigMap/kube-root-ca.crt']);

/** How controllers mark what they make without owning it: cert-manager, Argo Events, tokens of service accounts, hooks of Helm. */
const MARKS = [
  'cert-manager.io/certificate-name',
  'cert-manager.io/allow-direct-injection',
  'events.argoproj.io/sensor',
  'kubernetes.io/service-account.name',
  'helm.sh/hook',
];

function isMadeByItself({ kind }: ServedKind, { metadata }: KubernetesObject): boolean {
  if (IN_EVERY_ONE.has(`${kind}/${metadata.name}`)) return true;
  return MARKS.some((mark) => metadata.annotations?.[mark] !== undefined || metadata.labels?.[mark] !== undefined);
}

/** The claim that a StatefulSet makes for a pod is `<template>-<set>-<ordinal>`, and nobody's but the set's. */
const isClaimOf = ({ kind, object }: Item, sets: readonly string[]): boolean =>
  kind.kind === 'PersistentVolumeClaim' && sets.some((set) => object.metadata.name.replace(/-\d+$/, '').endsWith(`-${set}`));

/** Every kind that lies in namespaces, in one version. */
async function kindsToList(look: Look, client: KubernetesClient): Promise<readonly ServedKind[]> {
  const served = new Map<string, ServedKind>();
  for (const kind of await look.share('kubernetes:discovery', () => client.discovery.refresh(look.signal))) {
    const name = groupKind(kind);
    if (kind.namespaced && !PASSING.has(name) && !served.has(name)) served.set(name, kind);
  }
  return [...served.values()];
}

async function itemsOf(look: Look, client: KubernetesClient, kind: ServedKind, namespace: string): Promise<readonly Item[]> {
  const path = collectionPath(kind, namespace);
  try {
    const objects = await look.share(`kubernetes:contents ${path}`, () => client.list(path, look.signal, { metadataOnly: true }));
    return objects.map((object) => ({ kind, object }));
  } catch (error) {
    // What is only created (a review) or is no longer served cannot be listed.
    if (error instanceof Unseen && (error.code === 'MethodNotAllowed' || error.code === 'NotFound')) return [];
    throw error;
  }
}
