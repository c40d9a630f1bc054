import { addon } from '../aws/eks/addon.ts';
import type { AddonWish } from '../aws/eks/addon.ts';
import { addonVersion } from '../aws/eks/addonVersion.ts';
import type { AddonOut, AddonVersionOut, ClusterOut, VersionOut } from '../aws/outputs.ts';
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
  readonly version: Resource<AddonVersionOut, { readonly kubernetes: Handle<VersionOut> }>;
  readonly wish: AddonWish;
}

/** The add-ons of the cluster stage: the default ones, and others that platform.yml names. */
export function clusterAddonNames({ spec }: StageContext): readonly string[] {
  return [...new Set([...DEFAULT_ADDONS, ...Object.keys(spec.cluster.addons)])].filter((name) => name !== EBS_CSI_ADDON);
}

/** A setting that an add-on gets unless platform.yml says otherwise, where its version knows it. */
export interface AddonDefault {
  readonly path: readonly string[];
  readonly value: Json;
}

/** The version of an add-on, and what the add-on should be like; platform.yml's configuration goes over the default. */
export function addonOf(context: StageContext, name: string, kubernetes: Handle<VersionOut>, ours?: AddonDefault): AddonPair {
  const written = context.spec.cluster.addons[name];
  return {
    version: addonVersion(eksScopeOf(context), { name, version: written?.version, defaultAt: ours?.path }, { kubernetes }),
    wish: {
      name,
      title: TITLES[name] ?? `${name} add-on`,
      configuration: merged(ours && nested(ours), written?.configuration),
      plainConfiguration: merged(undefined, written?.configuration),
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

const nested = ({ path, value }: AddonDefault): Json => path.reduceRight<Json>((below, key) => ({ [key]: below }), value);

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
