import type { ResourceId } from '../core/graph/resource.ts';

/** The calls about Kubernetes objects and about the Secrets that people fill; part of `Calls`. */
export interface ObjectCalls {
  /**
   * A Kubernetes object as the cluster has it and as its manifest has it, both as YAML without bookkeeping; values of Secrets are masked.
   * Absent: not there. `comparable` is `live` without what no manifest can say (status, uid, …): the side to lay beside `manifest`.
   */
  objectYaml: {
    params: { readonly resource: ResourceId };
    result: { readonly live?: string; readonly comparable?: string; readonly manifest?: string };
  };
  /** The newest lines of a workload's pods, `pod/container: line`, printable and one line each; with `after` (the cursor told last) only newer ones. */
  objectLogs: {
    params: { readonly resource: ResourceId; readonly after?: string };
    result: { readonly lines: readonly string[]; readonly cursor: string };
  };
  /** `kubectl rollout restart` of a Deployment, StatefulSet or DaemonSet of ours. */
  restart: { params: { readonly resource: ResourceId }; result: Record<string, never> };
  /** What a person has to be asked for, so that every missing Secret can be made: a credential once, for all the Secrets that it fills. */
  credentials: { params: Record<string, never>; result: readonly CredentialNeed[] };
  /** Kept in the memory of this runner until it ends: `{credential: {field: value}}`. Nothing of it is ever told again. */
  enterCredentials: { params: { readonly values: CredentialValues }; result: Record<string, never> };
}

/** A credential that fills Secrets which manifests refer to and nobody defines. Names only, never a value. */
export interface CredentialNeed {
  /** `minio`, `docker-hub`, or `mer/some-secret` for a Secret of no known kind. */
  readonly id: string;
  readonly title: string;
  readonly fields: readonly {
    readonly id: string;
    readonly title: string;
    /** Typed hidden. A user's name is not. */
    readonly hidden: boolean;
    /** Rehearsal only: what the field is filled with. */
    readonly suggestion?: string;
  }[];
  /** `namespace/name` of each Secret that is missing or incomplete and would be filled. */
  readonly fills: readonly string[];
  /** Titles of those who wait for them. */
  readonly neededBy: readonly string[];
}

export type CredentialValues = Readonly<Record<string, Readonly<Record<string, string>>>>;
