import type {
  AddonInfo,
  DescribeAddonConfigurationRequest,
  DescribeAddonConfigurationResponse,
  DescribeAddonVersionsRequest,
  DescribeAddonVersionsResponse,
} from '@aws-sdk/client-eks';
import type { Call } from '../service.ts';
import type { World } from '../world.ts';
import { invalidParameter, page, required } from './eksRules.ts';
import { allVersions } from './versions.ts';

/** What the rehearsed EKS knows of an add-on. */
export interface CatalogAddon {
  readonly name: string;
  readonly type: string;
  /** Pods that need a node to run on: without one the add-on gets DEGRADED. DaemonSets are healthy with no pods at all. */
  readonly needsNodes: boolean;
  readonly needsIam: boolean;
  /** Newest first, for a Kubernetes version. */
  versions(kubernetes: string): readonly string[];
  /** JSON Schema of its configuration values. */
  readonly configuration: Readonly<Record<string, unknown>>;
}

const replicas = {
  replicaCount: { type: 'integer' },
  resources: { type: 'object' },
  tolerations: { type: 'array' },
  affinity: { type: 'object' },
};

export const ADDON_CATALOG: readonly CatalogAddon[] = [
  {
    name: 'vpc-cni',
    type: 'networking',
    needsNodes: false,
    needsIam: true,
    versions: () => ['v1.21.1-eksbuild.3', 'v1.21.1-eksbuild.1', 'v1.20.5-eksbuild.1'],
    configuration: schema({
      env: { type: 'object', additionalProperties: { type: 'string' } },
      enableNetworkPolicy: { type: 'string' },
      init: { type: 'object' },
      resources: { type: 'object' },
    }),
  },
  {
    name: 'kube-proxy',
    type: 'networking',
    needsNodes: false,
    needsIam: false,
    versions: (kubernetes) => [`v${kubernetes}.1-eksbuild.4`, `v${kubernetes}.1-eksbuild.2`, `v${kubernetes}.0-eksbuild.2`],
    configuration: schema({ mode: { type: 'string' }, ipvs: { type: 'object' }, resources: { type: 'object' } }),
  },
  {
    name: 'coredns',
    type: 'networking',
    needsNodes: true,
    needsIam: false,
    versions: () => ['v1.13.2-eksbuild.1', 'v1.13.1-eksbuild.1', 'v1.12.4-eksbuild.6'],
    configuration: schema({ ...replicas, corefile: { type: 'string' }, autoScaling: { type: 'object' } }),
  },
  {
    name: 'aws-ebs-csi-driver',
    type: 'storage',
    needsNodes: true,
    needsIam: true,
    versions: () => ['v1.56.0-eksbuild.1', 'v1.55.0-eksbuild.2', 'v1.54.0-eksbuild.1'],
    configuration: schema({
      controller: schema({
        ...replicas,
        extraVolumeTags: { type: 'object', additionalProperties: { type: 'string' } },
        k8sTagClusterId: { type: 'string' },
      }),
      node: { type: 'object' },
      defaultStorageClass: schema({ enabled: { type: 'boolean' } }),
    }),
  },
  {
    name: 'eks-pod-identity-agent',
    type: 'security',
    needsNodes: false,
    needsIam: false,
    versions: () => ['v1.3.10-eksbuild.2', 'v1.3.10-eksbuild.1', 'v1.3.9-eksbuild.5'],
    configuration: schema({ resources: { type: 'object' } }),
  },
  {
    name: 'metrics-server',
    type: 'observability',
    needsNodes: true,
    needsIam: false,
    versions: () => ['v0.8.1-eksbuild.1', 'v0.8.0-eksbuild.6', 'v0.8.0-eksbuild.5'],
    configuration: schema({ ...replicas }),
  },
];

/** @throws AwsError InvalidParameterException */
export function catalogAddon(name: string | undefined, clusterName?: string): CatalogAddon {
  const given = required(name, 'addonName');
  const addon = ADDON_CATALOG.find((each) => each.name === given);
  if (addon === undefined) {
    throw invalidParameter('Addon specified is not supported', { addonName: given, ...(clusterName !== undefined && { clusterName }) });
  }
  return addon;
}

/** Never the newest one: who takes the first of the list is wrong (`domain-facts.md` B). */
export function defaultAddonVersion(addon: CatalogAddon, kubernetes: string): string {
  const [newest = '', usual = newest] = addon.versions(kubernetes);
  return usual;
}

export function describeAddonVersions(_world: World, { input }: Call<DescribeAddonVersionsRequest>): DescribeAddonVersionsResponse {
  const kubernetes = input.kubernetesVersion === undefined ? allVersions() : [input.kubernetesVersion];
  if (!kubernetes.every((version) => allVersions().includes(version))) {
    throw invalidParameter(`Unsupported Kubernetes version: ${kubernetes.join()}`);
  }
  const known = input.addonName === undefined ? ADDON_CATALOG : [catalogAddon(input.addonName)];
  const all = known
    .filter((addon) => input.types === undefined || input.types.includes(addon.type))
    .filter(() => input.publishers === undefined || input.publishers.includes('eks'))
    .filter(() => input.owners === undefined || input.owners.includes('aws'))
    .map((addon) => information(addon, kubernetes));
  const { items, ...rest } = page(all, input);
  return { addons: items, ...rest };
}

export function describeAddonConfiguration(
  _world: World,
  { input }: Call<DescribeAddonConfigurationRequest>,
): DescribeAddonConfigurationResponse {
  const addon = catalogAddon(input.addonName);
  const version = required(input.addonVersion, 'addonVersion');
  if (!allVersions().some((kubernetes) => addon.versions(kubernetes).includes(version))) {
    throw invalidParameter('Addon version specified is not supported', { addonName: addon.name });
  }
  return {
    addonName: addon.name,
    addonVersion: version,
    configurationSchema: JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...addon.configuration }),
  };
}

function information(addon: CatalogAddon, kubernetes: readonly string[]): AddonInfo {
  const versions = [...new Set(kubernetes.flatMap((version) => addon.versions(version)))];
  return {
    addonName: addon.name,
    type: addon.type,
    publisher: 'eks',
    owner: 'aws',
    defaultNamespace: 'kube-system',
    addonVersions: versions.map((addonVersion) => ({
      addonVersion,
      architecture: ['amd64', 'arm64'],
      computeTypes: ['ec2', 'auto', 'hybrid'],
      compatibilities: kubernetes
        .filter((version) => addon.versions(version).includes(addonVersion))
        .map((clusterVersion) => ({
          clusterVersion,
          platformVersions: ['*'],
          defaultVersion: defaultAddonVersion(addon, clusterVersion) === addonVersion,
        })),
      requiresConfiguration: false,
      requiresIamPermissions: addon.needsIam,
    })),
  };
}

function schema(properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { type: 'object', additionalProperties: false, properties };
}
