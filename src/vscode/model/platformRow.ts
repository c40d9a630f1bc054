import type { StageStatus } from '../../core/status/platformStatus.ts';
import { priceWords } from '../../core/status/priceWords.ts';
import type { PlatformView } from './platformView.ts';
import type { Flag, Icon, Row } from './row.ts';
import { standingWords } from './stageCounts.ts';
import { needsAttention } from './stateLook.ts';
import { visibleText } from './visibleText.ts';
import { clockTime, count, duration, hourly, monthly, shortAccount, shortIdentity } from './wording.ts';

interface Face {
  readonly icon: Icon;
  readonly words: readonly string[];
  readonly badge?: true;
  readonly flags: readonly Flag[];
}

/** The root row of a platform: mode · region · account (identity) · state · money. */
export function platformRow(view: PlatformView, now: number): Row {
  const face = faceOf(view, now);
  const label = visibleText(view.status?.platform.name ?? view.fallbackName);
  const words = [...(view.mode === 'rehearsal' ? ['REHEARSAL'] : []), ...placeOf(view), ...face.words].map((word) =>
    visibleText(word, 120),
  );
  const description = words.join(' · ');
  const rehearsalFlags: readonly Flag[] = view.mode === 'rehearsal' ? ['canBreak', ...(view.run ? [] : (['canReset'] as const))] : [];
  return {
    path: '',
    kind: 'platform',
    label,
    description,
    // Only the calm states give way to the beaker: a rehearsal that fails has to look like a failure.
    icon: view.mode === 'rehearsal' && !face.badge && !view.run ? { id: 'beaker' } : face.icon,
    ...(face.badge ? { badge: { text: '!', word: 'needs attention' } } : {}),
    accessible: `${label}, ${description}`,
    flags: [...face.flags, ...rehearsalFlags, 'hasSource', 'hasCommands'],
    attention: true,
    open: 'expanded',
  };
}

function placeOf({ status, session }: PlatformView): readonly string[] {
  if (!status) return [];
  const { region, account, identity } = status.platform;
  if (account === undefined || session === 'notConnected') return [region];
  return [region, identity === undefined ? shortAccount(account) : `${shortAccount(account)} (${shortIdentity(identity)})`];
}

function faceOf(view: PlatformView, now: number): Face {
  if (view.run) return runningFace(view, view.run);
  if (view.errors > 0 || !view.status) return unreadableFace(view);
  const looked = view.status.observedAt === undefined ? [] : [`last looked ${clockTime(view.status.observedAt, now)}`];
  const going: readonly Flag[] = view.interrupted && view.session !== 'signedOut' ? ['canContinue'] : [];
  switch (view.session) {
    case 'notConnected':
      return { icon: { id: 'plug' }, words: ['not connected'], flags: ['canConnect', ...going] };
    case 'signedOut':
      return { icon: { id: 'account' }, words: ['signed out', ...looked], badge: true, flags: ['canSignIn', 'canReconnect'] };
    case 'unreachable':
      return {
        icon: { id: 'debug-disconnect' },
        words: ['cannot reach AWS', ...looked],
        badge: true,
        flags: ['canRefresh', 'canReconnect', ...going],
      };
    case 'connected':
      return standingFace(view, view.status.stages, now, going);
  }
}

function runningFace(view: PlatformView, run: NonNullable<PlatformView['run']>): Face {
  const icon = { id: 'sync~spin' };
  if (run.paused !== undefined)
    return { icon: { id: 'account' }, words: ['signed out, the run waits'], badge: true, flags: ['canSignIn', 'canCancel'] };
  if (run.stopping) return { icon, words: ['stopping'], flags: [] };
  const { done, total } = progressOf(view);
  const words = [`${run.verb === 'apply' ? 'applying' : 'destroying'} ${done}/${total}`];
  const left = secondsLeft(run);
  if (left !== undefined) words.push(`≈${duration(left)} left`);
  return { icon, words, flags: ['canCancel'] };
}

function unreadableFace(view: PlatformView): Face {
  const words = view.errors > 0 ? [`platform.yml has ${count(view.errors, 'error')}`] : [view.trouble ?? 'reading platform.yml'];
  const broken = view.errors > 0 || view.trouble !== undefined;
  return {
    icon: { id: broken ? 'error' : 'loading~spin', ...(broken ? { color: 'problemsErrorIcon.foreground' } : {}) },
    words,
    ...(broken ? { badge: true } : {}),
    flags: [],
  };
}

