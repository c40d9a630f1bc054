import type { ObjectType } from './fieldType.ts';
import { MODEL_KINDS, modelType } from './model.ts';
import type { ModelKind } from './model.ts';

/** A kind as a store knows it: enough to keep and find its objects. */
export interface Kind {
  /** `''` for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** A kind that the API server serves: one of its own, or one that a CustomResourceDefinition brought. */
export interface ServedKind extends Kind {
  readonly listKind: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly string[];
  readonly verbs: readonly string[];
  readonly builtIn: boolean;
  /** Its fields. */
  readonly type: ObjectType;
}

export const EVERY_VERB = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

function builtIn(from: ModelKind): ServedKind {
  return {
    group: from.group,
    version: from.version,
    kind: from.kind,
    listKind: `${from.kind}List`,
    plural: from.plural,
    singular: from.singular,
    shortNames: from.shortNames ?? [],
    categories: from.categories ?? [],
    namespaced: from.namespaced,
    subresources: from.subresources ?? [],
    verbs: from.verbs,
    builtIn: true,
    get type() {
      return modelType(from.type);
    },
  };
}

/** The kinds of every API server, whatever was defined in it since. The preferred version of a group stands first. */
export const KINDS: readonly ServedKind[] = MODEL_KINDS.map(builtIn);

/** `v1`, `apps/v1` */
export function apiVersionOf(kind: Pick<Kind, 'group' | 'version'>): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

/** `nodes`, `deployments.apps`: how Kubernetes names a resource in messages. */
export function resourceName(kind: Pick<Kind, 'group' | 'plural'>): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
}

/** What a kind's objects are kept under: events are the same objects in both of their groups. */
export function storageOf(kind: Pick<Kind, 'group' | 'plural'>): string {
  const name = resourceName(kind);
  return name === 'events.events.k8s.io' ? 'events' : name;
}

/** A built-in kind by name; `Event` is the core one. @throws RangeError for a kind that is not served: a mistake in the rehearsal itself */
export function kindNamed(name: string): ServedKind {
  const found = KINDS.find((each) => each.kind === name);
  if (found === undefined) throw new RangeError(`the rehearsal serves no ${name}`);
  return found;
}

const BUILT_IN = new Set(KINDS.map(storageOf));

/** Whether the API server has the kind of its own. */
export function isBuiltIn(kind: Pick<Kind, 'group' | 'plural'>): boolean {
  return BUILT_IN.has(storageOf(kind));
}
