import type { SecretValues } from '../kubernetes/secretValues.ts';
import type { ManifestFile } from '../manifests/manifestObject.ts';
import type { ManifestSet } from '../manifests/manifestSet.ts';
import type { Resolver } from './resolver.ts';

/** What the stages in the cluster are built from, besides what all are. */
export interface KubernetesContext {
  /** The platform's manifests, without an error among their findings. */
  readonly set: ManifestSet;
  /** Values of its charts, for the buckets that they expect. */
  readonly values: readonly ManifestFile[];
  readonly secrets: SecretValues;
  readonly resolver: Resolver;
}
