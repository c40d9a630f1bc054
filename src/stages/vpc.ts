import { address } from '../aws/ec2/address.ts';
import { defaultSecurityGroup } from '../aws/ec2/defaultSecurityGroup.ts';
import { internetGateway } from '../aws/ec2/internetGateway.ts';
import { leftovers } from '../aws/ec2/leftovers.ts';
import { natGateway } from '../aws/ec2/natGateway.ts';
import { privateRoutes, publicRoutes } from '../aws/ec2/routeTable.ts';
import { s3Endpoint } from '../aws/ec2/s3Endpoint.ts';
import { subnet } from '../aws/ec2/subnet.ts';
import { vpc } from '../aws/ec2/vpc.ts';
import { zones } from '../aws/ec2/zones.ts';
import { caller } from '../aws/caller.ts';
import type { CallerOut, EgressOut, SecurityGroupOut, SubnetOut, VpcOut, ZonesOut } from '../aws/outputs.ts';
import type { Handle, ResourceId } from '../core/graph/resource.ts';
import type { Stage } from '../core/graph/stage.ts';
import type { StageContext } from './stageContext.ts';

const SUMMARY =
  'A network of its own: public and private subnets in at least two availability zones, an internet gateway for the public ones, and for the private ones a NAT gateway in each zone. Nodes live in the private subnets; load balancers stand in the public ones.';

const WARNINGS = [
  'Quotas come first: addresses, VPCs, internet gateways and NAT gateways are counted before the first write, since a quota that is met half way leaves a half-made network that costs money.',
  'Zones in which EKS takes no control plane, or which do not offer the instance types of the node group, are left out. They are told by zone id: zone names mean different zones in different accounts.',
  'The i-th public and the i-th private subnet share a zone, and a private subnet goes out through the NAT gateway of its own zone.',
  'Without DNS resolution and DNS host names nodes cannot join. AWS takes one of the two in a call, so they are two calls.',
  'AWS gives `CreateVpc`, `CreateInternetGateway` and `AllocateAddress` neither a token nor a unique name: a repeated call makes a second, billed one. Slipway sends them once, writes down the intent before, and deletes an unused twin.',
  'There is no S3 gateway endpoint unless `network.s3Endpoint` asks for one: the runbook leaves it out. It is free, and without it traffic to S3 and ECR pays for the NAT gateway.',
  'A destroy ends here, and one left network interface keeps a VPC for ever: load balancers, interfaces and security groups that controllers of the cluster left are deleted first.',
] as const;

/** What this stage alone is built from. */
export type VpcContext = Pick<StageContext, 'spec' | 'identity' | 'aws' | 'prices' | 'clock'>;

/** The stage, and what others build on. */
export interface VpcStage {
  readonly stage: Stage;
  readonly caller: Handle<CallerOut>;
  readonly zones: Handle<ZonesOut>;
  readonly vpc: Handle<VpcOut>;
  readonly publicSubnets: readonly Handle<SubnetOut>[];
  readonly privateSubnets: readonly Handle<SubnetOut>[];
  /** Private subnets with their way out: what nodes take. */
  readonly egress: readonly Handle<EgressOut>[];
  readonly defaultSecurityGroup: Handle<SecurityGroupOut>;
}

/** The runbook's "Virtual Private Cloud". `after`: the claim on the platform, which comes before its first write. */
export function vpcStage(context: VpcContext, after: readonly ResourceId[]): VpcStage {
  const { network, compute } = context.spec;
  const identity = caller(context, context.spec.account);
  const zone = zones(context, {
    zones: network.zones,
    public: network.public,
    private: network.private,
    instanceTypes: compute.instanceTypes,
  });
  const home = vpc(context, { cidr: network.cidr, after });
  const gateway = internetGateway(context, { vpc: home });
  const publicSubnets = network.public.map((cidr, index) => subnet(context, { access: 'public', cidr, index }, { vpc: home, zones: zone }));
  const privateSubnets = network.private.map((cidr, index) =>
    subnet(context, { access: 'private', cidr, index }, { vpc: home, zones: zone }),
  );
  const routes = publicRoutes(context, { vpc: home, gateway, subnets: publicSubnets });

  const exits = network.public.slice(0, network.natGateways === 'single' ? 1 : network.private.length).flatMap((cidr, index) => {
    const within = publicSubnets[index];
    if (within === undefined) return [];
    const ip = address(context, cidr);
    return [{ ip, nat: natGateway(context, cidr, { subnet: within, address: ip, gateway }) }];
  });
  const egress = network.private.flatMap((cidr, index) => {
    const within = privateSubnets[index];
    const exit = exits[network.natGateways === 'single' ? 0 : index];
    return within === undefined || exit === undefined ? [] : [privateRoutes(context, cidr, { vpc: home, subnet: within, nat: exit.nat })];
  });
  const swept = leftovers(
    { ...context, clusterName: context.spec.name },
    home,
    [gateway, ...publicSubnets, ...privateSubnets].map(({ id }) => id),
  );
  const group = defaultSecurityGroup(
    context,
    { vpc: home },
    swept.map(({ id }) => id),
  );

  return {
    caller: identity,
    zones: zone,
    vpc: home,
    publicSubnets,
    privateSubnets,
    egress,
    defaultSecurityGroup: group,
    stage: {
      id: 'vpc',
      title: 'Virtual Private Cloud',
      doc: 'docs/stages/vpc.md',
      icon: 'type-hierarchy',
      requires: [],
      barrier: false,
      summary: SUMMARY,
      warnings: WARNINGS,
      resources: [
        identity,
        zone,
        home,
        gateway,
        ...publicSubnets,
        ...privateSubnets,
        routes,
        ...exits.flatMap(({ ip, nat }) => [ip, nat]),
        ...egress,
        ...(network.s3Endpoint ? [s3Endpoint(context, { vpc: home, egress })] : []),
        ...swept,
        group,
      ],
    },
  };
}
