import {
  CreateNatGateway$,
  DeleteNatGateway$,
  DescribeNatGateways$,
  type CreateNatGatewayRequest,
  type CreateNatGatewayResult,
  type DeleteNatGatewayRequest,
  type DeleteNatGatewayResult,
  type DescribeNatGatewaysRequest,
  type DescribeNatGatewaysResult,
  type NatGateway,
  type NatGatewayState,
} from '@aws-sdk/client-ec2';
import { AwsError, read, write, type Call, type Operation } from '../service.ts';
import { SECONDS, type World } from '../world.ts';
import { announce, filtered, found, foundAll, notFound, paged, specifiedTags, tagList, tokenMade, type FilterFields } from './common.ts';
import { makeNetworkInterface } from './onBehalf.ts';
import { QUOTA } from './quota.ts';
import { born, ec2Of, type AddressRecord, type Ec2State, type NatGatewayRecord, type SubnetRecord } from './state.ts';

/** Until a gateway that cannot work says so. */
const FAILS_AFTER_MS = 20_000;
/** Deleted and failed gateways stay listed for about an hour. */
const LISTED_MS = 3_600_000;

function createNatGateway(world: World, { input, region }: Call<CreateNatGatewayRequest>): CreateNatGatewayResult {
  const state = ec2Of(world, region);
  const { ClientToken: token, ...rest } = input;
  const before = tokenMade(state, 'CreateNatGateway', token, rest);
  const known = state.natGateways.find((each) => each.id === before.id);
  const echo = token === undefined ? {} : { ClientToken: token };
  if (known !== undefined) return { ...echo, NatGateway: presented(world, state, known) };

  const subnet = found(world, 'subnet', state.subnets, input.SubnetId, 'subnetId');
  const tags = specifiedTags(input.TagSpecifications, 'natgateway');
  const isPublic = input.ConnectivityType !== 'private';
  const address = isPublic ? freeAddress(world, state, input.AllocationId) : undefined;
  const inZone = state.natGateways.filter(
    (each) => stateOf(world, each) !== 'deleted' && stateOf(world, each) !== 'failed' && zoneOf(state, each) === subnet.zone,
  );
  if (inZone.length >= QUOTA.natGatewaysPerZone) {
    throw new AwsError(
      'NatGatewayLimitExceeded',
      `Performing this operation would exceed the limit of ${String(QUOTA.natGatewaysPerZone)} NAT gateways`,
    );
  }
  const gateway = made(world, region, state, { subnet, tags, address });
  before.remember(gateway.id);
  const { failure } = gateway;
  if (failure === undefined) announce(world, 'NatGateway', gateway, gateway.madeAt + SECONDS.natAvailable * 1000);
  return { ...echo, NatGateway: presented(world, state, gateway) };
}

interface Wanted {
  readonly subnet: SubnetRecord;
  readonly tags: Readonly<Record<string, string>>;
  readonly address: AddressRecord | undefined;
}

function made(world: World, region: string, state: Ec2State, { subnet, tags, address }: Wanted): NatGatewayRecord {
  const base = born(world, 'nat', tags);
  const failure = failureOf(world, state, subnet, address !== undefined);
  const face = makeNetworkInterface(world, region, {
    subnetId: subnet.id,
    groupIds: [],
    description: `Interface for NAT Gateway ${base.id}`,
    type: 'nat_gateway',
    requesterId: 'amazon-nat',
  });
  const gateway: NatGatewayRecord = {
    ...base,
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    connectivity: address === undefined ? 'private' : 'public',
    ...(address !== undefined && { allocationId: address.id }),
    networkInterfaceId: face.id,
    privateIp: face.privateIp,
    ...(failure !== undefined && { failure }),
  };
  if (address !== undefined) {
    address.associationId = world.id('eipassoc');
    address.networkInterfaceId = face.id;
  }
  if (failure !== undefined) {
    const failsAt = gateway.madeAt + FAILS_AFTER_MS;
    face.goneAt = failsAt;
    gateway.goneAt = failsAt + LISTED_MS;
    if (address !== undefined) address.freeAt = failsAt;
  }
  state.natGateways.push(gateway);
  return gateway;
}

function freeAddress(world: World, state: Ec2State, allocationId: string | undefined): AddressRecord {
  const address = found(world, 'address', state.addresses, allocationId, 'allocationId');
  if (address.associationId !== undefined)
    throw new AwsError('Resource.AlreadyAssociated', `Elastic IP address [${address.id}] is already associated`);
  return address;
}

