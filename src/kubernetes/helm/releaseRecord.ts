import { gunzipSync } from 'node:zlib';
import type { KubernetesObject } from '../client.ts';
import { at, listAt, numberAt, textAt, timeAt } from '../readiness/fields.ts';
import { isValues, type Values } from './values.ts';

/** Helm's own words (helm.sh/helm, pkg/release). */
export type ReleaseStatus =
  | 'unknown'
  | 'deployed'
  | 'uninstalled'
  | 'superseded'
  | 'failed'
  | 'uninstalling'
  | 'pending-install'
  | 'pending-upgrade'
  | 'pending-rollback';

export interface ReleaseHook {
  readonly name: string;
  readonly kind: string;
  /** `Running`, `Succeeded`, `Failed`; `undefined`: it never ran. */
  readonly phase: string | undefined;
}

/** One revision of a release, as far as we read it. */
export interface ReleaseRecord {
  readonly revision: number;
  readonly status: ReleaseStatus;
  /** What Helm says of how it ended. May quote the chart. */
  readonly description: string;
  /** Milliseconds since the epoch, by the clock of the machine on which Helm ran. */
  readonly lastDeployed: number | undefined;
  readonly chart: string;
  readonly chartVersion: string;
  /** Values that the user gave. They may hold secrets: masked before anybody sees them. */
  readonly values: Values;
  /** YAML of all objects but hooks. */
  readonly manifest: string;
  readonly hooks: readonly ReleaseHook[];
}

/** A Secret of Kubernetes holds 1 MiB, gzipped; rendered charts are texts that pack ten times at most. */
const LONGEST = 32 * 1024 * 1024;

const STATUSES: ReadonlySet<string> = new Set<ReleaseStatus>([
  'deployed',
  'uninstalled',
  'superseded',
  'failed',
  'uninstalling',
  'pending-install',
  'pending-upgrade',
  'pending-rollback',
]);
const isStatus = (text: string): text is ReleaseStatus => STATUSES.has(text);

export const statusOf = (text: string | undefined): ReleaseStatus => (text !== undefined && isStatus(text) ? text : 'unknown');

/** A Secret of type `helm.sh/release.v1`. */
export interface ReleaseSecret extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Which revision a Secret is, by its labels alone. */
export const revisionOf = ({ metadata }: KubernetesObject): number => Number(metadata.labels?.['version'] ?? 0);

/**
 * What Helm has written: base64 (Kubernetes') of base64 (Helm's) of gzip of JSON (helm.sh/helm, pkg/storage/driver/util.go). What cannot be
 * read, whoever wrote it, is `undefined`; the labels of the Secret are then all that is known.
 */
export function releaseRecord(secret: ReleaseSecret): ReleaseRecord | undefined {
  const payload = decoded(secret.data?.['release']);
  if (payload === undefined) return undefined;
  const config = at(payload, 'config');
  return {
    revision: numberAt(payload, 'version') ?? revisionOf(secret),
    status: statusOf(textAt(payload, 'info', 'status') ?? secret.metadata.labels?.['status']),
    description: textAt(payload, 'info', 'description') ?? '',
    lastDeployed: timeAt(payload, 'info', 'last_deployed'),
    chart: textAt(payload, 'chart', 'metadata', 'name') ?? '',
    chartVersion: textAt(payload, 'chart', 'metadata', 'version') ?? '',
    values: isValues(config) ? config : {},
    manifest: textAt(payload, 'manifest') ?? '',
    hooks: listAt(payload, 'hooks').map((hook) => ({
      name: textAt(hook, 'name') ?? '',
      kind: textAt(hook, 'kind') ?? '',
      phase: textAt(hook, 'last_run', 'phase'),
    })),
  };
}

function decoded(data: string | undefined): unknown {
  if (data === undefined) return undefined;
  try {
    const zipped = Buffer.from(Buffer.from(data, 'base64').toString('latin1'), 'base64');
    return JSON.parse(gunzipSync(zipped, { maxOutputLength: LONGEST }).toString('utf8'));
  } catch {
    // Not Helm's, or of a Helm that writes otherwise: nothing is believed of it.
    return undefined;
  }
}
