import type { Attributes, Change, Json, Observation } from './resource.ts';

/** JSON with sorted keys: two values are the same when their canonical texts are. */
export function canonical(value: Json | undefined): string {
  if (value === undefined) return 'undefined';
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonical).join()}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, v]) => `${JSON.stringify(key)}:${canonical(v)}`).join()}}`;
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

export interface Immutable {
  /** Paths that cannot be changed in place. */
  readonly paths: readonly string[];
  /** What a difference in them leads to: `refuse` says what is lost, `replace` deletes and makes anew, with consent. */
  readonly otherwise: 'replace' | { readonly refuse: string };
}

/**
 * The plan of anything whose wanted state is a set of attributes. Pure. Only attributes that were read are compared;
 * a wanted value that is not known yet is no difference, and for an immutable path it is named in `unsure`.
 */
export function compare(
  title: string,
  seen: Observation<unknown>,
  wanted: Attributes,
  immutable: Immutable = { paths: [], otherwise: 'replace' },
): Change {
  const entries = Object.entries(wanted);
  if (seen.state === 'absent') {
    return { action: 'create', summary: `create ${title}`, diff: entries.map(([path, after]) => ({ path, before: undefined, after })) };
  }
  if (seen.state === 'unknown') return { action: 'blocked', code: 'unseen', summary: `${title} could not be looked at: ${seen.reason}` };
  if (seen.owner === 'foreign') {
    return {
      action: 'blocked',
      code: 'foreign',
      summary: `${title} exists as ${seen.physicalId} and is not Slipway's: remove it or choose another name`,
    };
  }
  const unsure = entries.filter(([path, after]) => after === undefined && immutable.paths.includes(path)).map(([path]) => path);
  const diff = entries
    .filter(([path, after]) => after !== undefined && path in seen.attributes && canonical(seen.attributes[path]) !== canonical(after))
    .map(([path, after]) => ({ path, before: seen.attributes[path], after }));
  const fixed = diff.filter((d) => immutable.paths.includes(d.path)).map((d) => d.path);
  const more = unsure.length > 0 ? { unsure } : {};
  if (fixed.length > 0) {
    const paths = fixed.join(', ');
    return immutable.otherwise === 'replace'
      ? { action: 'replace', summary: `replace ${title}: ${paths} cannot be changed in place`, diff }
      : { action: 'blocked', code: 'immutable', summary: `${title}: ${paths} cannot be changed in place. ${immutable.otherwise.refuse}` };
  }
  if (diff.length > 0) return { action: 'update', summary: `update ${title}: ${diff.map((d) => d.path).join(', ')}`, diff, ...more };
  return { action: 'none', ...more };
}
