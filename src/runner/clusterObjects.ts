import { Engine } from '../core/engine/engine.ts';
import { outputsIn } from '../core/graph/observation.ts';
import { Unseen } from '../core/graph/errors.ts';
import type { ResourceId } from '../core/graph/resource.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { servedKind } from '../kubernetes/objects/servedKind.ts';
import { objectPath, type ServedKind } from '../kubernetes/paths.ts';
import { isAddress } from '../kubernetes/provider.ts';
import type { PlacedObject } from '../manifests/manifestObject.ts';
import { groupKind, type ObjectKey } from '../manifests/objectKey.ts';
import type { Connection } from './connection.ts';
import type { Reach } from './protocol.ts';
import { quietPorts } from './run.ts';
import { RunnerError } from './runnerError.ts';

/** Where a session looks for objects: its connection, for as long as `signal` lets it. */
export interface Looking {
  readonly connection: Connection;
  readonly reach: Reach;
  readonly signal: AbortSignal;
}

/** The object of a row, as its manifest has it and where the cluster has it. */
export interface LocatedObject {
  readonly key: ObjectKey;
  /** Absent: no manifest of the platform writes it. */
  readonly written: PlacedObject | undefined;
  readonly client: KubernetesClient;
  readonly kind: ServedKind;
  readonly path: string;
}

/** @throws RunnerError exit 2 for what is no object of a cluster; Unseen when there is no cluster, or it does not know the kind. */
export async function locateObject(looking: Looking, resource: ResourceId): Promise<LocatedObject> {
  const key = keyOf(resource);
  const written = looking.connection.manifests?.set.byId.get(resource);
  const client = await clusterClient(looking);
  const kind = written === undefined ? await servedNow(client, key, looking.signal) : await servedKind(client, written, looking.signal);
  if (kind === undefined) throw new Unseen(`the cluster does not know the kind ${groupKind(key)}`, { code: 'kubernetes-kind' });
  return { key, written, client, kind, path: objectPath(kind, key.namespace, key.name) };
}

/** The client of the platform's cluster. @throws Unseen while there is none */
async function clusterClient({ connection, reach, signal }: Looking): Promise<KubernetesClient> {
  if (connection.namedCluster !== undefined) return connection.namedCluster.client;
  const engine = new Engine(quietPorts(connection, reach, signal));
  const seen = (await engine.observe(connection.graph, { signal, depth: 'status', only: new Set(['cluster']) })).get('cluster');
  const address = outputsIn(seen);
  if (isAddress(address)) return connection.clusterAt(address);
  const why = seen?.state === 'unknown' ? `: ${seen.reason}` : '';
  throw new Unseen(`the cluster cannot be reached${why}`, { code: 'kubernetes-unreachable' });
}

async function servedNow(client: KubernetesClient, { group, kind }: ObjectKey, signal: AbortSignal): Promise<ServedKind | undefined> {
  return (await client.discovery.kinds(signal)).find((each) => each.group === group && each.kind === kind);
}

/** The id of an object, read back: `Deployment.apps/kafka/broker`. */
function keyOf(resource: ResourceId): ObjectKey {
  const [groupedKind = '', ...place] = resource.split('/');
  const [kind = '', ...group] = groupedKind.split('.');
  const [first, second, ...more] = place;
  if (first === undefined || more.length > 0 || !/^[A-Z]/.test(kind))
    throw new RunnerError(`${resource} is no object of a cluster.`, { code: 'no-object', exit: 2 });
  const named = second === undefined ? { namespace: '', name: first } : { namespace: first, name: second };
  return { group: group.join('.'), kind, ...named };
}
