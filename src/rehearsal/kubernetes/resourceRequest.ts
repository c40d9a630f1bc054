import type { JsonObject, KubeObject } from './json.ts';
import type { ServedKind } from './kinds.ts';
import type { ObjectStore } from './objectStore.ts';

/** A request for objects of one kind, of somebody who may make it. */
export interface ResourceRequest {
  readonly kind: ServedKind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly store: ObjectStore;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The writer's name where it gives none: the program, as in its user agent. */
  readonly program: string;
  /** The cluster's service network, from which addresses are given: `172.20.0.0/16`. */
  readonly serviceNetwork: string;
}

export interface Written {
  readonly status: number;
  readonly body: JsonObject;
  readonly warnings: readonly string[];
}

/** What is to be written through an endpoint, and what is there now. */
export interface Wish {
  readonly object: KubeObject;
  readonly live: KubeObject | undefined;
}

export const isDryRun = ({ query }: Pick<ResourceRequest, 'query'>): boolean => query.getAll('dryRun').includes('All');

/** `application/json`, without parameters. */
export const contentType = ({ headers }: Pick<ResourceRequest, 'headers'>): string =>
  (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

export const APPLY_PATCH = 'application/apply-patch+yaml';
