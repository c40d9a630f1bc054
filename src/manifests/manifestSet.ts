import type { Finding } from '../core/findings/finding.ts';
import type { Json, ResourceId } from '../core/graph/resource.ts';
import { readManifest } from './documents.ts';
import { isObject } from './json.ts';
import type { JsonObject, ManifestFile, ManifestObject, PlacedObject, Source } from './manifestObject.ts';
import { compareKeys, groupKind, objectId } from './objectKey.ts';
import type { Reference } from './references.ts';
import { referencesOf } from './references.ts';
import { definedKinds, scopeOf } from './scopes.ts';

/** The files of one stage. */
export interface StageFiles {
  readonly stage: string;
  /** Where its objects go that name no namespace; `default` if not written. */
  readonly namespace?: string;
  readonly files: readonly ManifestFile[];
  /** `platform.yml` names the file itself and not its folder: it has to be a manifest. */
  readonly named?: boolean;
}

/** All objects of a platform, in an order that does not depend on that of files and folders. */
export interface ManifestSet {
  /** By kind, group, namespace, name. */
  readonly objects: readonly PlacedObject[];
  readonly byId: ReadonlyMap<ResourceId, PlacedObject>;
  readonly references: readonly Reference[];
  /** With an error among them nothing is applied. */
  readonly findings: readonly Finding[];
}

/**
 * Reads the files of all stages, in the order of the stages. The same object in two places is an error; a Namespace is
 * merged, since two writers of one object take each other's fields away.
 */
export function manifestSet(stages: readonly StageFiles[], readFile: typeof readManifest = readManifest): ManifestSet {
  const read = stages.flatMap(({ stage, namespace = 'default', files, named = false }) =>
    files.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map((file) => ({ stage, namespace, ...readFile(file, named) })),
  );
  const defined = definedKinds(read.flatMap(({ objects }) => objects));
  const findings = read.flatMap((file) => file.findings);
  const byId = new Map<ResourceId, PlacedObject>();
  for (const { stage, namespace, objects } of read) {
    for (const written of objects) {
      const object = { ...placed(written, namespace, scopeOf(written.key, defined), findings), stage };
      const id = objectId(object.key);
      const first = byId.get(id);
      if (first === undefined) byId.set(id, object);
      else if (id.startsWith('Namespace/')) byId.set(id, mergedNamespace(first, object, findings));
      else findings.push(duplicate(first, object));
    }
  }
  const objects = [...byId.values()].toSorted((a, b) => compareKeys(a.key, b.key));
  return { objects, byId, references: objects.flatMap(referencesOf), findings };
}

/** The object with the namespace that it goes to, in its key as in its JSON. */
function placed(
  object: ManifestObject,
  fallback: string,
  scope: 'namespaced' | 'cluster' | undefined,
  findings: Finding[],
): ManifestObject {
  const { key, json, source } = object;
  if (scope === 'namespaced') {
    return key.namespace === '' ? { ...object, key: { ...key, namespace: fallback }, json: withNamespace(json, fallback) } : object;
  }
  if (scope === 'cluster') {
    if (key.namespace === '') return object;
    findings.push({
      code: 'manifest.cluster-scoped',
      severity: 'warning',
      message: `A ${key.kind} belongs to the cluster: its namespace is left out.`,
      range: source.rangeOf(['metadata', 'namespace']),
    });
    return { ...object, key: { ...key, namespace: '' }, json: withNamespace(json, undefined) };
  }
  findings.push({
    code: 'manifest.unknown-kind',
    severity: 'warning',
    message: `${groupKind(key)} is no kind of Kubernetes, and no CustomResourceDefinition here defines it: the cluster must.`,
    range: source.rangeOf(['kind']),
  });
  return object;
}

function withNamespace(json: JsonObject, namespace: string | undefined): JsonObject {
  const { namespace: _written, ...metadata } = isObject(json['metadata']) ? json['metadata'] : {};
  return { ...json, metadata: { ...metadata, ...(namespace === undefined ? {} : { namespace }) } };
}

function duplicate(first: PlacedObject, second: PlacedObject): Finding {
  const { kind, namespace, name } = second.key;
  const what = `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
  const same = first.source.file === second.source.file && first.source.range.start.line === second.source.range.start.line;
  return {
    code: 'manifest.duplicate',
    severity: 'error',
    message: same
      ? `${what} in ${second.source.file} belongs to the stages ${first.stage} and ${second.stage}: give each its own folder.`
      : `${what} is written in ${place(first.source)} and again in ${place(second.source)}: keep one.`,
    range: second.source.rangeOf(['metadata', 'name']),
    resource: objectId(second.key),
  };
}

function mergedNamespace(first: PlacedObject, second: PlacedObject, findings: Finding[]): PlacedObject {
  const { name } = second.key;
  const range = second.source.rangeOf(['metadata', 'name']);
  const resource = objectId(second.key);
  const merged = merge(first.json, second.json);
  if (merged === undefined) {
    const message = `Namespace ${name} is written differently in ${place(first.source)} and ${place(second.source)}: keep one.`;
    findings.push({ code: 'manifest.duplicate', severity: 'error', message, range, resource });
    return first;
  }
  const message = `Namespace ${name} is also written in ${place(first.source)}: the two are applied as one.`;
  findings.push({ code: 'manifest.namespace-merged', severity: 'information', message, range, resource });
  return { ...first, json: merged, also: [...(first.also ?? []), second.source] };
}

/** Both together, or `undefined` where they say different things. */
function merge(first: JsonObject, second: JsonObject): JsonObject | undefined {
  const merged = new Map<string, Json>(Object.entries(first));
  for (const [key, value] of Object.entries(second)) {
    const other = merged.get(key);
    if (other === undefined || other === null) merged.set(key, value);
    else if (isObject(other) && isObject(value)) {
      const both = merge(other, value);
      if (both === undefined) return undefined;
      merged.set(key, both);
    } else if (JSON.stringify(other) !== JSON.stringify(value)) return undefined;
  }
  return Object.fromEntries(merged);
}

/** `kafka/broker.yml:12`, as a terminal and an editor take it. */
export function place({ file, range }: Source): string {
  return `${file}:${String(range.start.line)}`;
}
