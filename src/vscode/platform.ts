import type { Outcome, RunEvent } from '../core/engine/events.ts';
import type { Finding } from '../core/findings/finding.ts';
import type { Calls, PlanView, Reach, RunRequest } from '../runner/protocol.ts';
import type { Clock } from './model/clock.ts';
import { PlatformModel, type Fold } from './model/platformModel.ts';
import type { Mode } from './model/platformView.ts';
import { Poller } from './model/poller.ts';
import { RunnerFailure, RunnerGone, type RunnerClient } from './runnerClient.ts';
import { sentenceOf, sessionAfter } from './runnerTrouble.ts';
import type { Validator } from './validator.ts';

/** What commands ask of the runner by name; the rest is the platform's own business. */
type Asked =
  | 'commands'
  | 'faults'
  | 'breakSomething'
  | 'resetRehearsal'
  | 'objectYaml'
  | 'objectLogs'
  | 'restart'
  | 'credentials'
  | 'enterCredentials';

/** Events that are remembered for tooltips. */
const RECENT = 200;

/** What a platform needs of the window. */
export interface PlatformPorts {
  readonly clock: Clock;
  readonly fold: Fold;
  readonly validator: Validator;
  startRunner(platform: Platform, onEvent: (event: RunEvent) => void): RunnerClient;
  reachOf(platform: Platform): Reach;
  /** Runs that did not end and that the person is done with, by id: they are not told of again. */
  readonly settledRuns: { has(run: string): boolean; add(run: string): void };
  /** One record of the log: plain text, one line. */
  log(level: 'info' | 'warn' | 'error', line: string): void;
  /** What an account lacks (quotas, permissions, switches), as of the latest plan or look. */
  onFindings(platform: Platform, findings: readonly Finding[]): void;
  /** Every event of a run, after the rows took it. */
  onRunEvent(platform: Platform, event: RunEvent): void;
}

export interface PlatformPlace {
  /** The file's URI. */
  readonly key: string;
  readonly file: string;
  readonly fallbackName: string;
  readonly mode: Mode;
  /** The profile that the person chose for it. */
  readonly profile?: string;
}

/** One platform of this window: its rows, its runner process, its polling, and the run in it. */
export class Platform {
  readonly model: PlatformModel;
  readonly poller: Poller;
  readonly key: string;
  readonly file: string;
  readonly #ports: PlatformPorts;
  #recent: readonly RunEvent[] = [];
  #profile: string | undefined;
  #credentials: string | undefined;
  #client: RunnerClient | undefined;
  #opening: Promise<RunnerClient> | undefined;
  /** Resolves when every runner that was let go has ended: one that still finishes what was in flight holds the lock of its run. */
  #left: Promise<void> = Promise.resolve();
  /** How the open runner reaches its account, as text. */
  #reach: string | undefined;
  /** Chosen during a run; it counts from its end on. */
  #next: { readonly mode: Mode; readonly profile?: string } | undefined;

  constructor(place: PlatformPlace, ports: PlatformPorts) {
    this.key = place.key;
    this.file = place.file;
    this.#profile = place.profile;
    this.#ports = ports;
    this.model = new PlatformModel(place, ports.fold);
    const { model } = this;
    this.poller = new Poller(ports.clock, {
      look: () => this.#look(false),
      get pending() {
        return model.pending;
      },
      get resting() {
        return model.view.session === 'notConnected' || model.view.run !== undefined;
      },
    });
  }

  get name(): string {
    return this.model.view.status?.platform.name ?? this.model.view.fallbackName;
  }

  get mode(): Mode {
    return this.model.view.mode;
  }

  /** The latest of its runs, for tooltips. */
  get recentEvents(): readonly RunEvent[] {
    return this.#recent;
  }

  /** What the person chose; the runner may go by the file's hint where they did not. */
  get profile(): string | undefined {
    return this.#profile;
  }

  /** Whose credentials its runner uses; `undefined`: the SDK's default. */
  get credentialsProfile(): string | undefined {
    return this.#credentials ?? this.#profile;
  }

