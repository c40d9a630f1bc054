import {
  DeleteLoadBalancer$,
  DescribeListeners$,
  DescribeLoadBalancers$,
  DescribeTags$,
  type DeleteLoadBalancerInput,
  type DescribeListenersInput,
  type DescribeListenersOutput,
  type DescribeLoadBalancersInput,
  type DescribeLoadBalancersOutput,
  type DescribeTagsInput,
  type DescribeTagsOutput,
  type LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, byName, read, write, type Call, type Service } from '../service.ts';
import type { World } from '../world.ts';
import { hostedZoneOf, isActive, loadBalancersOf, page, removeLoadBalancer, zoneNames, type LoadBalancerRecord } from './loadBalancers.ts';
import { targetGroupOperations, targetGroupsOf } from './targetGroups.ts';

function describeLoadBalancers(world: World, { input, region }: Call<DescribeLoadBalancersInput>): DescribeLoadBalancersOutput {
  const all = loadBalancersOf(world, region, 'network');
  const missing =
    input.LoadBalancerArns?.find((arn) => !all.some((each) => each.arn === arn)) ??
    input.Names?.find((name) => !all.some((each) => each.name === name));
  if (missing !== undefined) throw new AwsError('LoadBalancerNotFound', `Load balancers '[${missing}]' not found`);
  const chosen = all.filter((each) => (input.LoadBalancerArns?.includes(each.arn) ?? true) && (input.Names?.includes(each.name) ?? true));
  const { items, next } = page(chosen, input.PageSize ?? 400, input.Marker);
  return { LoadBalancers: items.map((each) => presented(world, region, each)), ...next };
}

function presented(world: World, region: string, balancer: LoadBalancerRecord): LoadBalancer {
  return {
    LoadBalancerArn: balancer.arn,
    LoadBalancerName: balancer.name,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneId: hostedZoneOf(balancer),
    CreatedTime: new Date(balancer.madeAt),
    Scheme: 'internet-facing',
    Type: 'network',
    VpcId: balancer.vpcId,
    IpAddressType: 'ipv4',
    State: { Code: isActive(world, balancer) ? 'active' : 'provisioning' },
    AvailabilityZones: zoneNames(world, region, balancer).map((each) => ({
      ZoneName: each.zone,
      SubnetId: each.subnetId,
      LoadBalancerAddresses: [],
    })),
  };
}

function known(world: World, region: string, arn: string | undefined): LoadBalancerRecord {
  const balancer = loadBalancersOf(world, region, 'network').find((each) => each.arn === arn);
  if (balancer === undefined) throw new AwsError('LoadBalancerNotFound', `Load balancers '[${String(arn)}]' not found`);
  return balancer;
}

function describeTags(world: World, { input, region }: Call<DescribeTagsInput>): DescribeTagsOutput {
  return {
    TagDescriptions: (input.ResourceArns ?? []).map((arn) => ({
      ResourceArn: arn,
      Tags: Object.entries((targetGroupsOf(world, region).find((group) => group.arn === arn) ?? known(world, region, arn)).tags).map(
        ([Key, Value]) => ({ Key, Value }),
      ),
    })),
  };
}

function describeListeners(world: World, { input, region }: Call<DescribeListenersInput>): DescribeListenersOutput {
  const balancer = known(world, region, input.LoadBalancerArn);
  return {
    Listeners: balancer.ports.map((Port) => ({
      ListenerArn: `${balancer.arn.replace(':loadbalancer/', ':listener/')}/${String(Port)}`,
      LoadBalancerArn: balancer.arn,
      Port,
      Protocol: 'TCP',
    })),
  };
}

/** Deleting one that is gone succeeds, as in AWS. */
function deleteLoadBalancer(world: World, { input, region }: Call<DeleteLoadBalancerInput>): object {
  const balancer = loadBalancersOf(world, region, 'network').find((each) => each.arn === input.LoadBalancerArn);
  if (balancer !== undefined) removeLoadBalancer(world, region, balancer);
  return {};
}

export const ELB_V2: Service = {
  name: 'elasticloadbalancingv2',
  signingName: 'elasticloadbalancing',
  protocol: 'query',
  version: '2015-12-01',
  xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
  operations: byName([
    read(DescribeLoadBalancers$, describeLoadBalancers),
    read(DescribeTags$, describeTags),
    read(DescribeListeners$, describeListeners),
    write(DeleteLoadBalancer$, deleteLoadBalancer),
    ...targetGroupOperations((world, region, arn) => loadBalancersOf(world, region, 'network').some((each) => each.arn === arn)),
  ]),
};
