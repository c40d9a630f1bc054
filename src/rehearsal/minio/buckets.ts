import type { ClusterView } from '../kubernetes/controllers/controller.ts';

/** What a MinIO keeps. */
export interface Bucket {
  readonly madeAt: number;
  readonly objects: Record<string, { readonly bytes: number; readonly etag: string; readonly at: number }>;
}

/**
 * The buckets of the cluster's MinIO, which live as long as the cluster: a volume keeps them in reality, and a rehearsal with two
 * MinIOs in one cluster would have to tell theirs apart.
 */
export function bucketsOf(cluster: Pick<ClusterView, 'memory'>): Record<string, Bucket> {
  return cluster.memory<Record<string, Bucket>>('buckets', () => ({}));
}

export function hasBucket(cluster: Pick<ClusterView, 'memory'>, name: string): boolean {
  return bucketsOf(cluster)[name] !== undefined;
}
