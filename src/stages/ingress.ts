import { serviceLoadBalancer, type ServiceHost } from '../aws/elb/serviceLoadBalancer.ts';
import type { LoadBalancerOut } from '../aws/outputs.ts';
import { domainRecords } from '../aws/route53/domainRecords.ts';
import { hostedZone } from '../aws/route53/hostedZone.ts';
import type { AnyResource, Handle, Resource } from '../core/graph/resource.ts';
import { textAt, textsAt } from '../manifests/json.ts';
import type { PlacedObject } from '../manifests/manifestObject.ts';
import { groupKind } from '../manifests/objectKey.ts';
import type { Resolver } from './resolver.ts';
import type { StageContext } from './stageContext.ts';

export const isLoadBalancer = ({ key, json }: PlacedObject): boolean =>
  groupKind(key) === 'Service' && textAt(json, 'spec', 'type') === 'LoadBalancer';

const LOAD_BALANCER_TYPE = 'service.beta.kubernetes.io/aws-load-balancer-type';

/** The load balancer that the cluster makes for a Service, and whether its name is known to the public DNS. */
export function loadBalancerOf(
  context: StageContext,
  resolver: Resolver,
  object: PlacedObject,
  service: Handle<ServiceHost>,
): { readonly balancer: Resource<LoadBalancerOut, { readonly service: Handle<ServiceHost> }>; readonly resolves: AnyResource } {
  const { namespace, name } = object.key;
  const kind = textsAt(object.json, 'metadata', 'annotations')[LOAD_BALANCER_TYPE] === undefined ? 'classic' : 'network';
  const balancer = serviceLoadBalancer(context, { service: `${namespace}/${name}`, kind }, { service });
  return { balancer, resolves: nameResolves(resolver, `${namespace}/${name}`, balancer) };
}

/** A new load balancer's name takes a minute to be known. */
function nameResolves(
  resolver: Resolver,
  service: string,
  balancer: Handle<LoadBalancerOut>,
): Resource<Record<never, never>, { readonly balancer: Handle<LoadBalancerOut> }> {
  const id = `gate/${service.replace('/', '-')}-resolves`;
  return {
    id,
    kind: 'gate',
    provider: 'aws',
    title: `Name of the load balancer of ${service}`,
    needs: { balancer },
    async observe(look) {
      const host = (await look.outputs(balancer))?.dnsName;
      if (host === undefined) return { state: 'absent' };
      const addresses = await look.share(`dns:${host}`, () => resolver.addresses(host, look.signal));
      const present = { owner: 'slipway', physicalId: host, attributes: {}, outputs: {} } as const;
      return addresses.length > 0
        ? { ...present, state: 'ready' }
        : { ...present, state: 'pending', reason: `${host} does not resolve yet` };
    },
    estimate: () => ({ createSeconds: 60, deleteSeconds: 0, monthlyUsd: 0 }),
  };
}

/** The domain's zone, and its records to the load balancer. */
export function dnsResources(
  context: StageContext,
  resolver: Resolver,
  domain: string,
  balancer: Handle<LoadBalancerOut>,
): readonly AnyResource[] {
  const zone = hostedZone(context, { domain, nameServersOf: (name, signal) => resolver.nameServers(name, signal) });
  return [zone, domainRecords(context, domain, { zone, balancer })];
}
