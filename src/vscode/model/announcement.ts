import type { Outcome } from '../../core/engine/events.ts';
import type { CommandId } from '../commandIds.ts';
import { failureCard } from './failureCard.ts';
import type { PlatformView } from './platformView.ts';
import { count, duration, dollars, hourly } from './wording.ts';

/** What is told at the end of a run: as a notification to somebody who looks elsewhere, above the tree to somebody who looks at it. */
export interface Announcement {
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly actions: readonly { readonly label: string; readonly command: CommandId }[];
}

const FIX = { label: 'Fix...', command: 'fix' } as const;
const CONTINUE = { label: 'Continue', command: 'continue' } as const;
const LOG = { label: 'Show Log', command: 'log' } as const;

/** `seconds` is what the person waited, by their own clock. */
export function announcementOf(view: PlatformView, verb: 'apply' | 'destroy', outcome: Outcome, seconds: number): Announcement {
  const name = view.status?.platform.name ?? view.fallbackName;
  const rehearsal = view.mode === 'rehearsal';
  if (outcome.outcome === 'cancelled') {
    return { level: 'info', text: `${name}: cancelled. What was made is kept; Continue goes on from here.`, actions: [CONTINUE, LOG] };
  }
  if (outcome.outcome === 'failed') {
    const { cause, facts } = failureCard(view);
    return {
      level: 'error',
      text: `${name} stopped. ${[cause, ...facts].join(' · ')}`,
      actions: [FIX, { label: 'Retry from Here', command: 'retry' }, { label: 'Tear Down...', command: 'destroyAll' }],
    };
  }
  if (verb === 'destroy') return gone(name, outcome, rehearsal);
  const whole = view.status;
  const ready = whole?.stages.filter(({ state }) => state === 'ready' || state === 'waiting').length ?? 0;
  if (whole && ready < whole.stages.length) {
    const text = `${name}: done, after ${duration(seconds)}. ${ready} of ${count(whole.stages.length, 'stage')} are ready.`;
    return { level: 'info', text, actions: [] };
  }
  if (rehearsal && whole) {
    const real = `≈ ${duration(whole.duration.seconds)} and ≈ ${dollars(whole.cost.wholeMonthlyUsd)} a month for real`;
    return {
      level: 'info',
      text: `${duration(seconds)} here; ${real}. Try a failure?`,
      actions: [{ label: 'Break Something...', command: 'breakSomething' }],
    };
  }
  return {
    level: 'info',
    text: `${name} is ready, after ${duration(seconds)}. It costs ${hourly(outcome.monthlyUsd)} while it stands.`,
    actions: [],
  };
}

function gone(name: string, { residue }: Outcome, rehearsal: boolean): Announcement {
  if (residue.length === 0) {
    return {
      level: 'info',
      text: `${name} is gone. Nothing of it is left${rehearsal ? ' in the rehearsed account' : ', and nothing costs money any longer'}.`,
      actions: [],
    };
  }
  return {
    level: 'warning',
    text: `${name} is gone but for ${count(residue.length, 'thing')}: the log names them and what they cost.`,
    actions: [LOG],
  };
}
