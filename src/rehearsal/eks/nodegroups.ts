import type {
  AMITypes,
  CreateNodegroupRequest,
  CreateNodegroupResponse,
  DeleteNodegroupRequest,
  DeleteNodegroupResponse,
  DescribeNodegroupRequest,
  DescribeNodegroupResponse,
  ListNodegroupsRequest,
  ListNodegroupsResponse,
  Nodegroup,
  NodegroupScalingConfig,
  NodegroupStatus,
  Taint,
  UpdateNodegroupConfigRequest,
  UpdateNodegroupConfigResponse,
} from '@aws-sdk/client-eks';
import { instanceTypeOf } from '../../core/platform/instanceTypes.ts';
import { subnetOf } from '../ec2/onBehalf.ts';
import { visible } from '../ec2/state.ts';
import { iamState, partitionOf } from '../iam/iamState.ts';
import { trustStatements } from '../iam/iamRules.ts';
import type { Call } from '../service.ts';
import { SECONDS } from '../world.ts';
import type { World } from '../world.ts';
import { newAccessEntry } from './accessEntryRecords.ts';
import { clusterStatus } from './clusters.ts';
import { shownUpdate, startUpdate } from './clusterUpdates.ts';
import {
  checkedTags,
  eksArn,
  existingCluster,
  inUse,
  invalidParameter,
  invalidRequest,
  isRepeated,
  notFound,
  page,
  rememberToken,
  required,
} from './eksRules.ts';
import { uuid } from './eksState.ts';
import type { ClusterRecord, NodegroupRecord, NodegroupSettings } from './eksState.ts';
import { endNodes, nodegroupIssues } from './nodes.ts';
import { eksOf } from './settle.ts';

export function createNodegroup(world: World, call: Call<CreateNodegroupRequest>): CreateNodegroupResponse {
  const { input, region } = call;
  const state = eksOf(world, region);
  const cluster = existingCluster(state, input.clusterName);
  const name = checkedName(input.nodegroupName, cluster);
  const about = { clusterName: cluster.name, nodegroupName: name };
  const existing = cluster.nodegroups[name];
  if (existing !== undefined && isRepeated(state, call)) return { nodegroup: shown(world, cluster, existing) };
  if (existing !== undefined) throw inUse(`NodeGroup already exists with name ${name} and cluster name ${cluster.name}`, about);
  const status = clusterStatus(world, cluster);
  if (status !== 'ACTIVE' && status !== 'UPDATING') throw invalidRequest(`Cluster '${cluster.name}' is not in ACTIVE status`, about);
  const group = newNodegroup(world, cluster, name, input);
  cluster.nodegroups[name] = group;
  iamState(world).instanceProfiles[group.instanceProfile] = {
    name: group.instanceProfile,
    id: `AIPA${world.token(17)}`,
    arn: `arn:${partitionOf(region)}:iam::${world.account}:instance-profile/${group.instanceProfile}`,
    roleName: roleName(group.nodeRole),
    createdAt: world.now(),
  };
  if (cluster.settings.authenticationMode !== 'CONFIG_MAP') {
    cluster.accessEntries[group.nodeRole] ??= newAccessEntry(world, region, cluster.name, {
      principalArn: group.nodeRole,
      type: 'EC2_LINUX',
    });
  }
  rememberToken(state, call);
  eksOf(world, region);
  world.timeline({ kind: 'AWS::EKS::Nodegroup', id: `${cluster.name}/${name}`, askedAt: new Date(group.createdAt).toISOString() });
  return { nodegroup: shown(world, cluster, group) };
}

export function describeNodegroup(world: World, { input, region }: Call<DescribeNodegroupRequest>): DescribeNodegroupResponse {
  const cluster = existingCluster(eksOf(world, region), input.clusterName);
  return { nodegroup: shown(world, cluster, existingNodegroup(cluster, input.nodegroupName)) };
}

export function listNodegroups(world: World, { input, region }: Call<ListNodegroupsRequest>): ListNodegroupsResponse {
  const cluster = existingCluster(eksOf(world, region), input.clusterName);
  const { items, ...rest } = page(Object.keys(cluster.nodegroups).sort(), input);
  return { nodegroups: items, ...rest };
}

