import { byKey, type ShownDifference } from '../../core/status/differences.ts';
import { LEFT } from '../../core/status/left.ts';
import { priceWords } from '../../core/status/priceWords.ts';
import type { PlanView } from '../../runner/protocol.ts';
import { visibleText } from './visibleText.ts';
import { count, duration, monthly } from './wording.ts';
import { wrapped } from './wrap.ts';

type Change = PlanView['changes'][number];

/** As many lines as a plan shows before its total. */
const LINES = 5;
/** Of what is blocked, as many are told with their reason. */
const REASONS = 3;

const WORDS: Readonly<Record<string, string>> = {
  create: 'to create',
  update: 'to change in place',
  replace: 'to replace',
  recreate: 'to make again',
  delete: 'to delete',
  blocked: 'blocked',
};

export interface PreviewContext {
  /** Stage titles by id, in the order of the runbook. */
  readonly stages: readonly { readonly id: string; readonly title: string }[];
  readonly name: string;
  readonly rehearsal: boolean;
}

/** The short form: what keeps it from being done, then at most five lines, one a stage, whose data goes, and a total. */
export function planSummary(plan: PlanView, context: PreviewContext): readonly string[] {
  const groups = grouped(plan, context);
  const whole = groups.length <= LINES;
  const lines = (whole ? groups : groups.slice(0, LINES - 1)).map(
    (group) => `${group.title}: ${tally(group.changes)}${stagePrice(plan, group.id, context)}`,
  );
  const rest = whole ? [] : groups.slice(LINES - 1);
  const more = rest.length > 0 ? [`${count(rest.length, 'more stage')}: ${tally(rest.flatMap(({ changes }) => changes))}`] : [];
  return [...refusal(plan), ...lines, ...more, ...blockedLines(plan), ...lossLines(plan), totalOf(plan, context)];
}

/** Whether something keeps a run of this plan from beginning. */
const isRefused = ({ findings }: PlanView): boolean => findings.some(({ severity }) => severity === 'error');

/** What keeps a run of this plan from beginning, each once: several resources may lack the same. */
export const errorsOf = ({ findings }: PlanView): readonly string[] => [
  ...new Set(findings.filter(({ severity }) => severity === 'error').map(({ message }) => visibleText(message, 400))),
];

function refusal(plan: PlanView): readonly string[] {
  return isRefused(plan) ? ['Nothing would be done before this is put right:', ...errorsOf(plan).map((error) => `  ${error}`), ''] : [];
}

/** Which are blocked, and why; a refusal has told it already. */
function blockedLines(plan: PlanView): readonly string[] {
  if (isRefused(plan)) return [];
  const blocked = plan.changes.filter(({ action }) => action === 'blocked').map((change) => `Blocked: ${whyBlocked(change)}`);
  const more = blocked.length - REASONS;
  return more > 0 ? [...blocked.slice(0, REASONS), `Blocked: ${more} more`] : blocked;
}

/** What of a person's data goes with what is deleted: whoever types the name has to have read it. */
const isLoss = ({ code }: PlanView['findings'][number]): boolean => code === 'data-lost';
const lossLines = ({ findings }: PlanView): readonly string[] => findings.filter(isLoss).map(({ message }) => visibleText(message, 400));

function whyBlocked({ title, summary, waits }: Change): string {
  const why = summary.startsWith(title) || summary === '' ? summary || title : `${title}: ${summary}`;
  return `${visibleText(why, 300)}${waits === true ? ' (the run looks again)' : ''}`;
}

export function totalOf(plan: PlanView, { rehearsal }: PreviewContext): string {
  if (plan.changes.length === 0) return 'Total: nothing to do';
  const unknown = plan.cost.unknown?.length ?? 0;
  const price = priceWords(plan.cost.monthlyUsd, unknown, (usd) => `${rehearsal ? 'would cost ' : ''}≈${monthly(usd)}`);
  if (isRefused(plan)) return `Total: nothing as it stands · otherwise ${tally(plan.changes)} · ${price}`;
  const nothing = plan.verb === 'destroy' && plan.cost.monthlyUsd === 0 && unknown === 0;
  const standing = nothing ? 'nothing left to pay for' : `${price} afterwards`;
  return `Total: ${tally(plan.changes)} · ≈${duration(plan.duration.seconds)} · ${standing}`;
}

