import type { StaticListSchema, StaticOperationSchema, StaticStructureSchema } from '@smithy/types';
import { alive, ec2Of, type InstanceRecord } from './ec2/state.ts';
import { byName, read, type Call, type Service } from './service.ts';
import type { World } from './world.ts';

/**
 * The one question that a person asks Auto Scaling behind a managed node group. There is no SDK client of it among our
 * packages, so its schema stands here, by the API reference of DescribeAutoScalingGroups (2011-01-01).
 */
const N = 'com.amazonaws.autoscaling';
const STRINGS: StaticListSchema = [1, N, 'XmlStringMaxLen', 0, 0];
const INSTANCE: StaticStructureSchema = [
  3,
  N,
  'Instance',
  0,
  ['InstanceId', 'InstanceType', 'AvailabilityZone', 'LifecycleState', 'HealthStatus', 'ProtectedFromScaleIn'],
  [0, 0, 0, 0, 0, 2],
];
const INSTANCES: StaticListSchema = [1, N, 'Instances', 0, () => INSTANCE];
const TAG: StaticStructureSchema = [
  3,
  N,
  'TagDescription',
  0,
  ['ResourceId', 'ResourceType', 'Key', 'Value', 'PropagateAtLaunch'],
  [0, 0, 0, 0, 2],
];
const TAGS: StaticListSchema = [1, N, 'TagDescriptionList', 0, () => TAG];
const GROUP: StaticStructureSchema = [
  3,
  N,
  'AutoScalingGroup',
  0,
  [
    'AutoScalingGroupName',
    'AutoScalingGroupARN',
    'MinSize',
    'MaxSize',
    'DesiredCapacity',
    'DefaultCooldown',
    'AvailabilityZones',
    'HealthCheckType',
    'Instances',
    'CreatedTime',
    'VPCZoneIdentifier',
    'Tags',
  ],
  [0, 0, 1, 1, 1, 1, () => STRINGS, 0, () => INSTANCES, 5, 0, () => TAGS],
];
const GROUPS: StaticListSchema = [1, N, 'AutoScalingGroups', 0, () => GROUP];
const REQUEST: StaticStructureSchema = [
  3,
  N,
  'AutoScalingGroupNamesType',
  0,
  ['AutoScalingGroupNames', 'NextToken', 'MaxRecords'],
  [() => STRINGS, 0, 1],
];
const ANSWER: StaticStructureSchema = [3, N, 'AutoScalingGroupsType', 0, ['AutoScalingGroups', 'NextToken'], [() => GROUPS, 0]];
const DESCRIBE_AUTO_SCALING_GROUPS: StaticOperationSchema = [9, N, 'DescribeAutoScalingGroups', 0, () => REQUEST, () => ANSWER];

interface DescribeRequest {
  readonly AutoScalingGroupNames?: readonly string[];
}

const GROUP_TAG = 'aws:autoscaling:groupName';

/** A group is known by its instances, which carry its name as AWS tags them. */
function describeAutoScalingGroups(world: World, { input, region }: Call<DescribeRequest>): object {
  const groups = new Map<string, InstanceRecord[]>();
  for (const instance of ec2Of(world, region).instances.filter((each) => alive(world, each) && each.terminateAt === undefined)) {
    const name = instance.tags[GROUP_TAG];
    if (name !== undefined && (input.AutoScalingGroupNames?.includes(name) ?? true))
      groups.set(name, [...(groups.get(name) ?? []), instance]);
  }
  return { AutoScalingGroups: [...groups].map(([name, instances]) => presented(world, region, name, instances)) };
}

function presented(world: World, region: string, name: string, instances: readonly InstanceRecord[]): object {
  return {
    AutoScalingGroupName: name,
    AutoScalingGroupARN: `arn:aws:autoscaling:${region}:${world.account}:autoScalingGroup:${name.slice(-36)}:autoScalingGroupName/${name}`,
    MinSize: instances.length,
    MaxSize: instances.length,
    DesiredCapacity: instances.length,
    DefaultCooldown: 300,
    HealthCheckType: 'EC2',
    AvailabilityZones: [...new Set(instances.map((each) => each.zone))],
    VPCZoneIdentifier: [...new Set(instances.map((each) => each.subnetId))].join(','),
    CreatedTime: new Date(Math.min(...instances.map((each) => each.madeAt))),
    Instances: instances.map((each) => ({
      InstanceId: each.id,
      InstanceType: each.type,
      AvailabilityZone: each.zone,
      LifecycleState: 'InService',
      HealthStatus: 'Healthy',
      ProtectedFromScaleIn: false,
    })),
    Tags: Object.entries(instances[0]?.tags ?? {})
      .filter(([key]) => key !== GROUP_TAG)
      .map(([Key, Value]) => ({ ResourceId: name, ResourceType: 'auto-scaling-group', Key, Value, PropagateAtLaunch: true })),
  };
}

export const AUTO_SCALING: Service = {
  name: 'autoscaling',
  protocol: 'query',
  version: '2011-01-01',
  xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
  operations: byName([read(DESCRIBE_AUTO_SCALING_GROUPS, describeAutoScalingGroups)]),
};
