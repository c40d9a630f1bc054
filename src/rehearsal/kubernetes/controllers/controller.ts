import type { ClusterRecord } from '../../eks/eksState.ts';
import type { World } from '../../world.ts';
import type { ObjectStore } from '../objectStore.ts';

/**
 * A cluster as its controllers see it. `store` holds every object and stamps what it writes with the time that a controller is
 * run at; `world` reaches the AWS side of the same account (`ec2Of(world, cluster.region)`, faults, timeline, ids).
 */
export interface ClusterView {
  readonly world: World;
  readonly cluster: ClusterRecord;
  readonly store: ObjectStore;
  /**
   * What a controller must remember and no object says (which images a node has). Plain JSON, kept with the world; changed in
   * place. Forgotten with the cluster.
   */
  memory<T extends object>(name: string, initial: () => T): T;
}

/**
 * One control loop of the rehearsed cluster. Nothing is scheduled: before each request, and ten times a second while a watch
 * is open, the cluster is brought to world-now in the order of events (`advance.ts`): all controllers are run at one moment
 * until none of them writes any more, then at the earliest moment that one of them named, and so on. So a controller does what
 * is due at `now`, no more, and says when it wants to be run again without anything having changed.
 */
export interface Controller {
  /** Who writes, in events: `deployment-controller`. */
  readonly name: string;
  /**
   * Does what is due at `now`. Run again whenever an object changed, so it must be idempotent: the same objects at the same
   * time lead to no write (`ObjectStore.replace` writes nothing where nothing differs).
   * @param now world time, ms: never `world.now()`, which may be later
   * @returns the next world time at which something happens by itself, if any
   */
  reconcile(cluster: ClusterView, now: number): number | undefined;
}
