import type { AwsScope } from '../awsScope.ts';

/** Something that a controller in the cluster made and that outlives the cluster. It carries the controller's tags, not ours. */
export interface Stray {
  readonly id: string;
  /** What still holds it; while it is held it goes by itself or not at all. */
  readonly heldBy?: string;
  /** Calls until it is gone; default one. */
  readonly calls?: number;
}

/** Where controllers of our cluster leave things. */
export interface StrayScope extends AwsScope {
  readonly clusterName: string;
}

/** The tag by which controllers in a cluster mark what is theirs alone (cloud-provider-aws, `ResourceLifecycleOwned`). */
export const clusterTag = (clusterName: string): string => `kubernetes.io/cluster/${clusterName}`;
