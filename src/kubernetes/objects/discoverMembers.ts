import type { Finding } from '../../core/findings/finding.ts';
import { NotYet, Unseen } from '../../core/graph/errors.ts';
import type { AnyResource, Look, Observation, Present, ResourceId, StepContext } from '../../core/graph/resource.ts';
import { groupKind, objectId, type ObjectKey } from '../../manifests/objectKey.ts';
import type { KubernetesClient, KubernetesObject } from '../client.ts';
import { collectionPath, objectPath, type ServedKind } from '../paths.ts';
import { PLATFORM_LABEL } from '../platformLabel.ts';
import { CONTAINS, ID, INVENTORY_NAMESPACE, namesIn, PART_OF } from './applySetId.ts';
import { strangersIn } from './namespaceContents.ts';
import { leaving } from './leaving.ts';
import { estimateOf, isKept, mayLeave } from './traits.ts';

const CRD = 'CustomResourceDefinition.apiextensions.k8s.io';
const CLAIM = 'PersistentVolumeClaim';
/** Groups of what has pods. */
const WORKLOADS: ReadonlySet<string> = new Set(['apps', 'batch']);

/**
 * Every member of this platform's ApplySets and the parents themselves, as resources that can be looked at and deleted: custom resources
 * before their definitions, whose controllers still run then, and namespaces last. What its annotation says is kept is left out, and so is
 * the namespace that it lies in.
 * @param keptIn of what is in no inventory
 * @throws Unseen
 */
export async function discoverMembers(
  look: Look,
  client: KubernetesClient,
  label: string,
  keptIn: readonly KeptIn[] = [],
): Promise<readonly AnyResource[]> {
  const selector = `${PLATFORM_LABEL}=${label}`;
  const list = (path: string, labelSelector: string): Promise<readonly KubernetesObject[]> =>
    look.share(`kubernetes:members ${path}`, () => client.list(path, look.signal, { labelSelector, metadataOnly: true }));
  const parents = await list(`/api/v1/namespaces/${INVENTORY_NAMESPACE}/configmaps`, `${selector},${ID}`);
  if (parents.length === 0) return [];
  const sets = new Map(parents.map((parent) => [parent.metadata.labels?.[ID] ?? '', parent.metadata.name]));
  const groupKinds = new Set(parents.flatMap((parent) => namesIn(parent.metadata.annotations?.[CONTAINS])));
  const kinds = await servedKinds(look, client, [...groupKinds]);
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const items = await list(collectionPath(kind), `${selector},${PART_OF}`);
      return items.filter(({ metadata }) => sets.has(metadata.labels?.[PART_OF] ?? '')).map((item) => ({ kind, item }));
    }),
  );
  const all = found.flat();
  const kept = [...keptIn, ...all.flatMap(keptPlace)];
  const stays = ({ kind, item: { metadata } }: Member): KeptIn | undefined =>
    groupKind(kind) === 'Namespace' ? kept.find(({ namespace }) => namespace === metadata.name) : undefined;
  const setOf = ({ item }: Member): ResourceId => setResource(sets.get(item.metadata.labels?.[PART_OF] ?? ''));
  const members = all
    .filter((member) => !isKept(member.item.metadata.annotations) && stays(member) === undefined)
    .map((member) => ({
      ...memberOf(client, member.kind, member.item, { set: setOf(member), after: outlivedBy(member, all) }),
      ...(groupKind(member.kind) === 'Namespace' ? { takesAlong: (own: Look) => contentsOf(own, client, member, label) } : {}),
    }));
  const inventories = parents.map((parent) => {
    const own = setResource(parent.metadata.name);
    const notes = all.filter((member) => setOf(member) === own).flatMap((member) => stays(member) ?? []);
    return {
      ...memberOf(client, CONFIG_MAP, parent, { own }),
      check: () => Promise.resolve(notes.map((each) => stayNote(own, each))),
    };
  });
  return [...members, ...inventories];
}

/** Something in a namespace that is kept when everything else goes. */
export interface KeptIn {
  readonly namespace: string;
  /** `Secret/slipway-sentry-secret-key` */
  readonly what: string;
}

interface Member {
  readonly kind: ServedKind;
  readonly item: KubernetesObject;
}

const keptPlace = ({ kind, item: { metadata } }: Member): readonly KeptIn[] =>
  isKept(metadata.annotations) && metadata.namespace !== undefined
    ? [{ namespace: metadata.namespace, what: `${kind.kind}/${metadata.name}` }]
    : [];

const stayNote = (resource: ResourceId, { namespace, what }: KeptIn): Finding => ({
  code: 'namespace-kept',
  severity: 'information',
  resource,
  message: `Namespace ${namespace} stays, since ${what} in it is kept: delete it yourself when nobody needs that any more.`,
});

/** What its own objects make is told too: of what left the manifests nobody knows what that was. */
const contentsOf = (look: Look, client: KubernetesClient, { item }: Member, label: string): Promise<readonly string[]> =>
  strangersIn(look, client, { namespace: item.metadata.name, label, makes: new Set() });

/**
 * A kind that is not served now has no members that could be seen, and may be served again: an API service that is down, a definition
 * that somebody puts back. Its inventory must not be lost meanwhile.
 * @throws Unseen for a kind that the server does not serve though its definition is there
 */
