import type { Look } from '../../core/graph/resource.ts';
import type { KubernetesClient, KubernetesObject } from '../client.ts';
import { releaseRecord, revisionOf, statusOf, type ReleaseRecord, type ReleaseSecret, type ReleaseStatus } from './releaseRecord.ts';

/** A release as its Secrets tell it; no Helm is needed to see one. */
export interface SeenRelease {
  readonly status: ReleaseStatus;
  readonly revision: number;
  /** On its newest Secret: Helm's and ours. */
  readonly labels: Readonly<Record<string, string>>;
  /** The newest revision that was whole: where a broken upgrade goes back to. */
  readonly lastDeployed: number | undefined;
  /** What is in the newest Secret; `undefined`: it cannot be read. */
  readonly record: ReleaseRecord | undefined;
}

/** Names and labels of all releases of a namespace in one LIST, and of this one the newest revision alone. @throws Unseen */
export async function lookAtRelease(
  look: Look,
  client: KubernetesClient,
  namespace: string,
  release: string,
): Promise<SeenRelease | undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
  const all = await look.share(`kubernetes:helm ${path}`, () =>
    client.list<KubernetesObject>(path, look.signal, { labelSelector: 'owner=helm', metadataOnly: true }),
  );
  const revisions = all
    .filter(({ metadata }) => metadata.labels?.['name'] === release && metadata.labels['owner'] === 'helm')
    .sort((a, b) => revisionOf(b) - revisionOf(a));
  const [newest] = revisions;
  if (newest === undefined) return undefined;
  const { name, resourceVersion = '' } = newest.metadata;
  const secret = await look.share(`kubernetes:helm ${path}/${name}@${resourceVersion}`, () =>
    client.get<ReleaseSecret>(`${path}/${encodeURIComponent(name)}`, look.signal),
  );
  const record = secret === undefined ? undefined : releaseRecord(secret);
  const status = statusOf(newest.metadata.labels?.['status']);
  // A release that was uninstalled and whose history was kept is gone.
  if (status === 'uninstalled') return undefined;
  const whole = revisions.find(({ metadata }) => metadata.labels?.['status'] === 'deployed');
  return {
    status,
    revision: revisionOf(newest),
    labels: newest.metadata.labels ?? {},
    lastDeployed: whole === undefined ? undefined : revisionOf(whole),
    record,
  };
}
