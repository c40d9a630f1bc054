import { ANY } from './fieldType.ts';
import type { Field, FieldType, ObjectType, Scalar } from './fieldType.ts';
import { isList, isObject, objectIn, sameJson, textIn } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { modelType } from './model.ts';
import type { InvalidField } from './statusError.ts';

/** kubernetes.io, "Extend the Kubernetes API with CustomResourceDefinitions": structural schemas, pruning, defaulting. */

/** The fields of a custom resource. Without a schema it keeps everything. */
export function structuralType(schema: JsonObject | undefined): ObjectType {
  const own = schema === undefined ? { 'x-kubernetes-preserve-unknown-fields': true } : schema;
  const inner = objectType(own, '');
  const common: Readonly<Record<string, Field>> = {
    apiVersion: { type: { is: 'scalar', scalar: 'string' } },
    kind: { type: { is: 'scalar', scalar: 'string' } },
    metadata: { type: modelType('meta.v1.ObjectMeta') },
  };
  return {
    ...inner,
    field: (key) => (Object.hasOwn(common, key) ? common[key] : inner.field(key)),
    fields: () => [...new Set([...Object.keys(common), ...inner.fields()])],
  };
}

function objectType(schema: JsonObject, name: string): ObjectType {
  const properties = objectIn(schema, 'properties');
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const known = new Map<string, Field>();
  return {
    is: 'object',
    name,
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    required: textsOf(schema['required']),
    keepsUnknown: schema['x-kubernetes-preserve-unknown-fields'] === true,
    field: (key) => {
      const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
      if (property === undefined && embedded && ['apiVersion', 'kind', 'metadata'].includes(key)) return embeddedField(key);
      if (!isObject(property)) return undefined;
      const field = known.get(key) ?? fieldOf(property, `${name}.${key}`);
      known.set(key, field);
      return field;
    },
    fields: () => Object.keys(properties),
  };
}

function embeddedField(key: string): Field {
  return { type: key === 'metadata' ? modelType('meta.v1.ObjectMeta') : { is: 'scalar', scalar: 'string' } };
}

function fieldOf(schema: JsonObject, name: string): Field {
  const type = typeOf(schema, name);
  return 'default' in schema ? { type, usual: schema['default'] } : { type };
}

function typeOf(schema: JsonObject, name: string): FieldType {
  if (schema['x-kubernetes-int-or-string'] === true) return { is: 'scalar', scalar: 'intOrString' };
  const type = textIn(schema, 'type');
  if (type === 'array') {
    const keys = schema['x-kubernetes-list-type'] === 'map' ? textsOf(schema['x-kubernetes-list-map-keys']) : [];
    const of = typeOf(objectIn(schema, 'items'), `${name}[]`);
    return { is: 'list', of, keys, set: schema['x-kubernetes-list-type'] === 'set', patchKey: undefined };
  }
  const { additionalProperties } = schema;
  if (isObject(additionalProperties)) {
    return { is: 'map', of: typeOf(additionalProperties, `${name}{}`), atomic: schema['x-kubernetes-map-type'] === 'atomic' };
  }
  if (additionalProperties === true) return ANY;
  if (type === 'object' || 'properties' in schema) {
    const bare = !('properties' in schema) && schema['x-kubernetes-preserve-unknown-fields'] === true;
    return bare && schema['x-kubernetes-embedded-resource'] !== true ? ANY : objectType(schema, name);
  }
  return SCALARS[type ?? ''] ?? ANY;
}

const scalarType = (scalar: Scalar): FieldType => ({ is: 'scalar', scalar });
const SCALARS: Readonly<Record<string, FieldType>> = {
  string: scalarType('string'),
  boolean: scalarType('boolean'),
  integer: scalarType('integer'),
  number: scalarType('number'),
};

