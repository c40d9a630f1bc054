import { FieldSet, itemElement, removeAt, shownPath, valueAt } from './fieldSet.ts';
import { isList, isObject, sameJson } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import { apiVersionOf } from './kinds.ts';
import type { ServedKind } from './kinds.ts';
import { managersOf, ownable, ownedPart, withManagers } from './managedFields.ts';
import type { Manager } from './managedFields.ts';
import { ANY, isGranular, memberType } from './fieldType.ts';
import type { FieldType } from './fieldType.ts';
import { StatusError } from './statusError.ts';

export interface Applied {
  readonly manager: string;
  readonly force: boolean;
  /** RFC 3339. */
  readonly time: string;
  /** `status`, or empty. */
  readonly subresource: string;
}

/**
 * Server-side apply: what is applied is merged into what is there, what this manager applied before and no longer does is
 * taken out, and a field that another manager owns and has another value is a conflict (kubernetes.io, "Server-Side Apply").
 * @throws StatusError 409 that names the managers and fields
 */
export function serverSideApply(live: KubeObject | undefined, wanted: KubeObject, kind: ServedKind, applied: Applied): KubeObject {
  const { type } = kind;
  const { subresource } = applied;
  const managers = managersOf(live);
  const own = managers.find(
    (manager) => manager.name === applied.manager && manager.operation === 'Apply' && manager.subresource === subresource,
  );
  const fields = ownable(wanted, kind, subresource);
  const others = managers.filter((manager) => manager !== own);
  const conflicts = others.flatMap((manager) =>
    manager.fields
      .paths()
      .filter((path) => fields.has(path) && !sameJson(valueAt(live, path, type), valueAt(wanted, path, type)) && !isItem(path))
      .map((path) => ({ manager, path })),
  );
  if (conflicts.length > 0 && !applied.force) throw applyConflict(conflicts);
  const lost = new FieldSet(conflicts.map(({ path }) => path));
  const left = others.map((manager) => ({ ...manager, fields: manager.fields.minus(lost) }));
  const gone = (own?.fields ?? new FieldSet([]))
    .minus(fields)
    .paths()
    .filter((path) => !left.some((manager) => ownsIn(manager, path)));
  const merged = merge(live === undefined ? {} : live, ownedPart(wanted, kind, subresource), type);
  const result = [...gone]
    .sort((a, b) => a.length - b.length)
    .reduce<Json>((value, path) => dropEmpty(removeAt(value, path, type), path.slice(0, -1), type), merged);
  const object: KubeObject = {
    ...(isObject(result) ? result : {}),
    apiVersion: wanted.apiVersion,
    kind: wanted.kind,
    metadata: { ...(isObject(result) && isObject(result['metadata']) ? result['metadata'] : {}), ...identity(live ?? wanted) },
  };
  const unchanged = own !== undefined && own.fields.equals(fields) && conflicts.length === 0;
  const mine: Manager = {
    name: applied.manager,
    operation: 'Apply',
    apiVersion: apiVersionOf(kind),
    time: unchanged ? own.time : applied.time,
    subresource,
    fields,
  };
  return withManagers(
    object,
    own === undefined ? [...left, mine] : managers.map((manager) => (manager === own ? mine : (left[others.indexOf(manager)] ?? manager))),
  );
}

/** What is applied wins; lists with keys are merged item by item, sets are united, atomic values replaced. */
export function merge(live: Json, applied: Json, type: FieldType): Json {
  if (type.is === 'list' && isList(live) && isList(applied)) {
    if (type.set) return [...live, ...applied.filter((each) => !live.some((other) => sameJson(each, other)))];
    if (type.keys.length === 0) return applied;
    const pending = new Map(applied.map((each) => [itemElement(each, type), each]));
    const kept = live.map((each) => {
      const element = itemElement(each, type);
      const change = pending.get(element);
      pending.delete(element);
      return change === undefined ? each : merge(each, change, type.of);
    });
    return [...kept, ...pending.values()];
  }
  if (!isGranular(type) || !isObject(live) || !isObject(applied)) return applied;
  const result: Record<string, Json> = { ...live };
  for (const [key, each] of Object.entries(applied)) {
    const inner = memberType(type, key) ?? ANY;
    const before = live[key];
    result[key] = before === undefined ? each : merge(before, each, inner);
  }
  return result;
}

function identity(object: KubeObject): JsonObject & { readonly name: string } {
  const namespace = object.metadata['namespace'];
  return { name: object.metadata.name, ...(namespace !== undefined && { namespace }) };
}

/** An item's own element marks that somebody wants the item; its fields are what can conflict. */
function isItem(path: readonly string[]): boolean {
  return path.at(-1)?.startsWith('k:') === true;
}

function ownsIn(manager: Manager, path: readonly string[]): boolean {
  return (
    manager.fields.has(path) ||
    manager.fields.paths().some((other) => other.length > path.length && path.every((element, index) => other[index] === element))
  );
}

/** A map that lost its last field goes too. */
function dropEmpty(value: Json, path: readonly string[], type: FieldType): Json {
  if (path.length === 0) return value;
  const found = valueAt(value, path, type);
  return isObject(found) && Object.keys(found).length === 0 ? dropEmpty(removeAt(value, path, type), path.slice(0, -1), type) : value;
}

interface FieldConflict {
  readonly manager: Manager;
  readonly path: readonly string[];
}

function applyConflict(conflicts: readonly FieldConflict[]): StatusError {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${shownManager(manager)}`,
    field: shownPath(path),
  }));
  const [first] = causes;
  const message =
    causes.length === 1 && first !== undefined
      ? `Apply failed with 1 conflict: ${first.message}: ${first.field}`
      : `Apply failed with ${causes.length} conflicts: ${byManager(conflicts).join('\n')}`;
  return new StatusError(409, 'Conflict', message, { causes });
}

function byManager(conflicts: readonly FieldConflict[]): string[] {
  const names = [...new Set(conflicts.map(({ manager }) => shownManager(manager)))].sort();
  return names.flatMap((name) => [
    `conflicts with ${name}:`,
    ...conflicts.filter(({ manager }) => shownManager(manager) === name).map(({ path }) => `- ${shownPath(path)}`),
  ]);
}

function shownManager({ name, operation, apiVersion, subresource }: Manager): string {
  const part = subresource === '' ? '' : ` with subresource "${subresource}"`;
  return `"${name}"${part}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}
