import type {
  Addon,
  CreateAddonRequest,
  CreateAddonResponse,
  DeleteAddonRequest,
  DeleteAddonResponse,
  DescribeAddonRequest,
  DescribeAddonResponse,
  ListAddonsRequest,
  ListAddonsResponse,
  UpdateAddonRequest,
  UpdateAddonResponse,
} from '@aws-sdk/client-eks';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import type { Call } from '../service.ts';
import { SECONDS } from '../world.ts';
import type { World } from '../world.ts';
import { catalogAddon, defaultAddonVersion } from './addonCatalog.ts';
import type { CatalogAddon } from './addonCatalog.ts';
import { addonHealth } from './addonHealth.ts';
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
import type { AddonRecord, AddonSettings, ClusterRecord } from './eksState.ts';
import { eksOf } from './settle.ts';

/** The copies that a cluster brings along unless it was told not to. */
const SELF_MANAGED = ['vpc-cni', 'kube-proxy', 'coredns'];

export function createAddon(world: World, call: Call<CreateAddonRequest>): CreateAddonResponse {
  const { input, region } = call;
  const state = eksOf(world, region);
  const cluster = existingCluster(state, input.clusterName);
  const known = catalogAddon(input.addonName, cluster.name);
  const about = { clusterName: cluster.name, addonName: known.name };
  const existing = cluster.addons[known.name];
  if (existing !== undefined && isRepeated(state, call)) return { addon: shown(world, cluster, existing) };
  if (existing !== undefined) throw inUse('Addon already exists.', about);
  const status = clusterStatus(world, cluster);
  if (status !== 'ACTIVE' && status !== 'UPDATING')
    throw invalidRequest(`Cluster '${cluster.name}' is not in a valid state: ${status}`, about);
  const settings = checkedSettings(cluster, known, input, undefined);
  const addon: AddonRecord = {
    name: known.name,
    arn: eksArn(world, region, `addon/${cluster.name}/${known.name}/${uuid(world)}`),
    createdAt: world.now(),
    modifiedAt: world.now(),
    conflict: cluster.selfManagedAddons && SELF_MANAGED.includes(known.name) && input.resolveConflicts !== 'OVERWRITE',
    settings,
    tags: checkedTags(input.tags),
  };
  cluster.addons[addon.name] = addon;
  rememberToken(state, call);
  world.timeline({ kind: 'AWS::EKS::Addon', id: `${cluster.name}/${addon.name}`, askedAt: new Date(addon.createdAt).toISOString() });
  return { addon: shown(world, cluster, addon) };
}

export function describeAddon(world: World, { input, region }: Call<DescribeAddonRequest>): DescribeAddonResponse {
  const cluster = existingCluster(eksOf(world, region), input.clusterName);
  return { addon: shown(world, cluster, existingAddon(cluster, input.addonName)) };
}

export function listAddons(world: World, { input, region }: Call<ListAddonsRequest>): ListAddonsResponse {
  const cluster = existingCluster(eksOf(world, region), input.clusterName);
  const { items, ...rest } = page(Object.keys(cluster.addons).sort(), input);
  return { addons: items, ...rest };
}

/** What is not named stays as it is. @throws AwsError ResourceInUseException while another change is on its way */
export function updateAddon(world: World, { input, region }: Call<UpdateAddonRequest>): UpdateAddonResponse {
  const cluster = existingCluster(eksOf(world, region), input.clusterName);
  const addon = existingAddon(cluster, input.addonName);
  const { status } = addonHealth(world, cluster, addon);
  if (status === 'CREATING' || status === 'UPDATING' || status === 'DELETING') {
    throw inUse(`Addon ${addon.name} cannot be updated as it is currently in ${status} state`, {
      clusterName: cluster.name,
      addonName: addon.name,
    });
  }
  const settings = checkedSettings(cluster, catalogAddon(addon.name), input, addon.settings);
  const params = [
    ...(input.addonVersion === undefined ? [] : [{ type: 'AddonVersion' as const, value: input.addonVersion }]),
    ...(input.serviceAccountRoleArn === undefined ? [] : [{ type: 'ServiceAccountRoleArn' as const, value: input.serviceAccountRoleArn }]),
    ...(input.configurationValues === undefined ? [] : [{ type: 'ConfigurationValues' as const, value: input.configurationValues }]),
    ...(input.resolveConflicts === undefined ? [] : [{ type: 'ResolveConflicts' as const, value: input.resolveConflicts }]),
  ];
  const change = { of: 'addon', name: addon.name, settings } as const;
  return { update: shownUpdate(startUpdate(world, cluster, 'AddonUpdate', params, change, SECONDS.addonUpdated)) };
}

