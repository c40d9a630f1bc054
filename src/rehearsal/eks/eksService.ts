import * as sdk from '@aws-sdk/client-eks';
import type {
  ListInsightsRequest,
  ListInsightsResponse,
  ListPodIdentityAssociationsRequest,
  ListPodIdentityAssociationsResponse,
} from '@aws-sdk/client-eks';
import { byName, read, write } from '../service.ts';
import type { Call, Service } from '../service.ts';
import type { World } from '../world.ts';
import * as entries from './accessEntries.ts';
import { describeAddonConfiguration, describeAddonVersions } from './addonCatalog.ts';
import * as addons from './addons.ts';
import * as clusters from './clusters.ts';
import * as updates from './clusterUpdates.ts';
import { existingCluster } from './eksRules.ts';
import * as nodegroups from './nodegroups.ts';
import { eksOf } from './settle.ts';
import * as tagging from './tagging.ts';
import { describeClusterVersions } from './versions.ts';

/** EKS, REST-JSON. */
export const EKS: Service = {
  name: 'eks',
  protocol: 'restJson',
  version: '2017-11-01',
  errors: [
    sdk.BadRequestException$,
    sdk.InvalidParameterException$,
    sdk.InvalidRequestException$,
    sdk.NotFoundException$,
    sdk.ResourceInUseException$,
    sdk.ResourceLimitExceededException$,
    sdk.ResourceNotFoundException$,
    sdk.UnsupportedAvailabilityZoneException$,
  ],
  operations: byName([
    write(sdk.CreateCluster$, clusters.createCluster),
    read(sdk.DescribeCluster$, clusters.describeCluster),
    read(sdk.ListClusters$, clusters.listClusters),
    write(sdk.DeleteCluster$, clusters.deleteCluster),
    write(sdk.UpdateClusterConfig$, updates.updateClusterConfig),
    read(sdk.DescribeUpdate$, updates.describeUpdate),
    read(sdk.ListUpdates$, updates.listUpdates),
    read(sdk.DescribeClusterVersions$, describeClusterVersions),
    write(sdk.CreateAddon$, addons.createAddon),
    read(sdk.DescribeAddon$, addons.describeAddon),
    read(sdk.ListAddons$, addons.listAddons),
    write(sdk.UpdateAddon$, addons.updateAddon),
    write(sdk.DeleteAddon$, addons.deleteAddon),
    read(sdk.DescribeAddonVersions$, describeAddonVersions),
    read(sdk.DescribeAddonConfiguration$, describeAddonConfiguration),
    write(sdk.CreateAccessEntry$, entries.createAccessEntry),
    read(sdk.DescribeAccessEntry$, entries.describeAccessEntry),
    read(sdk.ListAccessEntries$, entries.listAccessEntries),
    write(sdk.UpdateAccessEntry$, entries.updateAccessEntry),
    write(sdk.DeleteAccessEntry$, entries.deleteAccessEntry),
    write(sdk.AssociateAccessPolicy$, entries.associateAccessPolicy),
    write(sdk.DisassociateAccessPolicy$, entries.disassociateAccessPolicy),
    read(sdk.ListAssociatedAccessPolicies$, entries.listAssociatedAccessPolicies),
    read(sdk.ListAccessPolicies$, entries.listAccessPolicies),
    write(sdk.CreateNodegroup$, nodegroups.createNodegroup),
    read(sdk.DescribeNodegroup$, nodegroups.describeNodegroup),
    read(sdk.ListNodegroups$, nodegroups.listNodegroups),
    write(sdk.UpdateNodegroupConfig$, nodegroups.updateNodegroupConfig),
    write(sdk.DeleteNodegroup$, nodegroups.deleteNodegroup),
    read(sdk.ListPodIdentityAssociations$, listPodIdentityAssociations),
    read(sdk.ListInsights$, listInsights),
    write(sdk.TagResource$, tagging.tagResource),
    write(sdk.UntagResource$, tagging.untagResource),
    read(sdk.ListTagsForResource$, tagging.listTagsForResource),
  ]),
};

/** The rehearsed account uses roles for service accounts: there are none. */
function listPodIdentityAssociations(
  world: World,
  { input, region }: Call<ListPodIdentityAssociationsRequest>,
): ListPodIdentityAssociationsResponse {
  existingCluster(eksOf(world, region), input.clusterName);
  return { associations: [] };
}

/** EKS looks for trouble with the next version once a day; a rehearsed day is never that long. */
function listInsights(world: World, { input, region }: Call<ListInsightsRequest>): ListInsightsResponse {
  existingCluster(eksOf(world, region), input.clusterName);
  return { insights: [] };
}
