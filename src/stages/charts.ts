/** A Helm chart that the runbook installs, where no vendored one and no key of platform.yml says otherwise. */
export interface RunbookChart {
  readonly stage: string;
  readonly release: string;
  readonly namespace: string;
  /** `oci://…`, or the name of a chart in `repository`. */
  readonly chart: string;
  /** Passed to Helm as `--repo`. */
  readonly repository?: string;
  readonly version: string;
  /** A folder of the platform's manifests that holds the chart itself, if it has a `Chart.yaml`; it wins, and needs no network. */
  readonly vendored: string;
  /** Values of the platform's manifests, taken where the file exists. */
  readonly values: readonly string[];
}

/** Pinned: a release is what was tried, and changes by a change of this table or of the file. */
export const runbookCharts: readonly RunbookChart[] = [
  {
    stage: 'tls',
    release: 'cert-manager',
    namespace: 'cert-manager',
    // The source of truth; charts.jetstack.io lags behind it (cert-manager.io, "Installing with Helm").
    chart: 'oci://quay.io/jetstack/charts/cert-manager',
    version: 'v1.21.1',
    vendored: 'cert-manager/helm',
    values: ['cert-manager/values.yml'],
  },
  {
    stage: 'spark-operator',
    release: 'spark-operator',
    namespace: 'spark',
    // googlecloudplatform.github.io, where the runbook's chart came from, ends with 1.x.
    repository: 'https://kubeflow.github.io/spark-operator',
    chart: 'spark-operator',
    version: '2.3.0',
    vendored: 'spark/helm',
    values: ['spark/helm/override.yml'],
  },
  {
    stage: 'sentry',
    release: 'sentry',
    namespace: 'sentry',
    repository: 'https://sentry-kubernetes.github.io/charts',
    chart: 'sentry',
    version: '25.20.0',
    vendored: 'sentry/helm',
    values: ['sentry/helm/override.yml'],
  },
];
