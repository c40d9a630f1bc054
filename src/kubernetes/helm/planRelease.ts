import { compare } from '../../core/graph/compare.ts';
import type { Attributes, Change, Difference, Json, Observation } from '../../core/graph/resource.ts';
import { recoveryOf } from './recovery.ts';

/** Pure: what a release needs, by what was read of it. */
export function planRelease(title: string, seen: Observation<unknown>, wanted: Attributes, values: readonly Difference[]): Change {
  const plain = compare(title, seen, wanted);
  if (plain.action === 'create') return { ...plain, diff: [...plain.diff, ...values] };
  if (plain.action === 'blocked' || !('attributes' in seen)) return plain;
  const { attributes } = seen;
  if (attributes['atWork'] === true) return { action: 'none' };
  if (attributes['status'] !== 'deployed') return planRecovery(title, attributes);
  const missing = textsIn(attributes['missing']);
  const changed = differencesIn(attributes['changed']);
  if (missing.length > 0) {
    const diff = missing.map((path) => ({ path, before: 'missing', after: 'there' }));
    return { action: 'update', summary: `update ${title}: ${missing.join(', ')} is missing`, diff: [...diff, ...changed] };
  }
  if (attributes['asWanted'] !== false) return { action: 'none' };
  // The chart itself differs, or was installed by somebody who left no digest.
  const diff =
    changed.length > 0
      ? changed
      : [{ path: 'chart', before: attributes['chartVersion'] ?? null, after: wanted['version'] ?? wanted['chart'] ?? null }];
  return { action: 'update', summary: `update ${title}: ${diff.map(({ path }) => path).join(', ')}`, diff };
}

function planRecovery(title: string, attributes: Attributes): Change {
  const recovery = recoveryOf(attributes);
  const status = typeof attributes['status'] === 'string' ? attributes['status'] : 'unknown';
  const diff = [{ path: 'status', before: status, after: 'deployed' }];
  switch (recovery.do) {
    case 'uninstall':
      return { action: 'update', summary: `${title} never was whole (${status}): remove what is there of it and install it again`, diff };
    case 'rollback':
      return {
        action: 'update',
        summary: `${title} was left in the middle (${status}): go back to revision ${recovery.to}, then on`,
        diff,
      };
    case 'upgrade': {
      const change: Change = { action: 'update', summary: `update ${title}: its last upgrade failed`, diff };
      return recovery.force
        ? { ...change, summary: `${change.summary}, since others own fields of its objects`, consent: 'overwrite' }
        : change;
    }
  }
}

const isRecord = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
const listIn = (value: Json | undefined): readonly Json[] => (isList(value) ? value : []);

function textsIn(value: Json | undefined): readonly string[] {
  return listIn(value).filter((each) => typeof each === 'string');
}

function differencesIn(value: Json | undefined): readonly Difference[] {
  return listIn(value).flatMap((each) =>
    isRecord(each) && typeof each['path'] === 'string' ? [{ path: each['path'], before: each['before'], after: each['after'] }] : [],
  );
}
