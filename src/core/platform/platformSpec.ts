import type { Finding, SourceRange } from '../findings/finding.ts';

/**
 * `platform.yml` as a typed value: every default filled in, every value checked. What it means is in `docs/platform.md`;
 * defaults are the runbook's.
 */
export interface PlatformSpec {
  readonly name: string;
  /** Tells two platforms of one name apart. */
  readonly id?: string;
  readonly region: string;
  /** Twelve digits: the guard. */
  readonly account?: string;
  /** A hint; the person's own choice wins. */
  readonly profile?: string;
  readonly domain?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly permissionsBoundary?: string;
  readonly network: NetworkSpec;
  readonly cluster: ClusterSpec;
  readonly compute: ComputeSpec;
  readonly tls?: { readonly email?: string; readonly issuer: string };
  /** Where the object store is reached without a port-forward: `https://minio.example.com`. */
  readonly minio?: { readonly endpoint?: string };
  /** Folder with manifests and charts, relative to the file, as written. */
  readonly manifests?: string;
  readonly stages: Readonly<Record<string, StageSpec>>;
}

export interface NetworkSpec {
  readonly cidr: string;
  /** Zone ids (`usw2-az1`) that were written, or how many to choose. The i-th public and the i-th private subnet share the i-th zone. */
  readonly zones: number | readonly string[];
  readonly natGateways: 'perZone' | 'single';
  readonly s3Endpoint: boolean;
  readonly public: readonly string[];
  readonly private: readonly string[];
}

export interface ClusterSpec {
  /** `latest`: the newest in standard support, chosen once at creation. */
  readonly version: string;
  readonly endpoint: { readonly public: boolean; readonly private: boolean; readonly publicCidrs: readonly string[] };
  /** IAM principal ARNs besides the creator. */
  readonly admins: readonly string[];
  /** By add-on name; a version that is not written is the default one, chosen once. `configuration` is passed as `configurationValues`. */
  readonly addons: Readonly<Record<string, { readonly version?: string; readonly configuration?: Readonly<Record<string, unknown>> }>>;
}

export interface ComputeSpec {
  readonly instanceTypes: readonly string[];
  readonly capacity: 'spot' | 'onDemand';
  readonly min: number;
  /** Compared with what is there only if `desiredWritten`: an autoscaler may own it. */
  readonly desired: number;
  readonly desiredWritten: boolean;
  readonly max: number;
}

export interface StageSpec {
  readonly enabled: boolean;
  readonly title?: string;
  readonly requires?: readonly string[];
  readonly manifests?: string;
  readonly chart?: string;
  readonly values?: readonly string[];
  readonly namespace?: string;
}

/** What reading a `platform.yml` gives. `spec` is there unless a finding is an error; `rangeOf` answers for every written key path (`['network', 'cidr']`), also beside errors. */
export interface PlatformDocument {
  readonly file: string;
  readonly spec: PlatformSpec | undefined;
  readonly findings: readonly Finding[];
  rangeOf(path: readonly (string | number)[]): SourceRange | undefined;
}

/** The value of the tag `slipway:platform`: name and id, or the name alone. */
export function platformTag(spec: Pick<PlatformSpec, 'name' | 'id'>): string {
  return spec.id === undefined ? spec.name : `${spec.name}/${spec.id}`;
}
