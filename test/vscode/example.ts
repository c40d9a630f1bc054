import type { PlatformStatus, ResourceStatus, StageStatus } from '../../src/core/status/platformStatus.ts';
import type { Clock } from '../../src/vscode/model/clock.ts';
import type { PlatformView } from '../../src/vscode/model/platformView.ts';

/** 14:02 UTC; tests run with TZ as it is, so times are compared by what `clockTime` makes of them. */
export const NOW = Date.parse('2026-11-22T14:02:00Z');
const ACCOUNT = '123456789012';

export function resource(changes: Partial<ResourceStatus> = {}): ResourceStatus {
  const estimate = { createSeconds: 540, deleteSeconds: 300, monthlyUsd: 73 };
  return {
    id: 'nodegroup',
    title: 'Node group',
    kind: 'AWS::EKS::Nodegroup',
    state: 'absent',
    reason: '',
    owner: 'none',
    requires: [],
    estimate,
    ...changes,
  };
}

export function stage(changes: Partial<StageStatus> = {}): StageStatus {
  const resources = changes.resources ?? [resource(changes.state ? { state: changes.state } : {})];
  return {
    id: 'compute',
    title: 'Compute',
    state: 'absent',
    reason: '',
    requires: [],
    doc: '',
    estimate: { createSeconds: 540, monthlyUsd: 73 },
    ...changes,
    resources,
  };
}

export function status(stages: readonly StageStatus[] = [stage()], changes: Partial<PlatformStatus> = {}): PlatformStatus {
  return {
    platform: {
      name: 'cauchy',
      region: 'us-west-2',
      account: ACCOUNT,
      identity: `arn:aws:sts::${ACCOUNT}:assumed-role/dev-admin/me`,
      file: '/w/platform.yml',
    },
    mode: 'live',
    session: 'connected',
    observedAt: new Date(NOW).toISOString(),
    stages,
    findings: [],
    cost: { standingMonthlyUsd: 0, wholeMonthlyUsd: 283 },
    duration: { seconds: 26 * 60 },
    ...changes,
  };
}

export function view(shown: PlatformStatus = status(), changes: Partial<PlatformView> = {}): PlatformView {
  return {
    key: 'file:///w/platform.yml',
    file: '/w/platform.yml',
    fallbackName: 'w',
    mode: shown.mode,
    session: shown.session,
    status: shown,
    errors: 0,
    run: undefined,
    interrupted: undefined,
    failedRun: undefined,
    broken: [],
    trouble: undefined,
    ...changes,
  };
}

/** Time that passes only when it is told to. */
export class ManualClock implements Clock {
  #now = NOW;
  #tasks: { at: number; task: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, task: () => void): () => void {
    const entry = { at: this.#now + milliseconds, task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry);
    };
  }

  /** How many timers are pending. */
  get pending(): number {
    return this.#tasks.length;
  }

  /** Lets time pass; between two timers everything that was promised happens. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#tasks.filter(({ at }) => at <= end).toSorted((one, other) => one.at - other.at)[0];
      if (!next) break;
      this.#tasks = this.#tasks.filter((other) => other !== next);
      this.#now = next.at;
      next.task();
      await settled();
    }
    this.#now = end;
  }
}

/** Everything that is already promised has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
