import {
  CreateSubnet$,
  DeleteSubnet$,
  DescribeSubnets$,
  ModifySubnetAttribute$,
  type CreateSubnetRequest,
  type CreateSubnetResult,
  type DeleteSubnetRequest,
  type DescribeSubnetsRequest,
  type DescribeSubnetsResult,
  type ModifySubnetAttributeRequest,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { AwsError, read, write, type Call, type Operation } from '../service.ts';
import type { World } from '../world.ts';
import { contains, overlap, parseBlock, usable } from './cidr.ts';
import {
  announce,
  dependencyViolation,
  filtered,
  found,
  foundAll,
  paged,
  removed,
  specifiedTags,
  tagList,
  type FilterFields,
} from './common.ts';
import { alive, born, bornVisible, ec2Of, zonesOf, type Ec2State, type SubnetRecord } from './state.ts';

function filters(world: World, region: string): FilterFields<SubnetRecord> {
  const zone = (subnet: SubnetRecord): string => subnet.zone;
  const zoneId = (subnet: SubnetRecord): string => zoneIdOf(region, subnet.zone);
  const cidr = (subnet: SubnetRecord): string => subnet.cidr;
  return {
    'subnet-id': (subnet) => subnet.id,
    'vpc-id': (subnet) => subnet.vpcId,
    'availability-zone': zone,
    availabilityZone: zone,
    'availability-zone-id': zoneId,
    availabilityZoneId: zoneId,
    cidr,
    'cidr-block': cidr,
    cidrBlock: cidr,
    'default-for-az': (subnet) => String(subnet.isDefault),
    defaultForAz: (subnet) => String(subnet.isDefault),
    'map-public-ip-on-launch': (subnet) => String(subnet.publicIpOnLaunch),
    'owner-id': () => world.account,
    'subnet-arn': (subnet) => arnOf(world, region, subnet),
    state: () => 'available',
  };
}

function createSubnet(world: World, { input, region }: Call<CreateSubnetRequest>): CreateSubnetResult {
  const state = ec2Of(world, region);
  const vpc = found(world, 'vpc', state.vpcs, input.VpcId, 'vpcId');
  const block = parseBlock(input.CidrBlock, 'cidrBlock', 'InvalidSubnet.Range');
  const tags = specifiedTags(input.TagSpecifications, 'subnet');
  const zone = chosenZone(region, input.AvailabilityZone, input.AvailabilityZoneId);
  if (!contains(parseBlock(vpc.cidr, 'cidrBlock', 'InvalidVpc.Range'), block))
    throw new AwsError('InvalidSubnet.Range', `The CIDR '${block.text}' is invalid.`);
  if (world.faults.arguments('foreign').includes('subnet')) addForeignSubnet(world, state, vpc.id, block.text, zone);
  const taken = state.subnets.some(
    (each) => alive(world, each) && each.vpcId === vpc.id && overlap(parseBlock(each.cidr, 'cidrBlock', 'InvalidSubnet.Range'), block),
  );
  if (taken) throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${block.text}' conflicts with another subnet`);
  const subnet: SubnetRecord = {
    ...born(world, 'subnet', tags),
    vpcId: vpc.id,
    cidr: block.text,
    zone,
    isDefault: false,
    publicIpOnLaunch: false,
  };
  state.subnets.push(subnet);
  announce(world, 'Subnet', subnet);
  return { Subnet: { ...presented(world, region, state, subnet), State: 'pending' } };
}

function chosenZone(region: string, name: string | undefined, id: string | undefined): string {
  const zones = zonesOf(region);
  const wanted = zones.find((each) => (id === undefined ? each.name === (name ?? zones[0]?.name) : each.id === id));
  if (wanted === undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${name ?? id ?? ''}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${zones.map((each) => each.name).join(', ')}.`,
    );
  }
  return wanted.name;
}

/** The fault `foreign=subnet`: somebody else was faster with this block. */
function addForeignSubnet(world: World, state: Ec2State, vpcId: string, cidr: string, zone: string): void {
  if (state.subnets.some((each) => each.vpcId === vpcId && each.tags['Name'] === 'somebody-else')) return;
  state.subnets.push({
    ...bornVisible(world, 'subnet', { Name: 'somebody-else' }),
    vpcId,
    cidr,
    zone,
    isDefault: false,
    publicIpOnLaunch: false,
  });
}

function describeSubnets(world: World, { input, region }: Call<DescribeSubnetsRequest>): DescribeSubnetsResult {
  const state = ec2Of(world, region);
  const matching = filtered(foundAll(world, 'subnet', state.subnets, input.SubnetIds), input.Filters, filters(world, region));
  const { items, next } = paged(matching, input, input.SubnetIds);
  return { Subnets: items.map((each) => presented(world, region, state, each)), ...next };
}

function modifySubnetAttribute(world: World, { input, region }: Call<ModifySubnetAttributeRequest>): undefined {
  const subnet = found(world, 'subnet', ec2Of(world, region).subnets, input.SubnetId, 'subnetId');
  if (input.MapPublicIpOnLaunch?.Value === undefined) throw new AwsError('InvalidParameterCombination', 'No attributes specified.');
  subnet.publicIpOnLaunch = input.MapPublicIpOnLaunch.Value;
}

function deleteSubnet(world: World, { input, region }: Call<DeleteSubnetRequest>): undefined {
  const state = ec2Of(world, region);
  const subnet = found(world, 'subnet', state.subnets, input.SubnetId, 'subnetId');
  if (state.networkInterfaces.some((each) => each.subnetId === subnet.id)) throw dependencyViolation('subnet', subnet.id);
  state.subnets = removed(state.subnets, subnet);
  for (const table of state.routeTables) table.associations = table.associations.filter((each) => each.subnetId !== subnet.id);
}

function presented(world: World, region: string, state: Ec2State, subnet: SubnetRecord): Subnet {
  const used = state.networkInterfaces.filter((each) => each.subnetId === subnet.id && alive(world, each)).length;
  return {
    SubnetId: subnet.id,
    SubnetArn: arnOf(world, region, subnet),
    VpcId: subnet.vpcId,
    State: 'available',
    CidrBlock: subnet.cidr,
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: zoneIdOf(region, subnet.zone),
    AvailableIpAddressCount: usable(subnet.cidr) - used,
    DefaultForAz: subnet.isDefault,
    MapPublicIpOnLaunch: subnet.publicIpOnLaunch,
    MapCustomerOwnedIpOnLaunch: false,
    AssignIpv6AddressOnCreation: false,
    EnableDns64: false,
    Ipv6Native: false,
    OwnerId: world.account,
    PrivateDnsNameOptionsOnLaunch: { HostnameType: 'ip-name', EnableResourceNameDnsARecord: false, EnableResourceNameDnsAAAARecord: false },
    Ipv6CidrBlockAssociationSet: [],
    Tags: tagList(subnet),
  };
}

function zoneIdOf(region: string, zone: string): string {
  return zonesOf(region).find((each) => each.name === zone)?.id ?? '';
}

function arnOf(world: World, region: string, subnet: SubnetRecord): string {
  return `arn:aws:ec2:${region}:${world.account}:subnet/${subnet.id}`;
}

export const SUBNET_OPERATIONS: readonly Operation[] = [
  write(CreateSubnet$, createSubnet),
  read(DescribeSubnets$, describeSubnets),
  write(ModifySubnetAttribute$, modifySubnetAttribute),
  write(DeleteSubnet$, deleteSubnet),
];
