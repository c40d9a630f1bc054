/** The stages of the runbook in its order, and what each requires. What a stage is made of is the registry's business. */
export const runbookStages: Readonly<Record<string, readonly string[]>> = {
  vpc: [],
  cluster: ['vpc'],
  'ebs-csi': ['cluster'],
  compute: ['ebs-csi', 'cluster'],
  kubeconfig: ['cluster'],
  'ingress-nginx': ['compute'],
  dns: ['ingress-nginx'],
  tls: ['compute'],
  minio: ['ebs-csi', 'compute'],
  kafka: ['compute'],
  secrets: ['compute'],
  kaniko: ['compute'],
  argo: ['compute'],
  'argo-events': ['minio'],
  'spark-operator': ['compute'],
  sentry: ['minio', 'ingress-nginx'],
  services: ['kafka'],
};

/** Stages made of AWS resources: they have no manifests, and handles alone order them. */
export const awsStages: readonly string[] = ['vpc', 'cluster', 'ebs-csi', 'compute', 'kubeconfig'];
