import type { World } from '../world.ts';
import {
  addressIn,
  bornVisible,
  ec2Of,
  type InstanceRecord,
  type NetworkInterfaceRecord,
  type SecurityGroupRecord,
  type SubnetRecord,
  type VolumeRecord,
} from './state.ts';

/** What EKS, Auto Scaling and the load balancers make in EC2 for the account. They never wait to see their own things. */

export interface NewNetworkInterface {
  readonly subnetId: string;
  readonly groupIds: readonly string[];
  readonly description: string;
  /** Default `interface`. */
  readonly type?: string;
  /** The service that manages it, e.g. `amazon-eks`: then nobody else may delete it. */
  readonly requesterId?: string;
  readonly instanceId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly madeAt?: number;
}

/** The subnet, or `undefined` if there is none of that id in the region. */
export function subnetOf(world: World, region: string, id: string): SubnetRecord | undefined {
  return ec2Of(world, region).subnets.find((each) => each.id === id);
}

/** @throws RangeError when there is no such subnet: the caller checks with `subnetOf` and refuses in AWS's words. */
export function makeNetworkInterface(world: World, region: string, wanted: NewNetworkInterface): NetworkInterfaceRecord {
  const state = ec2Of(world, region);
  const subnet = state.subnets.find((each) => each.id === wanted.subnetId);
  if (subnet === undefined) throw new RangeError(`no subnet ${wanted.subnetId} in ${region}`);
  const attached = wanted.instanceId !== undefined || wanted.requesterId !== undefined;
  const made: NetworkInterfaceRecord = {
    ...bornVisible(world, 'eni', wanted.tags, wanted.madeAt),
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    zone: subnet.zone,
    description: wanted.description,
    type: wanted.type ?? 'interface',
    requesterManaged: wanted.requesterId !== undefined,
    ...(wanted.requesterId !== undefined && { requesterId: wanted.requesterId }),
    privateIp: freePrivateAddress(world, region, subnet),
    groupIds: [...wanted.groupIds],
    ...(attached && {
      attachment: {
        id: world.id('eni-attach'),
        ...(wanted.instanceId !== undefined && { instanceId: wanted.instanceId }),
        ownerId: wanted.instanceId === undefined ? 'amazon-aws' : world.account,
        deviceIndex: 0,
      },
    }),
  };
  state.networkInterfaces.push(made);
  return made;
}

/** AWS keeps the first four addresses of a subnet and the last one. */
export function freePrivateAddress(world: World, region: string, subnet: SubnetRecord): string {
  const used = new Set(
    ec2Of(world, region)
      .networkInterfaces.filter((each) => each.subnetId === subnet.id)
      .map((each) => each.privateIp),
  );
  const size = 2 ** (32 - Number(subnet.cidr.split('/')[1]));
  let offset = 4 + Math.floor(world.random() * (size - 6));
  while (used.has(addressIn(subnet.cidr, offset))) offset = offset + 2 >= size ? 4 : offset + 1;
  return addressIn(subnet.cidr, offset);
}

export interface NewSecurityGroup {
  readonly vpcId: string;
  readonly name: string;
  readonly description: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A group that lets its own members in and everything out, as EKS makes `eks-cluster-sg-…`. */
export function makeSecurityGroup(world: World, region: string, wanted: NewSecurityGroup): SecurityGroupRecord {
  const base = bornVisible(world, 'sg', wanted.tags);
  const made: SecurityGroupRecord = {
    ...base,
    vpcId: wanted.vpcId,
    name: wanted.name,
    description: wanted.description,
    rules: [
      { id: world.id('sgr'), egress: false, protocol: '-1', fromPort: -1, toPort: -1, groupId: base.id },
      { id: world.id('sgr'), egress: true, protocol: '-1', fromPort: -1, toPort: -1, cidr: '0.0.0.0/0' },
    ],
  };
  ec2Of(world, region).securityGroups.push(made);
  return made;
}

export interface NewInstance {
  readonly subnetId: string;
  readonly groupIds: readonly string[];
  readonly type: string;
  readonly imageId: string;
  readonly spot: boolean;
  readonly diskGiB: number;
  readonly profileArn?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** World time at which it appears; may be in the future. */
  readonly madeAt: number;
}

/** An instance with its network interface and its root volume. */
export function makeInstance(world: World, region: string, wanted: NewInstance): InstanceRecord {
  const base = bornVisible(world, 'i', wanted.tags, wanted.madeAt);
  const face = makeNetworkInterface(world, region, {
    subnetId: wanted.subnetId,
    groupIds: wanted.groupIds,
    description: '',
    instanceId: base.id,
    madeAt: wanted.madeAt,
    ...(wanted.tags !== undefined && { tags: wanted.tags }),
  });
  const volume: VolumeRecord = {
    ...bornVisible(world, 'vol', wanted.tags, wanted.madeAt),
    zone: face.zone,
    sizeGiB: wanted.diskGiB,
    type: 'gp3',
    encrypted: false,
    attachment: { instanceId: base.id, device: '/dev/xvda', attachedAt: wanted.madeAt },
  };
  const made: InstanceRecord = {
    ...base,
    vpcId: face.vpcId,
    subnetId: face.subnetId,
    zone: face.zone,
    type: wanted.type,
    imageId: wanted.imageId,
    spot: wanted.spot,
    networkInterfaceId: face.id,
    privateIp: face.privateIp,
    groupIds: [...wanted.groupIds],
    volumeId: volume.id,
    ...(wanted.profileArn !== undefined && { profileArn: wanted.profileArn }),
  };
  const state = ec2Of(world, region);
  state.volumes.push(volume);
  state.instances.push(made);
  return made;
}

const TERMINATION_MS = 40_000;
/** AWS lists terminated instances for about an hour. */
const TERMINATED_LISTED_MS = 3_600_000;

/**
 * Ends instances at a world time (now or later); their interfaces and root volumes go with them, and others are detached (EC2 User Guide,
 * "Terminate Amazon EC2 instances").
 */
export function terminateInstances(world: World, region: string, ids: readonly string[], at: number): void {
  const state = ec2Of(world, region);
  for (const instance of state.instances.filter((each) => ids.includes(each.id) && each.terminateAt === undefined)) {
    instance.terminateAt = at;
    instance.goneAt = at + TERMINATION_MS + TERMINATED_LISTED_MS;
    for (const face of state.networkInterfaces) if (face.attachment?.instanceId === instance.id) face.goneAt = at + TERMINATION_MS;
    for (const volume of state.volumes) {
      if (volume.id === instance.volumeId) volume.goneAt = at + TERMINATION_MS;
      else if (volume.attachment?.instanceId === instance.id) volume.attachment = { ...volume.attachment, endsAt: at + TERMINATION_MS };
    }
  }
}

/** Interfaces and groups that a service takes away at a world time, now or later. */
export function removeAt(world: World, region: string, ids: readonly string[], at: number): void {
  const state = ec2Of(world, region);
  for (const record of [...state.networkInterfaces, ...state.securityGroups]) if (ids.includes(record.id)) record.goneAt = at;
}

export const INSTANCE_TERMINATION_MS = TERMINATION_MS;
