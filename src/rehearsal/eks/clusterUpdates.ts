import type {
  DescribeUpdateRequest,
  DescribeUpdateResponse,
  ListUpdatesRequest,
  ListUpdatesResponse,
  Update,
  UpdateClusterConfigRequest,
  UpdateClusterConfigResponse,
  UpdateParam,
  UpdateType,
} from '@aws-sdk/client-eks';
import type { Call } from '../service.ts';
import { SECONDS } from '../world.ts';
import type { World } from '../world.ts';
import { clusterStatus } from './clusters.ts';
import { existingCluster, inUse, invalidParameter, invalidRequest, notFound, page, required } from './eksRules.ts';
import { uuid } from './eksState.ts';
import type { ClusterRecord, ClusterSettings, UpdateRecord } from './eksState.ts';
import { eksOf } from './settle.ts';

const MODES = ['CONFIG_MAP', 'API_AND_CONFIG_MAP', 'API'];

interface WantedChange {
  readonly type: UpdateType;
  readonly params: readonly UpdateParam[];
  readonly settings: Partial<ClusterSettings>;
}

/** One kind of change a call; each takes a while and shows when it is done. */
export function updateClusterConfig(world: World, { input, region }: Call<UpdateClusterConfigRequest>): UpdateClusterConfigResponse {
  const cluster = existingCluster(eksOf(world, region), input.name);
  const about = { clusterName: cluster.name };
  const wanted = wantedChanges(cluster, input);
  const [change] = wanted;
  if (change === undefined) throw invalidParameter('The type for cluster update was not provided.', about);
  if (wanted.length > 1) throw invalidParameter('Only one type of update can be allowed.', about);
  const status = clusterStatus(world, cluster);
  const running = cluster.updates.find((update) => !update.applied && update.change.of === 'cluster');
  if (running !== undefined) {
    throw inUse(`Cannot ${change.type} because cluster ${cluster.name} currently has update ${running.id} in progress`, about);
  }
  if (status !== 'ACTIVE') throw inUse(`Cannot ${change.type} because cluster ${cluster.name} is in ${status} state`, about);
  if (Object.entries(change.settings).every(([key, value]) => same(cluster.settings[key as keyof ClusterSettings], value))) {
    throw invalidParameter(
      `Cluster is already at the desired configuration with ${change.params.map((param) => `${String(param.type)}: ${String(param.value)}`).join(', ')}`,
      about,
    );
  }
  return {
    update: shownUpdate(
      startUpdate(world, cluster, change.type, change.params, { of: 'cluster', settings: change.settings }, SECONDS.clusterUpdated),
    ),
  };
}

/** Writes a change down that shows `seconds` from now. */
export function startUpdate(
  world: World,
  cluster: ClusterRecord,
  type: UpdateType,
  params: readonly UpdateParam[],
  change: UpdateRecord['change'],
  seconds: number,
): UpdateRecord {
  const now = world.now();
  const update: UpdateRecord = { id: uuid(world), type, params, createdAt: now, doneAt: now + seconds * 1000, applied: false, change };
  cluster.updates.push(update);
  return update;
}

export function describeUpdate(world: World, { input, region }: Call<DescribeUpdateRequest>): DescribeUpdateResponse {
  const cluster = existingCluster(eksOf(world, region), input.name);
  const id = required(input.updateId, 'updateId');
  const update = updatesOf(cluster, input).find((each) => each.id === id);
  if (update === undefined) throw notFound(`No update found for ID: ${id}`, { clusterName: cluster.name });
  return { update: shownUpdate(update) };
}

export function listUpdates(world: World, { input, region }: Call<ListUpdatesRequest>): ListUpdatesResponse {
  const cluster = existingCluster(eksOf(world, region), input.name);
  const { items, ...rest } = page(updatesOf(cluster, input), input);
  return { updateIds: items.map((update) => update.id), ...rest };
}

export function shownUpdate(update: UpdateRecord): Update {
  return {
    id: update.id,
    status: update.applied ? 'Successful' : 'InProgress',
    type: update.type,
    params: [...update.params],
    createdAt: new Date(update.createdAt),
    errors: [],
  };
}

function updatesOf(cluster: ClusterRecord, input: { nodegroupName?: string | undefined; addonName?: string | undefined }): UpdateRecord[] {
  return cluster.updates.filter(({ change }) => {
    if (input.nodegroupName !== undefined) return change.of === 'nodegroup' && change.name === input.nodegroupName;
    if (input.addonName !== undefined) return change.of === 'addon' && change.name === input.addonName;
    return change.of === 'cluster';
  });
}

function wantedChanges(cluster: ClusterRecord, input: UpdateClusterConfigRequest): WantedChange[] {
  return [
    endpointChange(cluster, input),
    networkChange(input),
    loggingChange(cluster, input),
    modeChange(cluster, input),
    supportChange(input),
    protectionChange(input),
  ].filter((change) => change !== undefined);
}

