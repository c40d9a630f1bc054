// What 500 changes in a second cost the extension host: folding the events and finding the rows to draw, in milliseconds of CPU.
import { reduce } from '../src/core/status/reduce.ts';
import { Forest } from '../src/vscode/forest.ts';
import { Platform } from '../src/vscode/platform.ts';
import { Platforms } from '../src/vscode/platforms.ts';
import { Validator } from '../src/vscode/validator.ts';

const CHANGES = 500;
const STAGES = 17;

const never = () => {
  throw new Error('nothing is read or started here');
};

function shown(resources) {
  const estimate = { createSeconds: 60, deleteSeconds: 60, monthlyUsd: 1 };
  const base = { state: 'ready', reason: '', requires: [], estimate };
  const resource = (s, r) => ({ ...base, id: `s${s}r${r}`, title: `Resource ${r}`, kind: 'Deployment', owner: 'slipway' });
  const stages = Array.from({ length: STAGES }, (_, s) => ({
    ...base,
    id: `s${s}`,
    title: `Stage ${s}`,
    doc: '',
    resources: Array.from({ length: Math.ceil(resources / STAGES) }, (__, r) => resource(s, r)),
  }));
  return {
    platform: { name: 'cauchy', region: 'us-west-2', account: '123456789012', file: '/w/platform.yml' },
    mode: 'live',
    session: 'connected',
    observedAt: new Date(0).toISOString(),
    stages,
    findings: [],
    cost: { standingMonthlyUsd: 0, wholeMonthlyUsd: 283 },
    duration: { seconds: 1_560 },
  };
}

/** One second of a busy run over a tree of `resources` rows; a clock by hand lets the throttle draw four times. */
export function secondOfChanges(resources) {
  let now = 0;
  let timers = [];
  const clock = {
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => (timers = timers.filter((each) => each !== timer));
    },
  };
  const platforms = new Platforms();
  const forest = new Forest(platforms, clock, () => undefined);
  const ports = {
    clock,
    fold: reduce,
    validator: new Validator(never),
    startRunner: never,
    reachOf: never,
    log: () => undefined,
    onFindings: () => undefined,
    settledRuns: new Set(),
    onRunEvent: () => undefined,
  };
  const platform = new Platform({ key: 'file:///w/platform.yml', file: '/w/platform.yml', fallbackName: 'w', mode: 'live' }, ports);
  platforms.add(platform);
  platform.model.setStatus(shown(resources));
  forest.drawNow();
  const before = process.cpuUsage();
  for (let sent = 0; sent < CHANGES; sent++) {
    const stage = `s${sent % STAGES}`;
    const row = { stage, resource: `${stage}r${sent % Math.ceil(resources / STAGES)}` };
    const time = new Date(now).toISOString();
    platform.model.take({ event: 'resource.observed', ...row, state: 'pending', reason: `step ${sent}`, owner: 'slipway', time, run: 'r' });
    now += 1_000 / CHANGES;
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter((timer) => !due.includes(timer));
    for (const { run } of due) run();
  }
  const { user, system } = process.cpuUsage(before);
  forest.dispose();
  return (user + system) / 1_000;
}
