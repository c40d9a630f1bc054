import type { LeftOver } from '../../core/engine/plan.ts';
import { LEFT } from '../../core/status/left.ts';
import { phaseOf, type PlatformView } from './platformView.ts';
import type { Flag, Row } from './row.ts';
import { visibleText } from './visibleText.ts';
import { monthly } from './wording.ts';

const ICON = { id: 'diff-removed', color: 'charts.blue' };
const BADGE = { text: 'M', word: 'changes to apply' };

/** The group of what left platform.yml and still stands: the last one of a platform, there only while there is something in it. */
export function leftGroup(view: PlatformView): { readonly row: Row; readonly members: readonly Row[] } | undefined {
  const left = view.status?.left ?? [];
  if (left.length === 0) return undefined;
  const free = view.session === 'connected' && phaseOf(view) !== 'running' && phaseOf(view) !== 'stopping';
  const known = left.flatMap(({ monthlyUsd }) => monthlyUsd ?? []);
  const costs = known.reduce((sum, one) => sum + one, 0);
  const preview: readonly Flag[] = free ? ['canPlan', 'canPreview'] : [];
  const members = left.map((one) =>
    rowOf(view, 'resource', `${LEFT.id}/${one.resource}`, one.title, wordsOf(one), one.monthlyUsd ?? 0, []),
  );
  return { row: rowOf(view, 'stage', LEFT.id, LEFT.title, `${left.length} to delete`, costs, preview), members };
}

function rowOf(
  view: PlatformView,
  kind: 'stage' | 'resource',
  path: string,
  title: string,
  words: string,
  monthlyUsd: number,
  flags: readonly Flag[],
): Row {
  const label = visibleText(title);
  const price = monthlyUsd === 0 ? [] : [`${view.mode === 'rehearsal' ? 'would cost ' : ''}${monthly(monthlyUsd)}`];
  const description = [visibleText(words, 120), ...price].join(' · ');
  const open = kind === 'stage' ? 'collapsed' : 'leaf';
  return {
    path,
    kind,
    label,
    description,
    icon: ICON,
    ...(kind === 'stage' ? { badge: BADGE } : {}),
    accessible: `${label}, ${description}`,
    flags,
    attention: true,
    open,
  };
}

/** Why it still stands; that it is no longer wanted is what its group is called. */
function wordsOf({ reason }: LeftOver): string {
  return reason === '' || reason.toLowerCase() === LEFT.title.toLowerCase() ? 'to delete' : reason;
}
