import type { StageStatus } from '../../core/status/platformStatus.ts';
import { count } from './wording.ts';

export interface StageCounts {
  readonly all: number;
  /** All of it stands, though some of it may have changes to apply, or wait for another stage. */
  readonly ready: number;
  readonly absent: number;
  /** Changes that a plan would make to what stands. */
  readonly changes: number;
}

/** How the stages stand, in the one way that root row, status bar, failure card and the end of a run tell it. */
export function stageCounts(stages: readonly StageStatus[]): StageCounts {
  const standing = stages.flatMap(({ resources }) => resources).filter(({ state }) => state !== 'absent');
  return {
    all: stages.length,
    ready: stages.filter(isReady).length,
    absent: stages.filter(({ state }) => state === 'absent').length,
    changes: standing.reduce((sum, { state, changes }) => sum + (changes ?? (state === 'outdated' ? 1 : 0)), 0),
  };
}

/** What is there only in part is `outdated` too: then something of it is absent. */
function isReady({ state, resources }: StageStatus): boolean {
  return state === 'ready' || state === 'waiting' || (state === 'outdated' && resources.every((resource) => resource.state !== 'absent'));
}

/** `ready · 2 changes to apply`, `3 of 5 stages ready · 2 not created`. */
export function standingWords(stages: readonly StageStatus[]): readonly string[] {
  const { all, ready, absent, changes } = stageCounts(stages);
  return [
    ready === all ? 'ready' : `${ready} of ${count(all, 'stage')} ready`,
    ...(absent > 0 ? [`${absent} not created`] : []),
    ...(changes > 0 ? [`${count(changes, 'change')} to apply`] : []),
  ];
}
