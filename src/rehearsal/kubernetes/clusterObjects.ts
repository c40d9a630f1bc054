import { randomBytes } from 'node:crypto';
import { uuid } from '../eks/eksState.ts';
import type { ClusterRecord } from '../eks/eksState.ts';
import type { World } from '../world.ts';
import { addonWorkloads } from './addonWorkloads.ts';
import { advance } from './advance.ts';
import type { ClusterView } from './controllers/controller.ts';
import { CONTROLLERS } from './controllers/controllers.ts';
import { withDefaults } from './defaults.ts';
import type { KubeObject } from './json.ts';
import { kindNamed } from './kinds.ts';
import { nodeObjects } from './nodeObjects.ts';
import { ObjectStore } from './objectStore.ts';
import { rowsOf, storedClusters } from './storedObjects.ts';
import type { StoredCluster } from './storedObjects.ts';

/** A cluster in memory. Everything of it that must last is in the world. */
interface Live {
  readonly stored: StoredCluster;
  readonly store: ObjectStore;
  /** Brings it to world-now. */
  advance(cluster: ClusterView): void;
  /** When something happens in it by itself, ms of the world. */
  next(): number | undefined;
}

/** Controllers are run at least so often, as what they read on the AWS side tells them nothing. ms of the world */
const STALE_MS = 5000;

const alive = new WeakMap<World, Map<string, Live>>();

/** A cluster's objects as they are now: controllers have done all that was due. */
export function objectsOf(world: World, cluster: ClusterRecord): ObjectStore {
  return viewOf(world, cluster).store;
}

/** When something happens next in a cluster by itself, ms of the world, as far as is known: nobody need look before then. */
export function nextMomentOf(world: World, cluster: ClusterRecord): number | undefined {
  return alive.get(world)?.get(cluster.id)?.next();
}

/** A cluster at world-now. */
export function viewOf(world: World, cluster: ClusterRecord): ClusterView {
  const clusters = alive.get(world) ?? new Map<string, Live>();
  alive.set(world, clusters);
  const stored = storedClusters(world)[cluster.id];
  let live = clusters.get(cluster.id);
  if (live === undefined || live.stored !== stored) {
    live = bringUp(world, cluster, stored);
    clusters.set(cluster.id, live);
  }
  const view = viewAt(world, cluster, live);
  live.advance(view);
  return view;
}

function bringUp(world: World, cluster: ClusterRecord, known: StoredCluster | undefined): Live {
  const stored = known ?? { revision: 1, controlled: [], salt: randomBytes(16).toString('hex'), memory: {} };
  storedClusters(world)[cluster.id] = stored;
  const clock = { at: world.now() };
  const store = new ObjectStore(stored, world.rows(rowsOf(cluster.id)), { now: () => clock.at, uid: () => uuid(world) });
  if (known === undefined) {
    for (const object of firstObjects(cluster)) store.create(kindNamed(object.kind), withDefaults(object, kindNamed(object.kind)));
  }
  let settled = { revision: -1, at: clock.at, next: undefined as number | undefined };
  return {
    stored,
    store,
    next: () => settled.next,
    advance: (view) => {
      const now = world.now();
      const nodes = nodeObjects(view.cluster, now).map((object) => ({ kind: kindNamed('Node'), object }));
      store.control([...nodes, ...uniqueObjects(addonWorkloads(world, view.cluster))]);
      const isDue = settled.next !== undefined && settled.next <= now;
      if (store.revision === settled.revision && !isDue && now - settled.at < STALE_MS) {
        clock.at = now;
        return;
      }
      const next = advance(view, CONTROLLERS, clock, now);
      settled = { revision: store.revision, at: now, next };
    },
  };
}

function viewAt(world: World, cluster: ClusterRecord, { stored, store }: Live): ClusterView {
  return { world, cluster, store, memory: (name, initial) => memoryOf(stored, name, initial) };
}

function memoryOf<T extends object>({ memory }: StoredCluster, name: string, initial: () => T): T {
  const kept = memory[name] ?? initial();
  memory[name] = kept;
  // A controller reads under its own name what it wrote there.
  return kept as T;
}

/** Add-ons with two workloads name a service account twice. */
function uniqueObjects(controlled: ReturnType<typeof addonWorkloads>): ReturnType<typeof addonWorkloads> {
  const seen = new Map(controlled.map((each) => [`${each.kind.kind} ${each.object.metadata.name}`, each]));
  return [...seen.values()];
}

/** What every new EKS cluster holds. Since 1.30 its `gp2` class is nobody's default (`domain-facts.md` C). */
function firstObjects(cluster: ClusterRecord): KubeObject[] {
  const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
  const [serviceNetwork = '172.20.0.0'] = cluster.serviceIpv4Cidr.split('/');
  const firstAddress = serviceNetwork.replace(/\d+$/, '1');
  return [
    ...namespaces.map((name) => namespace(name)),
    ...namespaces.map((name): KubeObject => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } })),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: {
        clusterIP: firstAddress,
        clusterIPs: [firstAddress],
        type: 'ClusterIP',
        sessionAffinity: 'None',
        ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 443 }],
      },
      status: { loadBalancer: {} },
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'gp2' },
      provisioner: 'kubernetes.io/aws-ebs',
      parameters: { fsType: 'ext4', type: 'gp2' },
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
  ];
}

function namespace(name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}
