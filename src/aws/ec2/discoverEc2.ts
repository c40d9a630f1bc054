import type { AnyResource, Look, ResourceId } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { RESOURCE_TAG } from '../tags.ts';
import { addressKind } from './address.ts';
import { gatewayKind } from './internetGateway.ts';
import { leftover, type Ec2Kind, type Listed } from './kind.ts';
import { natKind } from './natGateway.ts';
import { routeTableKind } from './routeTable.ts';
import { endpointKind } from './s3Endpoint.ts';
import { subnetKind } from './subnet.ts';
import { vpcKind } from './vpc.ts';

/** Something of ours in EC2: where it is, and the resource that finds and deletes it. */
export interface Discovered {
  readonly physicalId: string;
  readonly resource: AnyResource;
}

/** Everything in EC2 with the platform's tag, whether the spec still knows it or not; what stands on others comes after them. @throws Unseen, SignedOut */
export async function discoverEc2(scope: AwsScope, look: Look): Promise<readonly Discovered[]> {
  const families = await Promise.all([
    family(scope, look, vpcKind(scope)),
    family(scope, look, gatewayKind(scope)),
    family(scope, look, subnetKind(scope)),
    family(scope, look, addressKind(scope)),
    family(scope, look, natKind(scope)),
    family(scope, look, routeTableKind(scope, 'private')),
    family(scope, look, endpointKind(scope)),
  ]);
  const before: ResourceId[] = [];
  return families.flatMap((members) => {
    const below = [...before];
    const found = members.map((member) => member(below));
    before.push(...found.map(({ resource }) => resource.id));
    return found;
  });
}

/** The members of a kind, each still to be told what comes before it. */
async function family<Item, Out>(
  scope: AwsScope,
  look: Look,
  kind: Ec2Kind<Item, Out>,
): Promise<readonly ((after: readonly ResourceId[]) => Discovered)[]> {
  const ours = (await kind.list(look)).filter((each) => !each.leaving);
  return ours.flatMap(({ id: physicalId, tags }: Listed<Item>) => {
    const id = tags[RESOURCE_TAG];
    return id === undefined ? [] : [(after: readonly ResourceId[]) => ({ physicalId, resource: leftover(scope, kind, id, after) })];
  });
}
