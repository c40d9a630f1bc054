import type { StageStatus } from '../../core/status/platformStatus.ts';
import { sentenceOf } from '../../core/status/sentences.ts';
import type { PlatformView } from './platformView.ts';
import type { Addressed } from './rowAddress.ts';
import { stageCounts } from './stageCounts.ts';
import { visibleText } from './visibleText.ts';
import { count, duration, hourly } from './wording.ts';

/** What a person needs to know when a run stopped: why, what is kept, what it costs, what is still moving. */
export interface FailureCard {
  /** One sentence that fits a notification: what failed, why, and the next step. */
  readonly cause: string;
  /** What failed and why, as long as it is. */
  readonly why: string;
  readonly facts: readonly string[];
  readonly next: string | undefined;
  /** The first stage that failed or is blocked, and the resource that it failed for. */
  readonly stage: string | undefined;
  readonly resource: string | undefined;
}

/** Of the row that was chosen; the platform's own row tells of its first failure. */
export function failureCard(view: PlatformView, at?: Addressed): FailureCard {
  const stages = view.status?.stages ?? [];
  const stopped = at?.stage ?? firstStopped(stages);
  const culprit = at?.resource ?? stopped?.resources.find(({ state }) => state === stopped.state);
  const { ready, all } = stageCounts(stages);
  const moving = stages
    .filter(({ state }) => state === 'pending' || state === 'deleting')
    .flatMap(({ resources }) => resources.filter(({ state }) => state === 'pending' || state === 'deleting'));
  const longest = Math.max(0, ...moving.map(({ expected = 0, elapsed = 0 }) => expected - elapsed));
  const standing = view.status?.cost.standingMonthlyUsd ?? 0;
  const failed = culprit ?? stopped;
  const why = failed ? `${failed.title}: ${failed.reason || failed.state}` : (view.trouble ?? 'Nothing has failed.');
  const cause = culprit ? sentenceOf(culprit.title, { reason: culprit.reason || culprit.state, next: culprit.next }) : why;
  return {
    cause: visibleText(cause, 240),
    why: visibleText(why, 240),
    facts: [
      `${ready} of ${count(all, 'stage')} ${ready === 1 ? 'is' : 'are'} ready and kept`,
      ...(standing > 0 ? [`${view.mode === 'rehearsal' ? 'would cost' : 'costs'} ${hourly(standing)} while it stands`] : []),
      ...(moving.length > 0
        ? [
            `${moving.length === 1 ? '1 branch is' : `${moving.length} branches are`} still running${longest > 0 ? `, ≈${duration(longest)}` : ''}`,
          ]
        : []),
    ],
    next: culprit?.next === undefined ? undefined : visibleText(culprit.next, 240),
    stage: stopped?.id,
    resource: culprit?.id,
  };
}

function firstStopped(stages: readonly StageStatus[]): StageStatus | undefined {
  return stages.find(({ state }) => state === 'failed') ?? stages.find(({ state }) => state === 'blocked' || state === 'degraded');
}
