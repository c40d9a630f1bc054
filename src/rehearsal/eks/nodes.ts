import type { Issue } from '@aws-sdk/client-eks';
import { makeInstance, subnetOf, terminateInstances } from '../ec2/onBehalf.ts';
import { ec2Of } from '../ec2/state.ts';
import { iamState, partitionOf } from '../iam/iamState.ts';
import { SECONDS } from '../world.ts';
import type { World } from '../world.ts';
import { addonHealth } from './addonHealth.ts';
import { spotInstancesLeft, wayOut } from './capacity.ts';
import type { ClusterRecord, NodegroupRecord, NodeRecord } from './eksState.ts';

/** From the moment that a group wants a node until EC2 has it. */
const LAUNCH_MS = 20_000;
const NODE_POLICIES = ['AmazonEKSWorkerNodePolicy', 'AmazonEKSWorkerNodeMinimalPolicy'];

/**
 * What Auto Scaling and the kubelets did until now: launches what is missing, ends what is too much, lets nodes join that have
 * all they need, and says what became of the group. Called whenever somebody looks.
 */
export function settleNodegroup(world: World, cluster: ClusterRecord, group: NodegroupRecord): void {
  const now = world.now();
  group.nodes = group.nodes.filter((node) => node.goneAt === undefined || node.goneAt > now);
  if (group.goneAt !== undefined || group.failedAt !== undefined) return;
  scale(world, cluster, group);
  for (const node of group.nodes.filter((each) => each.readyAt === undefined)) {
    const joinsAt = joinableFrom(world, cluster, group, node);
    if (joinsAt === undefined) node.held = true;
    else node.readyAt = Math.max(node.launchedAt + readyAfterMs(node), joinsAt, node.held === true ? now : 0);
  }
  if (group.activeAt !== undefined) return;
  const staying = group.nodes.filter((node) => node.goneAt === undefined);
  const joined = staying.flatMap((node) => (node.readyAt === undefined ? [] : [node.readyAt]));
  const complete = staying.length >= group.settings.desired && joined.length === staying.length;
  const activeAt = Math.max(group.createdAt + SECONDS.nodegroupActive * 1000, ...joined.map((readyAt) => readyAt + 10_000));
  const givesUpAt = group.createdAt + SECONDS.nodegroupGivesUp * 1000;
  if (complete && activeAt < givesUpAt) {
    if (activeAt <= now) group.activeAt = activeAt;
  } else if (now >= givesUpAt) {
    group.failedAt = givesUpAt;
  }
}

/** What EKS says about a group in `health.issues`. */
export function nodegroupIssues(world: World, cluster: ClusterRecord, group: NodegroupRecord): Issue[] {
  if (group.goneAt !== undefined) return [];
  const staying = group.nodes.filter((node) => node.goneAt === undefined);
  if (group.failedAt !== undefined) {
    const ids = staying.filter((node) => node.readyAt === undefined).map((node) => node.instanceId);
    const resourceIds = ids.length > 0 ? ids : [`DUMMY_${group.autoScalingGroup.slice(-36)}`];
    return [{ code: 'NodeCreationFailure', message: 'Unhealthy nodes in the kubernetes cluster', resourceIds }];
  }
  if (staying.length < group.settings.desired) {
    const message =
      'Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity due to your request configuration. Please adjust your request and try again. Launching EC2 instance failed.';
    return [{ code: 'AsgInstanceLaunchFailures', message, resourceIds: [group.autoScalingGroup] }];
  }
  const inPublicSubnet = group.subnetIds.filter(
    (id) => wayOut(world, cluster.region, id)?.by === 'internet-gateway' && subnetOf(world, cluster.region, id)?.publicIpOnLaunch !== true,
  );
  if (inPublicSubnet.length > 0) {
    const message = `One or more Amazon EC2 Subnets of [${inPublicSubnet.join(', ')}] for node group ${group.name} does not automatically assign public IP addresses to instances launched into it. If you want your instances to be assigned a public IP address, then you need to enable auto-assign public IP address for the subnet.`;
    return [{ code: 'Ec2SubnetInvalidConfiguration', message, resourceIds: inPublicSubnet }];
  }
  return [];
}

/** Ends a group's instances, with the group at the latest. */
export function endNodes(world: World, cluster: ClusterRecord, group: NodegroupRecord, goneAt: number): void {
  const at = world.now() + (goneAt - world.now()) / 2;
  for (const node of group.nodes) node.goneAt ??= at;
  terminateInstances(
    world,
    cluster.region,
    group.nodes.map((node) => node.instanceId),
    at,
  );
}