function standingFace(view: PlatformView, stages: readonly StageStatus[], now: number, going: readonly Flag[]): Face {
  const standing = view.status?.cost.standingMonthlyUsd ?? 0;
  const destroy: readonly Flag[] = stages.some(({ state }) => state !== 'absent') ? ['canDestroyAll'] : [];
  const common: readonly Flag[] = ['canPlan', 'canReconnect', ...destroy];
  const stands = standing > 0 ? [view.mode === 'rehearsal' ? `would cost ${hourly(standing)}` : `${hourly(standing)} standing`] : [];
  const stopped = stages.find(({ state }) => state === 'failed' || state === 'blocked');
  const error = { id: 'error', color: 'problemsErrorIcon.foreground' };
  if (view.interrupted) {
    const { verb, at, cancelled } = view.interrupted;
    const words = [`${verb} ${cancelled ? 'cancelled' : 'interrupted'} at ${clockTime(at, now)}`, ...stands];
    return { icon: { id: 'debug-pause', color: 'problemsWarningIcon.foreground' }, words, badge: true, flags: [...going, ...common] };
  }
  if (stopped) {
    const words = [`${stopped.state === 'failed' ? 'stopped' : 'blocked'} at ${stopped.title}`, ...stands];
    return { icon: error, words, badge: true, flags: ['canFix', 'canContinue', ...common] };
  }
  if (stages.every(({ state }) => state === 'absent')) {
    const words = ['not created', `≈${duration(view.status?.duration.seconds ?? 0)}`, wholePrice(view)];
    return { icon: { id: 'cloud' }, words, flags: ['canPreview', 'canApply', ...common] };
  }
  if (stages.every(({ state }) => state === 'ready' || state === 'waiting')) {
    const left = view.status?.left?.length ?? 0;
    if (left === 0) return { icon: { id: 'pass', color: 'testing.iconPassed' }, words: ['ready', wholePrice(view)], flags: common };
    const words = ['ready', `${left} to delete`, wholePrice(view)];
    return { icon: { id: 'diff-modified', color: 'charts.blue' }, words, flags: ['canPreview', 'canApply', ...common] };
  }
  return partFace(stages, stands, common);
}

/** Neither nothing nor everything: named by the worst that there is. */
function partFace(stages: readonly StageStatus[], stands: readonly string[], common: readonly Flag[]): Face {
  const standing = standingWords(stages);
  const flags: readonly Flag[] = ['canPreview', 'canApply', ...common];
  if (stages.some(({ state }) => state === 'pending' || state === 'deleting')) {
    return { icon: { id: 'loading~spin' }, words: ['changing', ...standing, ...stands], flags };
  }
  const degraded = stages.find(({ state }) => state === 'degraded' || state === 'unknown');
  if (degraded) {
    const words = [`${degraded.title} ${degraded.state === 'degraded' ? 'degraded' : 'could not be looked at'}`, ...standing, ...stands];
    return { icon: { id: 'warning', color: 'problemsWarningIcon.foreground' }, words, badge: true, flags: ['canFix', ...flags] };
  }
  return { icon: { id: 'diff-modified', color: 'charts.blue' }, words: [...standing, ...stands], flags };
}

function wholePrice({ status, mode }: PlatformView): string {
  const { wholeMonthlyUsd = 0, unknown = [] } = status?.cost ?? {};
  return priceWords(wholeMonthlyUsd, unknown.length, (usd) => `${mode === 'rehearsal' ? 'would cost ' : ''}≈${monthly(usd)}`);
}

/** Stages that are where the run wants them, of those that are in it. */
export function progressOf({ status, run }: PlatformView): { readonly done: number; readonly total: number } {
  const stages = (status?.stages ?? []).filter(({ id }) => run === undefined || run.stages.length === 0 || run.stages.includes(id));
  const arrived = run?.verb === 'destroy' ? ['absent'] : ['ready', 'waiting'];
  return { done: stages.filter(({ state }) => arrived.includes(state)).length, total: stages.length };
}

/** By the run's own clock, so that a rehearsal's minutes are counted in its minutes; `undefined` when nothing was foretold or the time is over. */
export function secondsLeft(run: NonNullable<PlatformView['run']>): number | undefined {
  if (run.expectedSeconds === undefined) return undefined;
  const left = run.expectedSeconds - (Date.parse(run.latestAt) - Date.parse(run.startedAt)) / 1000;
  return left > 0 ? left : undefined;
}

/** What the view's badge counts: failed and blocked stages, and a platform that is signed out. */
export function attentionCount(view: PlatformView): number {
  const stages = (view.status?.stages ?? []).filter(({ state }) => state === 'failed' || state === 'blocked').length;
  return stages + (view.session === 'signedOut' || view.run?.paused !== undefined ? 1 : 0);
}

export function hasAttention(stage: StageStatus): boolean {
  return needsAttention(stage.state) || stage.resources.some(({ state }) => needsAttention(state));
}
