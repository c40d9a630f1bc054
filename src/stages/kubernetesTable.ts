/** A stage of the runbook that lives in the cluster, as data. */
export interface KubernetesStage {
  readonly id: string;
  /** The runbook's heading. */
  readonly title: string;
  readonly icon: string;
  /** Folders of the platform's manifests; `stages.<id>.manifests` of platform.yml is taken instead. */
  readonly folders: readonly string[];
  /** Where its objects go that name no namespace. */
  readonly namespace?: string;
  /** Files whose workloads are there before anything of the next one is made. */
  readonly steps?: readonly string[];
  /** API groups and kinds that its chart, where it comes from one, defines or has checked: their objects come after the release. */
  readonly serves?: readonly string[];
  readonly summary: string;
  /** For its page: what goes wrong by hand, and what Slipway does about it. */
  readonly warnings: readonly string[];
}

/** In the runbook's order. What each requires stands in `core/platform/runbookStages.ts`. */
export const kubernetesTable: readonly KubernetesStage[] = [
  {
    id: 'ingress-nginx',
    title: 'Elastic Load Balancer',
    icon: 'globe',
    folders: ['ingress-nginx'],
    namespace: 'ingress-nginx',
    serves: ['Ingress.networking.k8s.io'],
    summary: 'The ingress controller and the load balancer that the cluster makes for its Service, up to a host name that resolves.',
    warnings: [
      'Its admission webhook refuses every Ingress until the controller answers: whatever it selects waits for a ready endpoint of its Service.',
      'Ready is the stage only when a server dry run of an Ingress is let in: an available controller may still have a certificate that nobody trusts.',
      'Of a chart (`stages.ingress-nginx.chart`) the Service is known once it is installed, by what Helm has written down.',
      'Without the annotation `aws-load-balancer-type: nlb` the cloud controller makes a classic load balancer; both are found.',
      'The load balancer belongs to the cluster’s controllers and carries no tag of ours: a destroy deletes the Service and waits until the load balancer is gone.',
    ],
  },
  {
    id: 'dns',
    title: 'Route 53',
    icon: 'symbol-namespace',
    folders: [],
    summary: 'The public hosted zone of the domain, an alias at its apex and a CNAME for every name below it, both to the load balancer.',
    warnings: [
      'The alias names the zone of the load balancer’s own name; with the zone of the domain it would lead nowhere.',
      'Records cannot be tagged: a TXT record `_slipway.<domain>` says whose they are and where they led last. What differs from it is somebody else’s and is overwritten only with a consent of its own.',
      'A registrar that does not name the zone’s servers is a warning with the four names, and holds nothing back.',
    ],
  },
  {
    id: 'tls',
    title: 'TLS',
    icon: 'lock',
    folders: ['cert-manager'],
    namespace: 'cert-manager',
    serves: ['cert-manager.io', 'acme.cert-manager.io'],
    summary: 'The chart of cert-manager, and the issuers of `cert-manager/clusterissuer.yml`.',
    warnings: [
      'Issuers are applied only when the webhook of cert-manager has a ready endpoint: right after the install it refuses them.',
      'Let’s Encrypt issues five certificates a week for the same names: a platform that is made anew for the sixth time gets none. The plan that makes its issuer says so; try with `tls.issuer: letsencrypt-staging` first.',
      'Only the issuer that `tls.issuer` names must be ready, and it comes first; the others are applied after it and may fail.',
      'Certificates of an ACME issuer that wait for DNS are shown as waiting; nothing else waits for them.',
    ],
  },
  {
    id: 'minio',
    title: 'MinIO',
    icon: 'archive',
    folders: ['minio'],
    namespace: 'minio',
    summary: 'The object store, and every bucket that some manifest expects.',
    warnings: [
      'An event source whose bucket is missing dies without a word and does not come back: buckets are made first.',
      'Keys that the store refuses and a bucket that is missing look the same from a pod; the store itself is asked, through a port-forward of our own or at `minio.endpoint`.',
      'Buckets are never deleted: what is in them belongs to the people who use the platform.',
    ],
  },
  {
    id: 'kafka',
    title: 'Kafka',
    icon: 'symbol-event',
    folders: ['kafka'],
    namespace: 'kafka',
    steps: ['zookeeper.yml', 'broker.yml'],
    summary: 'ZooKeeper, then the broker. Nothing of the services comes before it.',
    warnings: ['The broker dies when it starts before ZooKeeper answers: it is made only when ZooKeeper is available.'],
  },
  {
    id: 'secrets',
    title: 'Secrets',
    icon: 'key',
    folders: [],
    summary: 'Every Secret that a manifest refers to and none defines, in every namespace that needs it.',
    warnings: [
      'A Secret that is missing shows only in the events of a pod that never starts: each is found in the manifests, with the keys that it needs and who needs them.',
      'Values are typed in or read from standard input, live in memory, and go to the cluster alone.',
    ],
  },
  {
    id: 'kaniko',
    title: 'Kaniko Secret',
    icon: 'package',
    folders: [],
    summary: 'The login of the image registry, as Kaniko mounts it.',
    warnings: ['`echo … | base64` encodes a newline that becomes part of the password: the file is built from user name and token.'],
  },
  {
    id: 'argo',
    title: 'Argo Workflows',
    icon: 'type-hierarchy-sub',
    folders: ['argo'],
    namespace: 'argo',
    summary: 'Argo Workflows: its definitions, roles and controllers.',
    warnings: ['Objects of a kind are sent only when its definition is established and served.'],
  },
  {
    id: 'argo-events',
    title: 'Argo Events',
    icon: 'zap',
    folders: ['argo-events'],
    namespace: 'argo-events',
    summary: 'Argo Events: controllers, event bus, event sources, sensors and the workflows that they start.',
    warnings: [
      'Applied folder by folder, half of it fails at the first try and nobody knows which half: definitions, roles, bus, sources and sensors each wait for what they need.',
      '`Deployed` of an event source says only that its Deployment was made: its pods are looked at.',
    ],
  },
  {
    id: 'spark-operator',
    title: 'Spark Operator',
    icon: 'flame',
    folders: ['spark'],
    namespace: 'spark',
    serves: ['sparkoperator.k8s.io'],
    summary: 'The Spark operator, by Helm.',
    warnings: ['Since 2.x the operator watches only the namespaces that its values name.'],
  },
  {
    id: 'sentry',
    title: 'Sentry',
    icon: 'bug',
    folders: ['sentry'],
    namespace: 'sentry',
    summary: 'Sentry, by Helm.',
    warnings: ['Its secret key is made anew by every install: Slipway keeps it and gives it back, else what is stored cannot be read.'],
  },
  {
    id: 'services',
    title: 'Services',
    icon: 'layers',
    folders: ['mer', 'pascal'],
    summary: 'The services of the platform, once Kafka is available.',
    warnings: ['Services that start before Kafka crash and start again for minutes: they wait for it.'],
  },
];
