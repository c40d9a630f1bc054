import type { PlatformStatus, Session } from '../../core/status/platformStatus.ts';
import type { Interrupted } from '../../runner/protocol.ts';
import { visibleText } from './visibleText.ts';

export type Mode = PlatformStatus['mode'];

/** `slipway.run`, as the context key spells it. */
export type RunPhase = 'idle' | 'running' | 'stopping' | 'interrupted';

/** A run that this window watches. Times are those of the run's own clock: a rehearsal's runs faster. */
export interface RunView {
  readonly verb: 'apply' | 'destroy';
  readonly stages: readonly string[];
  /** ISO 8601. */
  readonly startedAt: string;
  readonly latestAt: string;
  /** What the plan said it takes. */
  readonly expectedSeconds: number | undefined;
  readonly stopping: boolean;
  /** Why it waits for the person: signed out in mid-run. */
  readonly paused: string | undefined;
}

/** A run that did not get to its end: its window closed, or its person stopped it. */
export interface LeftRun extends Interrupted {
  readonly cancelled?: true;
}

type Verb = 'apply' | 'destroy';

/** A run of this window that came to its end and did not do all that it was to do. */
export interface FailedRun {
  readonly verb: Verb;
  /** Empty: all of them. */
  readonly stages: readonly string[];
}

/** Everything that the rows of one platform are made of: plain data, immutable. */
export interface PlatformView {
  /** The platform file's URI: the first half of every row's id. */
  readonly key: string;
  /** Absolute path. */
  readonly file: string;
  /** What the row is called while the file cannot be read as a platform. */
  readonly fallbackName: string;
  readonly mode: Mode;
  readonly session: Session;
  /** Absent until the file was read; then the outline, later what was seen. */
  readonly status: PlatformStatus | undefined;
  /** Findings of level error in platform.yml: nothing can be planned. */
  readonly errors: number;
  readonly run: RunView | undefined;
  readonly interrupted: LeftRun | undefined;
  readonly failedRun: FailedRun | undefined;
  /** What is broken in the rehearsal on purpose, as `--fault` takes it: `throttle=CreateVpc`. */
  readonly broken: readonly string[];
  /** Why the last look failed, in one sentence. */
  readonly trouble: string | undefined;
}

/**
 * What *Continue* and *Retry* do: once more what was begun and not done; without such a run, an apply. `stage`: of that row alone, which
 * takes along what it requires, or in a destroy what requires it.
 */
export function runToRepeat({ interrupted, failedRun }: PlatformView, stage?: string): { verb: Verb; stages?: readonly string[] } {
  const { verb, stages }: FailedRun = interrupted ?? failedRun ?? { verb: 'apply', stages: [] };
  const wanted = stage === undefined ? stages : [stage];
  return { verb, ...(wanted.length > 0 ? { stages: wanted } : {}) };
}

export function phaseOf(view: PlatformView): RunPhase {
  if (view.run) return view.run.stopping ? 'stopping' : 'running';
  return view.interrupted ? 'interrupted' : 'idle';
}

/** What is armed leaves a trace where a person looks for why things go wrong; `undefined`: nothing is. */
export function brokenWords({ broken }: PlatformView): string | undefined {
  return broken.length === 0 ? undefined : `Broken on purpose: ${broken.map((fault) => visibleText(fault, 60)).join(', ')}`;
}
