/** A `platform.yml` with one problem: where it is, what is said, and what the text is after the fix. */
export interface Problem {
  readonly code: string;
  /** Lines after a sound `name` and `region`; the offending token is between « and ». With `whole`: the entire text. */
  readonly yaml: string;
  readonly whole?: true;
  /** `error` if not written. */
  readonly severity?: 'warning' | 'information';
  /** What the marked token becomes. */
  readonly fixed?: string;
  /** A word that the message must have. */
  readonly says?: string;
}

const sound = 'name: cauchy\n';

export const problems: readonly Problem[] = [
  // The text as such.
  { code: 'platform.empty', whole: true, yaml: '«»' },
  { code: 'platform.empty', whole: true, yaml: '«»# only a comment\n' },
  { code: 'platform.syntax', whole: true, yaml: 'name: cauchy\nregion: "us-west-2«»' },
  { code: 'platform.syntax', whole: true, yaml: 'name: cauchy\nregion: us-west-2\nnetwork: [«»' },
  { code: 'platform.documents', whole: true, yaml: 'name: cauchy\nregion: us-west-2\n«---»\nname: other\nregion: us-west-2\n' },
  { code: 'platform.nesting', whole: true, yaml: `${'['.repeat(256)}«[»${'['.repeat(5000)}` },
  { code: 'platform.type', whole: true, yaml: '«just a text»' },
  { code: 'platform.type', whole: true, yaml: '«- name: cauchy\n- region: us-west-2»\n' },
  { code: 'platform.alias', yaml: 'domain: «*nowhere»', says: 'nowhere' },
  { code: 'platform.key', yaml: '«[a]»: 1' },
  { code: 'platform.duplicate-key', yaml: 'domain: a.example\n«domain»: b.example', says: 'twice' },
  { code: 'platform.duplicate-key', yaml: 'tags:\n  team: a\n  «team»: b' },
  { code: 'platform.duplicate-key', yaml: 'cluster: { addons: { vpc-cni: { configuration: { a: 1, «a»: 2 } } } }' },

  // Keys.
  { code: 'platform.missing', whole: true, yaml: '«region»: us-west-2', says: 'name' },
  { code: 'platform.missing', whole: true, yaml: '# top\n«name»: cauchy', says: 'region' },
  { code: 'platform.unknown-key', yaml: '«domian»: cauchy.link', fixed: 'domain', says: 'did you mean domain?' },
  { code: 'platform.unknown-key', yaml: 'cluster: { «endpiont»: { public: true } }', fixed: 'endpoint' },
  { code: 'platform.unknown-key', yaml: 'cluster: { endpoint: { «privat»: true } }', fixed: 'private' },
  { code: 'platform.unknown-key', yaml: '«zones»: 3', says: 'network.zones' },
  { code: 'platform.unknown-key', yaml: 'compute: { «zzz»: 3 }', says: 'instanceTypes' },
  { code: 'platform.unknown-key', yaml: '«constructor»: 1' },
  { code: 'platform.unknown-key', yaml: 'stages: { sentry: { «chrat»: sentry } }', fixed: 'chart' },

  // Types.
  { code: 'platform.empty-value', yaml: '«domain»:' },
  { code: 'platform.empty-value', yaml: 'domain: «~»' },
  { code: 'platform.empty-value', yaml: 'network: { «public»: }' },
  { code: 'platform.type', yaml: 'domain: «[a]»' },
  { code: 'platform.type', yaml: 'tags: { team: «1» }', fixed: '"1"' },
  { code: 'platform.type', yaml: 'tags: { ci: «true» }', fixed: '"true"' },
  { code: 'platform.type', yaml: 'cluster: { version: «1.30» }', fixed: '"1.30"' },
  { code: 'platform.type', yaml: 'network: «wide»' },
  { code: 'platform.type', yaml: 'network: { s3Endpoint: «yes» }', fixed: 'true' },
  { code: 'platform.type', yaml: 'network: { zones: «two» }' },
  { code: 'platform.type', yaml: 'compute: { max: «"16"» }', fixed: '16' },
  { code: 'platform.type', yaml: 'compute: { max: «16.5» }' },
  { code: 'platform.type', yaml: 'compute: { instanceTypes: «t3.small» }', fixed: '[t3.small]' },
  { code: 'platform.type', yaml: 'tags: «[team]»' },
  { code: 'platform.type', yaml: 'cluster: { addons: { vpc-cni: { configuration: «text» } } }' },
  { code: 'platform.type', yaml: 'cluster: { addons: { vpc-cni: { configuration: { a: [«.inf»] } } } }' },
  { code: 'platform.choice', yaml: 'compute: { capacity: «on-demand» }', fixed: 'onDemand', says: 'spot, onDemand' },
  { code: 'platform.choice', yaml: 'network: { natGateways: «2» }' },
  { code: 'platform.number', yaml: 'compute: { max: «0» }', says: 'from 1' },
  { code: 'platform.number', yaml: 'compute: { min: «-1» }' },
  { code: 'platform.number', yaml: 'network: { zones: «1» }', says: 'two zones' },
  { code: 'platform.too-few', yaml: 'network: { zones: «[usw2-az1]» }', says: 'two zones' },
  { code: 'platform.too-few', yaml: 'compute: { instanceTypes: «[]» }' },
  { code: 'platform.too-many', yaml: `network: { zones: «[${[1, 2, 3, 4, 5, 6, 7].map((n) => `usw2-az${n}`).join(', ')}]» }` },
  { code: 'platform.too-many', yaml: `tags: «{ ${Array.from({ length: 41 }, (_, n) => `t${n}: x`).join(', ')} }»` },
  { code: 'platform.duplicate-entry', yaml: 'network: { zones: [usw2-az1, «usw2-az1»] }' },

  // Names.
  { code: 'platform.cluster-name', whole: true, yaml: 'name: «-cauchy»\nregion: us-west-2', fixed: 'cauchy' },
  { code: 'platform.cluster-name', whole: true, yaml: 'name: «my cluster»\nregion: us-west-2', fixed: 'my-cluster' },
  { code: 'platform.cluster-name', whole: true, yaml: `name: «${'x'.repeat(101)}»\nregion: us-west-2`, fixed: 'x'.repeat(100) },
  { code: 'platform.platform-id', yaml: 'id: «K3F-9X2»', fixed: 'k3f9x2' },
  { code: 'platform.region', whole: true, yaml: `${sound}region: «Oregon»` },
  { code: 'platform.region', whole: true, yaml: `${sound}region: «us_west_2»`, fixed: 'us-west-2' },
  { code: 'platform.unknown-region', whole: true, yaml: `${sound}region: «us-wset-2»`, fixed: 'us-west-2' },
  { code: 'platform.unknown-region', whole: true, yaml: `${sound}region: «zz-outer-space-9»` },
  { code: 'platform.partition', whole: true, yaml: `${sound}region: «cn-north-1»`, says: 'aws-cn' },
  { code: 'platform.region-opt-in', whole: true, yaml: `${sound}region: «af-south-1»`, severity: 'information' },
  { code: 'platform.account', yaml: 'account: «012345678901»', fixed: '"012345678901"', says: 'leading zero' },
  { code: 'platform.account', yaml: 'account: «12345678901»', fixed: '"012345678901"' },
  { code: 'platform.account', yaml: 'account: «"1234-5678-9012"»', fixed: '"123456789012"' },
  { code: 'platform.account', yaml: 'account: «"12345"»' },
  { code: 'platform.profile', yaml: 'profile: «"--debug"»' },
  { code: 'platform.domain', yaml: 'domain: «https://Cauchy.link/»', fixed: 'cauchy.link' },
  { code: 'platform.domain', yaml: 'domain: «"*.cauchy.link"»', fixed: 'cauchy.link' },
  { code: 'platform.domain', yaml: 'domain: «localhost»' },
  { code: 'platform.domain', yaml: `domain: «${'a'.repeat(64)}.link»` },
  { code: 'platform.email', yaml: 'tls: { email: «ops» }' },
  { code: 'platform.https-address', yaml: 'minio: { endpoint: «minio.cauchy.link» }', fixed: 'https://minio.cauchy.link' },
  { code: 'platform.https-address', yaml: 'minio: { endpoint: «https://minio.cauchy.link/s3/» }', fixed: 'https://minio.cauchy.link' },
  { code: 'platform.https-address', yaml: 'minio: { endpoint: «http://minio.cauchy.link» }' },
  { code: 'platform.object-name', yaml: 'tls: { issuer: «Letsencrypt» }', fixed: 'letsencrypt' },
  { code: 'platform.namespace', yaml: 'stages: { sentry: { namespace: «My_NS» } }', fixed: 'my-ns' },
  { code: 'platform.title', yaml: 'stages: { sentry: { title: «"a\\nb"» } }' },

  // ARNs and tags.
  { code: 'platform.policy-arn', yaml: 'iam: { permissionsBoundary: «boundary» }' },
  { code: 'platform.principal-arn', yaml: 'cluster: { admins: [«arn:aws:iam::123456789012:root»] }' },
  {
    code: 'platform.principal-arn',
    yaml: 'cluster: { admins: [«arn:aws:sts::123456789012:assumed-role/ops/me»] }',
    fixed: 'arn:aws:iam::123456789012:role/ops',
  },
  { code: 'platform.arn-partition', yaml: 'cluster: { admins: [«arn:aws-us-gov:iam::123456789012:role/ops»] }' },
  { code: 'platform.arn-account', yaml: 'account: "123456789012"\niam: { permissionsBoundary: «arn:aws:iam::210987654321:policy/b» }' },
  { code: 'platform.tag-key', yaml: 'tags: { «"a*b"»: x }' },
  { code: 'platform.tag-key', yaml: `tags: { «${'k'.repeat(129)}»: x }` },
  { code: 'platform.tag-value', yaml: `tags: { k: «${'v'.repeat(257)}» }` },
  { code: 'platform.tag-reserved', yaml: 'tags: { «AWS:x»: x }', says: 'aws:' },
  { code: 'platform.tag-reserved', yaml: 'tags: { «slipway:platform»: other }' },
  { code: 'platform.tag-reserved', yaml: 'tags: { «kubernetes.io/cluster/other»: owned }' },
  { code: 'platform.tag-reserved', yaml: 'tags: { «Name»: x }' },

  // Network.
  { code: 'platform.cidr', yaml: 'network: { cidr: «10.0.0.0» }' },
  { code: 'platform.cidr', yaml: 'network: { cidr: «"10.0.0.0/16 "» }', fixed: '10.0.0.0/16' },
  { code: 'platform.cidr-canonical', yaml: 'network: { cidr: «10.0.0.1/16» }', fixed: '10.0.0.0/16' },
  { code: 'platform.cidr-canonical', yaml: 'network: { public: [10.0.0.0/20, «10.0.129.0/20»] }', fixed: '10.0.128.0/20' },
  { code: 'platform.cidr-size', yaml: 'network: { cidr: «10.0.0.0/15» }', says: 'too large' },
  { code: 'platform.cidr-size', yaml: 'network: { public: [10.0.0.0/20, «10.0.128.0/29»] }', says: 'too small for EKS' },
  { code: 'platform.cidr-room', yaml: 'network: { cidr: «10.0.0.0/20» }' },
  { code: 'platform.subnet-outside', yaml: 'network: { public: [10.0.0.0/20, «10.1.0.0/20»] }' },
  { code: 'platform.subnet-overlap', yaml: 'network: { public: [10.0.0.0/20, «10.0.0.0/21»] }' },
  { code: 'platform.subnet-overlap', yaml: 'network: { public: [10.0.0.0/20, 10.0.128.0/20], private: [10.0.16.0/20, «10.0.128.0/17»] }' },
  { code: 'platform.subnet-small', yaml: 'network: { public: [10.0.0.0/20, «10.0.128.0/28»] }', severity: 'warning' },
  { code: 'platform.subnet-addresses', yaml: 'network: { private: «[10.0.16.0/26, 10.0.144.0/26]» }', severity: 'warning' },
  { code: 'platform.subnet-count', yaml: 'network: { zones: 3, public: «[10.0.0.0/20, 10.0.128.0/20]» }' },
  {
    code: 'platform.subnet-count',
    yaml: 'network: { public: [10.0.0.0/20, 10.0.128.0/20], private: «[10.0.16.0/20, 10.0.32.0/20, 10.0.144.0/20]» }',
  },
  { code: 'platform.zone-id', yaml: 'network: { zones: [usw2-az1, «us-west-2b»] }', says: 'another place in each account' },
  { code: 'platform.zone-region', yaml: 'network: { zones: [usw2-az1, «use1-az1»] }' },
  { code: 'platform.zone-refused', whole: true, yaml: `${sound}region: us-east-1\nnetwork: { zones: [use1-az1, «use1-az3»] }` },

  // Cluster.
  { code: 'platform.kubernetes-version', yaml: 'cluster: { version: «v1.35.2» }', fixed: '"1.35"' },
  { code: 'platform.addon-name', yaml: 'cluster: { addons: { «-x»: {} } }' },
  {
    code: 'platform.addon-version',
    yaml: 'cluster: { addons: { vpc-cni: { version: «1.20.1-eksbuild.1» } } }',
    fixed: 'v1.20.1-eksbuild.1',
  },
  { code: 'platform.endpoint-closed', yaml: 'cluster: { endpoint: «{ public: false, private: false }» }' },
  { code: 'platform.endpoint-private', yaml: 'cluster: { endpoint: «{ public: false }» }', severity: 'warning' },
  { code: 'platform.endpoint-open', yaml: 'cluster: { endpoint: { publicCidrs: «[0.0.0.0/0]» } }', severity: 'information' },
  { code: 'platform.cidr-canonical', yaml: 'cluster: { endpoint: { publicCidrs: [«203.0.113.7/24»] } }', fixed: '203.0.113.0/24' },
  { code: 'platform.cidr-internal', yaml: 'cluster: { endpoint: { publicCidrs: [«192.168.1.0/24»] } }', severity: 'warning' },

  // Compute.
  { code: 'platform.unknown-instance-type', yaml: 'compute: { instanceTypes: [«t3.smal»] }', fixed: 't3.small' },
  { code: 'platform.instance-type', yaml: 'compute: { instanceTypes: [«T3 small»] }', fixed: 't3.small' },
  { code: 'platform.unknown-instance-type', yaml: 'compute: { instanceTypes: [«quantum9.large»] }', severity: 'warning' },
  { code: 'platform.instance-pods', yaml: 'compute: { instanceTypes: [t3.small, «t3.micro»] }', says: '4 pod slots' },
  { code: 'platform.instance-architecture', yaml: 'compute: { instanceTypes: [«t4g.small»] }', says: 'arm64' },
  { code: 'platform.node-count', yaml: 'compute: { min: «5», max: 4 }' },
  { code: 'platform.node-count', yaml: 'compute: { min: 3, desired: «2» }' },
  { code: 'platform.node-count', yaml: 'compute: { desired: «5», max: 4 }' },
  { code: 'platform.few-nodes', yaml: 'compute: { max: «1» }', severity: 'warning' },
  { code: 'platform.pod-slots', yaml: 'compute: «{ max: 4 }»', severity: 'information', says: '32 pods' },

  // Stages and paths.
  { code: 'platform.stage-id', yaml: 'stages: { «My_Stage»: { manifests: x } }' },
  { code: 'platform.unknown-stage', yaml: 'stages: { «kafca»: {} }', fixed: 'kafka' },
  { code: 'platform.unknown-stage', yaml: 'stages: { «mlflow»: { title: MLflow } }', says: 'manifests' },
  { code: 'platform.unknown-requirement', yaml: 'stages: { mlflow: { manifests: x, requires: [«minoi»] } }', fixed: 'minio' },
  {
    code: 'platform.stage-cycle',
    yaml: 'stages: { a: { manifests: a, requires: «[b]» }, b: { manifests: b, requires: [a] } }',
    says: 'a → b → a',
  },
  { code: 'platform.stage-cycle', yaml: 'stages: { a: { manifests: a, requires: «[a]» } }', says: 'a → a' },
  { code: 'platform.stage-cycle', yaml: 'stages: { kafka: { requires: «[services]» } }', says: 'kafka → services → kafka' },
  { code: 'platform.stage-key', yaml: 'stages: { vpc: { «chart»: x } }' },
  { code: 'platform.stage-needed', yaml: 'stages: { cluster: { enabled: «false» } }', says: 'ebs-csi, compute, kubeconfig require' },
  { code: 'platform.stage-needed', yaml: 'stages: { ebs-csi: { enabled: «false» } }', severity: 'warning', says: 'compute, minio require' },
  { code: 'platform.stage-needed', yaml: 'stages: { kafka: { enabled: «false» } }', severity: 'warning', says: 'services requires' },
  { code: 'platform.stage-values', yaml: 'stages: { a: { manifests: a, «values»: [x.yml] } }', severity: 'warning' },
  { code: 'platform.path', yaml: 'manifests: «"a\\u0000b"»' },
  { code: 'platform.path-absolute', yaml: 'manifests: «/etc»' },
  { code: 'platform.path-absolute', yaml: 'manifests: «C:/x»' },
  { code: 'platform.path-absolute', yaml: 'manifests: «~/x»' },
  { code: 'platform.path-outside', yaml: 'manifests: «../x»' },
  { code: 'platform.path-outside', yaml: 'stages: { sentry: { values: [a/../b.yml, «a/../../b.yml»] } }' },
  { code: 'platform.path-backslash', yaml: 'stages: { a: { manifests: «a\\b» } }', fixed: '"a/b"' },
  { code: 'platform.path-scheme', yaml: 'manifests: «https://example.com/x»' },
  { code: 'platform.path-scheme', yaml: 'stages: { a: { chart: «http://example.com/x» } }' },
  { code: 'platform.path-dash', yaml: 'stages: { a: { chart: «-x» } }', fixed: '"./-x"' },
];
