import { Refused } from '../graph/errors.ts';
import type { Action } from '../graph/resource.ts';
import { sentenceCodeOf, wordsFor, type SentenceCode } from '../status/sentences.ts';
import type { Plan, PlannedChange } from './plan.ts';
import type { Approval } from './verbs.ts';

/**
 * How much an action can cost a person; an approval covers its own weight and less. What was shown as blocked in an approved plan
 * only waited for a look that failed in passing (all else refuses the run): it may be created or updated, and no more.
 */
const WEIGHT: Readonly<Record<Action, number>> = { none: 0, blocked: 1, create: 1, update: 1, recreate: 2, replace: 3, delete: 3 };

/** The approval that consists of exactly this plan. */
export function approvalOf(plan: Plan): Approval {
  return new Map(plan.changes.map(({ resource, change }) => [resource, change.action]));
}

/**
 * A plan that a person approved was checked when it was shown; one that nobody has seen is held to its findings here.
 *
 * What only a person can resolve (a thing of our name that is not ours, a change that cannot be made in place) keeps an apply from
 * beginning at all, approved or not: half a platform helps nobody.
 *
 * @throws Refused with code `plan-again` when the plan would do more than was approved; with the code of a finding of level error, or of
 * what is blocked. Nothing was written then.
 */
export function assertMayRun(plan: Plan, approved: Approval | undefined): void {
  const blocked =
    plan.verb === 'apply' ? plan.changes.find(({ change }) => change.action === 'blocked' && change.waits !== true) : undefined;
  if (blocked?.change.action === 'blocked') {
    assertReached(plan, blocked);
    const { summary, code = 'blocked' } = blocked.change;
    throw new Refused(`${summary}. Nothing was changed.`.replace('..', '.'), { code });
  }
  if (!approved) {
    const obstacle = plan.findings.find((finding) => finding.severity === 'error');
    if (obstacle) throw new Refused(obstacle.message, { code: obstacle.code });
    return;
  }
  // What cannot be seen just now is looked at again by the run, and is no more than was approved until then.
  const acting = plan.changes.filter(({ change }) => change.action !== 'blocked');
  const more = acting.find(({ resource, change }) => WEIGHT[change.action] > WEIGHT[approved.get(resource) ?? 'none']);
  if (!more) return;
  const words = 'summary' in more.change ? more.change.summary : more.title;
  throw new Refused(`The world has changed since the plan was approved: now it would also ${words}. Nothing was done.`, {
    code: 'plan-again',
    next: 'Plan again and approve what it says now.',
  });
}

/** What is wrong with the way to a provider: whatever was looked at at that moment has nothing to do with it. */
const NO_WAY: ReadonlySet<string | undefined> = new Set<SentenceCode>([
  'unreachable',
  'kubernetes-unreachable',
  'kubernetes-restarting',
  'kubernetes-certificate',
  'no-access-entry',
]);

/** @throws Refused, without a word of the one resource, where it could not be looked at because nothing of its provider can */
function assertReached({ observations }: Plan, { resource }: PlannedChange): void {
  const seen = observations.get(resource);
  const code = seen?.state === 'unknown' && seen.cause !== undefined ? sentenceCodeOf(seen.cause.code) : undefined;
  const words = code !== undefined && NO_WAY.has(code) ? wordsFor(code) : undefined;
  if (code === undefined || words === undefined) return;
  const { reason, next } = words;
  throw new Refused(`${reason.charAt(0).toUpperCase()}${reason.slice(1)}. Nothing was changed.`, { code, next });
}
