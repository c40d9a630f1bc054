import type {
  Cluster,
  ClusterStatus,
  CreateClusterRequest,
  CreateClusterResponse,
  DeleteClusterRequest,
  DeleteClusterResponse,
  DescribeClusterRequest,
  DescribeClusterResponse,
  ListClustersRequest,
  ListClustersResponse,
} from '@aws-sdk/client-eks';
import { makeNetworkInterface, makeSecurityGroup } from '../ec2/onBehalf.ts';
import { canBeAssumed } from '../iam/roles.ts';
import type { Call } from '../service.ts';
import { SECONDS } from '../world.ts';
import type { World } from '../world.ts';
import { adminEntry } from './accessEntryRecords.ts';
import { checkedNetwork } from './clusterNetwork.ts';
import { controlPlane } from './controlPlane.ts';
import {
  checkedClusterName,
  checkedTags,
  eksArn,
  existingCluster,
  inUse,
  invalidParameter,
  invalidRequest,
  isRepeated,
  page,
  rememberToken,
  required,
} from './eksRules.ts';
import type { ClusterRecord, ClusterSettings } from './eksState.ts';
import { issuerOf } from './issuer.ts';
import { eksOf, eksRegions, takeAlong } from './settle.ts';
import { defaultVersion, supportedVersions } from './versions.ts';

export function createCluster(world: World, call: Call<CreateClusterRequest>): CreateClusterResponse {
  const { input, region } = call;
  const state = eksOf(world, region);
  const name = checkedClusterName(input.name);
  const existing = state.clusters.find((each) => each.name === name);
  if (existing !== undefined && isRepeated(state, call)) return { cluster: shown(world, existing) };
  if (existing !== undefined) throw inUse(`Cluster already exists with name: ${name}`, { clusterName: name });
  const cluster = newCluster(world, region, name, input);
  state.clusters.push(cluster);
  eksRegions(world)[region] = true;
  rememberToken(state, call);
  world.timeline({ kind: 'AWS::EKS::Cluster', id: name, askedAt: iso(cluster.createdAt), readyAt: iso(cluster.activeAt) });
  return { cluster: shown(world, cluster) };
}

export function describeCluster(world: World, { input, region }: Call<DescribeClusterRequest>): DescribeClusterResponse {
  return { cluster: shown(world, existingCluster(eksOf(world, region), input.name)) };
}

export function listClusters(world: World, { input, region }: Call<ListClustersRequest>): ListClustersResponse {
  const names = eksOf(world, region).clusters.map((cluster) => cluster.name);
  const { items, ...rest } = page(names.sort(), input);
  return { clusters: items, ...rest };
}

/** Deleting what is being deleted answers it again. @throws AwsError ResourceInUseException while node groups are there */
export function deleteCluster(world: World, { input, region }: Call<DeleteClusterRequest>): DeleteClusterResponse {
  const cluster = existingCluster(eksOf(world, region), input.name);
  const about = { clusterName: cluster.name };
  if (cluster.goneAt !== undefined) return { cluster: shown(world, cluster) };
  if (cluster.settings.deletionProtection) {
    throw invalidRequest(
      `Cluster ${cluster.name} has deletion protection enabled. Disable deletion protection to delete the cluster.`,
      about,
    );
  }
  if (clusterStatus(world, cluster) === 'CREATING') throw inUse(`Cluster has not finished creating: ${cluster.name}`, about);
  if (Object.keys(cluster.nodegroups).length > 0) throw inUse('Cluster has nodegroups attached', about);
  const running = cluster.updates.find((update) => !update.applied && update.change.of === 'cluster');
  if (running !== undefined)
    throw inUse(`Cannot DeleteCluster because cluster ${cluster.name} currently has update ${running.id} in progress`, about);
  cluster.goneAt = world.now() + SECONDS.clusterDeleted * 1000;
  takeAlong(world, cluster, cluster.goneAt);
  world.timeline({ kind: 'AWS::EKS::Cluster', id: cluster.name, askedAt: iso(cluster.createdAt), goneAt: iso(cluster.goneAt) });
  return { cluster: shown(world, cluster) };
}

export function clusterStatus(world: World, cluster: ClusterRecord): ClusterStatus {
  const now = world.now();
  if (cluster.goneAt !== undefined) return 'DELETING';
  if (cluster.failsAt !== undefined) return now >= cluster.failsAt ? 'FAILED' : 'CREATING';
  if (now < cluster.activeAt) return 'CREATING';
  return cluster.updates.some((update) => !update.applied && update.change.of === 'cluster') ? 'UPDATING' : 'ACTIVE';
}

/** Whether its API server answers: from ACTIVE until it is gone. */
export function isServing(world: World, cluster: ClusterRecord): boolean {
  return ['ACTIVE', 'UPDATING', 'DELETING'].includes(clusterStatus(world, cluster));
}

