import { isList, isObject, objectIn, textIn } from './json.ts';
import type { JsonObject, KubeObject } from './json.ts';
import { EVERY_VERB, KINDS, kindNamed } from './kinds.ts';
import type { ServedKind } from './kinds.ts';
import type { ObjectStore } from './objectStore.ts';
import { structuralType } from './structuralSchema.ts';

/** A kind that a CustomResourceDefinition brought. */
export interface CustomKind extends ServedKind {
  /** `openAPIV3Schema` of the version. */
  readonly schema: JsonObject;
}

export const DEFINITION = kindNamed('CustomResourceDefinition');

/** How long discovery lags behind a definition that is Established: the aggregator asks again in its own time. Seconds of the world. */
export const DISCOVERY_LAG_SECONDS = 2;

const known = new WeakMap<KubeObject, readonly CustomKind[]>();

/** Everything that the API server of a cluster serves: its own kinds, and those of definitions that are Established. */
export function servedKinds(store: ObjectStore): readonly ServedKind[] {
  const custom = store.list(DEFINITION).filter((definition) => establishedAt(definition) !== undefined);
  return custom.length === 0 ? KINDS : [...KINDS, ...custom.flatMap(customKinds)];
}

/** Those that discovery shows already. */
export function discoveredKinds(store: ObjectStore): readonly ServedKind[] {
  const shown = store.list(DEFINITION).filter((definition) => {
    const since = establishedAt(definition);
    return since !== undefined && since + DISCOVERY_LAG_SECONDS * 1000 <= store.now();
  });
  return shown.length === 0 ? KINDS : [...KINDS, ...shown.flatMap(customKinds)];
}

/** @param name `kind` as in an object of a custom resource */
export function findKind(store: ObjectStore, group: string, name: string, version?: string): ServedKind | undefined {
  return servedKinds(store).find(
    (each) => each.group === group && each.kind === name && (version === undefined || each.version === version),
  );
}

export const isCustom = (kind: ServedKind): kind is CustomKind => !kind.builtIn;

/** World time, ms, since when a definition is Established; `undefined` while it is not. */
export function establishedAt(definition: KubeObject): number | undefined {
  const conditions = objectIn(definition, 'status')['conditions'];
  const found = isList(conditions) ? conditions.filter(isObject).find((each) => each['type'] === 'Established') : undefined;
  const since = textIn(found, 'lastTransitionTime');
  return found?.['status'] === 'True' && since !== undefined ? Date.parse(since) : undefined;
}

/** A kind for each served version; the one that discovery prefers stands first (kubernetes.io, "Versions in CustomResourceDefinitions"). */
export function customKinds(definition: KubeObject): readonly CustomKind[] {
  const found = known.get(definition);
  if (found !== undefined) return found;
  const versions = objectIn(definition, 'spec')['versions'];
  const made = (isList(versions) ? versions : [])
    .filter(isObject)
    .filter((version) => version['served'] === true)
    .map((version) => customKind(definition, version))
    .sort((a, b) => precedence(b.version) - precedence(a.version));
  known.set(definition, made);
  return made;
}

function customKind(definition: KubeObject, version: JsonObject): CustomKind {
  const spec = objectIn(definition, 'spec');
  const names = objectIn(spec, 'names');
  const kind = textIn(names, 'kind') ?? '';
  const schema = objectIn(objectIn(version, 'schema'), 'openAPIV3Schema');
  return {
    group: textIn(spec, 'group') ?? '',
    version: textIn(version, 'name') ?? '',
    kind,
    listKind: textIn(names, 'listKind') ?? `${kind}List`,
    plural: textIn(names, 'plural') ?? '',
    singular: textIn(names, 'singular') ?? kind.toLowerCase(),
    shortNames: textsOf(names['shortNames']),
    categories: textsOf(names['categories']),
    namespaced: spec['scope'] === 'Namespaced',
    subresources: Object.keys(objectIn(version, 'subresources')),
    verbs: EVERY_VERB,
    builtIn: false,
    type: structuralType('schema' in version ? schema : undefined),
    schema,
  };
}

/** v2 before v1 before v1beta2 before v1alpha1. */
function precedence(version: string): number {
  const [, major = '0', stage, minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  const rank = stage === undefined ? 2 : stage === 'beta' ? 1 : 0;
  return rank * 1e6 + Number(major) * 1e3 + Number(minor);
}

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []);
