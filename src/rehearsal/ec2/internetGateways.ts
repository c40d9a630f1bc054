import {
  AttachInternetGateway$,
  CreateInternetGateway$,
  DeleteInternetGateway$,
  DescribeInternetGateways$,
  DetachInternetGateway$,
  type AttachInternetGatewayRequest,
  type AttachmentStatus,
  type CreateInternetGatewayRequest,
  type CreateInternetGatewayResult,
  type DeleteInternetGatewayRequest,
  type DescribeInternetGatewaysRequest,
  type DescribeInternetGatewaysResult,
  type DetachInternetGatewayRequest,
  type InternetGateway,
} from '@aws-sdk/client-ec2';
import { AwsError, read, write, type Call, type Operation } from '../service.ts';
import type { World } from '../world.ts';
import {
  announce,
  dependencyViolation,
  filtered,
  found,
  foundAll,
  outsideModel,
  paged,
  removed,
  specifiedTags,
  tagList,
  type FilterFields,
} from './common.ts';
import { QUOTA } from './quota.ts';
import { born, ec2Of, type Ec2State, type InternetGatewayRecord } from './state.ts';

/** An attached gateway's state is `available` in AWS's answers, which its own model does not list. */
const ATTACHED = 'available';

const FILTERS: FilterFields<InternetGatewayRecord> = {
  'internet-gateway-id': (gateway) => gateway.id,
  'attachment.vpc-id': (gateway) => gateway.vpcId,
  'attachment.state': (gateway) => (gateway.vpcId === undefined ? undefined : ATTACHED),
};

function createInternetGateway(world: World, { input, region }: Call<CreateInternetGatewayRequest>): CreateInternetGatewayResult {
  const state = ec2Of(world, region);
  const tags = specifiedTags(input.TagSpecifications, 'internet-gateway');
  if (state.internetGateways.length >= QUOTA.internetGateways) {
    throw new AwsError('InternetGatewayLimitExceeded', 'The maximum number of internet gateways has been reached.');
  }
  const gateway: InternetGatewayRecord = born(world, 'igw', tags);
  state.internetGateways.push(gateway);
  announce(world, 'InternetGateway', gateway);
  return { InternetGateway: presented(world, gateway) };
}

function describeInternetGateways(world: World, { input, region }: Call<DescribeInternetGatewaysRequest>): DescribeInternetGatewaysResult {
  const all = foundAll(world, 'internetGateway', ec2Of(world, region).internetGateways, input.InternetGatewayIds);
  const fields = { ...FILTERS, 'owner-id': () => world.account };
  const { items, next } = paged(filtered(all, input.Filters, fields), input, input.InternetGatewayIds);
  return { InternetGateways: items.map((each) => presented(world, each)), ...next };
}

function attachInternetGateway(world: World, { input, region }: Call<AttachInternetGatewayRequest>): undefined {
  const state = ec2Of(world, region);
  const gateway = found(world, 'internetGateway', state.internetGateways, input.InternetGatewayId, 'internetGatewayId');
  const vpc = found(world, 'vpc', state.vpcs, input.VpcId, 'vpcId');
  if (gateway.vpcId !== undefined) {
    throw new AwsError('Resource.AlreadyAssociated', `resource ${gateway.id} is already attached to network ${gateway.vpcId}`);
  }
  if (state.internetGateways.some((each) => each.vpcId === vpc.id)) {
    throw new AwsError('InvalidParameterValue', `Network ${vpc.id} already has an internet gateway attached`);
  }
  gateway.vpcId = vpc.id;
}

function detachInternetGateway(world: World, { input, region }: Call<DetachInternetGatewayRequest>): undefined {
  const state = ec2Of(world, region);
  const gateway = found(world, 'internetGateway', state.internetGateways, input.InternetGatewayId, 'internetGatewayId');
  const vpc = found(world, 'vpc', state.vpcs, input.VpcId, 'vpcId');
  if (gateway.vpcId !== vpc.id) throw new AwsError('Gateway.NotAttached', `resource ${gateway.id} is not attached to network ${vpc.id}`);
  if (hasPublicAddresses(state, vpc.id)) {
    throw new AwsError(
      'DependencyViolation',
      `Network ${vpc.id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    );
  }
  delete gateway.vpcId;
}

/** Addresses of NAT gateways, and of load balancers in the public subnets. */
function hasPublicAddresses(state: Ec2State, vpcId: string): boolean {
  const faces = state.networkInterfaces.filter((each) => each.vpcId === vpcId);
  const mapped = new Set(state.addresses.flatMap((each) => each.networkInterfaceId ?? []));
  return faces.some((each) => mapped.has(each.id) || each.type === 'network_load_balancer' || each.requesterId === 'amazon-elb');
}

function deleteInternetGateway(world: World, { input, region }: Call<DeleteInternetGatewayRequest>): undefined {
  const state = ec2Of(world, region);
  const gateway = found(world, 'internetGateway', state.internetGateways, input.InternetGatewayId, 'internetGatewayId');
  if (gateway.vpcId !== undefined) throw dependencyViolation('internetGateway', gateway.id);
  state.internetGateways = removed(state.internetGateways, gateway);
}

function presented(world: World, gateway: InternetGatewayRecord): InternetGateway {
  const attachments = gateway.vpcId === undefined ? [] : [{ VpcId: gateway.vpcId, State: outsideModel<AttachmentStatus>(ATTACHED) }];
  return { InternetGatewayId: gateway.id, OwnerId: world.account, Attachments: attachments, Tags: tagList(gateway) };
}

export const INTERNET_GATEWAY_OPERATIONS: readonly Operation[] = [
  write(CreateInternetGateway$, createInternetGateway),
  read(DescribeInternetGateways$, describeInternetGateways),
  write(AttachInternetGateway$, attachInternetGateway),
  write(DetachInternetGateway$, detachInternetGateway),
  write(DeleteInternetGateway$, deleteInternetGateway),
];
