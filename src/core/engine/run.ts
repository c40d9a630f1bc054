import { SignedOut } from '../graph/errors.ts';
import { outputsIn } from '../graph/observation.ts';
import type { AnyResource, Observation, ResourceId } from '../graph/resource.ts';
import type { RunEventBody } from './events.ts';
import type { Clock, Ports } from './ports.ts';
import { SharedReads } from './sharedReads.ts';
import { Slots } from './slots.ts';
import { unlessAborted } from './unlessAborted.ts';

export interface RunSetting {
  readonly signal: AbortSignal;
  readonly consent: ReadonlySet<string>;
  /** A look or a plan tells nobody and waits for no sign-in; a run does both. */
  readonly quiet: boolean;
  stageOf(id: ResourceId): string;
}

/** What one pass through the world knows and shares: its signal, what was seen last, the outputs that are frozen, the requests in flight. */
export class Run {
  readonly ports: Ports;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly consent: ReadonlySet<string>;
  readonly reads: SharedReads;
  /** The last look at each. */
  readonly seen = new Map<ResourceId, Observation<unknown>>();
  /** What others get of it: frozen when it becomes usable. */
  readonly outputs = new Map<ResourceId, unknown>();
  readonly changed = new Set<ResourceId>();
  readonly began: number;
  /** Creates that were announced by an earlier run and never seen. */
  announced: ReadonlyMap<ResourceId, number> = new Map();

  readonly #setting: RunSetting;
  readonly #slots = new Map<string, Slots>();
  readonly #stopped = new AbortController();
  readonly #told = new Map<ResourceId, string>();
  #guarded: Promise<void> | undefined;
  #pause: Promise<void> | undefined;
  #pausedMs = 0;
  #pausedAt: number | undefined;
  #stopReason: { readonly error: unknown } | undefined;

  constructor(ports: Ports, setting: RunSetting) {
    this.ports = ports;
    this.clock = ports.clock;
    this.signal = AbortSignal.any([setting.signal, this.#stopped.signal]);
    this.consent = setting.consent;
    this.reads = new SharedReads(ports.clock);
    this.began = ports.clock.now();
    this.#setting = setting;
    for (const provider of ports.providers) this.#slots.set(provider.name, new Slots(provider.parallel));
  }

  /** Milliseconds of this run's own: the clock without the pauses, so that nobody's patience ends while a person signs in. */
  elapsed(): number {
    return (this.#pausedAt ?? this.clock.now()) - this.began - this.#pausedMs;
  }

  /** A request of `provider`, in one of its slots. */
  request<T>(provider: string, work: () => Promise<T>): Promise<T> {
    const slots = this.#slots.get(provider);
    return slots ? slots.run(work) : work();
  }

  /** What the run ends with, when it is not the person who ended it. */
  get stopReason(): { readonly error: unknown } | undefined {
    return this.#stopReason;
  }

  /** Ends the whole run: no further write, all waits end. */
  stop(error: unknown): void {
    this.#stopReason ??= { error };
    this.#stopped.abort(error);
  }

  /** Asks the guard, once a run. Its refusal ends the run. */
  async guard(): Promise<void> {
    this.#guarded ??= this.ports.guard().catch((error: unknown) => {
      this.stop(error);
      throw error;
    });
    await unlessAborted(this.signal, this.#guarded);
  }

  /** Does `work` again after each time that the person had to sign in. @throws SignedOut in a quiet pass, or when they will not. */
  async signedIn<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof SignedOut) || this.#setting.quiet || this.signal.aborted) throw error;
        await this.#signIn(error);
      }
    }
  }

  /** One pause for all who run into it. */
  #signIn(reason: SignedOut): Promise<void> {
    this.#pause ??= (async () => {
      this.#pausedAt = this.clock.now();
      this.emit({ event: 'run.paused', reason: reason.message });
      try {
        await unlessAborted(this.signal, this.ports.signedOut(reason.message, this.signal));
      } catch (refusal) {
        if (!this.signal.aborted) this.stop(new SignedOut(reason.message, { code: reason.code, next: reason.next, cause: refusal }));
        throw reason;
      }
      this.#pausedMs += this.clock.now() - this.#pausedAt;
      this.#pausedAt = undefined;
      this.#pause = undefined;
      if (!this.signal.aborted) this.emit({ event: 'run.resumed' });
    })();
    return this.#pause;
  }

  /** Keeps what was seen, and tells it when it is news. */
  note(resource: AnyResource, seen: Observation<unknown>): void {
    this.seen.set(resource.id, seen);
    if (resource.internal || this.#setting.quiet) return;
    const present = seen.state === 'absent' || seen.state === 'unknown' ? undefined : seen;
    const news = {
      state: seen.state,
      owner: present?.owner ?? ('none' as const),
      ...('reason' in seen ? { reason: seen.reason } : {}),
      ...('cause' in seen ? { cause: seen.cause } : {}),
      ...(present?.leaving ? { leaving: true as const } : {}),
      ...(seen.state === 'degraded' && seen.awaits !== undefined ? { awaits: seen.awaits } : {}),
      ...(present ? { physicalId: present.physicalId } : {}),
    };
    const text = JSON.stringify(news);
    if (this.#told.get(resource.id) === text) return;
    this.#told.set(resource.id, text);
    this.emit({ event: 'resource.observed', ...this.of(resource), ...news });
  }

  /** Its outputs are what they are from here on. */
  freeze(resource: AnyResource, seen: Observation<unknown>): void {
    this.outputs.set(resource.id, outputsIn(seen));
  }

  of(resource: AnyResource): { readonly resource: ResourceId; readonly stage: string } {
    return { resource: resource.id, stage: this.#setting.stageOf(resource.id) };
  }

  emit(body: RunEventBody): void {
    if (this.#setting.quiet) return;
    this.ports.emit({ ...body, time: new Date(this.clock.now()).toISOString(), run: this.ports.run });
  }
}
