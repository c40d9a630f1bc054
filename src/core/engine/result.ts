import type { Action, ResourceId } from '../graph/resource.ts';

/** What became of one resource in a run. `cause` is the resource that failed first. */
export type Result =
  | { readonly kind: 'done'; readonly action: Action }
  | { readonly kind: 'failed'; readonly cause: ResourceId }
  | { readonly kind: 'skipped'; readonly cause: ResourceId }
  | { readonly kind: 'cancelled' };