/** Labels, taints, sizes and the update rule; everything else needs a new group (`domain-facts.md` N). */
export function updateNodegroupConfig(world: World, { input, region }: Call<UpdateNodegroupConfigRequest>): UpdateNodegroupConfigResponse {
  const cluster = existingCluster(eksOf(world, region), input.clusterName);
  const group = existingNodegroup(cluster, input.nodegroupName);
  const about = { clusterName: cluster.name, nodegroupName: group.name };
  const status = nodegroupStatus(world, cluster, group);
  if (status !== 'ACTIVE' && status !== 'DEGRADED') {
    throw inUse(`Nodegroup ${group.name} cannot be updated as it is currently not in Active State`, about);
  }
  const scaling = input.scalingConfig === undefined ? {} : checkedScaling(input.scalingConfig, group.settings, about);
  const settings: Partial<NodegroupSettings> = {
    ...scaling,
    ...(input.labels !== undefined && { labels: changedLabels(group.settings.labels, input.labels) }),
    ...(input.taints !== undefined && { taints: changedTaints(group.settings.taints, input.taints) }),
    ...(input.updateConfig !== undefined && { updateConfig: input.updateConfig }),
  };
  if (Object.keys(settings).length === 0) throw invalidParameter('No updates were specified.', about);
  const params = [
    ...(input.scalingConfig?.minSize === undefined ? [] : [{ type: 'MinSize' as const, value: String(input.scalingConfig.minSize) }]),
    ...(input.scalingConfig?.maxSize === undefined ? [] : [{ type: 'MaxSize' as const, value: String(input.scalingConfig.maxSize) }]),
    ...(input.scalingConfig?.desiredSize === undefined
      ? []
      : [{ type: 'DesiredSize' as const, value: String(input.scalingConfig.desiredSize) }]),
    ...(input.labels?.addOrUpdateLabels === undefined
      ? []
      : [{ type: 'LabelsToAdd' as const, value: JSON.stringify(input.labels.addOrUpdateLabels) }]),
    ...(input.labels?.removeLabels === undefined
      ? []
      : [{ type: 'LabelsToRemove' as const, value: JSON.stringify(input.labels.removeLabels) }]),
  ];
  const change = { of: 'nodegroup', name: group.name, settings } as const;
  return { update: shownUpdate(startUpdate(world, cluster, 'ConfigUpdate', params, change, SECONDS.nodegroupUpdated)) };
}

export function deleteNodegroup(world: World, { input, region }: Call<DeleteNodegroupRequest>): DeleteNodegroupResponse {
  const cluster = existingCluster(eksOf(world, region), input.clusterName);
  const group = existingNodegroup(cluster, input.nodegroupName);
  if (group.goneAt === undefined) {
    group.goneAt = world.now() + SECONDS.nodegroupDeleted * 1000;
    endNodes(world, cluster, group, group.goneAt);
    const profile = iamState(world).instanceProfiles[group.instanceProfile];
    if (profile !== undefined) profile.goneAt = group.goneAt;
    const others = Object.values(cluster.nodegroups).some((other) => other !== group && other.nodeRole === group.nodeRole);
    if (!others) delete cluster.accessEntries[group.nodeRole];
    const times = { askedAt: new Date(group.createdAt).toISOString(), goneAt: new Date(group.goneAt).toISOString() };
    world.timeline({ kind: 'AWS::EKS::Nodegroup', id: `${cluster.name}/${group.name}`, ...times });
  }
  return { nodegroup: shown(world, cluster, group) };
}

export function nodegroupStatus(world: World, cluster: ClusterRecord, group: NodegroupRecord): NodegroupStatus {
  if (group.goneAt !== undefined) return 'DELETING';
  if (group.failedAt !== undefined) return 'CREATE_FAILED';
  if (group.activeAt === undefined) return 'CREATING';
  const updating = cluster.updates.some(
    (update) => !update.applied && update.change.of === 'nodegroup' && update.change.name === group.name,
  );
  if (updating) return 'UPDATING';
  return nodegroupIssues(world, cluster, group).length > 0 ? 'DEGRADED' : 'ACTIVE';
}

function newNodegroup(world: World, cluster: ClusterRecord, name: string, input: CreateNodegroupRequest): NodegroupRecord {
  const about = { clusterName: cluster.name, nodegroupName: name };
  const subnetIds = checkedSubnets(world, cluster, input.subnets, about);
  const nodeRole = checkedRole(world, input.nodeRole, about);
  const amiType = checkedAmi(cluster, input.amiType, about);
  const instanceTypes = input.instanceTypes ?? ['t3.medium'];
  const unknown = instanceTypes.filter((type) => instanceTypeOf(type) === undefined);
  if (unknown.length > 0) throw invalidParameter(`The following supplied instance types do not exist: [${unknown.join(', ')}]`, about);
  const id = uuid(world);
  const now = world.now();
  return {
    name,
    arn: eksArn(world, cluster.region, `nodegroup/${cluster.name}/${name}/${id}`),
    createdAt: now,
    modifiedAt: now,
    autoScalingGroup: `eks-${name}-${id}`,
    instanceProfile: `eks-${id}`,
    version: cluster.version,
    amiType,
    capacityType: input.capacityType ?? 'ON_DEMAND',
    instanceTypes,
    subnetIds,
    nodeRole,
    diskGiB: input.diskSize ?? 20,
    settings: {
      ...checkedScaling(input.scalingConfig ?? {}, { min: 1, desired: 2, max: 2 }, about),
      labels: input.labels ?? {},
      taints: input.taints ?? [],
      updateConfig: input.updateConfig ?? { maxUnavailable: 1 },
    },
    tags: checkedTags(input.tags),
    nodes: [],
  };
}

function checkedName(name: string | undefined, cluster: ClusterRecord): string {
  const given = required(name, 'nodegroupName');
  if (given.length > 63 || !/^[0-9A-Za-z][A-Za-z0-9_-]*$/.test(given)) {
    throw invalidParameter('The nodegroup name is invalid.', { clusterName: cluster.name, nodegroupName: given });
  }
  return given;
}

