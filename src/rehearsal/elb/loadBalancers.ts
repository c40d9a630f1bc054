import { makeNetworkInterface, removeAt } from '../ec2/onBehalf.ts';
import { ec2Of } from '../ec2/state.ts';
import { AwsError } from '../service.ts';
import { SECONDS, type World } from '../world.ts';
import { makeTargetGroup } from './targetGroups.ts';

/** A load balancer, network or classic. The cloud controller of a cluster makes them; the account can see and delete them. */
export interface LoadBalancerRecord {
  readonly type: 'network' | 'classic';
  readonly name: string;
  readonly arn: string;
  readonly dnsName: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly networkInterfaceIds: readonly string[];
  readonly ports: readonly number[];
  readonly madeAt: number;
  goneAt?: number;
  tags: Record<string, string>;
}

interface ElbState {
  loadBalancers: LoadBalancerRecord[];
}

/** After a deletion the interfaces let go of their subnets a little later than the list forgets the load balancer. */
const INTERFACES_LEFT_MS = 30_000;

/** Zones of the load balancers' own names, which alias records point at (`domain-facts.md` F). */
const HOSTED_ZONES = { network: 'Z18D5FSROUN65G', classic: 'Z1H1FL5HABSF5' } as const;

export function hostedZoneOf(balancer: LoadBalancerRecord): string {
  return HOSTED_ZONES[balancer.type];
}

export function loadBalancersOf(world: World, region: string, type: LoadBalancerRecord['type']): readonly LoadBalancerRecord[] {
  const state = world.part<ElbState>(`elb/${region}`, () => ({ loadBalancers: [] }));
  state.loadBalancers = state.loadBalancers.filter((each) => each.goneAt === undefined || each.goneAt > world.now());
  return state.loadBalancers.filter((each) => each.type === type);
}

export interface NewLoadBalancer {
  readonly type: LoadBalancerRecord['type'];
  readonly name: string;
  readonly subnetIds: readonly string[];
  readonly groupIds: readonly string[];
  readonly ports: readonly number[];
  readonly tags: Readonly<Record<string, string>>;
}

/** What a cloud controller does for a `Service type=LoadBalancer`: the load balancer, and an interface in each subnet. */
export function makeLoadBalancer(world: World, region: string, wanted: NewLoadBalancer): LoadBalancerRecord {
  const { type, name } = wanted;
  const hash = world.token(16).toLowerCase();
  const faces = wanted.subnetIds.map((subnetId) =>
    makeNetworkInterface(world, region, {
      subnetId,
      groupIds: wanted.groupIds,
      description: type === 'network' ? `ELB net/${name}/${hash}` : `ELB ${name}`,
      ...(type === 'network' && { type: 'network_load_balancer' }),
      requesterId: 'amazon-elb',
    }),
  );
  const balancer: LoadBalancerRecord = {
    type,
    name,
    arn: `arn:aws:elasticloadbalancing:${region}:${world.account}:loadbalancer/${type === 'network' ? `net/${name}/${hash}` : name}`,
    dnsName: type === 'network' ? `${name}-${hash}.elb.${region}.amazonaws.com` : `${name}-${hash}.${region}.elb.amazonaws.com`,
    vpcId: faces[0]?.vpcId ?? '',
    subnetIds: [...wanted.subnetIds],
    networkInterfaceIds: faces.map((each) => each.id),
    ports: [...wanted.ports],
    madeAt: world.now(),
    tags: { ...wanted.tags },
  };
  loadBalancersOf(world, region, type);
  world.part<ElbState>(`elb/${region}`, () => ({ loadBalancers: [] })).loadBalancers.push(balancer);
  if (type === 'network')
    for (const port of wanted.ports)
      makeTargetGroup(world, region, { port, vpcId: balancer.vpcId, loadBalancerArn: balancer.arn, tags: { ...wanted.tags } });
  const iso = (at: number): string => new Date(at).toISOString();
  const kind = `AWS::ElasticLoadBalancing${type === 'network' ? 'V2' : ''}::LoadBalancer`;
  world.timeline({
    kind,
    id: balancer.arn,
    askedAt: iso(balancer.madeAt),
    readyAt: iso(balancer.madeAt + SECONDS.loadBalancerActive * 1000),
  });
  return balancer;
}

export function isActive(world: World, balancer: LoadBalancerRecord): boolean {
  return world.now() >= balancer.madeAt + SECONDS.loadBalancerActive * 1000;
}

export function removeLoadBalancer(world: World, region: string, balancer: LoadBalancerRecord): void {
  balancer.goneAt = world.now();
  removeAt(world, region, balancer.networkInterfaceIds, world.now() + INTERFACES_LEFT_MS);
}

export function zoneNames(
  world: World,
  region: string,
  balancer: LoadBalancerRecord,
): readonly { readonly zone: string; readonly subnetId: string }[] {
  const { subnets } = ec2Of(world, region);
  return balancer.subnetIds.map((subnetId) => ({ subnetId, zone: subnets.find((each) => each.id === subnetId)?.zone ?? '' }));
}

/** A page of names; `Marker` is the name it begins with. @throws AwsError */
export function page(
  all: readonly LoadBalancerRecord[],
  size: number,
  marker: string | undefined,
): { readonly items: readonly LoadBalancerRecord[]; readonly next: { NextMarker?: string } } {
  const start = marker === undefined || marker === '' ? 0 : all.findIndex((each) => each.arn === marker);
  if (start === -1) throw new AwsError('ValidationError', 'The specified marker is not valid');
  const next = all[start + size];
  return { items: all.slice(start, start + size), next: next === undefined ? {} : { NextMarker: next.arn } };
}
