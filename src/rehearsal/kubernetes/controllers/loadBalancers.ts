import { wayOut } from '../../eks/capacity.ts';
import { isActive, loadBalancersOf, makeLoadBalancer, removeLoadBalancer } from '../../elb/loadBalancers.ts';
import { forgetTargetGroups } from '../../elb/targetGroups.ts';
import type { LoadBalancerRecord } from '../../elb/loadBalancers.ts';
import { makeSecurityGroup, removeAt } from '../../ec2/onBehalf.ts';
import { ec2Of } from '../../ec2/state.ts';
import { textIn } from '../json.ts';
import type { KubeObject } from '../json.ts';
import { namespaceOf } from '../objectStore.ts';
import type { ClusterView, Controller } from './controller.ts';
import { tell } from './events.ts';
import { NODE, SERVICE } from './kinds.ts';
import {
  annotationsOf,
  dropFinalizer,
  earliest,
  isLeaving,
  numberIn,
  objectsIn,
  specOf,
  uidOf,
  withFinalizer,
  writeStatus,
} from './objectParts.ts';

const NAME = 'service-controller';
const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';
const TYPE = 'service.beta.kubernetes.io/aws-load-balancer-type';
/** From a Service to a load balancer with a name; EKS's controller takes a few seconds. */
const MAKE_MS = 4_000;
const DELETE_MS = 8_000;
/** The controller's back-off after a refusal. */
const AGAIN_MS = 15_000;

interface Memory {
  dueAt?: number;
  goneAt?: number;
  groupId?: string;
}

/** The cloud controller of EKS: a load balancer for each `Service type=LoadBalancer` (cloud-provider-aws). */
export const LOAD_BALANCERS: Controller = {
  name: NAME,
  reconcile(cluster, now) {
    let next: number | undefined;
    for (const service of cluster.store.list(SERVICE)) next = earliest(next, reconcile(cluster, service, now));
    return next;
  },
};

/** `DefaultLoadBalancerName`: `a` and the Service's uid without dashes, 32 characters at most. */
function balancerName(service: KubeObject): string {
  return `a${uidOf(service).replaceAll('-', '')}`.slice(0, 32);
}

function balancerOf({ world, cluster }: ClusterView, service: KubeObject): LoadBalancerRecord | undefined {
  const name = balancerName(service);
  return (['network', 'classic'] as const)
    .flatMap((type) => loadBalancersOf(world, cluster.region, type))
    .find((each) => each.name === name);
}

/** A load balancer of this account answers by its name once it is active: what a public resolver would find. */
export function isAnswering(cluster: ClusterView, service: KubeObject): boolean {
  const balancer = balancerOf(cluster, service);
  return balancer !== undefined && isActive(cluster.world, balancer);
}

function reconcile(cluster: ClusterView, service: KubeObject, now: number): number | undefined {
  const { store } = cluster;
  const memory = cluster.memory<Record<string, Memory>>('load-balancers', () => ({}));
  const uid = uidOf(service);
  const wanted = textIn(specOf(service), 'type') === 'LoadBalancer';
  const balancer = balancerOf(cluster, service);
  if (isLeaving(service) || (!wanted && balancer !== undefined)) {
    const kept = (memory[uid] ??= {});
    if (balancer === undefined && kept.goneAt === undefined) {
      delete memory[uid];
      dropFinalizer(store, SERVICE, service, FINALIZER);
      return undefined;
    }
    kept.goneAt ??= now + DELETE_MS;
    if (now < kept.goneAt) {
      tell(cluster, NAME, service, { type: 'Normal', reason: 'DeletingLoadBalancer', message: 'Deleting load balancer' });
      return kept.goneAt;
    }
    if (balancer !== undefined) {
      removeLoadBalancer(cluster.world, cluster.cluster.region, balancer);
      forgetTargetGroups(cluster.world, cluster.cluster.region, balancer.arn);
    }
    if (kept.groupId !== undefined) removeAt(cluster.world, cluster.cluster.region, [kept.groupId], now + DELETE_MS);
    delete memory[uid];
    tell(cluster, NAME, service, { type: 'Normal', reason: 'DeletedLoadBalancer', message: 'Deleted load balancer' });
    dropFinalizer(store, SERVICE, service, FINALIZER);
    return undefined;
  }
  if (!wanted) return undefined;
  withFinalizer(store, SERVICE, service, FINALIZER);
  if (balancer !== undefined) {
    writeStatus(store, SERVICE, service, { loadBalancer: { ingress: [{ hostname: balancer.dnsName }] } });
    return undefined;
  }
  // Somebody deleted it in AWS: the controller makes it again.
  const kept = (memory[uid] ??= {});
  tell(cluster, NAME, service, { type: 'Normal', reason: 'EnsuringLoadBalancer', message: 'Ensuring load balancer' });
  kept.dueAt ??= now + MAKE_MS;
  if (now < kept.dueAt) return kept.dueAt;
  return ensure(cluster, service, kept, now);
}

