import { priceWords } from '../../core/status/priceWords.ts';
import type { PlanView } from '../../runner/protocol.ts';
import { visibleText } from './visibleText.ts';
import { count, duration, monthly } from './wording.ts';

type Change = PlanView['changes'][number];

/** As many lines as a plan shows before its total. */
const LINES = 5;

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

/** The short form: at most five lines, one a stage, and a total. */
export function planSummary(plan: PlanView, context: PreviewContext): readonly string[] {
  const groups = grouped(plan, context);
  const whole = groups.length <= LINES;
  const lines = (whole ? groups : groups.slice(0, LINES - 1)).map(
    (group) => `${group.title}: ${tally(group.changes)}${stagePrice(plan, group.id, context)}`,
  );
  const rest = whole ? [] : groups.slice(LINES - 1);
  const more = rest.length > 0 ? [`${count(rest.length, 'more stage')}: ${tally(rest.flatMap(({ changes }) => changes))}`] : [];
  return [...lines, ...more, totalOf(plan, context)];
}

export function totalOf(plan: PlanView, { rehearsal }: PreviewContext): string {
  if (plan.changes.length === 0) return 'Total: nothing to do';
  const unknown = plan.cost.unknown?.length ?? 0;
  const price = priceWords(plan.cost.monthlyUsd, unknown, (usd) => `${rehearsal ? 'would cost ' : ''}≈${monthly(usd)}`);
  const nothing = plan.verb === 'destroy' && plan.cost.monthlyUsd === 0 && unknown === 0;
  const standing = nothing ? 'nothing left to pay for' : `${price} afterwards`;
  return `Total: ${tally(plan.changes)} · ≈${duration(plan.duration.seconds)} · ${standing}`;
}

/** The whole plan as a document whose resources fold under their stage, and their differences under them. */
export function planText(plan: PlanView, context: PreviewContext): string {
  const heading = `${plan.verb === 'apply' ? 'Plan' : 'Plan to destroy'} of ${visibleText(context.name)}${context.rehearsal ? ' (REHEARSAL)' : ''}`;
  const findings = plan.findings.map(({ severity, message }) => `${severity}: ${visibleText(message, 400)}`);
  const stages = grouped(plan, context).flatMap((group) => [
    `${group.title}: ${tally(group.changes)}${stagePrice(plan, group.id, context)}`,
    ...group.changes.flatMap((change) => changeLines(change)),
  ]);
  return [
    heading,
    '',
    ...planSummary(plan, context),
    '',
    ...(findings.length > 0 ? ['Findings', ...findings.map((line) => `  ${line}`), ''] : []),
    'Resources',
    ...indent(stages),
    '',
  ].join('\n');
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

function changeLines(change: Change): readonly string[] {
  const because = change.because === undefined ? '' : `, because of ${visibleText(change.because)}`;
  const consent = change.consent === undefined ? '' : ` [needs its own consent: ${change.consent}]`;
  return [
    `  ${change.action} ${visibleText(change.title)} (${visibleText(change.resource)})${because}${consent}`,
    ...(change.summary === '' ? [] : [`    ${visibleText(change.summary, 300)}`]),
    ...change.diff.map((difference) => {
      const after = 'unknown' in difference ? '(known during the run)' : shown(difference.after);
      return `    ${visibleText(difference.path)}: ${shown(difference.before)} → ${after}`;
    }),
  ];
}

function shown(value: unknown): string {
  return value === undefined ? '(nothing)' : visibleText(JSON.stringify(value), 120);
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

function grouped(plan: PlanView, { stages }: PreviewContext): readonly { id: string; title: string; changes: readonly Change[] }[] {
  const ids = new Set([...stages.map(({ id }) => id), ...plan.changes.map(({ stage }) => stage)]);
  return [...ids]
    .map((id) => ({
      id,
      title: visibleText(stages.find((stage) => stage.id === id)?.title ?? id),
      changes: plan.changes.filter(({ stage }) => stage === id),
    }))
    .filter(({ changes }) => changes.length > 0);
}