function newCluster(world: World, region: string, name: string, input: CreateClusterRequest): ClusterRecord {
  const about = { clusterName: name };
  const version = input.version ?? defaultVersion();
  if (!supportedVersions(world).includes(version)) throw invalidParameter(`unsupported Kubernetes version`, about);
  const roleArn = required(input.roleArn, 'roleArn');
  const tags = checkedTags(input.tags);
  const network = checkedNetwork(world, region, name, input);
  if (!canBeAssumed(world, roleArn, 'eks.amazonaws.com')) {
    throw invalidParameter(
      `Role with arn: ${roleArn}, could not be assumed because it does not exist or the trusted entity is not correct`,
      about,
    );
  }
  const now = world.now();
  const arn = eksArn(world, region, `cluster/${name}`);
  const settings = newSettings(input, network);
  const creatorIsAdmin = input.accessConfig?.bootstrapClusterCreatorAdminPermissions ?? true;
  return {
    name,
    arn,
    region,
    id: world.token(32),
    createdAt: now,
    activeAt: now + SECONDS.clusterActive * 1000,
    ...(world.faults.take('cluster-failed') && { failsAt: now + (SECONDS.clusterActive / 2) * 1000 }),
    version,
    roleArn,
    vpcId: network.vpcId,
    ...clusterInterfaces(world, region, name, network),
    serviceIpv4Cidr: network.serviceIpv4Cidr,
    selfManagedAddons: input.bootstrapSelfManagedAddons ?? true,
    creatorIsAdmin,
    encryptionConfig: input.encryptionConfig ?? [],
    settings,
    tags,
    addons: {},
    nodegroups: {},
    accessEntries:
      creatorIsAdmin && settings.authenticationMode !== 'CONFIG_MAP'
        ? { [world.callerArn]: adminEntry(world, region, name, world.callerArn) }
        : {},
    updates: [],
  };
}

/** API defaults, which are not the console's (`domain-facts.md` B). */
function newSettings(
  input: CreateClusterRequest,
  network: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] },
): ClusterSettings {
  return {
    subnetIds: network.subnetIds,
    securityGroupIds: network.securityGroupIds,
    endpointPublicAccess: input.resourcesVpcConfig?.endpointPublicAccess ?? true,
    endpointPrivateAccess: input.resourcesVpcConfig?.endpointPrivateAccess ?? false,
    publicAccessCidrs: input.resourcesVpcConfig?.publicAccessCidrs ?? ['0.0.0.0/0'],
    authenticationMode: input.accessConfig?.authenticationMode ?? 'CONFIG_MAP',
    supportType: input.upgradePolicy?.supportType ?? 'EXTENDED',
    deletionProtection: input.deletionProtection ?? false,
    enabledLogTypes: (input.logging?.clusterLogging ?? []).flatMap((setup) => (setup.enabled === true ? (setup.types ?? []) : [])),
  };
}

/** The control plane's face in the account: a security group of its own, and an interface in two of the subnets. */
function clusterInterfaces(
  world: World,
  region: string,
  name: string,
  network: { readonly vpcId: string; readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] },
): Pick<ClusterRecord, 'clusterSecurityGroupId' | 'networkInterfaceIds'> {
  const group = makeSecurityGroup(world, region, {
    vpcId: network.vpcId,
    name: `eks-cluster-sg-${name}-${String(Math.floor(world.random() * 1e10)).padStart(10, '0')}`,
    description:
      'EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads.',
    tags: { Name: `eks-cluster-sg-${name}`, [`kubernetes.io/cluster/${name}`]: 'owned', 'aws:eks:cluster-name': name },
  });
  const interfaces = network.subnetIds.map((subnetId) =>
    makeNetworkInterface(world, region, {
      subnetId,
      groupIds: [group.id, ...network.securityGroupIds],
      description: `Amazon EKS ${name}`,
      requesterId: 'amazon-eks',
    }),
  );
  return { clusterSecurityGroupId: group.id, networkInterfaceIds: interfaces.map((each) => each.id) };
}

function shown(world: World, cluster: ClusterRecord): Cluster {
  const status = clusterStatus(world, cluster);
  const { endpoint, certificateAuthority } = controlPlane(world);
  const { settings } = cluster;
  const failed = status === 'FAILED';
  return {
    name: cluster.name,
    arn: cluster.arn,
    createdAt: new Date(cluster.createdAt),
    version: cluster.version,
    platformVersion: 'eks.6',
    roleArn: cluster.roleArn,
    status,
    ...(isServing(world, cluster) && {
      endpoint,
      certificateAuthority: { data: Buffer.from(certificateAuthority).toString('base64') },
      identity: { oidc: { issuer: `https://${issuerOf(cluster)}` } },
    }),
    resourcesVpcConfig: {
      subnetIds: [...settings.subnetIds],
      securityGroupIds: [...settings.securityGroupIds],
      clusterSecurityGroupId: cluster.clusterSecurityGroupId,
      vpcId: cluster.vpcId,
      endpointPublicAccess: settings.endpointPublicAccess,
      endpointPrivateAccess: settings.endpointPrivateAccess,
      publicAccessCidrs: [...settings.publicAccessCidrs],
    },
    kubernetesNetworkConfig: { serviceIpv4Cidr: cluster.serviceIpv4Cidr, ipFamily: 'ipv4', elasticLoadBalancing: { enabled: false } },
    logging: { clusterLogging: shownLogging(settings.enabledLogTypes) },
    tags: { ...cluster.tags },
    encryptionConfig: cluster.encryptionConfig,
    health: {
      issues: failed
        ? [{ code: 'InternalFailure', message: 'An internal error occurred while creating the cluster.', resourceIds: [] }]
        : [],
    },
    accessConfig: { bootstrapClusterCreatorAdminPermissions: cluster.creatorIsAdmin, authenticationMode: settings.authenticationMode },
    upgradePolicy: { supportType: settings.supportType },
    deletionProtection: settings.deletionProtection,
  };
}

function shownLogging(enabled: readonly string[]): NonNullable<NonNullable<Cluster['logging']>['clusterLogging']> {
  const types = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'] as const;
  const on = types.filter((type) => enabled.includes(type));
  const off = types.filter((type) => !enabled.includes(type));
  return [...(on.length > 0 ? [{ types: on, enabled: true }] : []), ...(off.length > 0 ? [{ types: off, enabled: false }] : [])];
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
