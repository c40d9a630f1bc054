import type { CreateClusterRequest } from '@aws-sdk/client-eks';
import { subnetOf } from '../ec2/onBehalf.ts';
import { ec2Of, visible, zonesOf } from '../ec2/state.ts';
import type { SubnetRecord } from '../ec2/state.ts';
import { AwsError } from '../service.ts';
import type { World } from '../world.ts';
import { invalidParameter, required } from './eksRules.ts';

/** Zones without EKS control planes, by id (EKS User Guide, "View Amazon EKS networking requirements"). */
const REFUSED_ZONE_IDS = ['use1-az3', 'usw1-az2', 'cac1-az3'];

export interface ClusterNetwork {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly serviceIpv4Cidr: string;
}

/** @throws AwsError InvalidParameterException, UnsupportedAvailabilityZoneException */
export function checkedNetwork(world: World, region: string, name: string, input: CreateClusterRequest): ClusterNetwork {
  const about = { clusterName: name };
  const wanted = required(input.resourcesVpcConfig, 'resourcesVpcConfig');
  const subnets = (wanted.subnetIds ?? []).map((id) => checkedSubnet(world, region, name, id));
  const vpcId = subnets[0]?.vpcId;
  if (vpcId === undefined) throw invalidParameter('Subnets are not specified.', about);
  if (subnets.some((subnet) => subnet.vpcId !== vpcId)) throw invalidParameter('Provided subnets belong to different VPCs', about);
  if (new Set(subnets.map((subnet) => subnet.zone)).size < 2) {
    throw invalidParameter('Subnets specified must be in at least two different AZs', about);
  }
  refuseZones(world, region, name, subnets);
  const securityGroupIds = wanted.securityGroupIds ?? [];
  for (const id of securityGroupIds) {
    const group = ec2Of(world, region).securityGroups.find((each) => each.id === id && visible(world, each));
    if (group === undefined) throw invalidParameter(`The security group ID '${id}' does not exist`, about);
    if (group.vpcId !== vpcId) throw invalidParameter(`Security group(s) [${id}] are not in the same VPC as the subnets.`, about);
  }
  if (wanted.endpointPublicAccess === false && wanted.endpointPrivateAccess !== true) {
    throw invalidParameter('Private and public endpoint access cannot be false', about);
  }
  const vpc = ec2Of(world, region).vpcs.find((each) => each.id === vpcId);
  const written = input.kubernetesNetworkConfig?.serviceIpv4Cidr;
  return {
    vpcId,
    subnetIds: subnets.map((subnet) => subnet.id),
    securityGroupIds,
    serviceIpv4Cidr: written ?? (vpc?.cidr.startsWith('10.') === true ? '172.20.0.0/16' : '10.100.0.0/16'),
  };
}

function checkedSubnet(world: World, region: string, clusterName: string, id: string): SubnetRecord {
  const subnet = subnetOf(world, region, id);
  if (subnet === undefined || !visible(world, subnet)) {
    throw invalidParameter(
      `The subnet ID '${id}' does not exist (Service: AmazonEC2; Status Code: 400; Error Code: InvalidSubnetID.NotFound; Proxy: null)`,
      { clusterName },
    );
  }
  return subnet;
}

/** Zones refused for good, and the one that the fault `zones-refused[=ZONE]` takes away. */
function refuseZones(world: World, region: string, clusterName: string, subnets: readonly SubnetRecord[]): void {
  const zones = zonesOf(region);
  const full = world.faults.armed('zones-refused');
  const refused = zones.filter(
    (zone, index) =>
      REFUSED_ZONE_IDS.includes(zone.id) || (full !== undefined && (full === '' ? index === 0 : full === zone.name || full === zone.id)),
  );
  const bad = refused.find((zone) => subnets.some((subnet) => subnet.zone === zone.name));
  if (bad === undefined) return;
  const validZones = zones.filter((zone) => !refused.includes(zone)).map((zone) => zone.name);
  throw new AwsError(
    'UnsupportedAvailabilityZoneException',
    `Cannot create cluster '${clusterName}' because ${bad.name}, the targeted availability zone, does not currently have sufficient capacity to support the cluster. Retry and choose from these availability zones: ${validZones.join(', ')}`,
    400,
    { clusterName, validZones },
  );
}
