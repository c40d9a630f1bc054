import type { Finding } from '../findings/finding.ts';
import type { AnyResource, Look, QuotaDemand, ResourceId } from '../graph/resource.ts';
import type { ResourceGraph } from '../graph/resourceGraph.ts';
import type { RunEvent } from './events.ts';

/** Time as the engine sees it. In a rehearsal it runs faster than the wall's. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or early (never rejects) when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Creates announced before they are sent, on disk. Never truth about the world: only a reason to wait longer before absence is believed. */
export interface Intents {
  /** What stands open, with the time it was announced (ms since the epoch). */
  open(): Promise<ReadonlyMap<ResourceId, number>>;
  begin(id: ResourceId, at: number): Promise<void>;
  end(id: ResourceId): Promise<void>;
}

/** A cloud, as the engine knows it: a name, a bound, and what is there of this platform. */
export interface Provider {
  readonly name: string;
  /** Requests at one time (not observations: a bound on those deadlocks). */
  readonly parallel: number;
  /**
   * Everything in the world with this platform's tag, as resources that can be observed and deleted, ordered by `after`.
   * The engine takes those that no resource of `graph` claims: they are orphans.
   * @throws Unseen when it could not look: then nothing is an orphan.
   */
  discover?(look: Look, graph: ResourceGraph): Promise<readonly AnyResource[]>;
  /** Prerequisites of a plan that will create with `demand` (summed by quota): quotas, permissions, account switches. What may not be read is an `information`. */
  check?(look: Look, demand: readonly QuotaDemand[]): Promise<readonly Finding[]>;
  /**
   * After a destroy: what is left in the world, why, and what it costs. `went` holds the physical ids of what a destroy of some stages
   * was to delete: the rest stands because it should, and is not residue. Without it everything of the platform was to go.
   */
  residue?(look: Look, went?: ReadonlySet<string>): Promise<readonly Residue[]>;
}

/** Something that is left after a destroy. */
export interface Residue {
  /** e.g. `volume`, `network interface`, `hosted zone`. */
  readonly kind: string;
  readonly physicalId: string;
  /** One sentence: why it is still there and what to do. */
  readonly reason: string;
  readonly monthlyUsd: number | undefined;
}

export interface Ports {
  readonly clock: Clock;
  readonly intents: Intents;
  readonly providers: readonly Provider[];
  /** The run's id: short, unique in the person's journal. */
  readonly run: string;
  /** @throws Error of its own (the run ends with it, exit 3) unless account, region and cluster are the platform's. Called once, before the first write of a run. */
  guard(): Promise<void>;
  /** Credentials are gone: resolves when the person has signed in again, rejects when they will not (the run stops cleanly). */
  signedOut(reason: string, signal: AbortSignal): Promise<void>;
  emit(event: RunEvent): void;
}