/** With `preserve` its objects stay in the cluster as a self-managed copy. */
export function deleteAddon(world: World, { input, region }: Call<DeleteAddonRequest>): DeleteAddonResponse {
  const cluster = existingCluster(eksOf(world, region), input.clusterName);
  const addon = existingAddon(cluster, input.addonName);
  if (addon.goneAt === undefined) {
    addon.goneAt = world.now() + SECONDS.addonDeleted * 1000;
    const times = { askedAt: new Date(addon.createdAt).toISOString(), goneAt: new Date(addon.goneAt).toISOString() };
    world.timeline({ kind: 'AWS::EKS::Addon', id: `${cluster.name}/${addon.name}`, ...times });
  }
  return { addon: shown(world, cluster, addon) };
}

function existingAddon(cluster: ClusterRecord, name: string | undefined): AddonRecord {
  const given = required(name, 'addonName');
  const addon = cluster.addons[given];
  if (addon === undefined)
    throw notFound(`No addon: ${given} found in cluster: ${cluster.name}`, { clusterName: cluster.name, addonName: given });
  return addon;
}

function checkedSettings(
  cluster: ClusterRecord,
  known: CatalogAddon,
  input: Pick<CreateAddonRequest, 'addonVersion' | 'serviceAccountRoleArn' | 'configurationValues'>,
  before: AddonSettings | undefined,
): AddonSettings {
  const about = { clusterName: cluster.name, addonName: known.name };
  const version = input.addonVersion ?? before?.version ?? defaultAddonVersion(known, cluster.version);
  if (!known.versions(cluster.version).includes(version)) {
    throw invalidParameter('Addon version specified is not supported', about);
  }
  const roleArn = input.serviceAccountRoleArn ?? before?.roleArn;
  if (roleArn !== undefined && !/^arn:aws(-us-gov)?:iam::\d{12}:role\/.+$/.test(roleArn)) {
    throw invalidParameter(`ServiceAccountRoleArn is invalid: ${roleArn}`, about);
  }
  const configuration = input.configurationValues ?? before?.configuration;
  if (input.configurationValues !== undefined) checkConfiguration(known, input.configurationValues, about);
  return { version, ...(roleArn !== undefined && { roleArn }), ...(configuration !== undefined && { configuration }) };
}

/** JSON or YAML, held against the add-on's own schema (EKS API Reference, "CreateAddon"). */
function checkConfiguration(known: CatalogAddon, text: string, about: { clusterName: string; addonName: string }): void {
  let values: unknown;
  try {
    values = parse(text) as unknown;
  } catch {
    throw invalidParameter('ConfigurationValue is not in valid JSON or YAML format.', about);
  }
  const validate = new Ajv({ strict: false }).compile(known.configuration);
  if (validate(values ?? {})) return;
  const problems = (validate.errors ?? []).map((error) => {
    const at = `$${error.instancePath.replaceAll('/', '.')}`;
    const extra: unknown = error.params['additionalProperty'];
    return typeof extra === 'string'
      ? `${at}.${extra}: is not defined in the schema and the schema does not allow additional properties`
      : `${at}: ${String(error.message)}`;
  });
  throw invalidParameter(
    `ConfigurationValue provided in request is not supported: Json schema validation failed with error: [${problems.join(', ')}]`,
    about,
  );
}

function shown(world: World, cluster: ClusterRecord, addon: AddonRecord): Addon {
  const { status, issues } = addonHealth(world, cluster, addon);
  return {
    addonName: addon.name,
    clusterName: cluster.name,
    status,
    addonVersion: addon.settings.version,
    health: { issues: [...issues] },
    addonArn: addon.arn,
    createdAt: new Date(addon.createdAt),
    modifiedAt: new Date(addon.modifiedAt),
    ...(addon.settings.roleArn !== undefined && { serviceAccountRoleArn: addon.settings.roleArn }),
    ...(addon.settings.configuration !== undefined && { configurationValues: addon.settings.configuration }),
    tags: { ...addon.tags },
    namespaceConfig: { namespace: 'kube-system' },
  };
}