  /** Reads the file: its rows before anything was looked at. No request leaves the machine. */
  async readFile(): Promise<void> {
    try {
      const outline = await this.#ports.validator.outline(this.file);
      if (outline) this.model.setOutline({ ...outline, mode: this.mode });
      else this.model.setTrouble('platform.yml cannot be read');
    } catch (error) {
      this.model.setTrouble(sentenceOf(error));
    }
  }

  /**
   * The file, a manifest, or the person's credentials changed: all of it is read anew by the same runner, which keeps what was entered
   * for Secrets. During a run nothing but the rows of the file: it goes on as it was approved. Never rejects.
   */
  async reread(): Promise<void> {
    await this.readFile();
    const client = this.#client;
    if (this.model.view.run || client === undefined || client.gone) return;
    try {
      await this.#opened();
      await this.#tellReach(client);
    } catch (error) {
      this.#lookFailed(error);
    }
  }

  /** The first look at an account. Chooses anew: an open runner of another account is closed first. Rejects `RunnerFailure`, `RunnerGone`. */
  async connect(mode: Mode, profile?: string): Promise<void> {
    if (mode !== this.mode || profile !== this.#profile) {
      this.disconnect();
      this.#profile = profile;
      if (mode !== this.mode) {
        this.model.setMode(mode);
        await this.readFile();
      }
    }
    await this.look();
  }

  /** Settings or the account chosen by them changed. A runner that reaches it otherwise is let go, and looked through anew; not during a run. */
  reachChanged(chosen: { readonly mode: Mode; readonly profile?: string }): 'nothing' | 'afterRun' | 'now' {
    const moved = chosen.mode !== this.mode || chosen.profile !== this.#profile;
    const stale = this.#reach !== undefined && this.#reach !== JSON.stringify(this.#ports.reachOf(this));
    this.#next = moved || stale ? chosen : undefined;
    if (!this.#next) return 'nothing';
    if (this.model.view.run) return 'afterRun';
    this.#takeNext();
    return 'now';
  }

  #takeNext(): void {
    const chosen = this.#next;
    if (!chosen) return;
    this.#next = undefined;
    this.disconnect();
    this.#profile = chosen.profile;
    if (chosen.mode !== this.mode) {
      this.model.setMode(chosen.mode);
      void this.readFile();
    } else if (this.model.view.session !== 'notConnected') void this.poller.refresh();
  }

  /** Starts its runner, which reads the file and what is remembered of it; nothing is asked of an account. */
  async open(): Promise<void> {
    await this.#opened();
  }

  /** Looks afresh, for a person who asked: what fails is thrown as well as shown. */
  async look(): Promise<void> {
    try {
      const client = await this.#opened();
      this.#seen(await client.call('status', { fresh: true }));
      await this.#lookForBroken(client);
    } catch (error) {
      this.#lookFailed(error);
      throw error;
    } finally {
      this.poller.reschedule();
    }
  }

  async plan(verb: 'apply' | 'destroy', stages?: readonly string[]): Promise<PlanView> {
    const client = await this.#opened();
    try {
      const plan = await client.call('plan', { verb, ...(stages ? { stages } : {}) });
      this.#ports.onFindings(this, plan.findings);
      this.model.setLeft(plan.left);
      return plan;
    } catch (error) {
      // Signed out, or out of reach: the row says so too, and offers the way back.
      const session = error instanceof RunnerFailure ? sessionAfter(error.failure) : undefined;
      if (session) this.model.setSession(session);
      throw error;
    }
  }

