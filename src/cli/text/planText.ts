import { byKey } from '../../core/status/differences.ts';
import { priceWords } from '../../core/status/priceWords.ts';
import { printable } from '../../runner/printable.ts';
import type { PlanView } from '../../runner/protocol.ts';
import { findingLine, findingView } from './findingText.ts';
import { duration, table, usd, type Style } from './style.ts';

type ChangeView = PlanView['changes'][number];

/** A plan of so many changes is read one by one; of a longer one, so many of one kind in one stage. */
const SHORT_PLAN = 40;
const TOLD_EACH = 5;

/**
 * What a plan would do, why, for how long and for how much; what keeps it from being done comes first. Many changes of one kind in a
 * stage are one line in a long plan, unless `verbose`; what needs a consent or is blocked never is.
 */
export function planLines(plan: PlanView, style: Style, rehearsal: boolean, verbose = false): readonly string[] {
  const errors = plan.findings.filter(({ severity }) => severity === 'error');
  const others = plan.findings.filter(({ severity }) => severity !== 'error');
  const told = (findings: PlanView['findings']): readonly string[] => [...new Set(findings.map((finding) => findingLine(finding, style)))];
  const refused = errors.length === 0 ? [] : [...told(errors), style.bold('Nothing would be done before this is put right.'), ''];
  if (plan.changes.length === 0) return [...refused, ...told(others), 'Nothing to change.'];
  const changes = plan.changes.toSorted((one, other) => weight(one) - weight(other));
  const groups = verbose || changes.length <= SHORT_PLAN ? changes.map((change): Group => [change]) : grouped(changes);
  const isFolded = groups.some(({ length }) => length > 1);
  return [
    ...refused,
    ...told(others),
    ...groups.flatMap((group) => (group.length > 1 ? foldedLines(group, style) : changeLines(group[0], style))),
    '',
    ...(isFolded ? [style.dim('--verbose tells each of them.')] : []),
    style.bold(totals(plan, rehearsal)),
  ];
}

type Group = readonly [ChangeView, ...ChangeView[]];

/** In the plan's order; a group stands where its first change does. */
function grouped(changes: readonly ChangeView[]): readonly Group[] {
  const groups = new Map<string, [ChangeView, ...ChangeView[]]>();
  for (const change of changes) {
    const key = isPlain(change) ? `${change.action} ${change.stage}` : change.resource;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [change]);
    else known.push(change);
  }
  return [...groups.values()].flatMap((group): readonly Group[] =>
    group.length > TOLD_EACH ? [group] : group.map((change): Group => [change]),
  );
}

/** Nothing about it has to be decided. */
const isPlain = ({ action, consent, waits }: ChangeView): boolean => action !== 'blocked' && consent === undefined && waits === undefined;

function foldedLines(group: Group, style: Style): readonly string[] {
  const [{ action, stage }] = group;
  const kinds = new Map<string, number>();
  for (const { resource } of group) kinds.set(kindIn(resource), (kinds.get(kindIn(resource)) ?? 0) + 1);
  const most = [...kinds].toSorted(([, one], [, other]) => other - one).slice(0, KINDS_TOLD);
  const rest = group.length - most.reduce((sum, [, count]) => sum + count, 0);
  const told = [...most.map(([kind, count]) => `${String(count)} ${kind}`), ...(rest === 0 ? [] : [`${String(rest)} more`])].join(', ');
  const text = `${String(group.length)} of the stage ${stage}: ${told}`;
  return table([[{ text: action.padEnd(8), paint: painter(action, style) }, { text }]]);
}

const KINDS_TOLD = 4;

/** `Deployment` of `Deployment.apps/kafka/broker`, `subnet` of `subnet/public/10.0.0.0-20`. */
const kindIn = (resource: string): string => resource.split('/')[0]?.split('.')[0] ?? resource;

const painter = (action: string, style: Style): ((text: string) => string) =>
  action === 'create' ? style.good : action === 'update' ? style.bold : style.bad;

/** What is blocked comes first: it is what the person has to know. */
const weight = ({ action }: ChangeView): number => (action === 'blocked' ? 0 : 1);

function changeLines(change: ChangeView, style: Style): readonly string[] {
  const consent = change.consent === undefined ? '' : ` (needs --allow ${change.consent}:${change.resource})`;
  const waits = change.waits === true ? ' (the run looks again)' : '';
  const paint = painter(change.action, style);
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
