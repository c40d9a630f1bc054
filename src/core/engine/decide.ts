import { canonical } from '../graph/compare.ts';
import { isLeaving, isOurs, presentIn } from '../graph/observation.ts';
import type { Action, AnyResource, Attributes, Change, Foreseen, Needs, Observation, Present, ResourceId } from '../graph/resource.ts';
import { seenAs, type Failure } from './failure.ts';

/** The two ends that settling can have. */
export type Goal = 'there' | 'gone';

/** One thing to do, and the name under which it is remembered: the same need is not acted on again at once, nor for ever. */
export type Act =
  | { readonly step: 'create'; readonly need: string; readonly summary: string; readonly action: Action }
  | {
      readonly step: 'update';
      readonly need: string;
      readonly summary: string;
      readonly action: Action;
      readonly seen: Observation<unknown>;
    }
  | { readonly step: 'delete'; readonly need: string; readonly summary: string; readonly action: Action; readonly seen: Present };

export type Decision =
  | { readonly do: 'done' }
  /** Usable, and watched until it is ready. */
  | { readonly do: 'watch'; readonly reason: string; readonly awaits?: ResourceId }
  | { readonly do: 'wait'; readonly reason: string }
  | { readonly do: 'act'; readonly act: Act }
  | { readonly do: 'fail'; readonly failure: Failure };

export interface Asked {
  /** Milliseconds since the epoch, of the last time. */
  readonly at: number;
  readonly times: number;
}

export interface Situation {
  readonly now: number;
  readonly inputs: Foreseen<Needs>;
  /** What was asked for so far, by need. */
  readonly asked: ReadonlyMap<string, Asked>;
  /** When a create was announced and not seen since, by this run or an earlier one. */
  readonly announcedAt: number | undefined;
  /** Whether it was an earlier run that announced it. */
  readonly wasInterrupted: boolean;
  /** What the plan of this run said about it. */
  readonly planned: Action | undefined;
  readonly consent: ReadonlySet<string>;
  /** Since when (ms since the epoch) this run is at it: only what failed after that is believed to fail again. */
  readonly since: number;
}

/** Timestamps of providers are whole seconds. */
const WHOLE_SECOND = 1_000;

/** How often one need is acted on before it is said that it does not take. */
export const TRIES = 3;

/** A write of ours is given this long (ms) to show, even by a world that is said to be consistent. */
const SHOWS_WITHIN = 5_000;

const windowOf = (resource: AnyResource): number => Math.max(resource.hiddenFor ?? 0, SHOWS_WITHIN);

type Doing = Extract<Change, { readonly diff: unknown }>;

/** Pure: what to do about `seen`, so that the resource gets to `goal`. */
export function decide(resource: AnyResource, goal: Goal, seen: Observation<unknown>, situation: Situation): Decision {
  if (goal === 'gone') return limited(resource, decideGone(resource, seen, situation), situation);
  return limited(resource, decideThere(resource, seen, situation), situation);
}

function decideGone(resource: AnyResource, seen: Observation<unknown>, { now, announcedAt, consent }: Situation): Decision {
  if (seen.state === 'unknown') return consent.has(`abandon:${resource.provider}`) ? { do: 'done' } : { do: 'wait', reason: seen.reason };
  if (isLeaving(seen)) return { do: 'wait', reason: whyStillThere(seen) ?? 'waiting until it is gone' };
  const present = presentIn(seen);
  if (present && isOurs(present)) {
    const need = `delete ${present.physicalId} ${attributesOf(present.attributes)}`;
    return { do: 'act', act: { step: 'delete', need, summary: `delete ${resource.title}`, action: 'delete', seen: present } };
  }
  const mayShowUp = seen.state === 'absent' && announcedAt !== undefined && now < announcedAt + windowOf(resource);
  return mayShowUp ? { do: 'wait', reason: 'a create that was interrupted may still show up' } : { do: 'done' };
}

/** What keeps it from going, where that is known: a finalizer that nobody takes away. */
const whyStillThere = (seen: Observation<unknown>): string | undefined => {
  const present = presentIn(seen);
  return present?.cause !== undefined && 'reason' in present ? present.reason : undefined;
};

