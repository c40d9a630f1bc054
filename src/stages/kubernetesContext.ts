import type { SourceRange } from '../core/findings/finding.ts';
import type { ChartReference } from '../kubernetes/helm/chart.ts';
import type { Helm } from '../kubernetes/helm/helm.ts';
import type { Values } from '../kubernetes/helm/values.ts';
import type { SecretValues } from '../kubernetes/secretValues.ts';
import type { ManifestFile } from '../manifests/manifestObject.ts';
import type { ManifestSet } from '../manifests/manifestSet.ts';
import type { Resolver } from './resolver.ts';

/** The chart of a stage, found and read. */
export interface StageChart {
  readonly stage: string;
  readonly release: string;
  readonly namespace: string;
  readonly chart: ChartReference;
  /** What its files say, merged in their order. */
  readonly values: Values;
  /** Where platform.yml names it, else the start of that file. */
  readonly range: SourceRange;
}

/** What the folders of a platform say: plain data, read without asking anybody. */
export interface PlatformManifests {
  /** Without an error among its findings. */
  readonly set: ManifestSet;
  readonly charts: readonly StageChart[];
  /** Files of values of its charts, for the buckets that they expect. */
  readonly values: readonly ManifestFile[];
  /** The same files give the same graph. */
  readonly fingerprint: string;
}

/** What the stages in the cluster are built from, besides what all are. */
export interface KubernetesContext {
  readonly manifests: PlatformManifests;
  readonly secrets: SecretValues;
  readonly resolver: Resolver;
  readonly helm: Helm;
}
