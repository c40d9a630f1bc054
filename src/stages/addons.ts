import { addon } from '../aws/eks/addon.ts';
import type { AddonWish } from '../aws/eks/addon.ts';
import { addonVersion } from '../aws/eks/addonVersion.ts';
import type { AddonOut, ClusterOut, VersionOut } from '../aws/outputs.ts';
import type { AnyResource, Handle, Json, Resource } from '../core/graph/resource.ts';
import { eksScopeOf } from './eksScope.ts';
import type { StageContext } from './stageContext.ts';

/** What the console preselects (EKS user guide, "Amazon EKS add-ons"): the runbook's "default EKS addons". */
export const DEFAULT_ADDONS = ['vpc-cni', 'kube-proxy', 'coredns'] as const;
export const EBS_CSI_ADDON = 'aws-ebs-csi-driver';

const TITLES: Readonly<Record<string, string>> = {
  'vpc-cni': 'VPC CNI add-on',
  'kube-proxy': 'kube-proxy add-on',
  coredns: 'CoreDNS add-on',
  [EBS_CSI_ADDON]: 'EBS CSI driver add-on',
};

interface AddonNeeds {
  readonly cluster: Handle<ClusterOut>;
  readonly kubernetes: Handle<VersionOut>;
}

export interface AddonPair {
  readonly version: Resource<VersionOut, { readonly kubernetes: Handle<VersionOut> }>;
  readonly wish: AddonWish;
}

/** The add-ons of the cluster stage: the default ones, and others that platform.yml names. */
export function clusterAddonNames({ spec }: StageContext): readonly string[] {
  return [...new Set([...DEFAULT_ADDONS, ...Object.keys(spec.cluster.addons)])].filter((name) => name !== EBS_CSI_ADDON);
}

/** The version of an add-on, and what the add-on should be like; `defaults` are ours, platform.yml's configuration goes over them. */
export function addonOf(
  context: StageContext,
  name: string,
  kubernetes: Handle<VersionOut>,
  defaults?: { readonly [key: string]: Json },
): AddonPair {
  const written = context.spec.cluster.addons[name];
  return {
    version: addonVersion(eksScopeOf(context), { name, version: written?.version }, { kubernetes }),
    wish: {
      name,
      title: TITLES[name] ?? `${name} add-on`,
      configuration: merged(defaults, written?.configuration),
      usable: name === 'vpc-cni' ? 'active' : 'accepted',
      awaits: 'nodegroup',
    },
  };
}

export function clusterAddons(
  context: StageContext,
  { cluster, kubernetes }: AddonNeeds,
): { readonly resources: readonly AnyResource[]; readonly addons: readonly Handle<AddonOut>[] } {
  const pairs = clusterAddonNames(context).map((name) => {
    const { version, wish } = addonOf(context, name, kubernetes);
    return { version, addon: addon(eksScopeOf(context), wish, { cluster, version }) };
  });
  return { resources: pairs.flatMap((pair): AnyResource[] => [pair.version, pair.addon]), addons: pairs.map((pair) => pair.addon) };
}

/** Objects are merged key by key, everything else is replaced. `undefined`: nothing was written, and nothing is compared. */
function merged(defaults: Json | undefined, written: Readonly<Record<string, unknown>> | undefined): Json | undefined {
  if (written === undefined) return defaults;
  // What came from platform.yml is plain data; a round trip makes that visible to the compiler's eyes.
  return overlay(defaults ?? {}, JSON.parse(JSON.stringify(written)) as Json);
}

function overlay(below: Json, above: Json): Json {
  if (!isRecord(below) || !isRecord(above)) return above;
  const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      key in above && key in below ? overlay(below[key] ?? null, above[key] ?? null) : (above[key] ?? below[key] ?? null),
    ]),
  );
}

const isRecord = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
