/**
 * Reading of objects that a server sent: whatever stands there, it is asked for and never believed. A field of another type than the
 * API says counts as missing.
 */
export type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

export function at(object: unknown, ...path: readonly string[]): unknown {
  let value = object;
  for (const key of path) {
    if (!isFields(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

export function textAt(object: unknown, ...path: readonly string[]): string | undefined {
  const value = at(object, ...path);
  return typeof value === 'string' ? value : undefined;
}

export function numberAt(object: unknown, ...path: readonly string[]): number | undefined {
  const value = at(object, ...path);
  return typeof value === 'number' ? value : undefined;
}

export function listAt(object: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = at(object, ...path);
  return Array.isArray(value) ? value : [];
}

/** The time of a field in milliseconds since the epoch. */
export function timeAt(object: unknown, ...path: readonly string[]): number | undefined {
  const time = Date.parse(textAt(object, ...path) ?? '');
  return Number.isNaN(time) ? undefined : time;
}

export const kindOf = (object: unknown): string => textAt(object, 'kind') ?? 'object';
export const nameOf = (object: unknown): string => textAt(object, 'metadata', 'name') ?? '';

/** The API group of an object; the core group is `''`. */
export function groupOf(object: unknown): string {
  const [group = '', version] = (textAt(object, 'apiVersion') ?? '').split('/');
  return version === undefined ? '' : group;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number | undefined;
}

/** `status.conditions` in the order in which they stand. */
export function conditionsOf(object: unknown): readonly Condition[] {
  return listAt(object, 'status', 'conditions').map((condition) => ({
    type: textAt(condition, 'type') ?? '',
    status: textAt(condition, 'status') ?? '',
    reason: textAt(condition, 'reason') ?? '',
    message: textAt(condition, 'message') ?? '',
    observedGeneration: numberAt(condition, 'observedGeneration'),
  }));
}

export const conditionOf = (object: unknown, type: string): Condition | undefined =>
  conditionsOf(object).find((condition) => condition.type === type);
