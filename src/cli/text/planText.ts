import { byKey } from '../../core/status/differences.ts';
import { priceWords } from '../../core/status/priceWords.ts';
import { printable } from '../../runner/printable.ts';
import type { PlanView } from '../../runner/protocol.ts';
import { findingLine, findingView } from './findingText.ts';
import { duration, table, usd, type Style } from './style.ts';

type ChangeView = PlanView['changes'][number];

/** What a plan would do, why, for how long and for how much; what keeps it from being done comes first. */
export function planLines(plan: PlanView, style: Style, rehearsal: boolean): readonly string[] {
  const errors = plan.findings.filter(({ severity }) => severity === 'error');
  const others = plan.findings.filter(({ severity }) => severity !== 'error');
  const told = (findings: PlanView['findings']): readonly string[] => [...new Set(findings.map((finding) => findingLine(finding, style)))];
  const refused = errors.length === 0 ? [] : [...told(errors), style.bold('Nothing would be done before this is put right.'), ''];
  if (plan.changes.length === 0) return [...refused, ...told(others), 'Nothing to change.'];
  const changes = plan.changes.toSorted((one, other) => weight(one) - weight(other));
  return [...refused, ...told(others), ...changes.flatMap((change) => changeLines(change, style)), '', style.bold(totals(plan, rehearsal))];
}

/** What is blocked comes first: it is what the person has to know. */
const weight = ({ action }: ChangeView): number => (action === 'blocked' ? 0 : 1);

function changeLines(change: ChangeView, style: Style): readonly string[] {
  const consent = change.consent === undefined ? '' : ` (needs --allow ${change.consent}:${change.resource})`;
  const waits = change.waits === true ? ' (the run looks again)' : '';
  const paint = change.action === 'create' ? style.good : change.action === 'update' ? style.bold : style.bad;
  const head = table([[{ text: change.action.padEnd(8), paint }, { text: `${withoutVerb(change)}${waits}${consent}` }]]);
  // What is created is all news: its parts are in --format json.
  const shown = change.action === 'create' ? [] : change.diff.flatMap((each) => byKey(each));
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

function totals({ changes, cost, findings, duration: { seconds } }: PlanView, rehearsal: boolean): string {
  const count = `${String(changes.length)} ${changes.length === 1 ? 'change' : 'changes'}`;
  const money = priceWords(
    cost.monthlyUsd,
    cost.unknown?.length ?? 0,
    (amount) => `${rehearsal ? 'would then cost' : 'then'} ≈${usd(amount)} a month`,
  );
  if (findings.some(({ severity }) => severity === 'error')) return printable(`Nothing as it stands; otherwise ${count}, ${money}`);
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
