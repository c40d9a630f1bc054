import { paginateDescribeAddonVersions } from '@aws-sdk/client-eks';
import type { Addon, AddonInfo } from '@aws-sdk/client-eks';
import type { Finding } from '../../core/findings/finding.ts';
import type { Handle, Look, Observation, Resource } from '../../core/graph/resource.ts';
import type { AddonVersionOut, VersionOut } from '../outputs.ts';
import { readAll } from '../pages.ts';
import { describeAddon } from './addon.ts';
import { describeAddonSchema, schemaAllows } from './addonSchema.ts';
import { hasValueAt, readJson } from './eksScope.ts';
import type { EksScope } from './eksScope.ts';

export interface AddonVersionWish {
  readonly name: string;
  readonly version: string | undefined;
  /** Where a setting stands that we would add by ourselves: not every version knows it, and one that does not refuses the whole add-on. */
  readonly defaultAt: readonly string[] | undefined;
}

/**
 * The version of an add-on, chosen once: the written one, else the one that is installed, else the *default* version for the
 * cluster's Kubernetes (`defaultVersion` of `eks:DescribeAddonVersions`), which is neither the first nor the newest in the list.
 */
export function addonVersion(
  scope: EksScope,
  wish: AddonVersionWish,
  needs: { readonly kubernetes: Handle<VersionOut> },
): Resource<AddonVersionOut, typeof needs> {
  return {
    id: `addon-version/${wish.name}`,
    kind: 'choice',
    provider: 'aws',
    title: `Version of ${wish.name}`,
    internal: true,
    needs,
    placeholders: () => ({ version: wish.version ?? `<VERSION-OF-${wish.name.toUpperCase()}>` }),
    commands: ({ kubernetes }) =>
      wish.version === undefined
        ? [
            [
              ...['aws', 'eks', 'describe-addon-versions', '--region', scope.aws.region, '--addon-name', wish.name],
              ...['--kubernetes-version', kubernetes.version ?? '<KUBERNETES-VERSION>'],
              ...['--query', 'addons[].addonVersions[?compatibilities[0].defaultVersion].addonVersion', '--output', 'text'],
            ],
          ]
        : [],
    async observe(look) {
      if (wish.version !== undefined && wish.defaultAt === undefined) return ready(wish.version, true);
      const installed = await describeAddon(scope, look, wish.name);
      const known = wish.version ?? installed?.addonVersion;
      if (known !== undefined) return chosen(scope, look, wish, known, installed);
      const kubernetes = (await look.outputs(needs.kubernetes))?.version;
      if (kubernetes === undefined) return { state: 'absent' };
      const version = defaultVersion(await versionsOf(scope, look, wish.name, kubernetes), kubernetes);
      return version === undefined
        ? { state: 'unknown', reason: `EKS names no default version of ${wish.name} for Kubernetes ${kubernetes}` }
        : chosen(scope, look, wish, version, installed);
    },
    check: async (look) => newerDefault(scope, look, wish, (await look.outputs(needs.kubernetes))?.version),
  };
}

/** A newer default version informs; what is installed stays until platform.yml says otherwise. */
async function newerDefault(
  scope: EksScope,
  look: Look,
  { name }: AddonVersionWish,
  kubernetes: string | undefined,
): Promise<readonly Finding[]> {
  const installed = (await describeAddon(scope, look, name))?.addonVersion;
  if (installed === undefined || kubernetes === undefined) return [];
  const version = defaultVersion(await versionsOf(scope, look, name, kubernetes), kubernetes);
  if (version === undefined || !isNewer(version, installed)) return [];
  const message = `${name} ${version} is EKS's default for Kubernetes ${kubernetes}; ${installed} is installed and stays. Write it under cluster.addons to change.`;
  return [{ code: 'addon-version-newer', severity: 'information', resource: `addon/${name}`, message }];
}

/** By the numbers in them: `v1.20.4-eksbuild.2`. */
function isNewer(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => (text.match(/\d+/g) ?? []).map(Number));
  for (const [i, number] of (a ?? []).entries()) {
    const other = b?.[i] ?? 0;
    if (number !== other) return number > other;
  }
  return false;
}

async function chosen(
  scope: EksScope,
  look: Look,
  { name, defaultAt }: AddonVersionWish,
  version: string,
  installed: Addon | undefined,
): Promise<Observation<AddonVersionOut>> {
  // What that version took before it takes: the schema is read when the add-on is made or changed, not in every status.
  const isTaken = (path: readonly string[]): boolean =>
    installed?.addonVersion === version && hasValueAt(readJson(installed.configurationValues), path);
  const takesDefault =
    defaultAt === undefined || isTaken(defaultAt) || schemaAllows(await describeAddonSchema(scope, look, name, version), defaultAt);
  return ready(version, takesDefault);
}

function ready(version: string, takesDefault: boolean): Observation<AddonVersionOut> {
  return { state: 'ready', owner: 'slipway', physicalId: version, attributes: {}, outputs: { version, takesDefault } };
}

function versionsOf({ aws }: EksScope, look: Look, addonName: string, kubernetesVersion: string): Promise<readonly AddonInfo[]> {
  return look.share(`eks:addon versions ${addonName} ${kubernetesVersion}`, () =>
    readAll(
      aws,
      look,
      (o) => paginateDescribeAddonVersions({ client: aws.eks }, { addonName, kubernetesVersion }, o),
      (page) => page.addons,
    ),
  );
}

export function defaultVersion(addons: readonly AddonInfo[], kubernetes: string): string | undefined {
  const versions = addons.flatMap(({ addonVersions }) => addonVersions ?? []);
  return versions.find(
    ({ compatibilities }) => compatibilities?.some((c) => c.clusterVersion === kubernetes && c.defaultVersion === true) === true,
  )?.addonVersion;
}
