import { AnswerLost } from '../graph/errors.ts';
import { foreseenOf } from '../graph/inputs.ts';
import { isLeaving, presentIn, seenIn } from '../graph/observation.ts';
import type { Action, AnyResource, Observation, ResourceId } from '../graph/resource.ts';
import { decide, type Act, type Asked, type Decision, type Goal } from './decide.ts';
import { failureOf, seenAs, told, type Failure } from './failure.ts';
import { lookAt, settledOutputs } from './look.ts';
import { wordsFor } from '../status/sentences.ts';
import { nextAttempt, nextLook, patience } from './pace.ts';
import { sleepUnlessMoved } from './sleepUnlessMoved.ts';
import type { Result } from './result.ts';
import type { Run } from './run.ts';
import { isAnnounced, isWorthAnotherLook, send } from './step.ts';
import { unlessAborted } from './unlessAborted.ts';

/** How long (ms) a cancelled run looks for a create whose answer was lost. */
const LOOKUP = 2_000;

/** How many times its own patience a resource waits for the one that it awaits. */
const AWAITED = 3;

export interface Surroundings {
  /** What the plan of this run said about it. */
  readonly planned: Action | undefined;
  /** Called once, when dependants may start. */
  usable(): void;
  /** The end of another resource of this run; `undefined` when it is not in it. */
  endOf(id: ResourceId): Promise<Result> | undefined;
}

/** Brings one resource to its goal. Never rejects: what goes wrong is told as an event and is its result. */
export function settle(run: Run, resource: AnyResource, goal: Goal, surroundings: Surroundings): Promise<Result> {
  return new Settling(run, resource, goal, surroundings).run();
}

const waitingFor = (reason: string, seen: Observation<unknown>): Failure =>
  seenAs({ reason, cause: 'cause' in seen ? seen.cause : undefined });

/** Looks, decides and steps until the world is as wanted. First creation, drift repair, resuming and deletion are this same loop. */
class Settling {
  readonly #run: Run;
  readonly #resource: AnyResource;
  readonly #goal: Goal;
  readonly #surroundings: Surroundings;
  readonly #asked = new Map<string, Asked>();
  /** Milliseconds since the epoch. */
  readonly #since: number;
  readonly #estimate: { readonly createSeconds: number; readonly updateSeconds?: number; readonly deleteSeconds: number } | undefined;
  /** What it came to: the first step's action. */
  #action: Action = 'none';
  #step: Act['step'] | undefined;
  #announcedAt: number | undefined;
  #wasInterrupted: boolean;
  /** Both in milliseconds of the run. */
  #stepBegan: number;
  #lastForward: number;
  /** The turn of its own last write. */
  #wrote: number;
  /** Calls in a row that were refused for now. */
  #refusals = 0;
  /** Since when it could not be looked at. */
  #blindSince: number | undefined;
  #isUsable = false;

  constructor(run: Run, resource: AnyResource, goal: Goal, surroundings: Surroundings) {
    this.#run = run;
    this.#resource = resource;
    this.#goal = goal;
    this.#surroundings = surroundings;
    this.#since = run.clock.now();
    this.#estimate = resource.estimate?.();
    this.#announcedAt = run.announced.get(resource.id);
    this.#wasInterrupted = this.#announcedAt !== undefined;
    this.#stepBegan = this.#lastForward = run.elapsed();
    this.#wrote = run.reads.mark();
  }