function ensure(cluster: ClusterView, service: KubeObject, kept: Memory, now: number): number | undefined {
  const { world, store } = cluster;
  const { region, name: clusterName } = cluster.cluster;
  const subnetIds = store.list(NODE).length === 0 ? [] : publicSubnets(cluster);
  if (subnetIds.length === 0) {
    const message = 'Error syncing load balancer: failed to ensure load balancer: could not find any suitable subnets for creating the ELB';
    tell(cluster, NAME, service, { type: 'Warning', reason: 'SyncLoadBalancerFailed', message });
    kept.dueAt = now + AGAIN_MS;
    return kept.dueAt;
  }
  const type = textIn(annotationsOf(service), TYPE) === 'nlb' ? 'network' : 'classic';
  const name = balancerName(service);
  const tags = {
    'kubernetes.io/service-name': `${namespaceOf(service)}/${service.metadata.name}`,
    [`kubernetes.io/cluster/${clusterName}`]: 'owned',
  };
  const ports = objectsIn(specOf(service), 'ports').flatMap((port) => numberIn(port, 'port') ?? []);
  const groupIds: string[] = [];
  if (type === 'classic') {
    const group = makeSecurityGroup(world, region, {
      vpcId: cluster.cluster.vpcId,
      name: `k8s-elb-${name}`,
      description: `Security group for Kubernetes ELB ${name} (${namespaceOf(service)}/${service.metadata.name})`,
      tags: { [`kubernetes.io/cluster/${clusterName}`]: 'owned' },
    });
    kept.groupId = group.id;
    groupIds.push(group.id);
  }
  const made = makeLoadBalancer(world, region, { type, name, subnetIds, groupIds, ports, tags });
  delete kept.dueAt;
  writeStatus(store, SERVICE, service, { loadBalancer: { ingress: [{ hostname: made.dnsName }] } });
  tell(cluster, NAME, service, { type: 'Normal', reason: 'EnsuredLoadBalancer', message: 'Ensured load balancer' });
  return undefined;
}

/** One subnet a zone that routes to an internet gateway and carries no other cluster's tag (`findELBSubnets`). */
function publicSubnets({ world, cluster }: ClusterView): string[] {
  if (world.faults.armed('no-load-balancer-subnet') !== undefined) return [];
  const byZone = new Map<string, string>();
  for (const subnet of ec2Of(world, cluster.region).subnets.filter((each) => each.vpcId === cluster.vpcId)) {
    const others = Object.keys(subnet.tags).some(
      (key) => key.startsWith('kubernetes.io/cluster/') && key !== `kubernetes.io/cluster/${cluster.name}`,
    );
    if (others || wayOut(world, cluster.region, subnet.id)?.by !== 'internet-gateway') continue;
    if (!byZone.has(subnet.zone)) byZone.set(subnet.zone, subnet.id);
  }
  return [...byZone.values()];
}
