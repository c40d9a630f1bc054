import { randomBytes } from 'node:crypto';
import { uuid } from '../eks/eksState.ts';
import type { ClusterRecord } from '../eks/eksState.ts';
import type { World } from '../world.ts';
import { addonWorkloads } from './addonWorkloads.ts';
import type { KubeObject } from './json.ts';
import { kindNamed } from './kinds.ts';
import { nodeObjects } from './nodeObjects.ts';
import { ObjectStore } from './objectStore.ts';
import { storedObjects } from './storedObjects.ts';

/** A cluster's objects as they are now: controllers have done all that was due. */
export function objectsOf(world: World, cluster: ClusterRecord): ObjectStore {
  const stores = storedObjects(world);
  const known = stores[cluster.id];
  const stored = known ?? { revision: 1, kinds: {}, controlled: [], salt: randomBytes(16).toString('hex') };
  stores[cluster.id] = stored;
  const store = new ObjectStore(stored, { now: () => world.now(), uid: () => uuid(world) });
  if (known === undefined) for (const object of firstObjects(cluster)) store.create(kindNamed(object.kind), object);
  const nodes = nodeObjects(cluster, world.now()).map((object) => ({ kind: kindNamed('Node'), object }));
  store.control([...nodes, ...uniqueObjects(addonWorkloads(world, cluster))]);
  return store;
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
