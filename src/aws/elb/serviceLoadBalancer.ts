import { paginateDescribeLoadBalancers as paginateClassic, type LoadBalancerDescription } from '@aws-sdk/client-elastic-load-balancing';
import { paginateDescribeLoadBalancers, type LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Handle, Look, Observation, Resource, ResourceId } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import type { LoadBalancerOut } from '../outputs.ts';
import { readAll } from '../pages.ts';

/** What the status of a `Service type=LoadBalancer` tells once there is one; on EKS a name and never an address. */
export interface ServiceHost {
  readonly hostname?: string;
}

export interface ServiceLoadBalancerWish {
  /** `namespace/name`. */
  readonly service: string;
  /** As the Service's annotations ask for it; without `aws-load-balancer-type: nlb` EKS's cloud controller makes a classic one. */
  readonly kind: 'network' | 'classic';
}

type ServiceNeeds = { readonly service: Handle<ServiceHost> };

/**
 * The load balancer behind a Service. The cluster's cloud controller makes and deletes it with the Service, so it has no steps: it is
 * waited for, and it is what an alias record has to know. It is found by its DNS name, among the newer kinds first.
 */
export function serviceLoadBalancer(
  scope: AwsScope,
  { service, kind }: ServiceLoadBalancerWish,
  needs: ServiceNeeds,
): Resource<LoadBalancerOut, ServiceNeeds> {
  const id: ResourceId = `load-balancer/${service}`;
  const { networkLoadBalancer, classicLoadBalancer } = scope.prices;
  return {
    id,
    kind: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    provider: 'aws',
    title: `Load balancer of ${service}`,
    needs,
    async observe(look) {
      const hostname = (await look.outputs(needs.service))?.hostname;
      if (hostname === undefined || hostname === '') return { state: 'absent' };
      return (await current(scope, hostname, look)) ?? (await classic(scope, hostname, look)) ?? { state: 'absent' };
    },
    estimate: () => ({
      createSeconds: 180,
      deleteSeconds: 30,
      monthlyUsd: kind === 'network' ? networkLoadBalancer : classicLoadBalancer,
    }),
    placeholders: () => ({ dnsName: '<LOAD-BALANCER-DNS-NAME>', canonicalHostedZoneId: '<LOAD-BALANCER-ZONE-ID>' }),
    commands: () => [
      [
        ...['aws', 'elbv2', 'describe-load-balancers', '--query', 'LoadBalancers[].[DNSName,CanonicalHostedZoneId,State.Code]'],
        ...['--output', 'text', '--region', scope.aws.region],
      ],
    ],
  };
}

const isSame = (one: string | undefined, other: string): boolean => one?.toLowerCase() === other.toLowerCase();

async function current({ aws }: AwsScope, hostname: string, look: Look): Promise<Observation<LoadBalancerOut> | undefined> {
  const all = await look.share('elbv2:described', () =>
    readAll(
      aws,
      look,
      (o) => paginateDescribeLoadBalancers({ client: aws.elbv2 }, {}, o),
      (page) => page.LoadBalancers,
    ),
  );
  const balancer = all.find(({ DNSName }) => isSame(DNSName, hostname));
  return balancer === undefined ? undefined : viewOf(balancer);
}

function viewOf(balancer: LoadBalancer): Observation<LoadBalancerOut> {
  const {
    LoadBalancerArn: arn = '',
    DNSName: dnsName = '',
    CanonicalHostedZoneId: canonicalHostedZoneId = '',
    Type: kind = 'network',
  } = balancer;
  const outputs = { kind, dnsName, canonicalHostedZoneId, arn };
  const present = { owner: 'slipway', physicalId: arn, attributes: { dnsName, scheme: balancer.Scheme ?? '' }, outputs } as const;
  const { Code: code, Reason: why } = balancer.State ?? {};
  switch (code) {
    case 'provisioning':
      return { ...present, state: 'pending', reason: 'AWS is making it' };
    case 'failed':
      return { ...present, state: 'failed', reason: why ?? 'AWS could not make it' };
    case 'active_impaired':
      return { ...present, state: 'degraded', reason: why ?? 'it routes, but AWS could not scale it' };
    default:
      return { ...present, state: 'ready', reason: dnsName };
  }
}

async function classic({ aws }: AwsScope, hostname: string, look: Look): Promise<Observation<LoadBalancerOut> | undefined> {
  const all = await look.share('elb:described', () =>
    readAll(
      aws,
      look,
      (o) => paginateClassic({ client: aws.elb }, {}, o),
      (page) => page.LoadBalancerDescriptions,
    ),
  );
  const balancer = all.find(({ DNSName }) => isSame(DNSName, hostname));
  return balancer === undefined ? undefined : classicViewOf(balancer);
}

function classicViewOf(balancer: LoadBalancerDescription): Observation<LoadBalancerOut> {
  const { LoadBalancerName: arn = '', DNSName: dnsName = '', CanonicalHostedZoneNameID: canonicalHostedZoneId = '' } = balancer;
  return {
    state: 'ready',
    owner: 'slipway',
    physicalId: arn,
    attributes: { dnsName, scheme: balancer.Scheme ?? '' },
    outputs: { kind: 'classic', dnsName, canonicalHostedZoneId, arn },
    reason: dnsName,
  };
}