  async run(): Promise<Result> {
    if (this.#goal === 'gone' && !this.#resource.steps?.delete) return { kind: 'done', action: 'none' };
    try {
      return await this.#settle();
    } catch (error) {
      return this.#run.signal.aborted ? { kind: 'cancelled' } : this.#fail(failureOf(error));
    }
  }

  async #settle(): Promise<Result> {
    if (this.#isSettledAlready()) return this.#done(this.#run.seen.get(this.#resource.id) ?? { state: 'absent' });
    for (;;) {
      if (this.#run.signal.aborted) return { kind: 'cancelled' };
      const seen = await this.#look();
      const decision = this.#decide(seen);
      switch (decision.do) {
        case 'done':
          return await this.#done(seen);
        case 'fail':
          return this.#fail(decision.failure);
        case 'act': {
          const refusal = await this.#act(decision.act);
          if (refusal !== undefined && this.#isOver()) return this.#giveUp(refusal);
          if (refusal !== undefined) await this.#wait(told(refusal).reason, nextAttempt(this.#refusals++));
          break;
        }
        case 'watch': {
          const end = await this.#watch(seen, decision);
          if (end) return end;
          break;
        }
        case 'wait': {
          if (this.#isOver()) return this.#giveUp(waitingFor(decision.reason, seen));
          await this.#wait(decision.reason, nextLook(this.#run.elapsed() - this.#stepBegan, this.#expected()));
          break;
        }
      }
    }
  }

  /** The plan's look is enough for what was ready then and is as wanted now: most of a second run. */
  #isSettledAlready(): boolean {
    const seen = this.#run.seen.get(this.#resource.id);
    if (this.#goal !== 'there' || this.#surroundings.planned !== undefined || seen?.state !== 'ready') return false;
    return this.#decide(seen).do === 'done';
  }

  #decide(seen: Observation<unknown>): Decision {
    const run = this.#run;
    return decide(this.#resource, this.#goal, seen, {
      now: run.clock.now(),
      inputs: foreseenOf(this.#resource.needs, (id) => run.outputs.get(id)),
      asked: this.#asked,
      announcedAt: this.#announcedAt,
      wasInterrupted: this.#wasInterrupted,
      planned: this.#surroundings.planned,
      consent: run.consent,
      since: this.#since,
    });
  }

  async #look(): Promise<Observation<unknown>> {
    const { provider } = this.#resource;
    const setting = { provider, since: this.#wrote, outputsOf: settledOutputs(this.#run) };
    const own = await this.#run.signedIn(() => unlessAborted(this.#run.signal, lookAt(this.#run, this.#resource, 'plan', setting)));
    const { within } = this.#resource;
    const seen = seenIn(within && this.#run.seen.get(within.id), own);
    this.#run.note(this.#resource, seen);
    this.#blindSince = seen.state === 'unknown' ? (this.#blindSince ?? this.#run.elapsed()) : undefined;
    if (presentIn(seen) && !isLeaving(seen)) await this.#forgetIntent();
    if (this.#goal === 'gone' && isLeaving(seen)) this.#begin('delete', `delete ${this.#resource.title}`, 'delete');
    return seen;
  }

  /** One step. Answers why to wait before the next look; `undefined`: look at once. @throws whatever ends the resource. */
  async #act(act: Act): Promise<Failure | undefined> {
    const run = this.#run;
    const report = {
      started: () => this.#begin(act.action, act.summary, act.step),
      progress: (message: string) => this.#progress(message),
    };
    try {
      await run.signedIn(() => send(run, this.#resource, act, report));
      this.#remember(act);
      this.#refusals = 0;
      return undefined;
    } catch (error) {
      if (error instanceof AnswerLost) this.#remember(act);
      if (error instanceof AnswerLost && run.signal.aborted && act.step === 'create') await this.#lookUp();
      if (!isWorthAnotherLook(error)) throw error;
      return failureOf(error);
    } finally {
      this.#wrote = run.reads.mark();
    }
  }

  #remember(act: Act): void {
    const at = this.#run.clock.now();
    this.#asked.set(act.need, { at, times: (this.#asked.get(act.need)?.times ?? 0) + 1 });
    if (isAnnounced(this.#resource, act)) [this.#announcedAt, this.#wasInterrupted] = [at, false];
    this.#lastForward = this.#run.elapsed();
    this.#run.changed.add(this.#resource.id);
  }

  /** A cancelled run looks once more for what it cannot repeat, so that the next one need not wait for it. */
  async #lookUp(): Promise<void> {
    const over = new AbortController();
    const ended = new AbortController();
    void this.#run.clock.sleep(LOOKUP, ended.signal).then(() => over.abort());
    const since = this.#run.reads.mark();
    const setting = { provider: this.#resource.provider, since, signal: over.signal, outputsOf: settledOutputs(this.#run) };
    const late = new Promise<undefined>((resolve) => over.signal.addEventListener('abort', () => resolve(undefined), { once: true }));
    const look = lookAt(this.#run, this.#resource, 'plan', setting).catch(() => undefined); // the intent stays open, which is safe
    const seen = await Promise.race([look, late]);
    ended.abort();
    if (!seen) return;
    this.#run.note(this.#resource, seen);
    if (presentIn(seen)) await this.#forgetIntent();
  }

  /** Usable: dependants start, and it is watched until it is ready. Answers the end, or nothing: look again. */
  async #watch(seen: Observation<unknown>, { reason, awaits }: Decision & { do: 'watch' }): Promise<Result | undefined> {
    if (!this.#isUsable) {
      this.#isUsable = true;
      this.#lastForward = this.#run.elapsed();
      this.#run.freeze(this.#resource, seen);
      this.#surroundings.usable();
    }
    if (awaits !== undefined && awaits !== this.#resource.id) {
      const end = this.#surroundings.endOf(awaits);
      if (end === undefined) return this.#done(seen);
      this.#progress(reason);
      const result = await this.#until(end);
      if (result?.kind === 'failed' || result?.kind === 'skipped') return this.#skip(result.cause);
    }
    if (this.#isOver()) return this.#giveUp(waitingFor(reason, seen));
    await this.#wait(reason, nextLook(this.#run.elapsed() - this.#stepBegan, this.#expected()));
    return undefined;
  }

  /**
   * Waits for another's end, which comes of itself: the other has a patience of its own, and is what failed if that is over first.
   * Bounded all the same, so that two who await each other do not hang.
   */
  async #until(end: Promise<Result>): Promise<Result | undefined> {
    const from = this.#run.elapsed();
    const over = new AbortController();
    const bound = this.#run.clock.sleep(AWAITED * patience(this.#expected(), false), AbortSignal.any([over.signal, this.#run.signal]));
    const result = await Promise.race([end, bound.then(() => undefined)]);
    over.abort();
    if (result) this.#lastForward += this.#run.elapsed() - from;
    return result;
  }

  #isOver(): boolean {
    return this.#waited() > patience(this.#expected(), this.#blindSince !== undefined);
  }

  /** Milliseconds without a step forward. */
  #waited(): number {
    return this.#run.elapsed() - (this.#blindSince ?? this.#lastForward);
  }

  /** Seconds that the step in hand takes as a rule. */
  #expected(): number | undefined {
    const estimate = this.#estimate;
    if (!estimate) return undefined;
    const step = this.#step ?? (this.#goal === 'gone' ? 'delete' : 'create');
    if (step === 'update') return estimate.updateSeconds;
    return step === 'delete' ? estimate.deleteSeconds : estimate.createSeconds;
  }

  #begin(action: Action, summary: string, step: Act['step']): void {
    if (this.#step !== step) this.#stepBegan = this.#run.elapsed();
    this.#step = step;
    if (this.#action !== 'none') return;
    this.#action = action;
    this.#run.emit({ event: 'resource.started', ...this.#run.of(this.#resource), action, summary, ...this.#expectation() });
  }

  async #wait(reason: string, ms: number): Promise<void> {
    if (this.#run.signal.aborted) return;
    this.#progress(reason);
    await sleepUnlessMoved(this.#run, this.#resource, ms);
  }

  #progress(message: string): void {
    const elapsed = Math.round((this.#run.elapsed() - this.#stepBegan) / 1_000);
    this.#run.emit({ event: 'resource.progress', ...this.#run.of(this.#resource), elapsed, message, ...this.#expectation() });
  }

  #expectation(): { readonly expected?: number } {
    const expected = this.#expected();
    return expected === undefined ? {} : { expected };
  }

  async #forgetIntent(): Promise<void> {
    if (this.#announcedAt === undefined) return;
    this.#announcedAt = undefined;
    await this.#run.ports.intents.end(this.#resource.id);
  }

  async #done(seen: Observation<unknown>): Promise<Result> {
    if (!this.#isUsable) this.#run.freeze(this.#resource, seen);
    if (seen.state !== 'unknown') await this.#forgetIntent();
    const action = this.#action;
    if (action !== 'none') this.#run.emit({ event: 'resource.finished', ...this.#run.of(this.#resource), action });
    return { kind: 'done', action };
  }

  /** What it waited for is what failed, where the catalogue knows it; else that it took too long. */
  #giveUp(why: Failure): Result {
    const minutes = Math.max(1, Math.round(this.#waited() / 60_000));
    const raw = `still waiting after ${minutes} min: ${why.raw ?? why.reason}`;
    if (wordsFor(why.code) !== undefined) return this.#fail({ ...why, reason: told(why).reason, raw });
    if (this.#blindSince !== undefined) return this.#fail({ reason: raw, code: 'unseen' });
    return this.#fail({ reason: raw, code: 'timeout', detail: `${minutes} min (${why.reason})` });
  }

  #skip(cause: ResourceId): Result {
    this.#run.emit({ event: 'resource.skipped', ...this.#run.of(this.#resource), because: cause });
    return { kind: 'skipped', cause };
  }

  #fail(failure: Failure): Result {
    this.#run.emit({ event: 'resource.failed', ...this.#run.of(this.#resource), ...told(failure) });
    return { kind: 'failed', cause: this.#resource.id };
  }
}