function endpointChange(cluster: ClusterRecord, { resourcesVpcConfig: wanted }: UpdateClusterConfigRequest): WantedChange | undefined {
  if (wanted?.endpointPublicAccess === undefined && wanted?.endpointPrivateAccess === undefined && wanted?.publicAccessCidrs === undefined)
    return undefined;
  const endpointPublicAccess = wanted.endpointPublicAccess ?? cluster.settings.endpointPublicAccess;
  const endpointPrivateAccess = wanted.endpointPrivateAccess ?? cluster.settings.endpointPrivateAccess;
  const publicAccessCidrs = wanted.publicAccessCidrs ?? cluster.settings.publicAccessCidrs;
  if (!endpointPublicAccess && !endpointPrivateAccess) {
    throw invalidParameter('Private and public endpoint access cannot be false', { clusterName: cluster.name });
  }
  if (!endpointPublicAccess && wanted.publicAccessCidrs !== undefined) {
    throw invalidParameter('Public access CIDRs may only be set when public access is enabled.', { clusterName: cluster.name });
  }
  return {
    type: 'EndpointAccessUpdate',
    params: [
      { type: 'EndpointPublicAccess', value: String(endpointPublicAccess) },
      { type: 'EndpointPrivateAccess', value: String(endpointPrivateAccess) },
      { type: 'PublicAccessCidrs', value: JSON.stringify(publicAccessCidrs) },
    ],
    settings: { endpointPublicAccess, endpointPrivateAccess, publicAccessCidrs },
  };
}

function networkChange({ resourcesVpcConfig: wanted }: UpdateClusterConfigRequest): WantedChange | undefined {
  if (wanted?.subnetIds === undefined && wanted?.securityGroupIds === undefined) return undefined;
  const { subnetIds, securityGroupIds } = wanted;
  return {
    type: 'VpcConfigUpdate',
    params: [
      ...(subnetIds === undefined ? [] : [{ type: 'Subnets' as const, value: JSON.stringify(subnetIds) }]),
      ...(securityGroupIds === undefined ? [] : [{ type: 'SecurityGroups' as const, value: JSON.stringify(securityGroupIds) }]),
    ],
    settings: { ...(subnetIds !== undefined && { subnetIds }), ...(securityGroupIds !== undefined && { securityGroupIds }) },
  };
}

function loggingChange(cluster: ClusterRecord, { logging }: UpdateClusterConfigRequest): WantedChange | undefined {
  if (logging?.clusterLogging === undefined) return undefined;
  const changed = new Map<string, boolean>(
    logging.clusterLogging.flatMap((setup) => (setup.types ?? []).map((type) => [type, setup.enabled === true] as const)),
  );
  const kept = cluster.settings.enabledLogTypes.filter((type) => changed.get(type) !== false);
  const added = [...changed].filter(([type, enabled]) => enabled && !kept.includes(type)).map(([type]) => type);
  return {
    type: 'LoggingUpdate',
    params: [{ type: 'ClusterLogging', value: JSON.stringify(logging) }],
    settings: { enabledLogTypes: [...kept, ...added] },
  };
}

/** Only forwards: CONFIG_MAP, API_AND_CONFIG_MAP, API. */
function modeChange(cluster: ClusterRecord, { accessConfig }: UpdateClusterConfigRequest): WantedChange | undefined {
  const mode = accessConfig?.authenticationMode;
  if (mode === undefined) return undefined;
  const now = cluster.settings.authenticationMode;
  if (MODES.indexOf(mode) < MODES.indexOf(now) || MODES.indexOf(mode) > MODES.indexOf(now) + 1) {
    throw invalidRequest(`Unsupported authentication mode update from ${now} to ${mode}`, { clusterName: cluster.name });
  }
  return { type: 'AccessConfigUpdate', params: [{ type: 'AuthenticationMode', value: mode }], settings: { authenticationMode: mode } };
}

function supportChange({ upgradePolicy }: UpdateClusterConfigRequest): WantedChange | undefined {
  const supportType = upgradePolicy?.supportType;
  if (supportType === undefined) return undefined;
  return {
    type: 'UpgradePolicyUpdate',
    params: [{ type: 'UpgradePolicy', value: JSON.stringify({ supportType }) }],
    settings: { supportType },
  };
}

function protectionChange({ deletionProtection }: UpdateClusterConfigRequest): WantedChange | undefined {
  if (deletionProtection === undefined) return undefined;
  return {
    type: 'DeletionProtectionUpdate',
    params: [{ type: 'DeletionProtection', value: String(deletionProtection) }],
    settings: { deletionProtection },
  };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
