import { gunzipSync, gzipSync } from 'node:zlib';
import { isObject, objectIn, textIn } from '../kubernetes/json.ts';
import type { Json, JsonObject, KubeObject } from '../kubernetes/json.ts';
import { RELEASE_TYPE } from '../kubernetes/sealedRelease.ts';
import type { KubeApi } from './kubeApi.ts';

export type ReleaseStatus =
  'deployed' | 'superseded' | 'failed' | 'uninstalling' | 'uninstalled' | 'pending-install' | 'pending-upgrade' | 'pending-rollback';

export interface RecordedHook {
  readonly object: KubeObject;
  readonly events: readonly string[];
  readonly phase?: 'Running' | 'Succeeded' | 'Failed';
}

/** One revision of a release, as Helm keeps it (helm.sh/helm, `pkg/release/v1`). */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly version: number;
  readonly status: ReleaseStatus;
  readonly description: string;
  /** World times, ISO 8601. */
  readonly firstDeployed: string;
  readonly lastDeployed: string;
  readonly chart: { readonly name: string; readonly version: string; readonly appVersion: string };
  readonly config: JsonObject;
  readonly objects: readonly KubeObject[];
  readonly hooks: readonly RecordedHook[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Labels of Helm's own on a release's Secret. */
const OWN_LABELS = ['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt'];
const LONGEST = 32 * 1024 * 1024;

const secretName = ({ name, version }: Pick<Release, 'name' | 'version'>): string => `sh.helm.release.v1.${name}.v${version}`;
const secretsPath = (namespace: string): string => `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;

/** All revisions, oldest first; of one release, or of the namespace. */
export async function readReleases(api: KubeApi, namespace: string, name?: string): Promise<Release[]> {
  const selector = encodeURIComponent(name === undefined ? 'owner=helm' : `owner=helm,name=${name}`);
  const { body } = await api.send('GET', `${secretsPath(namespace)}?labelSelector=${selector}`);
  const items = Array.isArray(body['items']) ? (body['items'] as readonly Json[]).filter(isObject) : [];
  return items.flatMap((item) => decoded(item) ?? []).sort((a, b) => a.version - b.version);
}

export async function createRelease(api: KubeApi, release: Release): Promise<void> {
  await api.send('POST', secretsPath(release.namespace), secretOf(release));
}

export async function updateRelease(api: KubeApi, release: Release): Promise<void> {
  await api.send('PUT', `${secretsPath(release.namespace)}/${secretName(release)}`, secretOf(release));
}

export async function deleteRelease(api: KubeApi, release: Release): Promise<void> {
  await api.send('DELETE', `${secretsPath(release.namespace)}/${secretName(release)}`, undefined, undefined, [404]);
}

/** The text of all objects, each under the template that Helm would name. */
export function manifestOf(release: Pick<Release, 'objects' | 'chart'>): string {
  return release.objects
    .map((object) => `---\n# Source: ${release.chart.name}/templates/${object.kind.toLowerCase()}.yaml\n${JSON.stringify(object)}\n`)
    .join('');
}

function secretOf(release: Release): KubeObject {
  const payload: JsonObject = {
    name: release.name,
    namespace: release.namespace,
    version: release.version,
    info: {
      first_deployed: release.firstDeployed,
      last_deployed: release.lastDeployed,
      deleted: '',
      description: release.description,
      status: release.status,
    },
    chart: { metadata: { ...release.chart, apiVersion: 'v2', type: 'application' }, templates: [], values: {}, files: [] },
    config: release.config,
    manifest: manifestOf(release),
    hooks: release.hooks.map(({ object, events, phase }) => ({
      name: object.metadata.name,
      kind: object.kind,
      path: `${release.chart.name}/templates/hooks/${object.metadata.name}.yaml`,
      manifest: JSON.stringify(object),
      events: [...events],
      last_run: { started_at: '', completed_at: '', phase: phase ?? '' },
      weight: 0,
    })),
  };
  const seconds = String(Math.floor(Date.parse(release.lastDeployed) / 1000));
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretName(release),
      namespace: release.namespace,
      labels: {
        ...release.labels,
        name: release.name,
        owner: 'helm',
        status: release.status,
        version: String(release.version),
        modifiedAt: seconds,
      },
    },
    type: RELEASE_TYPE,
    data: { release: Buffer.from(gzipSync(JSON.stringify(payload)).toString('base64')).toString('base64') },
  };
}

function decoded(secret: JsonObject): Release | undefined {
  const data = textIn(objectIn(secret, 'data'), 'release');
  if (data === undefined) return undefined;
  let payload: Json;
  try {
    payload = JSON.parse(
      gunzipSync(Buffer.from(Buffer.from(data, 'base64').toString('latin1'), 'base64'), { maxOutputLength: LONGEST }).toString('utf8'),
    ) as Json;
  } catch {
    // Somebody else's Secret with Helm's labels.
    return undefined;
  }
  if (!isObject(payload)) return undefined;
  const info = objectIn(payload, 'info');
  const chart = objectIn(objectIn(payload, 'chart'), 'metadata');
  const labels = Object.entries(objectIn(objectIn(secret, 'metadata'), 'labels')).filter(
    (each): each is [string, string] => typeof each[1] === 'string' && !OWN_LABELS.includes(each[0]),
  );
  const hooks = Array.isArray(payload['hooks']) ? (payload['hooks'] as readonly Json[]).filter(isObject) : [];
  return {
    name: textIn(payload, 'name') ?? '',
    namespace: textIn(payload, 'namespace') ?? '',
    version: Number(payload['version'] ?? 1),
    // Helm writes its own words.
    status: (textIn(info, 'status') ?? 'failed') as ReleaseStatus,
    description: textIn(info, 'description') ?? '',
    firstDeployed: textIn(info, 'first_deployed') ?? '',
    lastDeployed: textIn(info, 'last_deployed') ?? '',
    chart: { name: textIn(chart, 'name') ?? '', version: textIn(chart, 'version') ?? '', appVersion: textIn(chart, 'appVersion') ?? '' },
    config: objectIn(payload, 'config'),
    objects: documents(textIn(payload, 'manifest') ?? ''),
    hooks: hooks.flatMap((hook) =>
      documents(textIn(hook, 'manifest') ?? '').map((object) => ({ object, events: textsOf(hook['events']) })),
    ),
    labels: Object.fromEntries(labels),
  };
}

const textsOf = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter((each) => typeof each === 'string') : [];

/** What this Helm wrote: an object a line. What a real one wrote is YAML, which it alone changes again. */
function documents(text: string): KubeObject[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as KubeObject);
}
