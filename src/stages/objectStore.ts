import type { Agent } from 'node:http';
import type { Agents } from '../aws/agent.ts';
import { bucket, BY_HAND, type BucketOut, type BucketWish, type ReachS3 } from '../aws/s3/bucket.ts';
import { Unseen } from '../core/graph/errors.ts';
import type { Look, Resource, ResourceId } from '../core/graph/resource.ts';
import type { KubernetesClient, KubernetesObject } from '../kubernetes/client.ts';
import { clientOf, type InCluster } from '../kubernetes/cluster.ts';
import { connectToPod, PodAgent } from '../kubernetes/portForward.ts';
import { expectedBuckets } from '../manifests/expectedBuckets.ts';
import { itemsAt, at, textAt } from '../manifests/json.ts';
import type { PlacedObject } from '../manifests/manifestObject.ts';
import { groupKind, objectId } from '../manifests/objectKey.ts';
import { matches } from '../manifests/patterns.ts';
import type { PlatformManifests } from './kubernetesContext.ts';

/** A key of the store's own administrator: in a Secret, or written out. */
type RootKey = { readonly secret: string; readonly key: string } | { readonly value: string };

/** MinIO as its manifests describe it. */
interface Store {
  readonly namespace: string;
  readonly service: string;
  readonly port: { readonly name: string | undefined; readonly number: number };
  readonly user: RootKey;
  readonly password: RootKey;
  readonly workloads: readonly ResourceId[];
}

const S3_PORT = 9000;
/** What MinIO takes where nobody sets anything (its documentation, "Root credentials"). */
const DEFAULT_KEY = 'minioadmin';

/** `minio.endpoint` of platform.yml: the store is asked there, and not through a port-forward. */
export interface GivenEndpoint {
  readonly endpoint: string;
  readonly agents: Agents;
}

/** The buckets that manifests and values expect, in the store of this stage; none where it has no Service of S3's. */
export function bucketResources(
  inCluster: InCluster,
  { set, values }: PlatformManifests,
  objects: readonly PlacedObject[],
  given?: GivenEndpoint,
): readonly Resource<BucketOut>[] {
  const store = storeIn(objects);
  if (store === undefined) return [];
  const reach = reachStore(inCluster, store, given);
  return expectedBuckets(set, values).map(({ name, needs }) =>
    bucket(reach, {
      name,
      expectedBy: [...new Set(needs.map(({ file }) => file))],
      after: store.workloads,
      reachedBy: reachedByHand(store, given),
    }),
  );
}

/** The buckets that each object expects, by the object's id. */
export function bucketsByUser(
  { set, values }: PlatformManifests,
  buckets: readonly Resource<BucketOut>[],
): ReadonlyMap<ResourceId, readonly Resource<BucketOut>[]> {
  const users = expectedBuckets(set, values).flatMap(({ name, needs }) =>
    needs.flatMap(({ from }) =>
      from === undefined ? [] : [{ user: objectId(from.key), bucket: buckets.find(({ id }) => id === `bucket/${name}`) }],
    ),
  );
  return new Map(
    users.map(({ user }) => [user, users.flatMap((each) => (each.user === user && each.bucket !== undefined ? [each.bucket] : []))]),
  );
}

/** The Secret with the store's own keys, and what they are called in it. */
export interface StoreKeys {
  readonly namespace: string;
  readonly name: string;
  readonly user: string;
  readonly password: string;
}

/** `undefined` where there is no store, or its keys stand in no Secret. */
export function storeKeysIn(objects: readonly PlacedObject[]): StoreKeys | undefined {
  const store = storeIn(objects);
  if (store === undefined || !('secret' in store.user) || !('secret' in store.password)) return undefined;
  const { user, password, namespace } = store;
  return user.secret === password.secret ? { namespace, name: user.secret, user: user.key, password: password.key } : undefined;
}

function storeIn(objects: readonly PlacedObject[]): Store | undefined {
  for (const object of objects) {
    if (groupKind(object.key) !== 'Service' || textAt(object.json, 'spec', 'clusterIP') === 'None') continue;
    const port = itemsAt(object.json, 'spec', 'ports').find((each) => at(each, 'port') === S3_PORT);
    if (port === undefined) continue;
    const { namespace, name: service } = object.key;
    const workloads = objects.filter(({ key }) => key.group === 'apps' && key.namespace === namespace);
    const keyOf = (...names: readonly string[]): RootKey => rootKey(workloads, names) ?? { value: DEFAULT_KEY };
    return {
      namespace,
      service,
      port: { name: textAt(port, 'name'), number: S3_PORT },
      user: keyOf('MINIO_ROOT_USER', 'MINIO_ACCESS_KEY'),
      password: keyOf('MINIO_ROOT_PASSWORD', 'MINIO_SECRET_KEY'),
      workloads: workloads.map(({ key }) => objectId(key)),
    };
  }
  return undefined;
}

