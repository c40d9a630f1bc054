import { canonical } from '../../core/graph/compare.ts';
import type { Difference, Json } from '../../core/graph/resource.ts';
import { isList } from '../../manifests/json.ts';

export interface Values {
  readonly [key: string]: Json;
}

export const isValues = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Several values as Helm merges files (`-f a -f b`): maps key by key, everything else replaced by the later; `null` takes a key away. */
export function mergeValues(base: Values, over: Values): Values {
  const merged: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isValues(value) && isValues(before) ? mergeValues(before, value) : value;
  }
  return merged;
}

/** The values with one more at `path`. */
export function withValue(values: Values, path: readonly string[], value: Json): Values {
  const nested = path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value);
  return isValues(nested) ? mergeValues(values, nested) : values;
}

/** What stands for a value that nobody is shown. */
export const MASK = '(secret)';

/** Names of values that are secrets by custom; the name of a Secret is none. */
const SECRET_NAME = /pass(word|wd)?$|secret(key)?$|token$|access_?key|api_?key|credential|private_?key|\bdsn\b/i;
const NAME_OF_ONE = /^existing|name$|ref$/i;

const isSecretName = (name: string): boolean => SECRET_NAME.test(name) && !NAME_OF_ONE.test(name);

/**
 * Values for a line that a person may paste: what is a secret by its name, in lists too (`env: [{name: DB_PASSWORD, value: …}]`), is
 * something to fill in, `<DB-PASSWORD>`.
 */
export function withPlaceholders(values: Values): Values {
  const named = values['name'];
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const name = key === 'value' && typeof named === 'string' ? named : key;
      return [key, isSecretName(name) ? toFillIn(name, value) : withPlaceholdersIn(value)];
    }),
  );
}

function withPlaceholdersIn(value: Json): Json {
  if (isValues(value)) return withPlaceholders(value);
  return isList(value) ? value.map(withPlaceholdersIn) : value;
}

/** Below a name that says secret every text and number is one. */
function toFillIn(name: string, value: Json): Json {
  if (isValues(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, NAME_OF_ONE.test(key) ? inner : toFillIn(key, inner)]));
  if (isList(value)) return value.map((inner) => toFillIn(name, inner));
  return value === '' || value === null || typeof value === 'boolean' ? value : placeholder(name);
}

/** What a person fills in: `<DB-PASSWORD>`. */
export const placeholder = (name: string): string =>
  `<${name
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9.]+/g, '-')}>`;

/** Which values differ, leaf by leaf, for people: what is a secret, by its name or because it is among `secrets`, is masked. */
export function valueDifferences(before: Values, after: Values, secrets: ReadonlySet<string>): readonly Difference[] {
  const [was, is] = [leavesOf(before), leavesOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((path) => {
    const [left, right] = [was.get(path), is.get(path)];
    if (canonical(left) === canonical(right)) return [];
    const show = (value: Json | undefined): Json => (value === undefined ? null : masked(path, value, secrets));
    return [{ path: `values.${path}`, before: show(left), after: show(right) }];
  });
}

function masked(path: string, value: Json, secrets: ReadonlySet<string>): Json {
  const isSecret = secrets.has(path) || isSecretName(path.slice(path.lastIndexOf('.') + 1));
  if (isSecret && value !== '' && value !== null && typeof value !== 'boolean') return MASK;
  // Lists and long texts (a script, a file) are for the chart to read: that they differ is what matters.
  return typeof value === 'object' && value !== null ? `${canonical(value).length} characters` : value;
}

/** Leaves by their path; lists are leaves, as Helm merges them. */
function leavesOf(values: Values, prefix = '', leaves = new Map<string, Json>()): ReadonlyMap<string, Json> {
  for (const [key, value] of Object.entries(values)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (isValues(value) && Object.keys(value).length > 0) leavesOf(value, path, leaves);
    else leaves.set(path, value);
  }
  return leaves;
}
