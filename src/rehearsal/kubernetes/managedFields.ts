import { FieldSet, valueAt } from './fieldSet.ts';
import { isList, isObject, objectIn, sameJson, textIn, without } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import { apiVersionOf } from './kinds.ts';
import type { Kind } from './kinds.ts';
import { schemaOf } from './schema.ts';

/** Who owns which fields of an object. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time: string;
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
    fields: FieldSet.fromFieldsV1(objectIn(entry, 'fieldsV1')),
  }));
}

/** Those that own nothing any more are left out. */
export function withManagers(object: KubeObject, managers: readonly Manager[]): KubeObject {
  const managedFields: Json[] = managers
    .filter((manager) => manager.fields.size > 0)
    .map((manager) => ({
      manager: manager.name,
      operation: manager.operation,
      apiVersion: manager.apiVersion,
      time: manager.time,
      fieldsType: 'FieldsV1',
      fieldsV1: manager.fields.toFieldsV1(),
    }));
  const metadata = { ...without(object.metadata, 'managedFields'), name: object.metadata.name };
  return { ...object, metadata: managedFields.length === 0 ? metadata : { ...metadata, managedFields } };
}

/** The fields of an object that somebody can own: not its identity, and nothing that the server writes. */
export function ownable(object: JsonObject, kind: Kind): FieldSet {
  return FieldSet.of(ownedPart(object), schemaOf(kind.schema));
}

export function ownedPart(object: JsonObject): JsonObject {
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
  );
  const rest = without(object, 'apiVersion', 'kind', 'metadata', 'status');
  return Object.keys(metadata).length === 0 ? rest : { metadata, ...rest };
}

/** After a POST, PUT or plain PATCH: what it changed is the writer's now, and nobody else's. */
export function managersAfterUpdate(before: KubeObject | undefined, after: KubeObject, kind: Kind, name: string, time: string): Manager[] {
  const schema = schemaOf(kind.schema);
  const now = ownable(after, kind);
  const changed = new FieldSet(
    now.paths().filter((path) => before === undefined || !sameJson(valueAt(before, path, schema), valueAt(after, path, schema))),
  );
  const managers = managersOf(before);
  const own = managers.find((manager) => manager.name === name && manager.operation === 'Update');
  const others = managers
    .filter((manager) => manager !== own)
    .map((manager) => ({ ...manager, fields: onlyIn(manager.fields.minus(changed), now) }));
  const ownFields = onlyIn(changed.union(own?.fields ?? new FieldSet([])), now);
  if (ownFields.size === 0) return others;
  const kept = own !== undefined && own.fields.equals(ownFields) && changed.size === 0;
  return [...others, { name, operation: 'Update', apiVersion: apiVersionOf(kind), time: kept ? own.time : time, fields: ownFields }];
}

function onlyIn(fields: FieldSet, there: FieldSet): FieldSet {
  return new FieldSet(fields.paths().filter((path) => there.has(path)));
}
