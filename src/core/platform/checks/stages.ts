import { nearest } from '../../findings/nearest.ts';
import { token } from '../../findings/token.ts';
import type { WrittenPlatform } from '../keys.ts';
import { awsStages, runbookStages } from '../runbookStages.ts';
import { defined } from './network.ts';
import type { Report } from './report.ts';

type WrittenStage = NonNullable<NonNullable<WrittenPlatform['stages']>[string]>;

/** Stages of one's own, and what stages require of each other. */
export function checkStages({ stages = {} }: WrittenPlatform, report: Report): void {
  const written = Object.entries(stages).map(([id, stage]): readonly [string, WrittenStage] => [id, stage ?? {}]);
  const all = new Map<string, readonly string[]>(Object.entries(runbookStages));
  for (const [id, { requires }] of written) all.set(id, defined(requires) ?? all.get(id) ?? []);
  for (const [id, stage] of written) {
    checkStage(id, stage, report);
    checkRequires(id, stage, all, report);
  }
  checkSwitchedOff(stages, all, report);
  const cycle = findCycle(all);
  if (cycle !== undefined) {
    const culprit = cycle.find((id) => stages[id]?.requires !== undefined) ?? cycle[0] ?? '';
    report.add(
      'error',
      'platform.stage-cycle',
      ['stages', culprit, 'requires'],
      `These stages require each other in a circle: ${[...cycle, cycle[0]].join(' → ')}.`,
    );
  }
}

function checkStage(id: string, stage: WrittenStage, report: Report): void {
  const isRunbooks = Object.hasOwn(runbookStages, id);
  if (awsStages.includes(id)) {
    for (const key of ['requires', 'manifests', 'chart', 'values', 'namespace'] as const) {
      if (stage[key] !== undefined)
        report.addAtKey(
          'error',
          'platform.stage-key',
          ['stages', id, key],
          `The stage ${id} is made of AWS resources and takes no ${token(key)}: leave it out.`,
        );
    }
  } else if (!isRunbooks && stage.manifests === undefined && stage.chart === undefined) {
    const close = nearest(id, Object.keys(runbookStages));
    const hint =
      close === undefined
        ? 'give it "manifests" or a "chart" to make it one of your own.'
        : `did you mean ${close}? One of your own needs "manifests" or a "chart".`;
    report.addAtKey(
      'error',
      'platform.unknown-stage',
      ['stages', id],
      `${token(id)} is no stage of the runbook: ${hint}`,
      close === undefined ? undefined : report.replaceKey(`Change to ${close}`, ['stages', id], close),
    );
  }
  if (stage.values !== undefined && stage.chart === undefined && !isRunbooks) {
    report.addAtKey(
      'warning',
      'platform.stage-values',
      ['stages', id, 'values'],
      `The stage ${id} has "values" and no "chart" that they are for: write the chart, or leave them out.`,
    );
  }
}

function checkRequires(id: string, { requires }: WrittenStage, all: ReadonlyMap<string, readonly string[]>, report: Report): void {
  for (const [index, other] of (requires ?? []).entries()) {
    if (other === undefined || all.has(other)) continue;
    const path = ['stages', id, 'requires', index];
    const close = nearest(other, all.keys());
    const fix = close === undefined ? undefined : report.replace(`Change to ${close}`, path, close);
    report.add(
      'error',
      'platform.unknown-requirement',
      path,
      `There is no stage ${token(other)}${close === undefined ? ': write the id of one.' : `: did you mean ${close}?`}`,
      fix,
    );
  }
}

/** Nothing can be made without these; what else is missing may have been brought up by other means, or is not needed. */
const indispensable: readonly string[] = ['vpc', 'cluster'];

function checkSwitchedOff(
  stages: NonNullable<WrittenPlatform['stages']>,
  all: ReadonlyMap<string, readonly string[]>,
  report: Report,
): void {
  const isOff = (id: string): boolean => stages[id]?.enabled === false;
  for (const [off] of Object.entries(stages).filter(([id]) => isOff(id))) {
    const users = [...all].filter(([id, requires]) => !isOff(id) && requires.includes(off)).map(([id]) => id);
    if (users.length === 0) continue;
    const severity = indispensable.includes(off) ? 'error' : 'warning';
    report.add(
      severity,
      'platform.stage-needed',
      ['stages', off, 'enabled'],
      `${users.join(', ')} ${users.length === 1 ? 'requires' : 'require'} ${off}, which is switched off: switch ${users.length === 1 ? 'it' : 'them'} off as well.`,
    );
  }
}

/** The ids of one circle, in order, or `undefined`. Without recursion: a chain may be as long as the file. */
function findCycle(requires: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  for (const start of requires.keys()) {
    const trail: { readonly id: string; readonly next: string[] }[] = [{ id: start, next: [...(requires.get(start) ?? [])] }];
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const id = top.next.pop();
      if (id === undefined) {
        done.add(top.id);
        trail.pop();
        continue;
      }
      const at = trail.findIndex((step) => step.id === id);
      if (at >= 0) return trail.slice(at).map((step) => step.id);
      if (!done.has(id)) trail.push({ id, next: [...(requires.get(id) ?? [])] });
    }
  }
  return undefined;
}
