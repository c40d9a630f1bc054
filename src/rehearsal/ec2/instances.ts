import {
  DeleteVolume$,
  DescribeInstances$,
  DescribeVolumes$,
  TerminateInstances$,
  type DeleteVolumeRequest,
  type DescribeInstancesRequest,
  type DescribeInstancesResult,
  type DescribeVolumesRequest,
  type DescribeVolumesResult,
  type Instance,
  type InstanceState,
  type _InstanceType,
  type TerminateInstancesRequest,
  type TerminateInstancesResult,
  type Volume,
} from '@aws-sdk/client-ec2';
import { AwsError, read, write, type Call, type Operation } from '../service.ts';
import type { World } from '../world.ts';
import { filtered, found, foundAll, outsideModel, paged, removed, tagList, type FilterFields } from './common.ts';
import { INSTANCE_TERMINATION_MS, terminateInstances as endInstances } from './onBehalf.ts';
import { ec2Of, type InstanceRecord, type VolumeRecord } from './state.ts';

/** From the launch until an instance runs. */
const BOOT_MS = 15_000;

function filters(world: World): FilterFields<InstanceRecord> {
  return {
    'instance-id': (instance) => instance.id,
    'instance-type': (instance) => instance.type,
    'instance-state-name': (instance) => stateOf(world, instance).Name,
    'instance-lifecycle': (instance) => (instance.spot ? 'spot' : undefined),
    'availability-zone': (instance) => instance.zone,
    'subnet-id': (instance) => instance.subnetId,
    'vpc-id': (instance) => instance.vpcId,
    'image-id': (instance) => instance.imageId,
    'private-ip-address': (instance) => instance.privateIp,
    'instance.group-id': (instance) => instance.groupIds,
  };
}

function describeInstances(world: World, { input, region }: Call<DescribeInstancesRequest>): DescribeInstancesResult {
  const all = foundAll(world, 'instance', ec2Of(world, region).instances, input.InstanceIds);
  const { items, next } = paged(filtered(all, input.Filters, filters(world)), input, input.InstanceIds);
  const Reservations = items.map((each) => ({
    ReservationId: each.id.replace('i-', 'r-'),
    OwnerId: world.account,
    Groups: [],
    Instances: [presented(world, region, each)],
  }));
  return { Reservations, ...next };
}

function terminate(world: World, { input, region }: Call<TerminateInstancesRequest>): TerminateInstancesResult {
  const chosen = foundAll(world, 'instance', ec2Of(world, region).instances, input.InstanceIds ?? []);
  const before = chosen.map((each) => stateOf(world, each));
  endInstances(
    world,
    region,
    chosen.map((each) => each.id),
    world.now(),
  );
  return {
    TerminatingInstances: chosen.map((each, index) => ({
      InstanceId: each.id,
      CurrentState: stateOf(world, each),
      ...(before[index] !== undefined && { PreviousState: before[index] }),
    })),
  };
}

/** Computed from when it was launched and told to end. */
function stateOf(world: World, instance: InstanceRecord): InstanceState {
  const now = world.now();
  if (instance.terminateAt !== undefined && now >= instance.terminateAt) {
    return now < instance.terminateAt + INSTANCE_TERMINATION_MS ? { Code: 32, Name: 'shutting-down' } : { Code: 48, Name: 'terminated' };
  }
  return now < instance.madeAt + BOOT_MS ? { Code: 0, Name: 'pending' } : { Code: 16, Name: 'running' };
}