function scale(world: World, cluster: ClusterRecord, group: NodegroupRecord): void {
  const now = world.now();
  const staying = group.nodes.filter((node) => node.goneAt === undefined);
  const missing = group.settings.desired - staying.length;
  if (missing < 0) {
    const leaving = staying.slice(missing);
    for (const node of leaving) node.goneAt = now + 60_000;
    terminateInstances(
      world,
      cluster.region,
      leaving.map((node) => node.instanceId),
      now + 60_000,
    );
    return;
  }
  const given = group.capacityType === 'SPOT' ? Math.min(missing, spotInstancesLeft(world, cluster.region)) : missing;
  const wantedAt = group.short === true ? now : group.modifiedAt;
  for (let count = 0; count < given; count += 1) launch(world, cluster, group, wantedAt + LAUNCH_MS);
  group.short = given < missing;
}

/** Into the subnet with the fewest nodes, as Auto Scaling balances zones. */
function launch(world: World, cluster: ClusterRecord, group: NodegroupRecord, launchedAt: number): void {
  const counted = group.subnetIds
    .flatMap((id) => subnetOf(world, cluster.region, id) ?? [])
    .map((subnet) => ({ subnet, nodes: group.nodes.filter((node) => node.zone === subnet.zone && node.goneAt === undefined).length }))
    .sort((a, b) => a.nodes - b.nodes);
  const subnet = counted[0]?.subnet;
  const instanceType = group.instanceTypes[0];
  if (subnet === undefined || instanceType === undefined) return;
  const instance = makeInstance(world, cluster.region, {
    subnetId: subnet.id,
    groupIds: [cluster.clusterSecurityGroupId],
    type: instanceType,
    imageId: 'ami-0a1b2c3d4e5f60718',
    spot: group.capacityType === 'SPOT',
    diskGiB: group.diskGiB,
    profileArn: `arn:${partitionOf(cluster.region)}:iam::${world.account}:instance-profile/${group.instanceProfile}`,
    tags: {
      'eks:cluster-name': cluster.name,
      'eks:nodegroup-name': group.name,
      [`kubernetes.io/cluster/${cluster.name}`]: 'owned',
      'aws:autoscaling:groupName': group.autoScalingGroup,
    },
    madeAt: launchedAt,
  });
  group.nodes.push({
    instanceId: instance.id,
    name: `ip-${instance.privateIp.replaceAll('.', '-')}.${cluster.region === 'us-east-1' ? 'ec2.internal' : `${cluster.region}.compute.internal`}`,
    address: instance.privateIp,
    instanceType,
    zone: subnet.zone,
    launchedAt,
  });
}

/** Nodes do not come up all at once: some seconds apart, the same each time. */
function readyAfterMs(node: NodeRecord): number {
  const spread = Number.parseInt(node.instanceId.slice(-2), 16) / 255;
  return SECONDS.nodeReady * 1000 - LAUNCH_MS - spread * 15_000;
}

/**
 * From when on a node has all that it needs to join: a network plugin, a way out, a role that lets it in, a volume that it can
 * read. `undefined`: something is missing, and nobody knows until when.
 */
function joinableFrom(world: World, cluster: ClusterRecord, group: NodegroupRecord, node: NodeRecord): number | undefined {
  const cni = cluster.addons['vpc-cni'];
  const hasPlugin = cluster.selfManagedAddons || (cni !== undefined && addonHealth(world, cluster, cni).status !== 'CREATE_FAILED');
  const subnetId = ec2Of(world, cluster.region).instances.find((each) => each.id === node.instanceId)?.subnetId;
  const way = subnetId === undefined ? undefined : wayOut(world, cluster.region, subnetId);
  const hasAddress = way?.by === 'nat' || (subnetId !== undefined && subnetOf(world, cluster.region, subnetId)?.publicIpOnLaunch === true);
  const role = Object.values(iamState(world).roles).find((each) => each.arn === group.nodeRole);
  const mayJoin = role?.attached.some((arn) => NODE_POLICIES.some((policy) => arn.endsWith(`/${policy}`))) === true;
  const canRead = world.faults.armed('encryption-key') === undefined;
  if (!hasPlugin || way === undefined || !hasAddress || !mayJoin || !canRead) return undefined;
  const pluginAt = cluster.selfManagedAddons || cni === undefined ? 0 : cni.createdAt + SECONDS.addonActive * 1000;
  return Math.max(pluginAt, way.openAt);
}
