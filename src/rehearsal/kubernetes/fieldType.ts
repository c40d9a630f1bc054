/**
 * The type of a field: a scalar, something of any shape, a list, a map, or an object with known fields.
 * `atomic` values have one owner as a whole; others have one for each field (kubernetes.io, "Server-Side Apply": merge strategy).
 */
export type FieldType = ScalarType | AnyType | MapType | ListType | ObjectType;

export type Scalar = 'string' | 'boolean' | 'integer' | 'number' | 'time' | 'bytes' | 'quantity' | 'intOrString';

export interface ScalarType {
  readonly is: 'scalar';
  readonly scalar: Scalar;
}

/** Of any shape. Its maps have an owner for each field unless it is atomic (a built-in kind's raw value). */
export interface AnyType {
  readonly is: 'any';
  readonly atomic: boolean;
}

export interface MapType {
  readonly is: 'map';
  readonly of: FieldType;
  readonly atomic: boolean;
}

export interface ListType {
  readonly is: 'list';
  readonly of: FieldType;
  /** `x-kubernetes-list-map-keys`: what items are told apart by; empty for other lists. */
  readonly keys: readonly string[];
  readonly set: boolean;
  /** `x-kubernetes-patch-merge-key` of lists that a strategic merge patch merges; `''` for lists of scalars that it does. */
  readonly patchKey: string | undefined;
}

export interface ObjectType {
  readonly is: 'object';
  /** `core.v1.PodSpec`; of a custom resource the path of the field, `.spec`. */
  readonly name: string;
  readonly atomic: boolean;
  readonly required: readonly string[];
  /** Unknown fields are kept as they are (`x-kubernetes-preserve-unknown-fields`). */
  readonly keepsUnknown: boolean;
  /** @returns `undefined` for a field that it does not have */
  field(key: string): Field | undefined;
  fields(): readonly string[];
}

export interface Field {
  readonly type: FieldType;
  /** What the field is when it is not sent; of lists' keys, and of custom resources. */
  readonly usual?: unknown;
  /** The field's number in protobuf, `2.5` for field 5 of an embedded message 2; `undefined` where it has none. */
  readonly number?: string;
}

/** What an `any` is inside. */
export const ANY: AnyType = { is: 'any', atomic: false };

/** The type of a member of an object, a map or an any; `undefined` where there is no such member. */
export function memberType(type: FieldType, key: string): FieldType | undefined {
  if (type.is === 'map') return type.of;
  if (type.is === 'any') return type;
  return type.is === 'object' ? (type.field(key)?.type ?? (type.keepsUnknown ? ANY : undefined)) : undefined;
}

/** Whether the value's fields have owners of their own. */
export function isGranular(type: FieldType): boolean {
  return (type.is === 'map' || type.is === 'object' || type.is === 'any') && !type.atomic;
}
