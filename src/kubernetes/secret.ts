import { NotYet } from '../core/graph/errors.ts';
import type { Change, Depth, Handle, Json, Look, Observation, Resource, ResourceId } from '../core/graph/resource.ts';
import type { KubernetesClient, KubernetesObject } from './client.ts';
import { clientOf, type InCluster } from './cluster.ts';
import type { ClusterAddress } from './connection.ts';
import { secretTypeOf } from './credentials.ts';
import { PLATFORM_LABEL } from './platformLabel.ts';
import type { SecretValues, WantedSecret } from './secretValues.ts';

export interface SecretWish extends WantedSecret {
  /** Who refers to it, as resource ids: told to people. */
  readonly neededBy: readonly ResourceId[];
  /** The value of `slipway.dev/platform`. */
  readonly label: string;
  /** Its namespace, where that is made by the platform. */
  readonly after: readonly ResourceId[];
}

export interface SecretOut {
  readonly name: string;
  readonly namespace: string;
}

type SecretNeeds = { readonly cluster: Handle<ClusterAddress> };

/**
 * A Secret that manifests refer to and none defines: present, missing, or incomplete. It is looked at without its values: which keys
 * it has is told by its field owners, in its metadata. What somebody else has made is used and never deleted; a key that it lacks is added
 * only with the consent `overwrite`, and only to the very version that was looked at.
 */
export function secret(inCluster: InCluster, wish: SecretWish, values: SecretValues): Resource<SecretOut, SecretNeeds> {
  const { cluster, reach } = inCluster;
  const { namespace, name, keys, label } = wish;
  const title = `Secret ${namespace}/${name}`;
  const collection = `/api/v1/namespaces/${namespace}/secrets`;
  const path = `${collection}/${name}`;
  const outputs = { name, namespace };
  let seenWith: KubernetesClient | undefined;
  let seenVersion: string | undefined;
  const observe = async (look: Look, _depth: Depth): Promise<Observation<SecretOut>> => {
    const client = (seenWith = await clientOf(look, inCluster));
    if (client === undefined) return { state: 'absent' };
    const found = (await secretsIn(look, client, namespace)).find(({ metadata }) => metadata.name === name);
    seenVersion = found?.metadata.resourceVersion;
    if (found === undefined) return { state: 'absent' };
    const missing = missingKeys(await keysOf(look, client, path, found), keys);
    const present = {
      owner: found.metadata.labels?.[PLATFORM_LABEL] === label ? 'slipway' : 'adopted',
      physicalId: found.metadata.uid ?? `${namespace}/${name}`,
      attributes: { missing },
      ...(found.metadata.deletionTimestamp === undefined ? {} : { leaving: true as const }),
    } as const;
    if (missing.length === 0) return { ...present, state: 'ready', outputs };
    return { ...present, state: 'failed', outputs: {}, reason: `it has no ${missing.join(' and no ')}` };
  };
  return {
    id: `Secret/${namespace}/${name}`,
    kind: 'Secret',
    provider: 'kubernetes',
    title,
    needs: { cluster },
    after: wish.after,
    within: cluster,
    observe,
    steps: {
      plan: (seen) => planOf(title, wish, seen, values),
      async create({ cluster: address }, ctx) {
        const metadata = { name, namespace, labels: { [PLATFORM_LABEL]: label } };
        const manifest = { apiVersion: 'v1', kind: 'Secret', type: secretTypeOf(keys), metadata, data: encoded(values.give(wish)) };
        await reach(address).apply(path, manifest, ctx.signal);
      },
      // A patch adds what is missing: an apply would take away what an earlier one of ours had put there.
      async update(seen, { cluster: address }, ctx) {
        if (!('physicalId' in seen)) throw new NotYet('it is not there any more');
        const data = encoded(values.give({ ...wish, keys: missingIn(seen) }));
        const metadata = { uid: seen.physicalId, ...(seenVersion === undefined ? {} : { resourceVersion: seenVersion }) };
        await reach(address).patch(path, { metadata, data }, ctx.signal);
      },
      async delete(seen, ctx) {
        if (seenWith === undefined) throw new NotYet('the cluster cannot be reached just now');
        await seenWith.delete(path, ctx.signal, { uid: seen.physicalId });
      },
      foresee: () => outputs,
    },
    estimate: () => ({ createSeconds: 2, updateSeconds: 2, deleteSeconds: 2, monthlyUsd: 0 }),
    commands: () => [commandOf(wish)],
  };
}

