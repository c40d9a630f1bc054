import {
  CreateVpc$,
  DeleteVpc$,
  DescribeVpcAttribute$,
  DescribeVpcs$,
  ModifyVpcAttribute$,
  type CreateVpcRequest,
  type CreateVpcResult,
  type DeleteVpcRequest,
  type DescribeVpcAttributeRequest,
  type DescribeVpcAttributeResult,
  type DescribeVpcsRequest,
  type DescribeVpcsResult,
  type ModifyVpcAttributeRequest,
  type Vpc,
} from '@aws-sdk/client-ec2';
import { AwsError, read, write, type Call, type Operation } from '../service.ts';
import type { World } from '../world.ts';
import { parseBlock } from './cidr.ts';
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
import { QUOTA } from './quota.ts';
import { addVpcBelongings, alive, born, bornVisible, ec2Of, type Ec2State, type VpcRecord } from './state.ts';

const FILTERS: FilterFields<VpcRecord> = {
  'vpc-id': (vpc) => vpc.id,
  cidr: (vpc) => vpc.cidr,
  'cidr-block': (vpc) => vpc.cidr,
  'cidr-block-association.cidr-block': (vpc) => vpc.cidr,
  'cidr-block-association.state': () => 'associated',
  'dhcp-options-id': () => 'dopt-default',
  'is-default': (vpc) => String(vpc.isDefault),
  isDefault: (vpc) => String(vpc.isDefault),
  'owner-id': () => undefined,
  state: () => 'available',
};

function createVpc(world: World, { input, region }: Call<CreateVpcRequest>): CreateVpcResult {
  const state = vpcState(world, region);
  const cidr = parseBlock(input.CidrBlock, 'cidrBlock', 'InvalidVpc.Range').text;
  const tags = specifiedTags(input.TagSpecifications, 'vpc');
  if (state.vpcs.filter((each) => alive(world, each)).length >= QUOTA.vpcs) {
    throw new AwsError('VpcLimitExceeded', 'The maximum number of VPCs has been reached.');
  }
  const vpc: VpcRecord = {
    ...born(world, 'vpc', tags),
    cidr,
    isDefault: false,
    tenancy: input.InstanceTenancy ?? 'default',
    dnsSupport: true,
    dnsHostnames: false,
    networkAddressUsageMetrics: false,
  };
  state.vpcs.push(vpc);
  addVpcBelongings(world, state, vpc);
  announce(world, 'VPC', vpc);
  return { Vpc: { ...presented(world, vpc), State: 'pending' } };
}

function describeVpcs(world: World, { input, region }: Call<DescribeVpcsRequest>): DescribeVpcsResult {
  const state = vpcState(world, region);
  const fields = { ...FILTERS, 'owner-id': () => world.account };
  const { items, next } = paged(filtered(foundAll(world, 'vpc', state.vpcs, input.VpcIds), input.Filters, fields), input, input.VpcIds);
  return { Vpcs: items.map((each) => presented(world, each)), ...next };
}

/** One attribute a call: "You cannot modify the DNS resolution and DNS hostnames attributes in the same request" (API reference). */
function modifyVpcAttribute(world: World, { input, region }: Call<ModifyVpcAttributeRequest>): undefined {
  const vpc = found(world, 'vpc', ec2Of(world, region).vpcs, input.VpcId, 'vpcId');
  const given = [input.EnableDnsSupport, input.EnableDnsHostnames, input.EnableNetworkAddressUsageMetrics].filter(
    (each) => each?.Value !== undefined,
  );
  if (given.length !== 1) {
    if (given.length === 0) throw new AwsError('MissingParameter', 'The request must contain exactly one attribute to modify');
    throw new AwsError('InvalidParameterCombination', 'Fields for multiple attribute types specified');
  }
  if (input.EnableDnsHostnames?.Value === true && !vpc.dnsSupport) {
    throw new AwsError('InvalidParameterCombination', 'DNS hostnames cannot be enabled while DNS support is disabled');
  }
  vpc.dnsSupport = input.EnableDnsSupport?.Value ?? vpc.dnsSupport;
  vpc.dnsHostnames = input.EnableDnsHostnames?.Value ?? vpc.dnsHostnames;
  vpc.networkAddressUsageMetrics = input.EnableNetworkAddressUsageMetrics?.Value ?? vpc.networkAddressUsageMetrics;
}