function presented(world: World, region: string, instance: InstanceRecord): Instance {
  const State = stateOf(world, instance);
  const over = State.Name === 'terminated';
  return {
    InstanceId: instance.id,
    InstanceType: outsideModel<_InstanceType>(instance.type),
    ImageId: instance.imageId,
    State,
    LaunchTime: new Date(instance.madeAt),
    Placement: { AvailabilityZone: instance.zone, Tenancy: 'default' },
    Architecture: 'x86_64',
    Hypervisor: 'xen',
    VirtualizationType: 'hvm',
    RootDeviceName: '/dev/xvda',
    RootDeviceType: 'ebs',
    PrivateDnsName: over ? '' : `ip-${instance.privateIp.replaceAll('.', '-')}.${region}.compute.internal`,
    PublicDnsName: '',
    ...(instance.spot && { InstanceLifecycle: 'spot' as const }),
    ...(!over && { VpcId: instance.vpcId, SubnetId: instance.subnetId, PrivateIpAddress: instance.privateIp }),
    ...(instance.profileArn !== undefined && !over && { IamInstanceProfile: { Arn: instance.profileArn } }),
    SecurityGroups: over
      ? []
      : instance.groupIds.map((id) => ({
          GroupId: id,
          GroupName: ec2Of(world, region).securityGroups.find((each) => each.id === id)?.name ?? '',
        })),
    BlockDeviceMappings: over
      ? []
      : [
          {
            DeviceName: '/dev/xvda',
            Ebs: { VolumeId: instance.volumeId, Status: 'attached', DeleteOnTermination: true, AttachTime: new Date(instance.madeAt) },
          },
        ],
    NetworkInterfaces: over
      ? []
      : [
          {
            NetworkInterfaceId: instance.networkInterfaceId,
            SubnetId: instance.subnetId,
            VpcId: instance.vpcId,
            PrivateIpAddress: instance.privateIp,
            Status: 'in-use',
          },
        ],
    Tags: tagList(instance),
  };
}

const VOLUME_FILTERS: FilterFields<VolumeRecord> = {
  'volume-id': (volume) => volume.id,
  'availability-zone': (volume) => volume.zone,
  size: (volume) => String(volume.sizeGiB),
  'volume-type': (volume) => volume.type,
  encrypted: (volume) => String(volume.encrypted),
  status: volumeStatus,
  'attachment.instance-id': (volume) => volume.attachment?.instanceId,
  'attachment.device': (volume) => volume.attachment?.device,
};

function describeVolumes(world: World, { input, region }: Call<DescribeVolumesRequest>): DescribeVolumesResult {
  const all = foundAll(world, 'volume', ec2Of(world, region).volumes, input.VolumeIds);
  const { items, next } = paged(filtered(all, input.Filters, VOLUME_FILTERS), input, input.VolumeIds);
  return { Volumes: items.map(presentedVolume), ...next };
}

function deleteVolume(world: World, { input, region }: Call<DeleteVolumeRequest>): undefined {
  const state = ec2Of(world, region);
  const volume = found(world, 'volume', state.volumes, input.VolumeId, 'volumeId');
  if (volume.attachment !== undefined)
    throw new AwsError('VolumeInUse', `Volume ${volume.id} is currently attached to ${volume.attachment.instanceId}`);
  state.volumes = removed(state.volumes, volume);
}

function volumeStatus(volume: VolumeRecord): 'available' | 'in-use' {
  return volume.attachment === undefined ? 'available' : 'in-use';
}

function presentedVolume(volume: VolumeRecord): Volume {
  return {
    VolumeId: volume.id,
    AvailabilityZone: volume.zone,
    Size: volume.sizeGiB,
    VolumeType: volume.type === 'gp2' ? 'gp2' : 'gp3',
    State: volumeStatus(volume),
    Encrypted: volume.encrypted,
    Iops: 3000,
    Throughput: 125,
    SnapshotId: '',
    CreateTime: new Date(volume.madeAt),
    MultiAttachEnabled: false,
    Attachments:
      volume.attachment === undefined
        ? []
        : [
            {
              VolumeId: volume.id,
              InstanceId: volume.attachment.instanceId,
              Device: volume.attachment.device,
              State: 'attached',
              AttachTime: new Date(volume.attachment.attachedAt),
              DeleteOnTermination: true,
            },
          ],
    Tags: tagList(volume),
  };
}

export const INSTANCE_OPERATIONS: readonly Operation[] = [
  read(DescribeInstances$, describeInstances),
  write(TerminateInstances$, terminate),
  read(DescribeVolumes$, describeVolumes),
  write(DeleteVolume$, deleteVolume),
];