async function servedKinds(look: Look, client: KubernetesClient, wanted: readonly string[]): Promise<readonly ServedKind[]> {
  const among = (all: readonly ServedKind[]): readonly ServedKind[] =>
    wanted.flatMap((each) => all.find((kind) => groupKind(kind) === each) ?? []);
  const known = among(await client.discovery.kinds(look.signal));
  if (known.length === wanted.length) return known;
  const found = among(await look.share('kubernetes:discovery', () => client.discovery.refresh(look.signal)));
  const missing = wanted.filter((each) => !found.some((kind) => groupKind(kind) === each));
  if (missing.length > 0) await assertGone(look, client, missing);
  return found;
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const API_SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';

interface Definition extends KubernetesObject {
  readonly spec?: { readonly group?: string; readonly names?: { readonly kind?: string } };
}

interface ApiService extends KubernetesObject {
  readonly spec?: { readonly group?: string; readonly service?: object | null };
}

/** With a definition its objects are gone too; who deletes a chart or a stage by hand is not to be stopped by that for ever. */
async function assertGone(look: Look, client: KubernetesClient, missing: readonly string[]): Promise<void> {
  const [definitions, services] = await Promise.all([
    client.list<Definition>(DEFINITIONS, look.signal),
    client.list<ApiService>(API_SERVICES, look.signal),
  ]);
  const hidden = missing.find((each) => {
    const isDefined = definitions.some(({ spec }) => `${spec?.names?.kind}.${spec?.group}` === each);
    // One that another server answers for has no definition: its service is all that is known.
    const isServedElsewhere = services.some(({ spec }) => spec?.service && each.endsWith(`.${spec.group}`));
    return isDefined || isServedElsewhere;
  });
  if (hidden !== undefined) throw new Unseen(`${hidden} is not served just now, and there may be some of it`);
}

const CONFIG_MAP: ServedKind = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };

/** The id that the parent has as a resource: `ApplySet/kafka` of `slipway-kafka`. */
const setResource = (parent = ''): ResourceId => `ApplySet/${parent.replace(/^slipway-/, '')}`;

/**
 * What a member goes before. A workload: the claims in its namespace, which it holds for as long as it runs
 * (`kubernetes.io/pvc-protection`); once told to go they could not be kept any more. A custom resource: the rest of the set that its
 * definition is of, since among that are the controller that takes its finalizer off, that one's account and rights, and the webhooks
 * that are asked first; which they are, labels do not tell.
 */
function outlivedBy({ kind, item }: Member, all: readonly Member[]): readonly ResourceId[] {
  if (WORKLOADS.has(kind.group)) {
    const isClaim = (each: Member): boolean => groupKind(each.kind) === CLAIM && each.item.metadata.namespace === item.metadata.namespace;
    return all.filter(isClaim).map(idOf);
  }
  const definitionOf = ({ plural, group }: ServedKind): Member | undefined =>
    all.find((each) => groupKind(each.kind) === CRD && each.item.metadata.name === `${plural}.${group}`);
  const set = definitionOf(kind)?.item.metadata.labels?.[PART_OF];
  if (set === undefined) return [];
  return all.filter((each) => each.item.metadata.labels?.[PART_OF] === set && definitionOf(each.kind) === undefined).map(idOf);
}

const idOf = ({ kind: { group, kind }, item: { metadata } }: Member): ResourceId =>
  objectId({ group, kind, namespace: metadata.namespace ?? '', name: metadata.name });

/** Where a member stands among the others. */
interface MemberPlace {
  /** Its inventory; an inventory itself has none. */
  readonly set?: ResourceId;
  /** What an inventory is called. */
  readonly own?: ResourceId;
  readonly after?: readonly ResourceId[];
}

/** A member with the little that is known of it. */
function memberOf(
  client: KubernetesClient,
  kind: ServedKind,
  { metadata }: KubernetesObject,
  { set, own, after = [] }: MemberPlace,
): AnyResource {
  const key: ObjectKey = { group: kind.group, kind: kind.kind, namespace: metadata.namespace ?? '', name: metadata.name };
  const path = objectPath(kind, key.namespace, key.name);
  const definition = objectId({
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
    namespace: '',
    name: `${kind.plural}.${kind.group}`,
  });
  return {
    id: own ?? objectId(key),
    kind: own === undefined ? groupKind(key) : 'ApplySet',
    provider: 'kubernetes',
    title:
      own === undefined
        ? `${kind.kind} ${key.namespace === '' ? key.name : `${key.namespace}/${key.name}`}`
        : `Inventory of ${own.slice('ApplySet/'.length)}`,
    needs: {},
    ...(mayLeave(key) ? { leaves: true as const } : {}),
    after: [
      ...(set === undefined ? [] : [set]),
      ...(groupKind(kind) === CRD ? [] : [definition]),
      ...(key.namespace === '' || own !== undefined ? [] : [`Namespace/${key.namespace}`]),
      ...after,
    ],
    async observe(look): Promise<Observation<unknown>> {
      const live = await look.share(`kubernetes:get ${path}`, () => client.get(path, look.signal));
      if (live === undefined || live.metadata.uid !== metadata.uid) return { state: 'absent' };
      const present = { owner: 'slipway', physicalId: live.metadata.uid ?? key.name, attributes: {}, outputs: {} } as const;
      return live.metadata.deletionTimestamp === undefined ? { ...present, state: 'ready' } : { ...present, ...leaving(live) };
    },
    steps: {
      plan: () => ({ action: 'none' }),
      async delete(seen: Present, ctx: StepContext) {
        if (metadata.uid === undefined) throw new NotYet('it does not say which object it is');
        await client.delete(path, ctx.signal, { uid: seen.physicalId });
      },
    },
    estimate: () => estimateOf({ key, json: {} }),
  };
}
