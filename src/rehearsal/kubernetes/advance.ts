import type { ClusterView, Controller } from './controllers/controller.ts';

/** A moment of the cluster that controllers see; written things are dated by it. */
export interface ClusterClock {
  /** World time, ms. */
  at: number;
}

/** Controllers that answer each other for ever have a mistake in them: told once, and left at that. */
const MOST_ROUNDS = 50;
const MOST_MOMENTS = 20_000;

/**
 * Brings a cluster from one world time to another in the order of events: at the first moment for what clients wrote since, then at
 * every moment that a controller named, and at last at `until`.
 * @returns when something happens next by itself
 */
export function advance(cluster: ClusterView, controllers: readonly Controller[], clock: ClusterClock, until: number): number | undefined {
  let next = settle(cluster, controllers, clock);
  for (let moments = 0; next !== undefined && next <= until && moments < MOST_MOMENTS; moments += 1) {
    clock.at = next;
    next = settle(cluster, controllers, clock);
  }
  if (clock.at >= until) return next;
  clock.at = until;
  return settle(cluster, controllers, clock);
}

/** Runs all controllers at one moment until none of them writes any more. Who found nothing to do is run again when somebody else wrote. */
function settle(cluster: ClusterView, controllers: readonly Controller[], clock: ClusterClock): number | undefined {
  const { store } = cluster;
  const resting = new Map<Controller, { readonly revision: number; readonly next: number | undefined }>();
  const writing: string[] = [];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const before = store.revision;
    if (round === MOST_ROUNDS - 1) writing.length = 0;
    for (const controller of controllers) {
      const { revision } = store;
      if (resting.get(controller)?.revision === revision) continue;
      const next = controller.reconcile(cluster, clock.at);
      if (store.revision === revision) resting.set(controller, { revision, next });
      else writing.push(controller.name);
    }
    if (store.revision !== before) continue;
    const wishes = [...resting.values()].flatMap(({ next }) => next ?? []);
    return wishes.length === 0 ? undefined : Math.max(Math.min(...wishes), clock.at + 1);
  }
  process.stderr.write(`rehearsal: kubernetes: the controllers of ${cluster.cluster.name} do not come to rest: ${writing.join(', ')}\n`);
  return undefined;
}