/** The whole plan as a document whose resources fold under their stage, and their differences under them. */
export function planText(plan: PlanView, context: PreviewContext): string {
  const heading = `${plan.verb === 'apply' ? 'Plan of' : 'Plan to destroy'} ${visibleText(context.name)}${context.rehearsal ? ' (REHEARSAL)' : ''}`;
  const titles = new Map(plan.changes.map(({ resource, title }) => [resource, title]));
  // Errors stand in the refusal, and what is lost beside the total, above everything.
  const findings = plan.findings
    .filter((finding) => finding.severity !== 'error' && !isLoss(finding))
    .map(({ severity, message }) => `  ${severity}: ${visibleText(message, 400)}`);
  const stages = grouped(plan, context).flatMap((group) => [
    `  ${group.title}: ${tally(group.changes)}${stagePrice(plan, group.id, context)}`,
    ...group.changes.flatMap((change) => changeLines(change, titles).map((line) => `    ${line}`)),
  ]);
  return [
    heading,
    '',
    ...planSummary(plan, context),
    '',
    ...(findings.length > 0 ? ['Findings', ...new Set(findings), ''] : []),
    'Resources',
    ...stages,
    '',
  ]
    .flatMap((line) => wrapped(line))
    .join('\n');
}

function changeLines(change: Change, titles: ReadonlyMap<string, string>): readonly string[] {
  const { action, because, consent, diff } = change;
  const root = because === undefined ? '' : `, because of ${visibleText(titles.get(because) ?? because)}`;
  const asks = consent === undefined ? '' : ` [needs its own consent: ${consent}]`;
  const why = whyOf(change);
  return [
    `${action} ${visibleText(change.title)}${root}${asks}`,
    ...(why === '' ? [] : [`  ${why}`]),
    ...diff.flatMap((each) => byKey(each)).map((each) => `  ${visibleText(each.path)}: ${differenceText(each)}`),
  ];
}

/** What a summary says besides the verb and the title, which stand above it. */
function whyOf(change: Change): string {
  if (change.action === 'blocked') return whyBlocked(change);
  const [action, title] = [`${change.action} `, change.title];
  const rest = change.summary.startsWith(action) ? change.summary.slice(action.length) : change.summary;
  return visibleText((rest.startsWith(title) ? rest.slice(title.length) : rest).replace(/^: /, ''), 300);
}

function differenceText(difference: ShownDifference): string {
  const after = 'unknown' in difference ? '(known during the run)' : shown(difference.after);
  return difference.before === null || difference.before === undefined ? after : `${shown(difference.before)} → ${after}`;
}

function shown(value: unknown): string {
  return value === undefined || value === null ? '(nothing)' : visibleText(JSON.stringify(value), 120);
}

/** `12 to create, 1 to change in place`. */
function tally(changes: readonly Change[]): string {
  const counts = new Map<string, number>();
  for (const { action } of changes) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].map(([action, amount]) => `${amount} ${WORDS[action] ?? action}`).join(', ');
}

function stagePrice(plan: PlanView, stage: string, { rehearsal }: PreviewContext): string {
  const price = plan.cost.stages[stage] ?? 0;
  const unknown = plan.changes.filter((change) => change.stage === stage && plan.cost.unknown?.includes(change.resource) === true).length;
  if ((price === 0 && unknown === 0) || plan.verb === 'destroy') return '';
  return ` · ${priceWords(price, unknown, (usd) => `${rehearsal ? 'would cost ' : ''}${monthly(usd)}`)}`;
}

/** What is blocked comes first: it is what the person has to know. */
const weight = ({ action }: Change): number => (action === 'blocked' ? 0 : 1);

function grouped(plan: PlanView, { stages }: PreviewContext): readonly { id: string; title: string; changes: readonly Change[] }[] {
  const ids = new Set([...stages.map(({ id }) => id), ...plan.changes.map(({ stage }) => stage)]);
  return [...ids]
    .map((id) => ({
      id,
      title: visibleText(stages.find((stage) => stage.id === id)?.title ?? (id === LEFT.id ? LEFT.title : id)),
      changes: plan.changes.filter(({ stage }) => stage === id).toSorted((one, other) => weight(one) - weight(other)),
    }))
    .filter(({ changes }) => changes.length > 0);
}