function rootKey(workloads: readonly PlacedObject[], names: readonly string[]): RootKey | undefined {
  const variables = workloads.flatMap(({ json }) => matches(json, 'spec.template.spec.containers[].env[]'));
  for (const { value: variable } of variables) {
    if (!names.includes(textAt(variable, 'name') ?? '')) continue;
    const [secret, key] = [textAt(variable, 'valueFrom', 'secretKeyRef', 'name'), textAt(variable, 'valueFrom', 'secretKeyRef', 'key')];
    if (secret !== undefined && key !== undefined) return { secret, key };
    const value = textAt(variable, 'value');
    if (value !== undefined) return { value };
  }
  return undefined;
}

/**
 * Through the API server to a ready pod of the Service, or to the given endpoint, with the keys that the store itself was started with; they stay in memory. For a
 * plan a store that is not ready is not there yet: the run that was stopped while it started is to be gone on with, and comes to the
 * buckets when the store is ready.
 */
function reachStore(inCluster: InCluster, store: Store, given: GivenEndpoint | undefined): ReachS3 {
  return async (look, depth) => {
    const client = await clientOf(look, inCluster);
    if (client === undefined) return undefined;
    const pod = await look.share(`kubernetes:pod of ${store.namespace}/${store.service}`, () => readyPod(client, store, look.signal));
    if (pod === 'unready' && depth === 'status')
      throw new Unseen(`no pod of the Service ${store.namespace}/${store.service} is ready`, { code: 's3-unreachable' });
    if (pod === undefined || pod === 'unready') return undefined;
    const [accessKeyId, secretAccessKey] = await Promise.all([
      keyValue(client, store, store.user, look),
      keyValue(client, store, store.password, look),
    ]);
    if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
    const { namespace, service } = store;
    if (given !== undefined) return { ...given, accessKeyId, secretAccessKey, keysOf: keysOf(store) };
    const connect = (): ReturnType<typeof connectToPod> => connectToPod(client, { namespace, pod: pod.name, port: pod.port });
    const agent: Agent = new PodAgent(connect);
    const endpoint = `http://${service}.${namespace}.svc:${store.port.number}`;
    return { endpoint, agent, accessKeyId, secretAccessKey, keysOf: keysOf(store) };
  };
}

const keysOf = ({ namespace, user }: Store): string =>
  'secret' in user ? `${namespace}/${user.secret}` : `${namespace} (none is set: ${DEFAULT_KEY})`;

/** The keys are asked for by `aws configure`, so that they are in no line and no history of a shell. */
function reachedByHand({ namespace, service, port }: Store, given: GivenEndpoint | undefined): BucketWish['reachedBy'] {
  const profile = `${namespace}-${service}`;
  const keys = ['aws', 'configure', '--profile', profile];
  if (given !== undefined) return { lines: [keys], profile, endpoint: given.endpoint };
  const forward = ['kubectl', 'port-forward', '--namespace', namespace, `service/${service}`, `${BY_HAND.port}:${port.number}`];
  return { lines: [{ background: forward }, keys], profile };
}

interface EndpointSlice extends KubernetesObject {
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[];
  readonly endpoints?: readonly {
    readonly conditions?: { readonly ready?: boolean };
    readonly targetRef?: { readonly kind?: string; readonly name?: string };
  }[];
}

/** `undefined`: there is no such Service yet, or it has no pod; `unready`: none of its pods is. @throws Unseen */
async function readyPod(
  client: KubernetesClient,
  { namespace, service, port }: Store,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly port: number } | 'unready' | undefined> {
  const slices = await client.list<EndpointSlice>(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, signal, {
    labelSelector: `kubernetes.io/service-name=${service}`,
  });
  for (const { endpoints = [], ports = [] } of slices) {
    const number = ports.find(({ name }) => name === port.name || ports.length === 1)?.port ?? port.number;
    const ready = endpoints.find(({ conditions, targetRef }) => conditions?.ready !== false && targetRef?.kind === 'Pod');
    if (ready?.targetRef?.name !== undefined) return { name: ready.targetRef.name, port: number };
  }
  return slices.every(({ endpoints = [] }) => endpoints.length === 0) ? undefined : 'unready';
}

interface SecretObject extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

async function keyValue(
  client: KubernetesClient,
  { namespace }: Store,
  key: RootKey,
  look: Pick<Look, 'signal' | 'share'>,
): Promise<string | undefined> {
  if ('value' in key) return key.value;
  const path = `/api/v1/namespaces/${namespace}/secrets/${key.secret}`;
  const found = await look.share(`kubernetes:${path}`, () => client.get<SecretObject>(path, look.signal));
  const encoded = found?.data?.[key.key];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}
