import { paginateListAddons } from '@aws-sdk/client-eks';
import type { AnyResource, Estimate, Look, Observation, Present, ResourceId, StepContext } from '../../core/graph/resource.ts';
import { readAll } from '../pages.ts';
import { RESOURCE_TAG } from '../tags.ts';
import type { Tags } from '../tags.ts';
import { deleteEntry, describeEntry, listEntries } from './accessEntry.ts';
import { deleteAddon, describeAddon } from './addon.ts';
import { deleteCluster } from './cluster.ts';
import { describeCluster } from './describeCluster.ts';
import { owned } from './eksScope.ts';
import type { EksScope } from './eksScope.ts';
import { describeNodegroup, ourNodegroups } from './describeNodegroup.ts';
import { ACCESS_ESTIMATE, ADDON_ESTIMATE, clusterEstimate, nodegroupEstimate } from './estimates.ts';
import { deleteNodegroup } from './nodegroup.ts';

/**
 * What EKS has with this platform's tag, whatever platform.yml says now, as resources that can be looked at and deleted: an admin or an
 * add-on that was dropped, a cluster whose stage was switched off. @throws Unseen
 */
export async function discoverEks(scope: EksScope, look: Look): Promise<readonly AnyResource[]> {
  const cluster = await describeCluster(scope, look);
  if (cluster?.status === undefined || owned(cluster.tags, scope) !== 'slipway') return [];
  const [addons, groups, entries] = await Promise.all([foundAddons(scope, look), ourNodegroups(scope, look), foundEntries(scope, look)]);
  return [
    foundCluster(scope),
    ...addons,
    ...groups.map(({ nodegroupName = '', tags, instanceTypes = [], capacityType, scalingConfig }) =>
      found('AWS::EKS::Nodegroup', `Node group ${nodegroupName}`, tags ?? {}, {
        estimate: nodegroupEstimate(scope.prices, {
          instanceTypes,
          capacity: capacityType === 'SPOT' ? 'spot' : 'onDemand',
          desired: scalingConfig?.desiredSize ?? 0,
        }),
        look: async (again) => presentOf(nodegroupName, {}, (await describeNodegroup(scope, again, nodegroupName))?.status),
        delete: (seen, ctx) => deleteNodegroup(scope, seen, ctx),
      }),
    ),
    ...entries,
  ];
}

interface Deletable {
  readonly estimate: Estimate;
  look(look: Look): Promise<Observation<Record<never, never>>>;
  delete(seen: Present, ctx: StepContext): Promise<void>;
}

function found(kind: string, title: string, tags: Tags, { look, delete: remover, estimate }: Deletable): AnyResource {
  // Without the tag of a resource it is told by its title: it cannot be claimed by any.
  const id: ResourceId = tags[RESOURCE_TAG] ?? title;
  return {
    id,
    kind,
    provider: 'aws',
    title,
    needs: {},
    after: ['cluster'],
    hiddenFor: 30_000,
    observe: look,
    steps: { plan: () => ({ action: 'none' }), delete: remover },
    estimate: () => estimate,
  };
}

function presentOf(physicalId: string, attributes: Present['attributes'], status: string | undefined): Observation<Record<never, never>> {
  if (status === undefined) return { state: 'absent' };
  const base = { owner: 'slipway', physicalId, attributes, outputs: {} } as const;
  return status === 'DELETING' ? { ...base, leaving: true, state: 'pending', reason: 'EKS is removing it' } : { ...base, state: 'ready' };
}

async function foundAddons(scope: EksScope, look: Look): Promise<readonly AnyResource[]> {
  const { aws, clusterName } = scope;
  const names = await look.share('eks:addons', () =>
    readAll(
      aws,
      look,
      (o) => paginateListAddons({ client: aws.eks }, { clusterName }, o),
      (page) => page.addons,
    ),
  );
  const all = await Promise.all(names.map(async (name) => ({ name, addon: await describeAddon(scope, look, name) })));
  return all
    .filter(({ addon }) => owned(addon?.tags, scope) === 'slipway')
    .map(({ name, addon }) =>
      found('AWS::EKS::Addon', `${name} add-on`, addon?.tags ?? {}, {
        estimate: ADDON_ESTIMATE,
        look: async (again) => presentOf(name, { name }, (await describeAddon(scope, again, name))?.status),
        delete: (seen, ctx) => deleteAddon(scope, seen, ctx),
      }),
    );
}

async function foundEntries(scope: EksScope, look: Look): Promise<readonly AnyResource[]> {
  const principals = await listEntries(scope, look);
  const all = await Promise.all(principals.map(async (arn) => ({ arn, entry: await describeEntry(scope, look, arn) })));
  return all
    .filter(({ entry }) => owned(entry?.tags, scope) === 'slipway')
    .map(({ arn, entry }) =>
      found('AWS::EKS::AccessEntry', `Access of ${arn.split('/').at(-1) ?? arn}`, entry?.tags ?? {}, {
        estimate: ACCESS_ESTIMATE,
        look: async (again) => presentOf(arn, {}, (await describeEntry(scope, again, arn)) === undefined ? undefined : 'ACTIVE'),
        delete: (seen, ctx) => deleteEntry(scope, seen, ctx),
      }),
    );
}

function foundCluster(scope: EksScope): AnyResource {
  const { clusterName } = scope;
  const resource = found(
    'AWS::EKS::Cluster',
    `EKS cluster ${clusterName}`,
    { [RESOURCE_TAG]: 'cluster' },
    {
      estimate: clusterEstimate(scope.prices),
      async look(look) {
        const cluster = await describeCluster(scope, look);
        return presentOf(cluster?.arn ?? clusterName, { deletionProtection: cluster?.deletionProtection === true }, cluster?.status);
      },
      delete: (seen, ctx) => deleteCluster(scope, seen, ctx),
    },
  );
  return { ...resource, after: ['role/cluster', 'vpc', 'default-security-group'] };
}
