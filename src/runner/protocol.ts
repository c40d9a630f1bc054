import type { Consent, LeftOver } from '../core/engine/plan.ts';
import type { Outcome, RunEvent } from '../core/engine/events.ts';
import type { Difference, ResourceId } from '../core/graph/resource.ts';
import type { Finding, SourceRange } from '../core/findings/finding.ts';
import type { PlatformStatus } from '../core/status/platformStatus.ts';
import type { ObjectCalls } from './objectCalls.ts';

/** A fault of the rehearsal. */
export interface FaultView {
  readonly name: string;
  readonly description: string;
  /** What may follow `=`, e.g. `Operation`; absent where the fault takes nothing. */
  readonly argument?: string;
  /** It means nothing without an argument. */
  readonly needsArgument?: true;
  readonly armed: boolean;
  /** As `--fault` takes them, what of it is armed now: `throttle=CreateVpc`. */
  readonly broken?: readonly string[];
}

/** How a platform is reached: plain data, handed to the runner once. */
export interface Reach {
  /** Absolute path of `platform.yml`. */
  readonly file: string;
  readonly mode: 'live' | 'rehearsal';
  /** The person's choice; wins over the file's hint. */
  readonly profile?: string;
  readonly account?: string;
  /** AWS at another address; the rehearsal's when `mode` is `rehearsal`. */
  readonly endpoint?: string;
  readonly allowCustomEndpoint?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Where Helm is, by the person's own setting; else `SLIPWAY_HELM`, else PATH. */
  readonly helm?: string;
  /** The workspace's folders, where there is one: what lies in them is not the person's own. */
  readonly workspaces?: readonly string[];
  /** The rehearsal's world folder, time scale, faults and seed. */
  readonly world?: string;
  readonly timeScale?: number;
  readonly faults?: readonly string[];
  readonly seed?: number;
  readonly journal?: string;
  /** Folder for journal, intents, pins and locks of this person: one for all faces, or two runs would not know of each other. */
  readonly stateFolder: string;
}

/** The `plan` of cli.md as plain data, with what the face needs besides. */
export interface PlanView {
  readonly verb: 'apply' | 'destroy';
  /** Told back with `apply`: it may do this or less. Covers every change and its action. */
  readonly fingerprint: string;
  readonly changes: readonly {
    readonly resource: ResourceId;
    readonly stage: string;
    readonly title: string;
    readonly action: string;
    readonly summary: string;
    readonly diff: readonly (
      | (Omit<Difference, 'after'> & { readonly after: unknown })
      | { readonly path: string; readonly before: unknown; readonly unknown: true }
    )[];
    readonly because?: ResourceId;
    readonly consent?: Consent;
    /** Of a blocked one: it could not be seen just now and keeps no run from beginning, which looks again. */
    readonly waits?: true;
  }[];
  /** The numbers are of what has a known price; `unknown` are those that have none. */
  readonly cost: {
    readonly monthlyUsd: number;
    readonly stages: Readonly<Record<string, number>>;
    readonly unknown?: readonly ResourceId[];
  };
  readonly duration: { readonly seconds: number; readonly criticalPath: readonly ResourceId[] };
  readonly findings: readonly Finding[];
  /** What left the platform file, for `PlatformStatus.left`; absent where the plan did not look for all of it. */
  readonly left?: readonly LeftOver[];
}

export interface RunRequest {
  readonly stages?: readonly string[];
  /** `WHAT:RESOURCE`, as `--allow` takes them. */
  readonly allow: readonly string[];
  /** The fingerprint that was approved; anything more destructive ends with "plan again". */
  readonly approved?: string;
}

