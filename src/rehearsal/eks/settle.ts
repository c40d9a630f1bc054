import { removeAt } from '../ec2/onBehalf.ts';
import { ec2Of } from '../ec2/state.ts';
import { forgetObjects } from '../kubernetes/storedObjects.ts';
import type { World } from '../world.ts';
import { addonActiveAt, addonHealth } from './addonHealth.ts';
import { eksArn } from './eksRules.ts';
import { eksRecords } from './eksState.ts';
import type { ClusterRecord, EksState, UpdateRecord } from './eksState.ts';
import { settleNodegroup } from './nodes.ts';
import { defaultVersion } from './versions.ts';

/** EKS in a region as it is now: updates that are due were done, nodes came and went, what is gone was taken out with all that was in it. */
export function eksOf(world: World, region: string): EksState {
  const state = eksRecords(world, region);
  const now = world.now();
  const gone = state.clusters.filter((cluster) => cluster.goneAt !== undefined && cluster.goneAt <= now);
  for (const { id } of gone) forgetObjects(world, id);
  if (gone.length > 0) state.clusters = state.clusters.filter((cluster) => !gone.includes(cluster));
  for (const cluster of state.clusters) settleCluster(world, cluster);
  for (const argument of world.faults.arguments('foreign')) {
    if (!argument.startsWith('cluster=')) continue;
    const name = argument.slice('cluster='.length);
    if (!state.clusters.some((cluster) => cluster.name === name)) state.clusters.push(foreignCluster(world, region, name));
  }
  return state;
}

/** All clusters of the world, whatever their region: the Kubernetes server serves them all. */
export function allClusters(world: World): ClusterRecord[] {
  return Object.keys(eksRegions(world)).flatMap((region) => eksOf(world, region).clusters);
}

/** Regions in which a cluster was made: a world cannot list its parts. */
export function eksRegions(world: World): Record<string, true> {
  return world.part<Record<string, true>>('eks-regions', () => ({}));
}

/** Lets the control plane's interfaces and its security group go with the cluster. */
export function takeAlong(world: World, cluster: ClusterRecord, goneAt: number): void {
  removeAt(world, cluster.region, [cluster.clusterSecurityGroupId, ...cluster.networkInterfaceIds], goneAt);
}

function settleCluster(world: World, cluster: ClusterRecord): void {
  const now = world.now();
  for (const update of cluster.updates.filter((each) => !each.applied && each.doneAt <= now)) applyUpdate(cluster, update);
  for (const addon of Object.values(cluster.addons))
    if (addon.goneAt !== undefined && addon.goneAt <= now) delete cluster.addons[addon.name];
  for (const group of Object.values(cluster.nodegroups)) {
    if (group.goneAt !== undefined && group.goneAt <= now) delete cluster.nodegroups[group.name];
    else settleNodegroup(world, cluster, group);
  }
  tellTimeline(world, cluster);
}

function applyUpdate(cluster: ClusterRecord, update: UpdateRecord): void {
  update.applied = true;
  const { change } = update;
  if (change.of === 'cluster') cluster.settings = { ...cluster.settings, ...change.settings };
  if (change.of === 'addon') {
    const addon = cluster.addons[change.name];
    if (addon !== undefined) {
      addon.settings = change.settings;
      addon.modifiedAt = update.doneAt;
    }
  }
  if (change.of === 'nodegroup') {
    const group = cluster.nodegroups[change.name];
    if (group !== undefined) {
      group.settings = { ...group.settings, ...change.settings };
      group.modifiedAt = update.doneAt;
    }
  }
}

/** Times that nobody could know beforehand are told when they come about. */
function tellTimeline(world: World, cluster: ClusterRecord): void {
  for (const group of Object.values(cluster.nodegroups)) {
    if (group.activeAt === undefined) continue;
    const id = `${cluster.name}/${group.name}`;
    world.timeline({ kind: 'AWS::EKS::Nodegroup', id, askedAt: iso(group.createdAt), readyAt: iso(group.activeAt) });
    const ready = group.nodes.flatMap((node) => (node.readyAt === undefined ? [] : [node.readyAt]));
    if (ready.length >= group.settings.desired && ready.length > 0) {
      world.timeline({ kind: 'Kubernetes::Nodes', id, askedAt: iso(group.createdAt), readyAt: iso(Math.max(...ready)) });
    }
  }
  for (const addon of Object.values(cluster.addons)) {
    const activeAt = addonActiveAt(world, cluster, addon);
    if (activeAt === undefined || addonHealth(world, cluster, addon).status !== 'ACTIVE') continue;
    const id = `${cluster.name}/${addon.name}`;
    world.timeline({ kind: 'AWS::EKS::Addon', id, askedAt: iso(addon.createdAt), readyAt: iso(activeAt) });
  }
}

/** Somebody else's cluster, in the region's default VPC. */
function foreignCluster(world: World, region: string, name: string): ClusterRecord {
  const ec2 = ec2Of(world, region);
  const vpc = ec2.vpcs.find((each) => each.isDefault);
  const now = world.now();
  eksRegions(world)[region] = true;
  return {
    name,
    arn: eksArn(world, region, `cluster/${name}`),
    region,
    id: world.token(32),
    createdAt: now,
    activeAt: now,
    version: defaultVersion(),
    roleArn: `arn:aws:iam::${world.account}:role/somebody-elses-cluster-role`,
    vpcId: vpc?.id ?? world.id('vpc'),
    clusterSecurityGroupId: ec2.securityGroups.find((group) => group.vpcId === vpc?.id)?.id ?? world.id('sg'),
    networkInterfaceIds: [],
    serviceIpv4Cidr: '10.100.0.0/16',
    selfManagedAddons: true,
    creatorIsAdmin: false,
    encryptionConfig: [],
    settings: {
      subnetIds: ec2.subnets.filter((subnet) => subnet.vpcId === vpc?.id).map((subnet) => subnet.id),
      securityGroupIds: [],
      endpointPublicAccess: true,
      endpointPrivateAccess: false,
      publicAccessCidrs: ['0.0.0.0/0'],
      authenticationMode: 'CONFIG_MAP',
      supportType: 'EXTENDED',
      deletionProtection: false,
      enabledLogTypes: [],
    },
    tags: { owner: 'somebody else' },
    addons: {},
    nodegroups: {},
    accessEntries: {},
    updates: [],
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
