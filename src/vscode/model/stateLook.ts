import type { ResourceStatus, State } from '../../core/status/platformStatus.ts';
import { priceWords } from '../../core/status/priceWords.ts';
import { visibleText } from './visibleText.ts';
import { clockTime, count, duration, elapsedOf, monthly } from './wording.ts';
import type { Icon, Row } from './row.ts';

const MUTED = 'disabledForeground';
const CALM = 'charts.blue';
const WARNING = 'problemsWarningIcon.foreground';
const ERROR = 'problemsErrorIcon.foreground';

const ICONS: Readonly<Record<State, Icon>> = {
  absent: { id: 'circle-large-outline', color: MUTED },
  queued: { id: 'circle-outline', color: MUTED },
  pending: { id: 'loading~spin' },
  waiting: { id: 'watch', color: CALM },
  blocked: { id: 'key', color: WARNING },
  failed: { id: 'error', color: ERROR },
  skipped: { id: 'circle-slash', color: MUTED },
  degraded: { id: 'warning', color: WARNING },
  ready: { id: 'pass', color: 'testing.iconPassed' },
  outdated: { id: 'diff-modified', color: CALM },
  deleting: { id: 'loading~spin' },
  unknown: { id: 'question', color: MUTED },
};

const BADGES: Partial<Readonly<Record<State, NonNullable<Row['badge']>>>> = {
  blocked: { text: '?', word: 'needs you' },
  failed: { text: '!', word: 'failed' },
  degraded: { text: '!', word: 'degraded' },
  outdated: { text: 'M', word: 'changes to apply' },
};

/** The states of *Show Only What Needs Attention*. */
const ATTENTION: ReadonlySet<State> = new Set<State>(['failed', 'blocked', 'skipped', 'degraded', 'outdated', 'unknown']);

/** What stages and resources have in common, for their row. */
export interface Stated {
  readonly state: State;
  readonly reason: string;
  readonly owner: ResourceStatus['owner'];
  readonly physicalId?: string | undefined;
  readonly lastKnown?: ResourceStatus['lastKnown'] | undefined;
  readonly elapsed?: number | undefined;
  readonly expected?: number | undefined;
  readonly createSeconds?: number | undefined;
  readonly monthlyUsd?: number | undefined;
  /** How many have no known price. */
  readonly unpriced?: number | undefined;
  readonly changes?: number | undefined;
  /** Of a stage that is there in part: how many of its resources are not, and how many there are. */
  readonly missing?: { readonly count: number; readonly of: number } | undefined;
  /** Titles of what it waits for. */
  readonly after: readonly string[];
  /** Titles of what it was skipped for. */
  readonly failedBefore: readonly string[];
  readonly rehearsal: boolean;
}

export function iconOf(state: State, owner: Stated['owner']): Icon {
  return state === 'blocked' && owner === 'foreign' ? { id: 'references' } : ICONS[state];
}

export function badgeOf(state: State, owner: Stated['owner']): Row['badge'] {
  return state === 'blocked' && owner === 'foreign' ? { text: 'F', word: 'not ours' } : BADGES[state];
}

export function needsAttention(state: State): boolean {
  return ATTENTION.has(state);
}

/** The description of a stage or resource row, as face.md has it. */
export function describeState(stated: Stated, now: number): string {
  const parts = stateParts(stated, now);
  if (stated.owner === 'adopted') parts.push('adopted');
  return parts
    .filter((part) => part !== '')
    .map((part) => visibleText(part, 120))
    .join(' · ');
}

function stateParts(stated: Stated, now: number): string[] {
  const { state, reason } = stated;
  switch (state) {
    case 'absent':
      return ['not created', timeToMake(stated), priceOf(stated)];
    case 'queued':
      return [stated.after.length > 0 ? `after ${listed(stated.after)}` : 'queued'];
    case 'pending':
      return [reason || 'creating', progress(stated)];
    case 'deleting':
      return reason === '' || reason === 'deleting' ? ['deleting', progress(stated)] : ['deleting', reason];
    case 'waiting':
      return [reason || `installed, waiting for ${listed(stated.after) || 'another stage'}`];
    case 'blocked':
      return stated.owner === 'foreign' ? ['not ours', stated.physicalId ?? '', differences(stated)] : [reason || 'needs you'];
    case 'failed':
    case 'degraded':
      return [state, reason];
    case 'skipped':
      return [state, stated.failedBefore.length > 0 ? `${listed(stated.failedBefore)} failed` : reason];
    case 'ready':
      return ['ready', reason === 'ready' ? '' : reason];
    case 'outdated':
      return outdatedParts(stated);
    case 'unknown':
      return [
        stated.lastKnown && stated.lastKnown.state !== 'absent'
          ? `was ${stated.lastKnown.state} at ${clockTime(stated.lastKnown.at, now)}`
          : reason || 'not known',
      ];
  }
}

/** What is there in part only is not ready: its words say what is missing first. */
function outdatedParts({ missing, changes = 1 }: Stated): string[] {
  const toApply = `${count(changes, 'change')} to apply`;
  if (missing === undefined) return ['ready', toApply];
  return [`${missing.count} of ${missing.of} to create`, changes > 0 ? toApply : ''];
}

function timeToMake({ createSeconds }: Stated): string {
  return createSeconds !== undefined && createSeconds > 0 ? `≈${duration(createSeconds)}` : '';
}

/** It was asked what it costs, and nobody knows. */
export const hasUnknownPrice = ({ estimate }: ResourceStatus): boolean => estimate !== undefined && estimate.monthlyUsd === undefined;

function priceOf({ monthlyUsd = 0, unpriced = 0, rehearsal }: Stated): string {
  if (monthlyUsd === 0 && unpriced === 0) return '';
  return priceWords(monthlyUsd, unpriced, (usd) => `${rehearsal ? 'would cost ' : ''}${monthly(usd)}`);
}

function progress({ elapsed, expected }: Stated): string {
  return elapsed === undefined ? '' : elapsedOf(elapsed, expected);
}

function differences({ changes }: Stated): string {
  return changes === undefined ? '' : count(changes, 'difference');
}

/** `Compute`, `Compute and NAT`, `Compute and 3 more`. */
export function listed(titles: readonly string[]): string {
  const [first = '', second] = titles;
  if (titles.length <= 1) return first;
  return titles.length === 2 && second !== undefined ? `${first} and ${second}` : `${first} and ${titles.length - 1} more`;
}
