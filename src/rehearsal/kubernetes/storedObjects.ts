import type { World } from '../world.ts';

/** What is kept of a cluster's API server besides its objects, which are rows of the world. */
export interface StoredCluster {
  revision: number;
  /** What was made from the AWS side's records, as `deployments.apps kube-system/coredns`: it may be taken away again. */
  controlled: string[];
  /** For Secrets: what their values are hashed with. */
  readonly salt: string;
  /** What controllers remember, by name. */
  readonly memory: Record<string, object>;
}

/** By the clusters' ids. */
export function storedClusters(world: World): Record<string, StoredCluster> {
  return world.part<Record<string, StoredCluster>>('kubernetes', () => ({}));
}

/** The rows that hold a cluster's objects: `deployments.apps kube-system/coredns`. */
export const rowsOf = (id: string): string => `kubernetes/${id}`;

/** All that a cluster held goes with it. */
export function forgetObjects(world: World, id: string): void {
  const rows = world.rows(rowsOf(id));
  for (const [key] of [...rows.entries()]) rows.delete(key);
  delete storedClusters(world)[id];
}