/** Fills in what the schema has a default for, at every level that is there. */
export function structuralDefaults(value: Json, schema: JsonObject): Json {
  if (isList(value)) return value.map((each) => structuralDefaults(each, objectIn(schema, 'items')));
  if (!isObject(value)) return value;
  const result: Record<string, Json> = { ...value };
  for (const [key, property] of Object.entries(objectIn(schema, 'properties'))) {
    if (!isObject(property)) continue;
    const usual = property['default'];
    if (result[key] === undefined && usual !== undefined) result[key] = usual;
    const there = result[key];
    if (there !== undefined) result[key] = structuralDefaults(there, property);
  }
  const { additionalProperties } = schema;
  if (isObject(additionalProperties)) {
    for (const [key, each] of Object.entries(result)) result[key] = structuralDefaults(each, additionalProperties);
  }
  return result;
}

/** What a custom resource says that its schema forbids, as the API server words it. */
export function structuralFlaws(value: Json, schema: JsonObject, path = ''): InvalidField[] {
  if (value === null) return [];
  const mistyped = typeFlaw(value, schema, path);
  if (mistyped !== undefined) return [mistyped];
  const own = [...enumFlaws(value, schema, path), ...boundFlaws(value, schema, path)];
  if (isList(value))
    return [...own, ...value.flatMap((each, index) => structuralFlaws(each, objectIn(schema, 'items'), `${path}[${index}]`))];
  if (!isObject(value)) return own;
  const missing = textsOf(schema['required']).filter((key) => value[key] === undefined);
  const properties = objectIn(schema, 'properties');
  const { additionalProperties } = schema;
  return [
    ...own,
    ...missing.map((key): InvalidField => ({ field: joined(path, key), reason: 'FieldValueRequired', message: 'Required value' })),
    ...Object.entries(value).flatMap(([key, each]) => {
      const inner = properties[key] ?? (isObject(additionalProperties) ? additionalProperties : undefined);
      return isObject(inner) && !(path === '' && key === 'metadata') ? structuralFlaws(each, inner, joined(path, key)) : [];
    }),
  ];
}

function typeFlaw(value: Json, schema: JsonObject, path: string): InvalidField | undefined {
  const wanted = textIn(schema, 'type');
  if (schema['x-kubernetes-int-or-string'] === true || wanted === undefined) return undefined;
  const is = isList(value) ? 'array' : isObject(value) ? 'object' : typeof value;
  const fits = is === wanted || (is === 'number' && (wanted === 'number' || (wanted === 'integer' && Number.isInteger(value))));
  if (fits) return undefined;
  const shown = is === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : is;
  const message = `Invalid value: "${shown}": ${path} in body must be of type ${wanted}: "${shown}"`;
  return { field: path, reason: 'FieldValueTypeInvalid', message };
}

function enumFlaws(value: Json, schema: JsonObject, path: string): InvalidField[] {
  const values = schema['enum'];
  if (!isList(values) || values.some((each) => sameJson(each, value))) return [];
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${values.map((each) => JSON.stringify(each)).join(', ')}`;
  return [{ field: path, reason: 'FieldValueNotSupported', message }];
}

function boundFlaws(value: Json, schema: JsonObject, path: string): InvalidField[] {
  const wrong = (text: string): InvalidField[] => {
    return [{ field: path, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${path} in body ${text}` }];
  };
  const bound = (key: string): number | undefined => (typeof schema[key] === 'number' ? schema[key] : undefined);
  if (typeof value === 'string') {
    const pattern = textIn(schema, 'pattern');
    if (pattern !== undefined && !matches(pattern, value)) return wrong(`should match '${pattern}'`);
    const [least, most] = [bound('minLength'), bound('maxLength')];
    if (least !== undefined && value.length < least) return wrong(`should be at least ${least} chars long`);
    return most !== undefined && value.length > most ? wrong(`may not be more than ${most} chars long`) : [];
  }
  if (typeof value === 'number') {
    const [least, most] = [bound('minimum'), bound('maximum')];
    if (least !== undefined && value < least) return wrong(`should be greater than or equal to ${least}`);
    return most !== undefined && value > most ? wrong(`should be less than or equal to ${most}`) : [];
  }
  if (!isList(value)) return [];
  const least = bound('minItems');
  return least !== undefined && value.length < least ? wrong(`should have at least ${least} items`) : [];
}

/** A pattern in Go's syntax that JavaScript does not have counts as met. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return true;
  }
}

const joined = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
const textsOf = (value: Json | undefined): string[] => (isList(value) ? value.filter((each) => typeof each === 'string') : []);
