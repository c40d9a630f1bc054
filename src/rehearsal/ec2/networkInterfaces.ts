import {
  DeleteNetworkInterface$,
  DescribeNetworkInterfaces$,
  DetachNetworkInterface$,
  type DeleteNetworkInterfaceRequest,
  type DescribeNetworkInterfacesRequest,
  type DescribeNetworkInterfacesResult,
  type DetachNetworkInterfaceRequest,
  type NetworkInterface,
  type NetworkInterfaceType,
} from '@aws-sdk/client-ec2';
import { AwsError, read, write, type Call, type Operation } from '../service.ts';
import type { World } from '../world.ts';
import { filtered, found, foundAll, outsideModel, paged, removed, tagList, type FilterFields } from './common.ts';
import { ec2Of, type Ec2State, type NetworkInterfaceRecord } from './state.ts';

const FILTERS: FilterFields<NetworkInterfaceRecord> = {
  'network-interface-id': (face) => face.id,
  'subnet-id': (face) => face.subnetId,
  'vpc-id': (face) => face.vpcId,
  'availability-zone': (face) => face.zone,
  'group-id': (face) => face.groupIds,
  description: (face) => face.description,
  status: statusOf,
  'interface-type': (face) => face.type,
  'requester-id': (face) => face.requesterId,
  'requester-managed': (face) => String(face.requesterManaged),
  'private-ip-address': (face) => face.privateIp,
  'attachment.instance-id': (face) => face.attachment?.instanceId,
  'attachment.attachment-id': (face) => face.attachment?.id,
};

function describeNetworkInterfaces(
  world: World,
  { input, region }: Call<DescribeNetworkInterfacesRequest>,
): DescribeNetworkInterfacesResult {
  const state = ec2Of(world, region);
  const all = foundAll(world, 'networkInterface', state.networkInterfaces, input.NetworkInterfaceIds);
  const { items, next } = paged(
    filtered(all, input.Filters, { ...FILTERS, 'owner-id': () => world.account }),
    input,
    input.NetworkInterfaceIds,
  );
  return { NetworkInterfaces: items.map((each) => presented(world, state, each)), ...next };
}

function deleteNetworkInterface(world: World, { input, region }: Call<DeleteNetworkInterfaceRequest>): undefined {
  const state = ec2Of(world, region);
  const face = found(world, 'networkInterface', state.networkInterfaces, input.NetworkInterfaceId, 'networkInterfaceId');
  if (face.requesterManaged)
    throw new AwsError('OperationNotPermitted', 'You are not allowed to manage requester-managed network interfaces.');
  if (face.attachment !== undefined) throw new AwsError('InvalidParameterValue', `Network interface '${face.id}' is currently in use.`);
  state.networkInterfaces = removed(state.networkInterfaces, face);
}

function detachNetworkInterface(world: World, { input, region }: Call<DetachNetworkInterfaceRequest>): undefined {
  const face = ec2Of(world, region).networkInterfaces.find((each) => each.attachment?.id === input.AttachmentId);
  if (face === undefined)
    throw new AwsError('InvalidAttachmentID.NotFound', `The attachment '${String(input.AttachmentId)}' does not exist`);
  if (face.requesterManaged) throw new AwsError('AuthFailure', 'You do not have permission to access the specified resource.');
  if (face.attachment?.deviceIndex === 0)
    throw new AwsError('OperationNotPermitted', 'The network interface at device index 0 cannot be detached.');
  delete face.attachment;
}

function statusOf(face: NetworkInterfaceRecord): 'available' | 'in-use' {
  return face.attachment === undefined ? 'available' : 'in-use';
}

function presented(world: World, state: Ec2State, face: NetworkInterfaceRecord): NetworkInterface {
  const address = state.addresses.find((each) => each.networkInterfaceId === face.id);
  return {
    NetworkInterfaceId: face.id,
    VpcId: face.vpcId,
    SubnetId: face.subnetId,
    AvailabilityZone: face.zone,
    Description: face.description,
    InterfaceType: typeOf(face),
    Status: statusOf(face),
    OwnerId: world.account,
    RequesterManaged: face.requesterManaged,
    ...(face.requesterId !== undefined && { RequesterId: face.requesterId }),
    PrivateIpAddress: face.privateIp,
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: face.privateIp }],
    SourceDestCheck: face.type !== 'nat_gateway',
    Groups: face.groupIds.map((id) => ({ GroupId: id, GroupName: state.securityGroups.find((each) => each.id === id)?.name ?? '' })),
    ...(address?.associationId !== undefined && {
      Association: { AllocationId: address.id, AssociationId: address.associationId, PublicIp: address.publicIp, IpOwnerId: world.account },
    }),
    ...(face.attachment !== undefined && {
      Attachment: {
        AttachmentId: face.attachment.id,
        ...(face.attachment.instanceId !== undefined && { InstanceId: face.attachment.instanceId }),
        InstanceOwnerId: face.attachment.ownerId,
        DeviceIndex: face.attachment.deviceIndex,
        DeleteOnTermination: face.attachment.instanceId !== undefined,
        Status: 'attached',
      },
    }),
    TagSet: tagList(face),
  };
}

function typeOf(face: NetworkInterfaceRecord): NetworkInterfaceType {
  return face.type === 'nat_gateway' ? outsideModel(face.type) : face.type === 'network_load_balancer' ? face.type : 'interface';
}

export const NETWORK_INTERFACE_OPERATIONS: readonly Operation[] = [
  read(DescribeNetworkInterfaces$, describeNetworkInterfaces),
  write(DeleteNetworkInterface$, deleteNetworkInterface),
  write(DetachNetworkInterface$, detachNetworkInterface),
];
