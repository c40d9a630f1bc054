import model from './model.json' with { type: 'json' };
import type { Field, FieldType, ListType, ObjectType, Scalar } from './fieldType.ts';
import type { Json } from './json.ts';

/** A built-in kind as `tools/kubernetesModel.mjs` took it from a real API server's discovery. */
export interface ModelKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly string[];
  readonly verbs: readonly string[];
  /** Its entry in the types: `core.v1.Pod`. */
  readonly type: string;
}

interface ModelType {
  readonly atomic?: boolean;
  /** `NUMBER TYPE [!] [set|atomic|map:KEYS] [patch:KEY] [=DEFAULT]`, see `parseField`. */
  readonly fields: Readonly<Record<string, string>>;
}

const types: Readonly<Record<string, ModelType>> = model.types;
const SCALARS: Readonly<Record<string, Scalar>> = {
  string: 'string',
  boolean: 'boolean',
  integer: 'integer',
  number: 'number',
  time: 'time',
  microTime: 'time',
  bytes: 'bytes',
  quantity: 'quantity',
  intOrString: 'intOrString',
};

/** The version of the API server that the model was taken from: `1.36.3`. */
export const MODEL_VERSION = model.version;

export const MODEL_KINDS: readonly ModelKind[] = model.kinds;

const known = new Map<string, ObjectType>();

/** A type of the model, `core.v1.PodSpec`. @throws RangeError for one that it does not have */
export function modelType(name: string): ObjectType {
  const found = known.get(name);
  if (found !== undefined) return found;
  const type = types[name];
  if (type === undefined) throw new RangeError(`model.json has no ${name}`);
  const fields = new Map<string, Field>();
  const made: ObjectType = {
    is: 'object',
    name,
    atomic: type.atomic === true,
    required: Object.entries(type.fields).flatMap(([key, text]) => (text.split(' ').includes('!') ? [key] : [])),
    keepsUnknown: false,
    field: (key) => {
      const text = Object.hasOwn(type.fields, key) ? type.fields[key] : undefined;
      if (text === undefined) return undefined;
      const field = fields.get(key) ?? parseField(text);
      fields.set(key, field);
      return field;
    },
    fields: () => Object.keys(type.fields),
  };
  known.set(name, made);
  return made;
}

/** All type names, for OpenAPI. */
export function modelTypes(): readonly string[] {
  return Object.keys(types);
}

/** `6 [@core.v1.ContainerPort map:containerPort,protocol patch:containerPort`, `2 string ="TCP"` */
function parseField(text: string): Field {
  const cut = text.indexOf(' =');
  const [number = '-', type = 'raw', ...marks] = (cut === -1 ? text : text.slice(0, cut)).split(' ');
  return {
    type: parseType(type, marks),
    ...(number !== '-' && { number }),
    ...(cut !== -1 && { usual: JSON.parse(text.slice(cut + 2)) as Json }),
  };
}

function parseType(type: string, marks: readonly string[]): FieldType {
  if (type.startsWith('[')) return listType(parseType(type.slice(1), []), marks);
  if (type.startsWith('{')) return { is: 'map', of: parseType(type.slice(1), []), atomic: marks.includes('atomic') };
  if (type.startsWith('@')) {
    const inner = modelType(type.slice(1));
    return marks.includes('atomic') && !inner.atomic ? { ...inner, atomic: true } : inner;
  }
  const scalar = SCALARS[type];
  return scalar === undefined ? { is: 'any', atomic: true } : { is: 'scalar', scalar };
}

function listType(of: FieldType, marks: readonly string[]): ListType {
  const keys = marks.find((mark) => mark.startsWith('map:'))?.slice('map:'.length);
  const patchKey = marks.find((mark) => mark.startsWith('patch:'))?.slice('patch:'.length);
  return { is: 'list', of, keys: keys?.split(',') ?? [], set: marks.includes('set'), patchKey };
}
