import type { RunEvent } from '../../core/engine/events.ts';
import type { Finding } from '../../core/findings/finding.ts';
import type { PlatformStatus, Session } from '../../core/status/platformStatus.ts';
import type { LeftRun, Mode, PlatformView, RunView } from './platformView.ts';
import { failuresOf, withFailures, type RunFailures } from './runFailures.ts';

export type Fold = (status: PlatformStatus, event: RunEvent) => PlatformStatus;

const NOTHING = {
  status: undefined,
  session: 'notConnected',
  run: undefined,
  interrupted: undefined,
  failedRun: undefined,
  broken: [],
  trouble: undefined,
} as const;

/** What is known of one platform, changed by what the runner tells; whoever listens gets the whole view, and is told of every change. */
export class PlatformModel {
  readonly #fold: Fold;
  readonly #listeners = new Set<(view: PlatformView) => void>();
  #view: PlatformView;
  #failures: RunFailures | undefined;

  /** `fold` is core's reducer: run events become states there, and nowhere else. */
  constructor(start: Pick<PlatformView, 'key' | 'file' | 'fallbackName' | 'mode'>, fold: Fold) {
    this.#view = { ...start, ...NOTHING, errors: 0 };
    this.#fold = fold;
  }

  get view(): PlatformView {
    return this.#view;
  }

  /** Something changes by itself, in a run or without one. */
  get pending(): boolean {
    return (this.#view.status?.stages ?? []).some(({ state }) => state === 'pending' || state === 'deleting' || state === 'degraded');
  }

  listen(listener: (view: PlatformView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Another account behind the same file: nothing that was seen counts any longer. */
  setMode(mode: Mode): void {
    const { key, file, fallbackName, errors } = this.#view;
    this.#failures = undefined;
    this.#set({ key, file, fallbackName, mode, errors, ...NOTHING });
  }

  /** What the file alone tells; it does not overwrite what was seen. */
  setOutline(outline: PlatformStatus): void {
    if (this.#view.status?.observedAt !== undefined && sameStages(this.#view.status, outline)) return;
    this.#set({ ...this.#view, trouble: undefined, status: { ...outline, session: this.#view.session } });
  }

  setStatus(status: PlatformStatus): void {
    const explained = this.#failures ? withFailures(status, this.#failures) : status;
    this.#set({ ...this.#view, trouble: undefined, status: explained, session: status.session });
  }

  /** The account was emptied: what a run failed at there is of no interest. */
  forgetRuns(): void {
    this.#failures = undefined;
    this.#set({ ...this.#view, interrupted: undefined, failedRun: undefined });
  }

  /** What left platform.yml, as a plan found it; a plan that did not look for all of it says nothing. */
  setLeft(left: PlatformStatus['left']): void {
    if (left && this.#view.status) this.#set({ ...this.#view, status: { ...this.#view.status, left } });
  }

  setBroken(broken: readonly string[]): void {
    if (broken.join() !== this.#view.broken.join()) this.#set({ ...this.#view, broken });
  }

  setFindings(findings: readonly Finding[]): void {
    this.#set({ ...this.#view, errors: findings.filter(({ severity }) => severity === 'error').length });
  }

  setSession(session: Session): void {
    this.#set({ ...this.#view, session });
  }

  setTrouble(sentence: string): void {
    this.#set({ ...this.#view, trouble: sentence });
  }

  setInterrupted(interrupted: LeftRun | undefined): void {
    this.#set({ ...this.#view, interrupted });
  }

  runStarts(verb: 'apply' | 'destroy', at: string, expectedSeconds?: number): void {
    const run = { verb, stages: [], startedAt: at, latestAt: at, expectedSeconds, stopping: false, paused: undefined };
    this.#failures = undefined;
    this.#set({ ...this.#view, interrupted: undefined, failedRun: undefined, run });
  }

  runStops(): void {
    if (this.#view.run) this.#set({ ...this.#view, run: { ...this.#view.run, stopping: true } });
  }

  /** The call that was the run came back, or never will: no row may spin for it any longer. */
  runEnds(): void {
    const { run, status } = this.#view;
    if (run && status) this.#failures = failuresOf(status, run.verb);
    this.#set({ ...this.#view, run: undefined });
  }

  /** It ended short of what it was to do: *Retry* and *Continue* do the same again. */
  runFails({ stages = [] }: { readonly stages?: readonly string[] }): void {
    const { run } = this.#view;
    if (!run) return;
    this.runEnds();
    this.#set({ ...this.#view, failedRun: { verb: run.verb, stages } });
  }

  /** The person stopped it: *Continue* goes on with what it was to do. */
  runIsCancelled(request: { readonly stages?: readonly string[] }, at: string): void {
    const { run } = this.#view;
    if (!run) return;
    this.runEnds();
    this.setInterrupted({ run: '', verb: run.verb, stages: request.stages ?? [], at, cancelled: true });
  }

  /** The runner went away in mid-run. AWS finishes what was started. */
  runIsLost(at: string): void {
    const { run } = this.#view;
    if (!run) return;
    this.runEnds();
    this.setInterrupted({ run: '', verb: run.verb, stages: run.stages, at });
  }

  take(event: RunEvent): void {
    const status = this.#view.status && this.#fold(this.#view.status, event);
    this.#set({
      ...this.#view,
      status,
      session: status?.session ?? this.#view.session,
      run: this.#view.run && runAfter(this.#view.run, event),
    });
  }

  #set(view: PlatformView): void {
    this.#view = view;
    for (const listener of this.#listeners) listener(view);
  }
}

function runAfter(run: RunView, event: RunEvent): RunView {
  const going = { ...run, latestAt: event.time };
  switch (event.event) {
    case 'run.started':
      return { ...going, startedAt: event.time, stages: event.stages };
    case 'run.paused':
      return { ...going, paused: event.reason };
    case 'run.resumed':
      return { ...going, paused: undefined };
    default:
      return going;
  }
}

function sameStages(one: PlatformStatus, other: PlatformStatus): boolean {
  const ids = (status: PlatformStatus): string =>
    status.stages.flatMap(({ id, resources }) => [id, ...resources.map((resource) => resource.id)]).join(' ');
  return ids(one) === ids(other);
}
