import type { Json } from '../core/graph/resource.ts';
import { grouped } from './grouped.ts';
import { at, isObject, textAt } from './json.ts';
import type { JsonObject, JsonPath, PlacedObject } from './manifestObject.ts';
import { groupKind, groupOf } from './objectKey.ts';
import type { ObjectKey } from './objectKey.ts';
import { below, matches } from './patterns.ts';
import type { Match } from './patterns.ts';
import { madeBy } from './makers.ts';
import { podPlaces, referenceTable, runLater } from './referenceTable.ts';
import type { ReferenceRow } from './referenceTable.ts';
import { isClusterScoped } from './scopes.ts';

/** That one object names another. */
export interface Reference {
  readonly from: PlacedObject;
  /** Where in `from`: of the name, or of what stands for it. `from.source.rangeOf(path)` is its range. */
  readonly path: JsonPath;
  readonly to: ObjectKey;
  /** Keys of the Secret or ConfigMap that are used. */
  readonly keys: readonly string[];
  readonly optional: boolean;
  readonly order: ReferenceRow['order'];
  /** `from` makes it; nobody has to provide it. */
  readonly makes: boolean;
}

/** Something that an object holds and that could be one: the object itself, or what a trigger of a Sensor will make. */
interface Holder {
  readonly kind: string;
  readonly namespace: string;
  readonly json: JsonObject;
  readonly path: JsonPath;
  readonly later: boolean;
}

const rowsOf: ReadonlyMap<string, readonly ReferenceRow[]> = grouped(referenceTable, ({ on }) => on);

/** Where cert-manager looks for the Secrets of kinds that have no namespace (its flag `--cluster-resource-namespace`). */
const certManagerNamespace = 'cert-manager';

/** Everything that an object names, in the order of the table; each place once. */
export function referencesOf(from: PlacedObject): readonly Reference[] {
  const found = new Map<string, Reference>();
  for (const holder of holders(from)) {
    for (const { row, match } of places(holder)) {
      for (const reference of referenceAt(from, holder, row, match)) {
        const place = JSON.stringify([reference.path, reference.to.kind]);
        if (!found.has(place)) found.set(place, reference);
      }
    }
  }
  return [...found.values(), ...madeBy(from)];
}

function holders(from: PlacedObject): readonly Holder[] {
  const kind = groupKind(from.key);
  const own: Holder = { kind, namespace: namespaceFor(from.key), json: from.json, path: [], later: runLater.includes(kind) };
  return [own, ...(kind === 'Sensor.argoproj.io' ? triggered(from) : [])];
}

function namespaceFor({ kind, group, namespace }: ObjectKey): string {
  return kind === 'ClusterIssuer' && group === 'cert-manager.io' ? certManagerNamespace : namespace;
}

/** The objects that a Sensor's triggers make. */
function triggered(from: PlacedObject): readonly Holder[] {
  return ['argoWorkflow', 'k8s'].flatMap((trigger) =>
    matches(from.json, `spec.triggers[].template.${trigger}.source.resource`).flatMap(({ path, value }): readonly Holder[] => {
      const kind = textAt(value, 'kind');
      if (!isObject(value) || kind === undefined) return [];
      const namespace = textAt(value, 'metadata', 'namespace') ?? from.key.namespace;
      return [{ kind: groupKind({ group: groupOf(textAt(value, 'apiVersion') ?? ''), kind }), namespace, json: value, path, later: true }];
    }),
  );
}

interface Place {
  readonly row: ReferenceRow;
  readonly match: Match;
}

function places(holder: Holder): readonly Place[] {
  const pods = (podPlaces[holder.kind] ?? []).flatMap((pattern) => matches(holder.json, pattern, holder.path));
  return [
    ...pods.flatMap((pod) => placesAt(rowsOf.get('pod') ?? [], pod)),
    ...placesAt(rowsOf.get(holder.kind) ?? [], { path: holder.path, value: holder.json }),
  ];
}

function placesAt(rows: readonly ReferenceRow[], { path, value }: Match): readonly Place[] {
  return rows.flatMap((row) => {
    const open = row.at.endsWith('.**');
    const found = matches(value, open ? row.at.slice(0, -3) : row.at, path);
    return (open ? found.flatMap(selectors) : found).map((match): Place => ({ row, match }));
  });
}

/** Selectors of a key of a Secret: `{name, key}` under any name but these. What a Sensor will make is read as what it is. */
const otherSelectors: ReadonlySet<string | number> = new Set(['bucket', 'configMapKeyRef', 'configmap', 'resource']);

function selectors(root: Match): readonly Match[] {
  return below(root, ({ path }) => !otherSelectors.has(path.at(-1) ?? '')).filter(
    ({ path, value }) => path.length > root.path.length && textAt(value, 'name') !== undefined && textAt(value, 'key') !== undefined,
  );
}

function referenceAt(from: PlacedObject, holder: Holder, row: ReferenceRow, { path, value }: Match): readonly Reference[] {
  const written = row.name === undefined ? text(value) : textAt(value, row.name);
  const name = written ?? row.fallback;
  const kind = kindOf(row, value);
  if (name === undefined || kind === undefined || row.exists?.includes(name) === true || isTemplate(name)) return [];
  const [target, inName] = splitName(name);
  const namespace = isClusterScoped(kind) ? '' : ((row.namespace && textAt(value, row.namespace)) ?? inName ?? holder.namespace);
  if (namespace === '' && !isClusterScoped(kind)) return [];
  const keys = row.keys === undefined ? [] : matches(value, row.keys).flatMap((match) => text(match.value) ?? []);
  return [
    {
      from,
      path: written === undefined || row.name === undefined ? path : [...path, row.name],
      to: { ...kind, namespace, name: target },
      keys: keys.filter((key) => !isTemplate(key)),
      optional: row.optional !== undefined && at(value, row.optional) === true,
      order: holder.later && row.order === 'must' ? 'free' : row.order,
      makes: row.makes === true || isIssued(from, row),
    },
  ];
}

function kindOf({ to }: ReferenceRow, value: Json): Pick<ObjectKey, 'group' | 'kind'> | undefined {
  const written = typeof to === 'string' ? to : to.kinds[word(at(value, to.property)) ?? to.fallback ?? ''];
  if (written === undefined) return undefined;
  const [kind = '', ...group] = written.split('.');
  return { kind, group: group.join('.') };
}

/** Annotations may name `namespace/name`. */
function splitName(name: string): readonly [name: string, namespace: string | undefined] {
  const slash = name.indexOf('/');
  return slash < 0 ? [name, undefined] : [name.slice(slash + 1), name.slice(0, slash)];
}

/** What Argo or a shell fills in later names nothing yet. */
function isTemplate(name: string): boolean {
  return name.includes('{{') || name.includes('$(');
}

/** cert-manager makes the Secret of an Ingress that is annotated for it (its "ingress-shim"). */
function isIssued(from: PlacedObject, row: ReferenceRow): boolean {
  if (row.on !== 'Ingress.networking.k8s.io' || row.at !== 'spec.tls[]') return false;
  return ['cert-manager.io/cluster-issuer', 'cert-manager.io/issuer', 'kubernetes.io/tls-acme'].some(
    (annotation) => textAt(from.json, 'metadata', 'annotations', annotation) !== undefined,
  );
}

function text(value: Json): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** As the table writes it: kinds are texts, `clusterScope` is a truth value. */
function word(value: Json | undefined): string | undefined {
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : undefined;
}