/** What the host asks of the runner: parameters and result by name. One runner process serves one platform. */
export interface Calls extends ObjectCalls {
  /** Once more for the same platform: the file and the person's credentials are read anew, and what was entered for Secrets is kept. */
  open: {
    params: Reach;
    result: {
      readonly findings: readonly Finding[];
      readonly interrupted?: Interrupted;
      /** Whose credentials are used; absent: the SDK's default. */
      readonly profile?: string;
    };
  };
  /** Checks a document without connecting to anything: allowed in an untrusted workspace. `text` is the unsaved one. */
  validate: { params: { readonly file: string; readonly text?: string }; result: readonly Finding[] };
  /** The rows that can be told from the file alone: no request leaves the machine. */
  outline: { params: { readonly file: string }; result: PlatformStatus };
  /** `fresh`: a person asked for it and may be asked in turn. A poll asks nobody: it says signed out. */
  status: { params: { readonly fresh: boolean }; result: PlatformStatus };
  plan: { params: { readonly verb: 'apply' | 'destroy'; readonly stages?: readonly string[] }; result: PlanView };
  apply: { params: RunRequest; result: Outcome };
  destroy: { params: RunRequest; result: Outcome };
  /** Stops the run in flight: resolves when no new mutating call can start. */
  cancel: { params: Record<string, never>; result: Record<string, never> };
  /** The aws / kubectl lines a person would type, quoted for this machine's shell; no newline in any. */
  commands: { params: { readonly stages?: readonly string[] }; result: readonly string[] };
  /** Rehearsal only: what can be broken, and what is broken now. */
  faults: { params: Record<string, never>; result: readonly FaultView[] };
  /** Rehearsal only: `NAME` or `NAME=ARG`, as `--fault` takes it; `armed: false` mends it. */
  breakSomething: { params: { readonly fault: string; readonly armed: boolean }; result: Record<string, never> };
  /** Rehearsal only: forgets the world. Refused during a run. */
  resetRehearsal: { params: Record<string, never>; result: Record<string, never> };
  /** Where the first of these key paths (`['network', 'cidr']`) that is written stands in the file: "Go to Definition". */
  locate: {
    params: { readonly file: string; readonly paths: readonly (readonly (string | number)[])[] };
    result: { readonly range?: SourceRange };
  };
  close: { params: Record<string, never>; result: Record<string, never> };
}

/** The last run of this platform did not get to its end (its journal has no `run.finished`): window closed, process killed. */
export interface Interrupted {
  readonly run: string;
  readonly verb: 'apply' | 'destroy';
  readonly stages: readonly string[];
  /** ISO 8601, of the last thing that the journal tells. */
  readonly at: string;
}

/** What the runner needs a person for. Each has an answer that means "no". */
export interface Questions {
  /** A six-digit code; `undefined` cancels. */
  mfaCode: { detail: { readonly serial: string }; answer: string | undefined };
  /** First use of this (file, account, region, identity), or one of them changed since (`previous`). A yes is pinned in `Reach.stateFolder` by the runner. */
  confirmIdentity: {
    detail: {
      readonly file: string;
      readonly identity: string;
      readonly account: string;
      readonly region: string;
      /** AWS's addresses that were overridden, by argument or environment. */
      readonly endpoint?: string;
      readonly previous?: string;
    };
    answer: boolean;
  };
  /** A kubeconfig of the person's makes its credentials with this program, which nobody has agreed to yet. A yes is remembered by what would be run. */
  runProgram: {
    detail: {
      readonly kubeconfig: string;
      /** What would be run: the program's real path, and its arguments. */
      readonly command: readonly string[];
      /** `NAME=value`, as the kubeconfig sets them for it. */
      readonly environment: readonly string[];
    };
    answer: boolean;
  };
  /** The cluster that `--kubeconfig` names does not say whose it is: shall it be this platform's? */
  adoptCluster: {
    detail: { readonly server: string; readonly platform: string; readonly account: string; readonly region: string };
    answer: boolean;
  };
  /** Credentials expired in mid-run: answer `true` once signed in again. */
  signIn: { detail: { readonly reason: string; readonly profile?: string; readonly command?: string }; answer: boolean };
}

export type ToRunner =
  | { readonly [C in keyof Calls]: { readonly id: number; readonly call: C; readonly params: Calls[C]['params'] } }[keyof Calls]
  | { readonly answer: number; readonly value: unknown };

/** An error as plain data. `exit` is the exit code of cli.md that it stands for. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly next?: string;
  readonly exit: 1 | 2 | 3 | 4;
  readonly requestId?: string;
  readonly findings?: readonly Finding[];
  /** For the guard (exit 3): what was expected and what is, by name (`account`, `region`, `identity`, `endpoint`). */
  readonly expected?: Readonly<Record<string, string>>;
  readonly actual?: Readonly<Record<string, string>>;
}

export type FromRunner =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: Failure }
  | { readonly event: RunEvent }
  | { readonly ask: number; readonly question: keyof Questions; readonly detail: Questions[keyof Questions]['detail'] };
