import { priceWords } from '../../core/status/priceWords.ts';
import { printable } from '../../runner/printable.ts';
import type { PlanView } from '../../runner/protocol.ts';
import { findingLine, findingView } from './findingText.ts';
import { duration, table, usd, type Style } from './style.ts';

type ChangeView = PlanView['changes'][number];

/** What a plan would do, why, for how long and for how much. */
export function planLines(plan: PlanView, style: Style, rehearsal: boolean): readonly string[] {
  const findings = plan.findings.map((finding) => findingLine(finding, style));
  if (plan.changes.length === 0) return [...findings, 'Nothing to change.'];
  return [...findings, ...plan.changes.flatMap((change) => changeLines(change, style)), '', style.bold(totals(plan, rehearsal))];
}

function changeLines(change: ChangeView, style: Style): readonly string[] {
  const consent = change.consent === undefined ? '' : ` (needs --allow ${change.consent}:${change.resource})`;
  const paint = change.action === 'create' ? style.good : change.action === 'update' ? style.bold : style.bad;
  const head = table([[{ text: change.action.padEnd(8), paint }, { text: `${withoutVerb(change)}${consent}` }]]);
  // What is created is all news: its parts are in --format json.
  const shown = change.action === 'create' ? [] : change.diff;
  return [
    ...head,
    ...table(
      shown.map((d) => [d.path, `${text(d.before)} → ${'unknown' in d ? 'known during the run' : text(d.after)}`]),
      10,
    ),
  ];
}

/** The verb has its own column. */
const withoutVerb = ({ action, summary }: ChangeView): string =>
  summary.startsWith(`${action} `) ? summary.slice(action.length + 1) : summary;

const text = (value: unknown): string =>
  value === undefined || value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);

function totals({ changes, cost, duration: { seconds } }: PlanView, rehearsal: boolean): string {
  const count = `${String(changes.length)} ${changes.length === 1 ? 'change' : 'changes'}`;
  const money = priceWords(
    cost.monthlyUsd,
    cost.unknown?.length ?? 0,
    (amount) => `${rehearsal ? 'would then cost' : 'then'} ≈${usd(amount)} a month`,
  );
  return printable(`${count}, ≈${duration(seconds)}, ${money}`);
}

/** The shape of cli.md. */
export function planJson(plan: PlanView, file: string): object {
  return {
    changes: plan.changes.map(({ resource, stage, action, summary, diff, because, consent }) => ({
      resource,
      stage,
      action,
      summary,
      diff,
      because,
      consent,
    })),
    cost: plan.cost,
    duration: plan.duration,
    findings: plan.findings.map((finding) => findingView(finding, file)),
  };
}
