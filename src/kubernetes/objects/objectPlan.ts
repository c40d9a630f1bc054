import type { Change, Difference, Observation } from '../../core/graph/resource.ts';
import type { FieldConflict } from '../answers.ts';
import { conflictWords } from '../answers.ts';
import type { ManifestObject } from '../../manifests/manifestObject.ts';
import { textsAt } from '../../manifests/json.ts';
import { groupKind } from '../../manifests/objectKey.ts';
import { comparisonIn } from './comparison.ts';
import { otherTool } from './otherTool.ts';
import { isKept } from './traits.ts';

/** What is lost when such an object is deleted to be made anew: never done, not even with consent. */
const LOST: Readonly<Record<string, string>> = {
  Namespace: 'everything in it would be deleted',
  'CustomResourceDefinition.apiextensions.k8s.io': 'all objects of its kind would be deleted',
  PersistentVolume: 'the data on it would be lost',
  PersistentVolumeClaim: 'the data on its volume would be lost',
};

const KEPT = 'what its annotation says is kept would be deleted';

/** They are in every cluster, and nobody's to change or delete. */
const SYSTEM_NAMESPACES = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

export const isSystemNamespace = ({ group, kind, name }: ManifestObject['key']): boolean =>
  group === '' && kind === 'Namespace' && SYSTEM_NAMESPACES.has(name);

/** What has to be done so that the object is as its file says. Pure. */
export function planObject({ key, json, source }: ManifestObject, title: string, seen: Observation<unknown>): Change {
  if (seen.state === 'unknown') return { action: 'blocked', code: 'unseen', summary: `${title} could not be looked at: ${seen.reason}` };
  if (seen.state === 'absent') {
    const place = `${source.file}:${source.range.start.line}`;
    return { action: 'create', summary: `create ${title}`, diff: [{ path: 'manifest', before: undefined, after: place }] };
  }
  if (isSystemNamespace(key) || seen.owner === 'adopted') return { action: 'none' };
  if (seen.owner === 'foreign') {
    return {
      action: 'blocked',
      code: 'kubernetes-foreign',
      summary: `${title} is in the cluster and ${whose(otherTool(seen.attributes))} (${source.file}): remove it there, or here`,
    };
  }
  const comparison = comparisonIn(seen.attributes);
  switch (comparison?.is) {
    case undefined:
    case 'same':
      return { action: 'none' };
    case 'different':
      return comparison.conflicts.length > 0 ? takeOver(title, comparison.diff, comparison.conflicts) : update(title, comparison.diff);
    case 'immutable':
      return immutable(title, comparison.field, isKept(textsAt(json, 'metadata', 'annotations')) ? KEPT : LOST[groupKind(key)]);
    case 'refused':
      return { action: 'blocked', code: comparison.code, summary: `${title} (${source.file}): ${comparison.why}` };
  }
}

const whose = (tool: string | undefined): string =>
  tool === undefined ? "not this platform's" : `belongs to ${tool}, not to this platform`;

const update = (title: string, diff: readonly Difference[]): Change => ({
  action: 'update',
  summary: `update ${title}: ${pathsOf(diff)}`,
  diff,
});

/** Each field with who owns it, before anybody is asked for it. */
function takeOver(title: string, diff: readonly Difference[], conflicts: readonly FieldConflict[]): Change {
  const owned = conflicts.map(({ field, manager }) => ({ path: `owner of ${field}`, before: manager, after: 'slipway' }));
  return { action: 'update', summary: `overwrite ${title}: ${conflictWords(conflicts)}`, diff: [...diff, ...owned], consent: 'overwrite' };
}

function immutable(title: string, field: string, lost: string | undefined): Change {
  const why = `${field} cannot be changed in place`;
  if (lost !== undefined)
    return {
      action: 'blocked',
      code: 'kubernetes-immutable',
      summary: `${title}: ${why}, and if it were made anew, ${lost}. Undo the change`,
    };
  return { action: 'replace', summary: `replace ${title}: ${why}`, diff: [] };
}

function pathsOf(diff: readonly Difference[]): string {
  const paths = diff.map(({ path }) => path);
  return paths.length <= 3 ? paths.join(', ') || 'as its file says' : `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more`;
}