function failureOf(world: World, state: Ec2State, subnet: SubnetRecord, isPublic: boolean): NatGatewayRecord['failure'] {
  if (isPublic && !state.internetGateways.some((each) => each.vpcId === subnet.vpcId)) {
    return { code: 'Gateway.NotAttached', message: `Network ${subnet.vpcId} has no Internet gateway attached` };
  }
  if (!world.faults.take('nat-failed')) return undefined;
  return {
    code: 'InternalError',
    message: 'Network interface could not be created for the NAT gateway due to an internal error. Please try again later.',
  };
}

function describeNatGateways(world: World, { input, region }: Call<DescribeNatGatewaysRequest>): DescribeNatGatewaysResult {
  const state = ec2Of(world, region);
  const filters: FilterFields<NatGatewayRecord> = {
    'nat-gateway-id': (gateway) => gateway.id,
    'subnet-id': (gateway) => gateway.subnetId,
    'vpc-id': (gateway) => gateway.vpcId,
    state: (gateway) => stateOf(world, gateway),
  };
  const all = filtered(foundAll(world, 'natGateway', state.natGateways, input.NatGatewayIds), input.Filter, filters);
  const { items, next } = paged(all, input, input.NatGatewayIds);
  return { NatGateways: items.map((each) => presented(world, state, each)), ...next };
}

function deleteNatGateway(world: World, { input, region }: Call<DeleteNatGatewayRequest>): DeleteNatGatewayResult {
  const state = ec2Of(world, region);
  const gateway = found(world, 'natGateway', state.natGateways, input.NatGatewayId, 'natGatewayId');
  const now = stateOf(world, gateway);
  if (now === 'deleted') throw notFound('natGateway', gateway.id);
  if (now === 'deleting') return { NatGatewayId: gateway.id };
  gateway.deleteAskedAt = world.now();
  const goneAt = gateway.deleteAskedAt + SECONDS.natDeleted * 1000;
  gateway.goneAt = goneAt + LISTED_MS;
  for (const face of state.networkInterfaces) if (face.id === gateway.networkInterfaceId) face.goneAt = goneAt;
  for (const address of state.addresses) if (address.networkInterfaceId === gateway.networkInterfaceId) address.freeAt = goneAt;
  const iso = (at: number): string => new Date(at).toISOString();
  world.timeline({ kind: 'AWS::EC2::NatGateway', id: gateway.id, askedAt: iso(gateway.madeAt), goneAt: iso(goneAt) });
  return { NatGatewayId: gateway.id };
}

/** What a gateway is at this moment: computed from when it was made and when its end was asked for. */
export function stateOf(world: World, gateway: NatGatewayRecord): NatGatewayState {
  const now = world.now();
  if (gateway.deleteAskedAt !== undefined) return now < gateway.deleteAskedAt + SECONDS.natDeleted * 1000 ? 'deleting' : 'deleted';
  if (gateway.failure !== undefined) return now < gateway.madeAt + FAILS_AFTER_MS ? 'pending' : 'failed';
  return now < gateway.madeAt + SECONDS.natAvailable * 1000 ? 'pending' : 'available';
}

function zoneOf(state: Ec2State, gateway: NatGatewayRecord): string | undefined {
  return state.subnets.find((each) => each.id === gateway.subnetId)?.zone;
}

function presented(world: World, state: Ec2State, gateway: NatGatewayRecord): NatGateway {
  const address = state.addresses.find((each) => each.networkInterfaceId === gateway.networkInterfaceId);
  const now = stateOf(world, gateway);
  return {
    NatGatewayId: gateway.id,
    VpcId: gateway.vpcId,
    SubnetId: gateway.subnetId,
    State: now,
    ConnectivityType: gateway.connectivity,
    CreateTime: new Date(gateway.madeAt),
    ...(gateway.deleteAskedAt !== undefined && { DeleteTime: new Date(gateway.deleteAskedAt) }),
    ...(now === 'failed' &&
      gateway.failure !== undefined && { FailureCode: gateway.failure.code, FailureMessage: gateway.failure.message }),
    NatGatewayAddresses: [
      {
        ...(gateway.allocationId !== undefined && { AllocationId: gateway.allocationId }),
        ...(address?.associationId !== undefined && { AssociationId: address.associationId, PublicIp: address.publicIp }),
        NetworkInterfaceId: gateway.networkInterfaceId,
        PrivateIp: gateway.privateIp,
        IsPrimary: true,
        Status: now === 'failed' ? 'failed' : now === 'pending' ? 'associating' : now === 'available' ? 'succeeded' : 'disassociating',
      },
    ],
    Tags: tagList(gateway),
  };
}

export const NAT_GATEWAY_OPERATIONS: readonly Operation[] = [
  write(CreateNatGateway$, createNatGateway),
  read(DescribeNatGateways$, describeNatGateways),
  write(DeleteNatGateway$, deleteNatGateway),
];
