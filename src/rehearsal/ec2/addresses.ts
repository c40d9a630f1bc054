import {
  AllocateAddress$,
  DescribeAddresses$,
  ReleaseAddress$,
  type Address,
  type AllocateAddressRequest,
  type AllocateAddressResult,
  type DescribeAddressesRequest,
  type DescribeAddressesResult,
  type ReleaseAddressRequest,
} from '@aws-sdk/client-ec2';
import { AwsError, read, write, type Call, type Operation } from '../service.ts';
import type { World } from '../world.ts';
import { announce, filtered, found, foundAll, notFound, removed, specifiedTags, tagList, type FilterFields } from './common.ts';
import { QUOTA } from './quota.ts';
import { born, bornVisible, ec2Of, type AddressRecord, type Ec2State } from './state.ts';

const FILTERS: FilterFields<AddressRecord> = {
  'allocation-id': (address) => address.id,
  'association-id': (address) => address.associationId,
  'public-ip': (address) => address.publicIp,
  'network-interface-id': (address) => address.networkInterfaceId,
  domain: () => 'vpc',
};

function allocateAddress(world: World, { input, region }: Call<AllocateAddressRequest>): AllocateAddressResult {
  const state = addressState(world, region);
  const tags = specifiedTags(input.TagSpecifications, 'elastic-ip');
  if (state.addresses.length >= QUOTA.addresses)
    throw new AwsError('AddressLimitExceeded', 'The maximum number of addresses has been reached.');
  const address: AddressRecord = { ...born(world, 'eipalloc', tags), publicIp: freePublicAddress(world, state) };
  state.addresses.push(address);
  announce(world, 'EIP', address);
  return { AllocationId: address.id, PublicIp: address.publicIp, Domain: 'vpc', PublicIpv4Pool: 'amazon', NetworkBorderGroup: region };
}

/** From 198.51.100.0/24 and 203.0.113.0/24: documentation addresses (RFC 5737), which nobody has. */
function freePublicAddress(world: World, state: Ec2State): string {
  const used = new Set(state.addresses.map((each) => each.publicIp));
  for (;;) {
    const text = `${world.random() < 0.5 ? '198.51.100' : '203.0.113'}.${String(1 + Math.floor(world.random() * 254))}`;
    if (!used.has(text)) return text;
  }
}

function describeAddresses(world: World, { input, region }: Call<DescribeAddressesRequest>): DescribeAddressesResult {
  const state = addressState(world, region);
  const missing = input.PublicIps?.find((ip) => !state.addresses.some((each) => each.publicIp === ip));
  if (missing !== undefined) throw new AwsError('InvalidAddress.NotFound', `Address '${missing}' not found.`);
  const all = foundAll(world, 'address', state.addresses, input.AllocationIds).filter(
    (each) => input.PublicIps?.includes(each.publicIp) ?? true,
  );
  const fields: FilterFields<AddressRecord> = {
    ...FILTERS,
    'network-border-group': () => region,
    'network-interface-owner-id': () => world.account,
    'private-ip-address': (address) => faceOf(state, address)?.privateIp,
    'instance-id': () => undefined,
  };
  return { Addresses: filtered(all, input.Filters, fields).map((each) => presented(world, region, state, each)) };
}

function releaseAddress(world: World, { input, region }: Call<ReleaseAddressRequest>): undefined {
  const state = addressState(world, region);
  if (input.AllocationId === undefined) {
    if (input.PublicIp === undefined) throw new AwsError('MissingParameter', 'Either public IP or allocation id must be specified');
    throw new AwsError('InvalidParameterValue', 'You must specify an allocation id when releasing a VPC elastic IP address');
  }
  // A second release of an address that is gone says so, also where it could not be seen yet.
  const address = state.addresses.find((each) => each.id === input.AllocationId);
  if (address === undefined) throw notFound('address', input.AllocationId);
  found(world, 'address', state.addresses, address.id, 'allocationId');
  if (address.associationId !== undefined) throw new AwsError('InvalidIPAddress.InUse', `Address ${address.publicIp} is in use.`);
  state.addresses = removed(state.addresses, address);
}

function faceOf(state: Ec2State, address: AddressRecord): { readonly privateIp: string } | undefined {
  return state.networkInterfaces.find((each) => each.id === address.networkInterfaceId);
}

function presented(world: World, region: string, state: Ec2State, address: AddressRecord): Address {
  const face = faceOf(state, address);
  return {
    AllocationId: address.id,
    PublicIp: address.publicIp,
    Domain: 'vpc',
    PublicIpv4Pool: 'amazon',
    NetworkBorderGroup: region,
    ...(address.associationId !== undefined && { AssociationId: address.associationId }),
    ...(address.networkInterfaceId !== undefined && {
      NetworkInterfaceId: address.networkInterfaceId,
      NetworkInterfaceOwnerId: world.account,
    }),
    ...(face !== undefined && { PrivateIpAddress: face.privateIp }),
    Tags: tagList(address),
  };
}

/** The fault `address-quota[=LEFT]`: somebody else's addresses take the room for as long as it is armed. */
function addressState(world: World, region: string): Ec2State {
  const state = ec2Of(world, region);
  const armed = world.faults.armed('address-quota');
  const isPlayed = (each: AddressRecord): boolean => each.tags['Name'] === 'somebody-else';
  if (armed === undefined) {
    state.addresses = state.addresses.filter((each) => !isPlayed(each));
    return state;
  }
  if (state.addresses.some(isPlayed)) return state;
  const left = armed === '' ? 1 : Number(armed);
  for (let count = state.addresses.length; count < QUOTA.addresses - left; count += 1) {
    state.addresses.push({ ...bornVisible(world, 'eipalloc', { Name: 'somebody-else' }), publicIp: freePublicAddress(world, state) });
  }
  return state;
}

export const ADDRESS_OPERATIONS: readonly Operation[] = [
  write(AllocateAddress$, allocateAddress),
  read(DescribeAddresses$, describeAddresses),
  write(ReleaseAddress$, releaseAddress),
];