function describeVpcAttribute(world: World, { input, region }: Call<DescribeVpcAttributeRequest>): DescribeVpcAttributeResult {
  const vpc = found(world, 'vpc', ec2Of(world, region).vpcs, input.VpcId, 'vpcId');
  switch (input.Attribute) {
    case 'enableDnsSupport':
      return { VpcId: vpc.id, EnableDnsSupport: { Value: vpc.dnsSupport } };
    case 'enableDnsHostnames':
      return { VpcId: vpc.id, EnableDnsHostnames: { Value: vpc.dnsHostnames } };
    case 'enableNetworkAddressUsageMetrics':
      return { VpcId: vpc.id, EnableNetworkAddressUsageMetrics: { Value: vpc.networkAddressUsageMetrics } };
    default:
      throw new AwsError(
        'InvalidParameterValue',
        `Value (${String(input.Attribute)}) for parameter attribute is invalid. Unknown attribute.`,
      );
  }
}

function deleteVpc(world: World, { input, region }: Call<DeleteVpcRequest>): undefined {
  const state = ec2Of(world, region);
  const vpc = found(world, 'vpc', state.vpcs, input.VpcId, 'vpcId');
  const inside = (record: { readonly vpcId?: string }): boolean => record.vpcId === vpc.id;
  const busy =
    state.subnets.some(inside) ||
    state.internetGateways.some(inside) ||
    state.networkInterfaces.some(inside) ||
    state.vpcEndpoints.some(inside) ||
    state.securityGroups.some((group) => inside(group) && group.name !== 'default') ||
    state.routeTables.some((table) => inside(table) && !table.associations.some((each) => each.subnetId === undefined));
  if (busy) throw dependencyViolation('vpc', vpc.id);
  state.vpcs = removed(state.vpcs, vpc);
  state.routeTables = state.routeTables.filter((each) => !inside(each));
  state.securityGroups = state.securityGroups.filter((each) => !inside(each));
  world.timeline({
    kind: 'AWS::EC2::VPC',
    id: vpc.id,
    askedAt: new Date(vpc.madeAt).toISOString(),
    goneAt: new Date(world.now()).toISOString(),
  });
}

function presented(world: World, vpc: VpcRecord): Vpc {
  return {
    VpcId: vpc.id,
    State: 'available',
    CidrBlock: vpc.cidr,
    CidrBlockAssociationSet: [
      { AssociationId: vpc.id.replace('vpc-', 'vpc-cidr-assoc-'), CidrBlock: vpc.cidr, CidrBlockState: { State: 'associated' } },
    ],
    DhcpOptionsId: 'dopt-0a1b2c3d4e5f60718',
    InstanceTenancy: vpc.tenancy === 'dedicated' ? 'dedicated' : 'default',
    IsDefault: vpc.isDefault,
    OwnerId: world.account,
    Tags: tagList(vpc),
  };
}

/** The fault `vpc-quota`: somebody else's VPCs fill the region for as long as it is armed. */
function vpcState(world: World, region: string): Ec2State {
  const state = ec2Of(world, region);
  const armed = world.faults.armed('vpc-quota') !== undefined;
  const isPlayed = (each: VpcRecord): boolean => each.tags['Name'] === 'somebody-else';
  if (armed && !state.vpcs.some(isPlayed)) {
    for (let count = state.vpcs.length; count < QUOTA.vpcs; count += 1) {
      const base = bornVisible(world, 'vpc', { Name: 'somebody-else' });
      const cidr = `192.168.${String(count)}.0/24`;
      state.vpcs.push({
        ...base,
        cidr,
        isDefault: false,
        tenancy: 'default',
        dnsSupport: true,
        dnsHostnames: false,
        networkAddressUsageMetrics: false,
      });
    }
  }
  if (!armed) state.vpcs = state.vpcs.filter((each) => !isPlayed(each));
  return state;
}

export const VPC_OPERATIONS: readonly Operation[] = [
  write(CreateVpc$, createVpc),
  read(DescribeVpcs$, describeVpcs),
  write(ModifyVpcAttribute$, modifyVpcAttribute),
  read(DescribeVpcAttribute$, describeVpcAttribute),
  write(DeleteVpc$, deleteVpc),
];
