import type { Finding, SourceRange } from '../core/findings/finding.ts';
import { serviceLoadBalancer, type ServiceHost } from '../aws/elb/serviceLoadBalancer.ts';
import type { LoadBalancerOut } from '../aws/outputs.ts';
import { domainRecords } from '../aws/route53/domainRecords.ts';
import { hostedZone } from '../aws/route53/hostedZone.ts';
import type { AnyResource, Handle, Resource, ResourceId } from '../core/graph/resource.ts';
import type { PlatformSpec } from '../core/platform/platformSpec.ts';
import { textAt, textsAt } from '../manifests/json.ts';
import type { PlacedObject } from '../manifests/manifestObject.ts';
import type { ManifestSet } from '../manifests/manifestSet.ts';
import { groupKind, objectId } from '../manifests/objectKey.ts';
import { below } from '../manifests/patterns.ts';
import { webhooksOf } from '../manifests/webhooks.ts';
import type { AdmissionWish } from '../kubernetes/gates/ingressAdmission.ts';
import type { StageChart } from './kubernetesContext.ts';
import type { Resolver } from './resolver.ts';
import type { StageContext } from './stageContext.ts';

export const isLoadBalancer = ({ key, json }: PlacedObject): boolean =>
  groupKind(key) === 'Service' && textAt(json, 'spec', 'type') === 'LoadBalancer';

const LOAD_BALANCER_TYPE = 'service.beta.kubernetes.io/aws-load-balancer-type';

export const INGRESS_STAGE = 'ingress-nginx';

/** A Service with a load balancer, as far as it is known before it is there. */
export interface BalancedService {
  /** `namespace/name`; of a chart's the release. */
  readonly name: string;
  readonly isNetwork: boolean;
}

export const balancedByManifest = ({ key, json }: PlacedObject): BalancedService => ({
  name: `${key.namespace}/${key.name}`,
  isNetwork: textsAt(json, 'metadata', 'annotations')[LOAD_BALANCER_TYPE] !== undefined,
});

/** Wherever the chart takes the annotations of its Service. */
export const balancedByChart = ({ namespace, release, values }: StageChart): BalancedService => ({
  name: `${namespace}/${release}`,
  isNetwork: below({ path: [], value: values }).some(({ path }) => path.at(-1) === LOAD_BALANCER_TYPE),
});

/** The load balancer that the cluster makes for a Service, and whether its name is known to the public DNS. */
export function loadBalancerOf(
  context: StageContext,
  resolver: Resolver,
  { name, isNetwork }: BalancedService,
  service: Handle<ServiceHost>,
): { readonly balancer: Resource<LoadBalancerOut, { readonly service: Handle<ServiceHost> }>; readonly resolves: AnyResource } {
  const balancer = serviceLoadBalancer(context, { service: name, kind: isNetwork ? 'network' : 'classic' }, { service });
  return { balancer, resolves: nameResolves(resolver, name, balancer) };
}

const INGRESS_CLASS = 'nginx';

/** Who lets Ingresses in, where the stage's own manifests bring a webhook that is asked about them. */
export function admissionOf(objects: readonly PlacedObject[]): AdmissionWish | undefined {
  const asked = webhooksOf(objects).filter(({ selects }) => selects({ group: 'networking.k8s.io', kind: 'Ingress' }, 'ingresses'));
  const [service] = asked.flatMap(({ services }) => services);
  if (service === undefined) return undefined;
  const before = asked.flatMap(({ configuration, services, backends, patchers }) => [configuration, ...services, ...backends, ...patchers]);
  const ingressClass = objects.find(({ key }) => key.kind === 'IngressClass')?.key.name ?? INGRESS_CLASS;
  return { namespace: service.key.namespace, ingressClass, after: [...new Set(before.map(({ key }) => objectId(key)))] };
}

export const admissionOfChart = ({ id, chart }: { readonly id: ResourceId; readonly chart: StageChart }): AdmissionWish => ({
  namespace: chart.namespace,
  ingressClass: INGRESS_CLASS,
  after: [id],
});

/** A domain that leads nowhere: without a load balancer there are no records, and the stage dns is not there at all. */
export function balancerFindings(
  spec: PlatformSpec,
  { objects }: Pick<ManifestSet, 'objects'>,
  charts: readonly StageChart[],
  range: SourceRange | undefined,
): readonly Finding[] {
  const isIn = (stage: string): boolean => spec.stages[stage]?.enabled !== false;
  if (spec.domain === undefined || !isIn('dns') || !isIn(INGRESS_STAGE)) return [];
  const has = objects.some((object) => object.stage === INGRESS_STAGE && isLoadBalancer(object));
  if (has || charts.some(({ stage }) => stage === INGRESS_STAGE)) return [];
  const message = `Nothing in the stage ${INGRESS_STAGE} makes a load balancer, so the domain leads nowhere and the stage dns is left out: it takes a Service of type LoadBalancer among its manifests, or stages.${INGRESS_STAGE}.chart.`;
  return [{ code: 'platform.no-load-balancer', severity: 'warning', message, ...(range === undefined ? {} : { range }) }];
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
