import type { Outcome, RunEvent } from '../../core/engine/events.ts';
import type { GivenSecrets } from '../../kubernetes/secretValues.ts';
import { isError, specOf } from '../../runner/platformFile.ts';
import { missingConsents } from '../../runner/planView.ts';
import type { PlanView, Reach } from '../../runner/protocol.ts';
import { checkRehearsed } from '../../runner/rehearsedValues.ts';
import { RunnerError } from '../../runner/runnerError.ts';
import type { Session } from '../../runner/session.ts';
import { withSession, type CliContext } from '../cliContext.ts';
import { INTERRUPTED } from '../interrupt.ts';
import { planLines } from '../text/planText.ts';
import { outcomeLines, Progress } from '../text/progress.ts';
import { usageError } from '../usage.ts';

export interface RunArguments {
  readonly verb: 'apply' | 'destroy';
  readonly stages: readonly string[] | undefined;
  readonly allow: readonly string[];
  readonly yes: boolean;
  readonly format: 'text' | 'json';
  /** What `--secrets -` read. */
  readonly secrets?: GivenSecrets;
}

/** Plans, shows, asks once (unless `--yes`), does it. */
export async function runVerb(context: CliContext, reach: Reach, options: RunArguments): Promise<number> {
  const { output, messageStyle: style, person, interrupts } = context;
  const titles = new Map<string, string>();
  const progress = new Progress(output, style, titles, context.verbose);
  const emit = (event: RunEvent): void => {
    progress.tell(event);
    if (options.format === 'json') output.json(event);
  };
  return withSession(context, reach, emit, async (session) => {
    const spec = specOf(await session.document());
    if (!options.yes && !person.present)
      throw usageError(`Nobody can be asked here, and ${options.verb} changes things.`, 'Add --yes, or run it in a terminal.');
    if (options.yes && spec.account === undefined && reach.account === undefined && (await session.mode()) === 'live') {
      throw usageError('--yes needs to know whose account it may change.', 'Write account in platform.yml, or add --account ID.');
    }
    if (options.yes) person.vouch();
    const rehearsal = (await session.mode()) === 'rehearsal';
    if (options.secrets !== undefined) {
      if (rehearsal) checkRehearsed(options.secrets);
      session.giveSecrets(options.secrets);
    }
    const plan = await session.plan(options.verb, options.stages, options.allow);
    for (const [id, title] of await session.titles()) titles.set(id, title);
    for (const { resource, title } of plan.changes) titles.set(resource, title);
    for (const line of planLines(plan, style, rehearsal, context.verbose)) output.message(line);
    refuseUnlessPossible(plan, options.allow);
    if (interrupts.signal.aborted) return INTERRUPTED;
    if (
      !options.yes &&
      plan.changes.length > 0 &&
      !(await person.confirm(options.verb === 'apply' ? 'Apply this?' : 'Destroy all of this?', interrupts.signal))
    ) {
      output.message('Nothing was changed.');
      return wasInterrupted(interrupts.signal) ? INTERRUPTED : 2;
    }
    try {
      return conclude(context, await start(session, options, plan), options, rehearsal);
    } finally {
      progress.end();
    }
  });
}

/** Errors of prerequisites and consents that were not given end here: before anything is written. */
function refuseUnlessPossible(plan: PlanView, allow: readonly string[]): void {
  const errors = plan.findings.filter(isError);
  if (errors.length > 0) {
    throw new RunnerError(`Something must be put right first: ${errors[0]?.message ?? ''}`, {
      code: 'prerequisites',
      exit: 1,
      findings: plan.findings,
    });
  }
  const missing = missingConsents(plan, allow);
  if (missing.length === 0) return;
  throw new RunnerError('This needs a consent of its own.', {
    code: 'consent',
    exit: 2,
    next: `Add ${missing.map((consent) => `--allow ${consent}`).join(' ')}`,
  });
}

function start(session: Session, { verb, stages, allow }: RunArguments, plan: PlanView): Promise<Outcome> {
  return session[verb]({ allow, approved: plan.fingerprint, ...(stages === undefined ? {} : { stages }) });
}

function conclude({ output, interrupts }: CliContext, outcome: Outcome, { verb, format }: RunArguments, rehearsal: boolean): number {
  const lines = outcomeLines(outcome, verb, rehearsal);
  for (const line of lines) if (format === 'text') output.result(line);
  if (outcome.outcome === 'succeeded') return 0;
  if (outcome.outcome === 'failed') return 1;
  output.message(`Stopped cleanly: what AWS has begun it finishes by itself. Run slipway ${verb} again to go on.`);
  return interrupts.signal.aborted ? INTERRUPTED : 1;
}

/** Asked afresh: what was false before a question may be true after it. */
const wasInterrupted = (signal: AbortSignal): boolean => signal.aborted;
