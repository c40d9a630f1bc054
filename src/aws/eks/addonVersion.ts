import { paginateDescribeAddonVersions } from '@aws-sdk/client-eks';
import type { AddonInfo } from '@aws-sdk/client-eks';
import type { Handle, Look, Observation, Resource } from '../../core/graph/resource.ts';
import type { VersionOut } from '../outputs.ts';
import { readAll } from '../pages.ts';
import { describeAddon } from './addon.ts';
import type { EksScope } from './eksScope.ts';

/**
 * The version of an add-on, chosen once: the written one, else the one that is installed, else the *default* version for the
 * cluster's Kubernetes (`defaultVersion` of `eks:DescribeAddonVersions`), which is neither the first nor the newest in the list.
 */
export function addonVersion(
  scope: EksScope,
  wish: { readonly name: string; readonly version: string | undefined },
  needs: { readonly kubernetes: Handle<VersionOut> },
): Resource<VersionOut, typeof needs> {
  return {
    id: `addon-version/${wish.name}`,
    kind: 'choice',
    provider: 'aws',
    title: `Version of ${wish.name}`,
    internal: true,
    needs,
    async observe(look) {
      if (wish.version !== undefined) return chosen(wish.version);
      const installed = (await describeAddon(scope, look, wish.name))?.addonVersion;
      if (installed !== undefined) return chosen(installed);
      const kubernetes = (await look.outputs(needs.kubernetes))?.version;
      if (kubernetes === undefined) return { state: 'absent' };
      const version = defaultVersion(await versionsOf(scope, look, wish.name, kubernetes), kubernetes);
      return version === undefined
        ? { state: 'unknown', reason: `EKS names no default version of ${wish.name} for Kubernetes ${kubernetes}` }
        : chosen(version);
    },
  };
}

function chosen(version: string): Observation<VersionOut> {
  return { state: 'ready', owner: 'slipway', physicalId: version, attributes: {}, outputs: { version } };
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