function planOf(title: string, wish: SecretWish, seen: Observation<SecretOut>, values: SecretValues): Change {
  if (seen.state === 'unknown') return { action: 'blocked', code: 'unseen', summary: `${title} could not be looked at: ${seen.reason}` };
  const missing = seen.state === 'absent' ? wish.keys : missingIn(seen);
  if (missing.length === 0 && seen.state !== 'absent') return { action: 'none' };
  if (!values.covers({ ...wish, keys: missing })) {
    const what = missing.length === 0 ? 'is not there, and what belongs in it only you know' : `has no ${missing.join(' and no ')}`;
    const users = wish.neededBy.length === 0 ? '' : `; ${few(wish.neededBy)} need${wish.neededBy.length === 1 ? 's' : ''} it`;
    return { action: 'blocked', code: 'secret-missing', summary: `${title} ${what}${users}` };
  }
  const places = missing.length === 0 ? ['data'] : missing.map((key) => `data.${key}`);
  const diff = places.map((place) => ({ path: place, before: null, after: '(a secret)' }));
  if (seen.state === 'absent') return { action: 'create', summary: `create ${title}`, diff };
  if (seen.owner === 'slipway') return { action: 'update', summary: `update ${title}: ${missing.join(', ')}`, diff };
  return { action: 'update', consent: 'overwrite', summary: `add ${missing.join(', ')} to ${title}, which somebody else made`, diff };
}

function few(names: readonly string[]): string {
  const [first = '', second, ...rest] = names;
  if (second === undefined) return first;
  return rest.length === 0 ? `${first} and ${second}` : `${first}, ${second} and ${rest.length} more`;
}

const missingKeys = (has: ReadonlySet<string>, wanted: readonly string[]): readonly string[] => wanted.filter((key) => !has.has(key));

function missingIn(seen: Observation<unknown>): readonly string[] {
  const missing: Json | undefined = 'attributes' in seen ? seen.attributes['missing'] : undefined;
  return Array.isArray(missing) ? missing.filter((key) => typeof key === 'string') : [];
}

const encoded = (plain: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]));

/** One LIST of metadata for all Secrets of a namespace. */
function secretsIn(look: Look, client: KubernetesClient, namespace: string): Promise<readonly KubernetesObject[]> {
  return look.share(`kubernetes:secret names of ${namespace}`, () =>
    client.list(`/api/v1/namespaces/${namespace}/secrets`, look.signal, { metadataOnly: true }),
  );
}

interface SecretData extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** The keys by who owns them. Where nobody does (field owners can be stripped), the Secret itself is read, and its values forgotten at once. */
async function keysOf(look: Look, client: KubernetesClient, path: string, { metadata }: KubernetesObject): Promise<ReadonlySet<string>> {
  const owned = (metadata.managedFields ?? []).flatMap(({ fieldsV1 }) =>
    ['f:data', 'f:stringData'].flatMap((field) => keysAt(fieldsV1, field)),
  );
  if (owned.length > 0) return new Set(owned);
  const keys = await look.share(`kubernetes:keys of ${path}`, async () =>
    Object.keys((await client.get<SecretData>(path, look.signal))?.data ?? {}),
  );
  return new Set(keys);
}

function keysAt(fields: Json | undefined, field: string): readonly string[] {
  const below = isRecord(fields) ? fields[field] : undefined;
  return isRecord(below) ? Object.keys(below).flatMap((key) => (key.startsWith('f:') ? [key.slice(2)] : [])) : [];
}

const isRecord = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Values are typed into a file descriptor, never into an argument. */
function commandOf({ namespace, name, keys, label }: SecretWish): { readonly stdin: string; readonly argv: readonly string[] } {
  const stringData = Object.fromEntries(keys.map((key) => [key, `<${key.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '-')}>`]));
  const manifest = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: secretTypeOf(keys),
    metadata: { name, namespace, labels: { [PLATFORM_LABEL]: label } },
    stringData,
  };
  return { stdin: JSON.stringify(manifest), argv: ['kubectl', 'apply', '--server-side', '--field-manager', 'slipway', '-f', '-'] };
}