function decideThere(resource: AnyResource, seen: Observation<unknown>, situation: Situation): Decision {
  if (seen.state === 'unknown') return { do: 'wait', reason: seen.reason };
  if (isLeaving(seen)) return { do: 'wait', reason: whyStillThere(seen) ?? 'waiting until the old one is gone' };
  const used = presentIn(seen)?.twins?.filter((twin) => twin.used) ?? [];
  if (used.length > 0) return fail(twinsInUse(resource, [presentIn(seen)?.physicalId ?? '', ...used.map((twin) => twin.physicalId)]));
  const change: Change = resource.steps?.plan(seen, situation.inputs) ?? { action: 'none' };
  switch (change.action) {
    case 'none':
      return decideUnchanged(resource, seen, situation);
    case 'blocked':
      return fail({ reason: change.summary, code: change.code ?? 'blocked', detail: presentIn(seen)?.physicalId, blocked: true });
    case 'replace':
    case 'delete':
      return fail({ ...whyIn(change, resource), code: 'no-consent', blocked: true });
    case 'recreate':
      return decideRecreate(seen, change, situation);
    case 'create':
      return decideCreate(resource, change, situation);
    case 'update':
      if (change.consent !== undefined && !situation.consent.has(`${change.consent}:${resource.id}`))
        return fail({ ...whyIn(change, resource), code: 'overwrite', blocked: true });
      return {
        do: 'act',
        act: { step: 'update', need: `update ${presentIn(seen)?.physicalId ?? ''} ${diffOf(change)}`, ...labelOf(change), seen },
      };
  }
}

/** As wanted: what remains is whether it works. On something absent that has steps, that it is wanted absent. */
function decideUnchanged(resource: AnyResource, seen: Exclude<Observation<unknown>, { state: 'unknown' }>, { since }: Situation): Decision {
  switch (seen.state) {
    case 'absent':
      return resource.steps ? { do: 'done' } : { do: 'wait', reason: 'not there yet' };
    case 'ready':
      return { do: 'done' };
    case 'degraded':
      return { do: 'watch', reason: seen.reason, ...(seen.awaits === undefined ? {} : { awaits: seen.awaits }) };
    case 'pending':
      return { do: 'wait', reason: seen.reason };
    case 'failed':
      if (seen.failedAt !== undefined && seen.failedAt + WHOLE_SECOND < since) return { do: 'wait', reason: seen.reason };
      return fail(seenAs(seen));
  }
}

/** Only what the plan found broken is made anew: what failed under our own hands would fail again, and its reason is what the person needs. */
function decideRecreate(seen: Observation<unknown>, change: Doing, { planned, asked }: Situation): Decision {
  const present = presentIn(seen);
  if (!present) return fail({ reason: change.summary, code: 'failed' });
  if (planned !== 'recreate' || asked.has('create'))
    return fail(seenAs({ reason: ('reason' in present ? present.reason : undefined) ?? change.summary, cause: present.cause }));
  return {
    do: 'act',
    act: { step: 'delete', need: `recreate ${present.physicalId} ${attributesOf(present.attributes)}`, ...labelOf(change), seen: present },
  };
}

function decideCreate(resource: AnyResource, change: Doing, { now, announcedAt, wasInterrupted, planned }: Situation): Decision {
  const wouldMakeTwo = resource.repeatable === false || (resource.repeatable === 'in-run' && wasInterrupted);
  const unbelieved = announcedAt !== undefined && now < announcedAt + windowOf(resource);
  if (wouldMakeTwo && unbelieved) return { do: 'wait', reason: 'a create that was interrupted may still show up' };
  const action = planned === 'recreate' || planned === 'replace' ? planned : change.action;
  return { do: 'act', act: { step: 'create', need: 'create', summary: change.summary, action } };
}

/** One rule for lag, lost answers and what does not take: wait until it must have shown, and ask three times at most. */
function limited(resource: AnyResource, decision: Decision, { asked, now }: Situation): Decision {
  if (decision.do !== 'act') return decision;
  const last = asked.get(decision.act.need);
  if (last === undefined) return decision;
  if (now < last.at + windowOf(resource)) return { do: 'wait', reason: 'what was done does not show yet' };
  if (last.times < TRIES) return decision;
  return fail({ reason: `${decision.act.summary}: asked ${TRIES} times, and it did not take`, code: 'tried-thrice' });
}

/** Which field, or whose, where the summary tells, without the title that stands before every sentence; else the catalogue's own words. */
function whyIn({ summary }: Doing, { title }: AnyResource): Pick<Failure, 'reason' | 'raw'> {
  const why = /^(?:overwrite|replace|delete) (?<rest>.*)$/s.exec(summary)?.groups?.['rest'];
  return why?.startsWith(`${title}: `) === true ? { reason: why.slice(title.length + 2), raw: summary } : { reason: summary };
}

const fail = (failure: Failure): Decision => ({ do: 'fail', failure });

const twinsInUse = (resource: AnyResource, ids: readonly string[]): Failure => ({
  reason: `${resource.title} exists ${ids.length} times and all are in use: ${ids.join(' and ')}`,
  code: 'twins',
  next: 'Move what is in one of them to the other, delete it, and apply again.',
  blocked: true,
});

const labelOf = (change: Doing): { readonly summary: string; readonly action: Action } => ({
  summary: change.summary,
  action: change.action,
});

const diffOf = (change: Doing): string =>
  change.diff.map(({ path, before, after }) => `${path}:${canonical(before)}→${canonical(after)}`).join();

const attributesOf = (attributes: Attributes): string =>
  Object.keys(attributes)
    .sort()
    .map((path) => `${path}:${canonical(attributes[path])}`)
    .join();
