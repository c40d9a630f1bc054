import { FieldSet, valueAt } from './fieldSet.ts';
import { isList, isObject, objectIn, sameJson, textIn, without } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import { apiVersionOf } from './kinds.ts';
import type { ServedKind } from './kinds.ts';

/** Who owns which fields of an object. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time: string;
  /** `status` where it was written through that; else empty. */
  readonly subresource: string;
  readonly fields: FieldSet;
}

export function managersOf(object: KubeObject | undefined): Manager[] {
  const list = object?.metadata['managedFields'];
  if (!isList(list)) return [];
  return list.filter(isObject).map((entry) => ({
    name: textIn(entry, 'manager') ?? 'unknown',
    operation: textIn(entry, 'operation') === 'Apply' ? 'Apply' : 'Update',
    apiVersion: textIn(entry, 'apiVersion') ?? 'v1',
    time: textIn(entry, 'time') ?? '',
    subresource: textIn(entry, 'subresource') ?? '',
    fields: FieldSet.fromFieldsV1(objectIn(entry, 'fieldsV1')),
  }));
}

/** Those that own nothing any more are left out. */
export function withManagers(object: KubeObject, managers: readonly Manager[]): KubeObject {
  const managedFields: Json[] = [...managers]
    .filter((manager) => manager.fields.size > 0)
    .sort(inOrder)
    .map((manager) => ({
      manager: manager.name,
      operation: manager.operation,
      apiVersion: manager.apiVersion,
      time: manager.time,
      fieldsType: 'FieldsV1',
      fieldsV1: manager.fields.toFieldsV1(),
      ...(manager.subresource !== '' && { subresource: manager.subresource }),
    }));
  const metadata = { ...without(object.metadata, 'managedFields'), name: object.metadata.name };
  return { ...object, metadata: managedFields.length === 0 ? metadata : { ...metadata, managedFields } };
}

/** Appliers first, then by time and name, as the API server writes them. */
function inOrder(a: Manager, b: Manager): number {
  const keyOf = ({ operation, time, name, subresource }: Manager): string => [operation, time, name, subresource].join('\n');
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

/** The fields of an object that somebody can own through an endpoint: not its identity, and nothing that the server writes. */
export function ownable(object: JsonObject, kind: ServedKind, subresource: string): FieldSet {
  return FieldSet.of(ownedPart(object, kind, subresource), kind.type);
}

/** What a write through an endpoint is about: the status alone, or all but that where it has an endpoint of its own. */
export function ownedPart(object: JsonObject, kind: ServedKind, subresource: string): JsonObject {
  if (subresource === 'status') return 'status' in object ? { status: objectIn(object, 'status') } : {};
  const metadata = without(
    objectIn(object, 'metadata'),
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'creationTimestamp',
    'generation',
    'managedFields',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'selfLink',
  );
  const own = without(object, 'apiVersion', 'kind', 'metadata');
  const rest = kind.subresources.includes('status') ? without(own, 'status') : own;
  return Object.keys(metadata).length === 0 ? rest : { metadata, ...rest };
}

/** Who writes, through which endpoint, and when. */
export interface Writer {
  readonly name: string;
  readonly subresource: string;
  /** RFC 3339. */
  readonly time: string;
}

/** After a POST, PUT or plain PATCH: what it changed is the writer's now, and nobody else's. */
export function managersAfterUpdate(before: KubeObject | undefined, after: KubeObject, kind: ServedKind, writer: Writer): Manager[] {
  const { type } = kind;
  const now = ownable(after, kind, writer.subresource);
  const changed = new FieldSet(
    now.paths().filter((path) => before === undefined || !sameJson(valueAt(before, path, type), valueAt(after, path, type))),
  );
  const managers = managersOf(before);
  const own = managers.find(
    (manager) => manager.name === writer.name && manager.operation === 'Update' && manager.subresource === writer.subresource,
  );
  const others = managers
    .filter((manager) => manager !== own)
    .map((manager) =>
      manager.subresource === writer.subresource ? { ...manager, fields: onlyIn(manager.fields.minus(changed), now) } : manager,
    );
  const ownFields = onlyIn(changed.union(own?.fields ?? new FieldSet([])), now);
  if (ownFields.size === 0) return others;
  const kept = own !== undefined && own.fields.equals(ownFields) && changed.size === 0;
  return [
    ...others,
    {
      name: writer.name,
      operation: 'Update',
      apiVersion: apiVersionOf(kind),
      time: kept ? own.time : writer.time,
      subresource: writer.subresource,
      fields: ownFields,
    },
  ];
}

function onlyIn(fields: FieldSet, there: FieldSet): FieldSet {
  return new FieldSet(fields.paths().filter((path) => there.has(path)));
}