function checkedSubnets(
  world: World,
  cluster: ClusterRecord,
  subnets: readonly string[] | undefined,
  about: { clusterName: string; nodegroupName: string },
): readonly string[] {
  const given = required(subnets, 'subnets');
  if (given.length === 0) throw invalidParameter('Subnets are not specified.', about);
  for (const id of given) {
    const subnet = subnetOf(world, cluster.region, id);
    if (subnet === undefined || !visible(world, subnet)) throw invalidParameter(`The subnet ID '${id}' does not exist`, about);
    if (subnet.vpcId !== cluster.vpcId) throw invalidParameter(`Subnet ${id} is not in the cluster's VPC ${cluster.vpcId}`, about);
  }
  return given;
}

/** Unlike for a cluster, the trust is read, not tried: no propagation is waited for, but the role has to lie at `/` for aws-auth. */
function checkedRole(world: World, arn: string | undefined, about: { clusterName: string; nodegroupName: string }): string {
  const given = required(arn, 'nodeRole');
  const role = Object.values(iamState(world).roles).find((each) => each.arn === given);
  if (role === undefined) throw invalidParameter(`The role with name ${roleName(given)} cannot be found.`, about);
  const trusts = trustStatements(role.trust).some((statement) => statement.principals['Service']?.includes('ec2.amazonaws.com') === true);
  if (!trusts) {
    throw invalidParameter(
      `Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of nodeRole ${given}`,
      about,
    );
  }
  return given;
}

/** Amazon Linux 2 ended with 1.32 (`domain-facts.md` D). */
function checkedAmi(
  cluster: ClusterRecord,
  amiType: AMITypes | undefined,
  about: { clusterName: string; nodegroupName: string },
): AMITypes {
  const given = amiType ?? 'AL2023_x86_64_STANDARD';
  if (given.startsWith('AL2_') && Number(cluster.version.split('.')[1]) > 32) {
    throw invalidParameter(`AMI Type ${given} is only supported for kubernetes versions 1.32 or earlier`, about);
  }
  return given;
}

function checkedScaling(
  wanted: NodegroupScalingConfig,
  before: { readonly min: number; readonly desired: number; readonly max: number },
  about: { clusterName: string; nodegroupName: string },
): { min: number; desired: number; max: number } {
  const min = wanted.minSize ?? before.min;
  const max = wanted.maxSize ?? before.max;
  const desired = wanted.desiredSize ?? before.desired;
  if (max < 1) throw invalidParameter('maxSize must be at least 1', about);
  if (min > desired) throw invalidParameter(`Minimum capacity ${min} can't be greater than desired size ${desired}`, about);
  if (desired > max) throw invalidParameter(`desired capacity ${desired} can't be greater than max size ${max}`, about);
  return { min, desired, max };
}

function changedLabels(
  before: Readonly<Record<string, string>>,
  change: NonNullable<UpdateNodegroupConfigRequest['labels']>,
): Record<string, string> {
  const kept = Object.entries(before).filter(([key]) => change.removeLabels?.includes(key) !== true);
  return { ...Object.fromEntries(kept), ...change.addOrUpdateLabels };
}

function changedTaints(before: readonly Taint[], change: NonNullable<UpdateNodegroupConfigRequest['taints']>): Taint[] {
  const gone = [...(change.removeTaints ?? []), ...(change.addOrUpdateTaints ?? [])];
  const kept = before.filter((taint) => !gone.some((other) => other.key === taint.key && other.effect === taint.effect));
  return [...kept, ...(change.addOrUpdateTaints ?? [])];
}

function existingNodegroup(cluster: ClusterRecord, name: string | undefined): NodegroupRecord {
  const given = required(name, 'nodegroupName');
  const group = cluster.nodegroups[given];
  if (group === undefined) throw notFound(`No node group found for name: ${given}.`, { clusterName: cluster.name, nodegroupName: given });
  return group;
}

function shown(world: World, cluster: ClusterRecord, group: NodegroupRecord): Nodegroup {
  const { settings } = group;
  return {
    nodegroupName: group.name,
    nodegroupArn: group.arn,
    clusterName: cluster.name,
    version: group.version,
    releaseVersion: `${group.version}.0-20261101`,
    createdAt: new Date(group.createdAt),
    modifiedAt: new Date(group.modifiedAt),
    status: nodegroupStatus(world, cluster, group),
    capacityType: group.capacityType,
    scalingConfig: { minSize: settings.min, maxSize: settings.max, desiredSize: settings.desired },
    instanceTypes: [...group.instanceTypes],
    subnets: [...group.subnetIds],
    amiType: group.amiType,
    nodeRole: group.nodeRole,
    labels: { ...settings.labels },
    ...(settings.taints.length > 0 && { taints: [...settings.taints] }),
    resources: { autoScalingGroups: [{ name: group.autoScalingGroup }] },
    diskSize: group.diskGiB,
    health: { issues: nodegroupIssues(world, cluster, group) },
    updateConfig: settings.updateConfig,
    tags: { ...group.tags },
  };
}

function roleName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
