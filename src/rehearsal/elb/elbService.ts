import {
  DeleteLoadBalancer$,
  DescribeLoadBalancers$,
  DescribeTags$,
  type DeleteAccessPointInput,
  type DescribeAccessPointsInput,
  type DescribeAccessPointsOutput,
  type DescribeTagsInput,
  type DescribeTagsOutput,
  type LoadBalancerDescription,
} from '@aws-sdk/client-elastic-load-balancing';
import { AwsError, byName, read, write, type Call, type Service } from '../service.ts';
import type { World } from '../world.ts';
import { hostedZoneOf, loadBalancersOf, page, removeLoadBalancer, zoneNames, type LoadBalancerRecord } from './loadBalancers.ts';

function known(world: World, region: string, name: string | undefined): LoadBalancerRecord {
  const balancer = loadBalancersOf(world, region, 'classic').find((each) => each.name === name);
  if (balancer === undefined) throw new AwsError('LoadBalancerNotFound', `There is no ACTIVE Load Balancer named '${String(name)}'`);
  return balancer;
}

function describeLoadBalancers(world: World, { input, region }: Call<DescribeAccessPointsInput>): DescribeAccessPointsOutput {
  const chosen = input.LoadBalancerNames?.map((name) => known(world, region, name)) ?? loadBalancersOf(world, region, 'classic');
  const { items, next } = page(chosen, input.PageSize ?? 400, input.Marker);
  return { LoadBalancerDescriptions: items.map((each) => presented(world, region, each)), ...next };
}

function presented(world: World, region: string, balancer: LoadBalancerRecord): LoadBalancerDescription {
  const zones = zoneNames(world, region, balancer);
  return {
    LoadBalancerName: balancer.name,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneName: balancer.dnsName,
    CanonicalHostedZoneNameID: hostedZoneOf(balancer),
    CreatedTime: new Date(balancer.madeAt),
    Scheme: 'internet-facing',
    VPCId: balancer.vpcId,
    Subnets: zones.map((each) => each.subnetId),
    AvailabilityZones: zones.map((each) => each.zone),
    ListenerDescriptions: balancer.ports.map((port) => ({
      Listener: { Protocol: 'TCP', LoadBalancerPort: port, InstanceProtocol: 'TCP', InstancePort: port },
      PolicyNames: [],
    })),
    Instances: [],
    SecurityGroups: [],
  };
}

function describeTags(world: World, { input, region }: Call<DescribeTagsInput>): DescribeTagsOutput {
  return {
    TagDescriptions: (input.LoadBalancerNames ?? []).map((name) => ({
      LoadBalancerName: name,
      Tags: Object.entries(known(world, region, name).tags).map(([Key, Value]) => ({ Key, Value })),
    })),
  };
}

/** Deleting one that is gone succeeds, as in AWS. */
function deleteLoadBalancer(world: World, { input, region }: Call<DeleteAccessPointInput>): object {
  const balancer = loadBalancersOf(world, region, 'classic').find((each) => each.name === input.LoadBalancerName);
  if (balancer !== undefined) removeLoadBalancer(world, region, balancer);
  return {};
}

export const ELB: Service = {
  name: 'elasticloadbalancing',
  protocol: 'query',
  version: '2012-06-01',
  xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/',
  operations: byName([
    read(DescribeLoadBalancers$, describeLoadBalancers),
    read(DescribeTags$, describeTags),
    write(DeleteLoadBalancer$, deleteLoadBalancer),
  ]),
};
