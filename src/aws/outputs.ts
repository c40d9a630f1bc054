/** What AWS resources tell each other. One place, so that stages can be composed without knowing the kinds. */

/** Who is calling: from `sts:GetCallerIdentity`. */
export interface CallerOut {
  readonly account: string;
  readonly partition: 'aws' | 'aws-us-gov';
  /** The session's ARN. */
  readonly arn: string;
}

/** Zone ids in the order of the subnet lists, and their names in this account. */
export interface ZonesOut {
  readonly zones: readonly { readonly id: string; readonly name: string }[];
}

export interface VpcOut {
  readonly vpcId: string;
}

export interface SecurityGroupOut {
  readonly groupId: string;
}

export interface SubnetOut {
  readonly subnetId: string;
  readonly zoneId: string;
}

export interface GatewayOut {
  readonly gatewayId: string;
}

export interface AddressOut {
  readonly allocationId: string;
  readonly publicIp: string;
}

export interface NatOut {
  readonly natGatewayId: string;
}

export interface RouteTableOut {
  readonly routeTableId: string;
}

export interface EndpointOut {
  readonly endpointId: string;
}

/** A private subnet through the route table that gives it its way out: who needs egress takes it from here, so that the order cannot be forgotten. */
export interface EgressOut {
  readonly subnetId: string;
  readonly routeTableId: string;
}

export interface RoleOut {
  readonly arn: string;
  readonly name: string;
}

export interface VersionOut {
  readonly version: string;
}

export interface ClusterOut {
  readonly name: string;
  readonly arn: string;
  readonly version: string;
  readonly endpoint: string;
  /** Base64 of the PEM, as EKS gives it. */
  readonly certificateAuthority: string;
  readonly issuer: string;
  readonly clusterSecurityGroupId: string;
}

/** Who was let into the cluster. */
export interface AccessOut {
  readonly principalArn: string;
}

/** The version of an add-on, and whether its schema takes the setting that we would add by ourselves. */
export interface AddonVersionOut extends VersionOut {
  readonly takesDefault: boolean;
}

export interface AddonOut {
  readonly name: string;
  readonly version: string;
}

export interface OidcOut {
  readonly providerArn: string;
  readonly issuer: string;
}

export interface NodegroupOut {
  readonly name: string;
  readonly min: number;
  readonly desired: number;
  readonly max: number;
}

export interface HostedZoneOut {
  /** Without `/hostedzone/`. */
  readonly zoneId: string;
  /** The four that a registrar has to be told, without a final dot. */
  readonly nameServers: readonly string[];
}

/** The load balancer that the cluster made for a Service. */
export interface LoadBalancerOut {
  readonly kind: 'network' | 'application' | 'gateway' | 'classic';
  readonly dnsName: string;
  /** The zone of the load balancer's own name, which an alias record names: never the domain's. */
  readonly canonicalHostedZoneId: string;
  /** The ARN; a classic load balancer has none and gives its name. */
  readonly arn: string;
}

/** The records by which a domain leads to a load balancer. */
export interface DomainRecordsOut {
  readonly names: readonly string[];
}
