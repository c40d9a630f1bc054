import type { Outcome } from '../../core/engine/events.ts';
import type { CommandId } from '../commandIds.ts';
import { failureCard } from './failureCard.ts';
import type { PlatformView } from './platformView.ts';
import { stageCounts } from './stageCounts.ts';
import { visibleText } from './visibleText.ts';
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

/** What was run: `stages` if not all of them, and how long the person waited, by their own clock. */
export interface Ran {
  readonly verb: 'apply' | 'destroy';
  readonly stages?: readonly string[] | undefined;
  readonly seconds: number;
}

export function announcementOf(view: PlatformView, { verb, stages, seconds }: Ran, outcome: Outcome): Announcement {
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
  if (stages !== undefined) return partDone(view, { verb, stages, seconds }, outcome);
  if (verb === 'destroy') return gone(name, outcome, rehearsal);
  const whole = view.status;
  const { all, ready } = stageCounts(whole?.stages ?? []);
  if (ready < all) return { level: 'info', text: `${name}: done, after ${duration(seconds)}. ${readyOf(ready, all)}`, actions: [] };
  if (rehearsal && whole) {
    const real = `≈ ${duration(whole.duration.seconds)} and ≈ ${dollars(outcome.monthlyUsd)} a month for real`;
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

/** Some stages: nothing is claimed of the others but how they stand. `outcome.seconds` are the world's own, also in a rehearsal. */
function partDone(view: PlatformView, { verb, stages = [], seconds }: Ran, outcome: Outcome): Announcement {
  const all = view.status?.stages ?? [];
  const titles = all.filter(({ id }) => stages.includes(id)).map(({ title }) => visibleText(title));
  const done = `${titles.join(', ')} ${titles.length === 1 ? 'is' : 'are'} ${verb === 'apply' ? 'ready' : 'gone'}`;
  const counts = stageCounts(all);
  const [waited, price] =
    view.mode === 'rehearsal'
      ? [`${duration(seconds)} here, ≈ ${duration(outcome.seconds)} for real`, 'What stands would cost']
      : [duration(seconds), 'What stands costs'];
  const residue = outcome.residue.length === 0 ? '' : ` ${count(outcome.residue.length, 'thing')} stayed behind: the log names them.`;
  return {
    level: residue === '' ? 'info' : 'warning',
    text: `${view.status?.platform.name ?? view.fallbackName}: ${done}, after ${waited}. ${readyOf(counts.ready, counts.all)} ${price} ${hourly(outcome.monthlyUsd)}.${residue}`,
    actions: residue === '' ? [] : [LOG],
  };
}

const readyOf = (ready: number, all: number): string => `${ready} of ${count(all, 'stage')} ${ready === 1 ? 'is' : 'are'} ready.`;

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