  /** Applies or destroys; resolves when the run is over. A runner that goes away leaves the platform interrupted, and rejects `RunnerGone`. */
  async run(verb: 'apply' | 'destroy', request: RunRequest, expectedSeconds?: number): Promise<Outcome> {
    const client = await this.#opened();
    this.model.runStarts(verb, new Date(this.#ports.clock.now()).toISOString(), expectedSeconds);
    this.poller.reschedule();
    try {
      const outcome = await client.call(verb, request);
      if (outcome.outcome === 'cancelled') this.model.runIsCancelled(request, new Date(this.#ports.clock.now()).toISOString());
      else if (outcome.outcome === 'failed') this.model.runFails(request);
      else this.model.runEnds();
      return outcome;
    } catch (error) {
      if (error instanceof RunnerGone) this.model.runIsLost(new Date(this.#ports.clock.now()).toISOString());
      else this.model.runFails(request);
      throw error;
    } finally {
      this.#takeNext();
      // Moved to another account by a setting: nothing is asked of that one before the person connects.
      if (this.model.view.session !== 'notConnected') void this.poller.refresh();
    }
  }

  async cancel(): Promise<void> {
    this.model.runStops();
    await this.#client?.call('cancel', {});
  }

  async ask<C extends Asked>(call: C, params: Calls[C]['params']): Promise<Calls[C]['result']> {
    return (await this.#opened()).call(call, params);
  }

  /** The run that did not end needs nothing any more: it was left, or there is nothing left to do. */
  settleRun(): void {
    const { interrupted } = this.model.view;
    if (interrupted) this.#ports.settledRuns.add(interrupted.run);
    this.model.setInterrupted(undefined);
  }

  locate(paths: Calls['locate']['params']['paths']): Promise<Calls['locate']['result']> {
    return this.#ports.validator.locate(this.file, paths);
  }

  /** Lets the runner go. A run in it starts nothing new, and its journal says that it was interrupted. */
  disconnect(): void {
    const client = this.#client;
    if (client !== undefined) this.#left = Promise.all([this.#left, client.ended]).then(() => undefined);
    client?.close();
    this.#client = undefined;
    this.#opening = undefined;
    this.#reach = undefined;
  }

  dispose(): void {
    this.poller.dispose();
    this.disconnect();
  }

  #opened(): Promise<RunnerClient> {
    if (this.#client?.gone === true) this.disconnect();
    if (this.#opening !== undefined) return this.#opening;
    const opening: Promise<RunnerClient> = this.#open(() => this.#opening === opening).catch((error: unknown) => {
      if (this.#opening === opening) this.disconnect();
      throw error;
    });
    this.#opening = opening;
    return opening;
  }

  /** `isWanted`: nobody let it go while it waited for the runner before it. */
  async #open(isWanted: () => boolean): Promise<RunnerClient> {
    await this.#left;
    if (!isWanted()) throw new RunnerGone('closed');
    const client = this.#ports.startRunner(this, (event) => {
      this.model.take(event);
      this.#recent = [...this.#recent.slice(1 - RECENT), event];
      this.#ports.onRunEvent(this, event);
    });
    this.#client = client;
    await this.#tellReach(client);
    return client;
  }

  /** Asks nothing of an account. */
  async #tellReach(client: RunnerClient): Promise<void> {
    const reach = this.#ports.reachOf(this);
    this.#reach = JSON.stringify(reach);
    const { findings, interrupted, profile } = await client.call('open', reach);
    this.#credentials = profile;
    this.model.setFindings(findings);
    const left = interrupted && !this.#ports.settledRuns.has(interrupted.run) ? interrupted : undefined;
    if (!this.model.view.run) this.model.setInterrupted(left ?? this.model.view.interrupted);
  }

  /** For a poll: never rejects, never asks. */
  async #look(fresh: boolean): Promise<boolean> {
    try {
      const client = await this.#opened();
      const status = await client.call('status', { fresh });
      this.#seen(status);
      await this.#lookForBroken(client);
      return status.session === 'connected';
    } catch (error) {
      this.#lookFailed(error);
      return false;
    }
  }

  #seen(status: Calls['status']['result']): void {
    // A look that began before a run did would turn rows back that the run has already moved.
    if (!this.model.view.run) this.model.setStatus(status);
    this.#ports.onFindings(this, status.findings);
  }

  /** For tooltips alone: a look is no worse for not knowing it. */
  async #lookForBroken(client: RunnerClient): Promise<void> {
    if (this.mode !== 'rehearsal') return;
    try {
      const faults = await client.call('faults', {});
      this.model.setBroken(faults.flatMap(({ name, armed, broken = armed ? [name] : [] }) => broken));
    } catch (error) {
      this.#ports.log('warn', `${this.name}: ${sentenceOf(error)}`);
    }
  }

  #lookFailed(error: unknown): void {
    this.#ports.log('warn', `${this.name}: ${sentenceOf(error)}`);
    this.model.setTrouble(sentenceOf(error));
    const session = error instanceof RunnerFailure ? sessionAfter(error.failure) : undefined;
    if (session) this.model.setSession(session);
  }
}
