import type { Outcome } from '../../core/engine/events.ts';
import type { PlanView } from '../../runner/protocol.ts';
import type { Dialogs } from '../dialogs.ts';
import { errorsOf, planSummary, planText, type PreviewContext } from '../model/planPreview.ts';
import { visibleText } from '../model/visibleText.ts';
import type { Platform } from '../platform.ts';
import { enterSecrets } from './secretsFlow.ts';

/** What a closed window means, said before the first write. */
const IF_CLOSED = 'If this window closes, AWS finishes what was started; you continue later.';

const ENTER_SECRETS = 'Enter Secrets...';

type Verb = PlanView['verb'];

/** Opens the plan as a document; asks nothing, changes nothing. */
export async function previewPlan(platform: Platform, dialogs: Dialogs, stages?: readonly string[]): Promise<void> {
  const plan = await dialogs.busy(`Planning ${platform.name}`, () => platform.plan('apply', stages));
  await dialogs.show(documentName(platform, 'apply'), planText(plan, contextOf(platform)), platform.key);
}

/** Plans, shows, asks (for each consent on its own), and runs. `undefined`: the person said no, or there was nothing to do. */
export async function planAndRun(
  platform: Platform,
  dialogs: Dialogs,
  verb: Verb,
  stages?: readonly string[],
): Promise<Outcome | undefined> {
  const plan = await dialogs.busy(`Planning ${platform.name}`, () => platform.plan(verb, stages));
  const errors = errorsOf(plan);
  if (errors.length > 0) {
    return (await showRefusal(platform, dialogs, plan, errors)) ? planAndRun(platform, dialogs, verb, stages) : undefined;
  }
  if (plan.changes.length === 0) {
    platform.settleRun();
    void dialogs.tell(
      'info',
      verb === 'apply'
        ? `${platform.name} is as platform.yml says: there is nothing to do.`
        : `Nothing of ${platform.name} exists: there is nothing to destroy.`,
    );
    return undefined;
  }
  if (!(await approved(platform, dialogs, plan))) return undefined;
  const allow = await consents(dialogs, plan);
  if (!allow) return undefined;
  const request = { allow, approved: plan.fingerprint, ...(stages ? { stages } : {}) };
  const title = `${verb === 'apply' ? 'Applying' : 'Destroying'} ${platform.name}`;
  try {
    return await dialogs.busy(title, () => platform.run(verb, request, plan.duration.seconds));
  } finally {
    dialogs.outdatePlans(platform.key, 'the latest run');
  }
}

/** Returns whether the person has put it right and wants to go on: what was missing were their Secrets. */
async function showRefusal(platform: Platform, dialogs: Dialogs, plan: PlanView, errors: readonly string[]): Promise<boolean> {
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const needsSecrets = plan.findings.some(({ code }) => code === 'secret-missing');
  const actions = [...(needsSecrets ? [ENTER_SECRETS] : []), 'Show Details'];
  const answer = await dialogs.tell('error', `${errors[0] ?? ''}${more}`, actions);
  if (answer === ENTER_SECRETS) return enterSecrets(platform, dialogs, {}, 'Apply...');
  if (answer !== undefined) await dialogs.show(documentName(platform, plan.verb), planText(plan, contextOf(platform)), platform.key);
  return false;
}

async function approved(platform: Platform, dialogs: Dialogs, plan: PlanView): Promise<boolean> {
  const context = contextOf(platform);
  const question = `${plan.verb === 'apply' ? 'Apply' : 'Destroy'} ${platform.name}${context.rehearsal ? ' (REHEARSAL)' : ''}?`;
  const go = plan.verb === 'apply' ? 'Apply' : 'Destroy...';
  const answer = await dialogs.confirm(question, [...planSummary(plan, context), '', IF_CLOSED].join('\n'), [go, 'Show Details']);
  if (answer === undefined) return false;
  if (answer === 'Show Details') {
    await dialogs.show(documentName(platform, plan.verb), planText(plan, context), platform.key);
    if ((await dialogs.tell('info', `${question} ${IF_CLOSED}`, [go])) !== go) return false;
  }
  return plan.verb === 'apply' || typedName(platform, dialogs);
}

/** A destroy is confirmed by hand: a click can be an accident, a typed name cannot. */
async function typedName(platform: Platform, dialogs: Dialogs): Promise<boolean> {
  const { name } = platform;
  const typed = await dialogs.type({
    title: `Destroy ${name}`,
    prompt: `Type ${name} to destroy it.`,
    validate: (text) => (text === name ? undefined : `This is not ${name}.`),
  });
  return typed === name;
}

/** One question for each consent that the plan needs; the first "no" ends it, with nothing changed. */
async function consents(dialogs: Dialogs, plan: PlanView): Promise<readonly string[] | undefined> {
  const allow: string[] = [];
  for (const { consent, resource, title, summary } of plan.changes) {
    if (consent === undefined) continue;
    const { question, verb } = CONSENTS[consent];
    const name = visibleText(title);
    const answer = await dialogs.confirm(
      question.replace('{}', () => name),
      visibleText(summary, 400),
      [verb],
    );
    if (answer !== verb) return undefined;
    allow.push(`${consent}:${resource}`);
  }
  return allow;
}

const CONSENTS = {
  replace: { question: 'Replace {}? It is deleted, and made anew with what depends on it.', verb: 'Replace' },
  delete: { question: 'Delete {}? It cannot be brought back.', verb: 'Delete' },
  overwrite: { question: 'Overwrite {}? Somebody else wrote it.', verb: 'Overwrite' },
  abandon: { question: 'Leave {} behind? It cannot be reached, so what it made stays and may cost money.', verb: 'Leave Behind' },
} as const;

function documentName(platform: Platform, verb: Verb): string {
  return verb === 'apply' ? `Plan of ${platform.name}` : `Plan to destroy ${platform.name}`;
}

function contextOf({ name, mode, model }: Platform): PreviewContext {
  return { name, rehearsal: mode === 'rehearsal', stages: model.view.status?.stages ?? [] };
}
