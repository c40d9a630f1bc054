import { createHash } from 'node:crypto';
import type { Plan } from '../core/engine/plan.ts';
import { presentIn } from '../core/graph/observation.ts';
import type { Finding } from '../core/findings/finding.ts';
import { sentenceCodeOf, sentenceFor, sentenceOf, wordsFor } from '../core/status/sentences.ts';
import type { Difference } from '../core/graph/resource.ts';
import type { PlanView } from './protocol.ts';

type ChangeView = PlanView['changes'][number];

/** A plan as plain data, with the fingerprint by which it is approved. */
export function planView(plan: Plan): PlanView {
  const changes = plan.changes.map(({ resource, stage, title, change, consent }): ChangeView => ({
    resource,
    stage,
    title,
    action: change.action,
    summary: change.summary,
    diff: change.action === 'blocked' ? [] : change.diff.map(differenceView),
    ...(change.action === 'blocked' || change.because === undefined ? {} : { because: change.because }),
    ...(consent === undefined ? {} : { consent }),
    ...(change.action === 'blocked' && change.waits === true ? { waits: true } : {}),
  }));
  return {
    verb: plan.verb,
    fingerprint: fingerprintOf(plan.verb, changes),
    changes,
    cost: plan.cost,
    duration: plan.duration,
    findings: [...plan.findings, ...obstacles(plan)],
    ...(plan.left === undefined ? {} : { left: plan.left }),
  };
}

/**
 * What the plan met and no run of ours can get past, as the engine refuses it too (`assertMayRun`): before the first write, so that
 * nothing is left half made. What a run waits for (an object of our own cluster that is out of sight just now) is none.
 */
function obstacles({ verb, changes, observations }: Plan): readonly Finding[] {
  if (verb === 'destroy') return [];
  return changes.flatMap(({ resource, title, change }): readonly Finding[] => {
    if (change.action !== 'blocked' || change.waits === true) return [];
    const seen = observations.get(resource);
    if (seen?.state === 'unknown') {
      const next = wordsFor(seen.cause?.code ?? 'unseen')?.next ?? wordsFor('unseen')?.next;
      const code = (seen.cause && sentenceCodeOf(seen.cause.code)) ?? 'unseen';
      return [finding(code, resource, sentenceOf(title, { reason: seen.reason, next }))];
    }
    const detail = presentIn(seen)?.physicalId;
    const said = change.code === 'foreign' ? sentenceFor('foreign', { title, ...(detail === undefined ? {} : { detail }) }) : undefined;
    return [finding(change.code ?? 'blocked', resource, said ?? change.summary)];
  });
}

const finding = (code: string, resource: string, message: string): Finding => ({ code, severity: 'error', resource, message });

function differenceView({ path, before, after }: Difference): ChangeView['diff'][number] {
  const was = before ?? null;
  return after === undefined ? { path, before: was, unknown: true } : { path, before: was, after };
}

/** The same verb, changes, actions and values give the same fingerprint, whatever order they are in. */
function fingerprintOf(verb: string, changes: readonly ChangeView[]): string {
  const lines = changes.map(({ resource, action, diff }) => JSON.stringify([resource, action, diff])).sort();
  return createHash('sha256')
    .update(JSON.stringify([verb, lines]))
    .digest('hex');
}

/** The `--allow` options that a plan needs and `allow` does not give, in the plan's order. */
export function missingConsents(plan: Pick<PlanView, 'changes'>, allow: readonly string[]): readonly string[] {
  const given = new Set(allow);
  return plan.changes.flatMap(({ resource, consent }) => {
    const needed = consent === undefined ? undefined : `${consent}:${resource}`;
    return needed === undefined || given.has(needed) ? [] : [needed];
  });
}
