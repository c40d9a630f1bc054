import { paginateDescribeNetworkInterfaces, paginateDescribeSecurityGroups, paginateDescribeVolumes } from '@aws-sdk/client-ec2';
import type { Residue } from '../core/engine/ports.ts';
import type { AnyResource, Look } from '../core/graph/resource.ts';
import type { AwsScope } from './awsScope.ts';
import { discoverEc2 } from './ec2/discoverEc2.ts';
import { clusterTag, type StrayScope } from './ec2/stray.ts';
import { loadBalancersIn } from './ec2/strayLoadBalancers.ts';
import { listVolumes } from './ec2/strayVolumes.ts';
import { readAll } from './pages.ts';

/** Others of the platform besides EC2's, as resources that are found by name or tag. */
export type Discover = (look: Look) => Promise<readonly AnyResource[]>;

/**
 * What a destroyed platform left in the account, why, and what it costs a month; after a destroy of some stages what is left of `went`
 * (physical ids). While the cluster stands, its controllers look after what they made. Log groups are not looked for: EKS's hold what
 * was logged, and are the person's.
 */
export async function residueOf(
  scope: StrayScope,
  look: Look,
  others: readonly Discover[],
  went?: ReadonlySet<string>,
): Promise<readonly Residue[]> {
  const found = await Promise.all([ofEc2(scope, look), ...others.map((discover) => ofOthers(discover, look))]);
  const ours = found.flat();
  const isLookedAfter = went !== undefined && ours.some(({ kind }) => kind === WORDS['AWS::EKS::Cluster']);
  const theirs = isLookedAfter ? [] : await ofControllers(scope, look);
  return [...ours.filter(({ physicalId }) => went?.has(physicalId) ?? true), ...theirs];
}

async function ofEc2(scope: AwsScope, look: Look): Promise<readonly Residue[]> {
  const found = await discoverEc2(scope, look);
  return found.map(({ physicalId, resource }) => notDeleted(resource, physicalId));
}

const WORDS: Readonly<Record<string, string>> = {
  'AWS::EC2::VPC': 'VPC',
  'AWS::EC2::InternetGateway': 'internet gateway',
  'AWS::EC2::Subnet': 'subnet',
  'AWS::EC2::EIP': 'Elastic IP',
  'AWS::EC2::NatGateway': 'NAT gateway',
  'AWS::EC2::RouteTable': 'route table',
  'AWS::EC2::VPCEndpoint': 'VPC endpoint',
  'AWS::IAM::Role': 'role',
  'AWS::IAM::OIDCProvider': 'OIDC provider',
  'AWS::EKS::Cluster': 'cluster',
  'AWS::EKS::Nodegroup': 'node group',
  'AWS::EKS::Addon': 'add-on',
  'AWS::Route53::HostedZone': 'hosted zone',
  'AWS::Route53::RecordSetGroup': 'DNS records',
};

async function ofOthers(discover: Discover, look: Look): Promise<readonly Residue[]> {
  const resources = await discover(look);
  const seen = await Promise.all(resources.map(async (resource) => ({ resource, seen: await resource.observe(look, 'status') })));
  return seen.flatMap(({ resource, seen: found }): readonly Residue[] => {
    if (found.state === 'absent' || found.state === 'unknown' || found.owner !== 'slipway') return [];
    return [notDeleted(resource, found.physicalId)];
  });
}

function notDeleted(resource: AnyResource, physicalId: string): Residue {
  return {
    kind: WORDS[resource.kind] ?? resource.kind,
    physicalId,
    reason: 'It carries the tag of this platform and was not deleted: destroy again, or delete it by hand.',
    monthlyUsd: (resource.estimate?.() ?? { monthlyUsd: 0 }).monthlyUsd,
  };
}

/** What controllers in the cluster made, in the whole region: it carries the cluster's tag. */
async function ofControllers(scope: StrayScope, look: Look): Promise<readonly Residue[]> {
  const parts = await Promise.all([volumes(scope, look), interfaces(scope, look), groups(scope, look), balancers(scope, look)]);
  return parts.flat();
}

const owned = ({ clusterName }: StrayScope): { Name: string; Values: string[] }[] => [
  { Name: `tag:${clusterTag(clusterName)}`, Values: ['owned'] },
];

async function volumes(scope: StrayScope, look: Look): Promise<readonly Residue[]> {
  const { aws, prices } = scope;
  const input = { Filters: owned(scope) };
  const [ofPlatform, ofCluster] = await Promise.all([
    listVolumes(scope, look),
    readAll(
      aws,
      look,
      (o) => paginateDescribeVolumes({ client: aws.ec2 }, input, o),
      (page) => page.Volumes,
    ),
  ]);
  const standing = [...ofPlatform, ...ofCluster].filter(({ State }) => State !== 'deleting' && State !== 'deleted');
  const sizes = new Map(standing.flatMap(({ VolumeId: id, Size = 0 }) => (id === undefined ? [] : [[id, Size] as const])));
  const reason = 'It was made for a PersistentVolumeClaim and may hold data: delete it when nobody needs that.';
  return [...sizes].map(([physicalId, gib]) => ({
    kind: 'volume',
    physicalId,
    reason,
    monthlyUsd: prices.gp3Gib === undefined ? undefined : prices.gp3Gib * gib,
  }));
}

async function interfaces({ aws, clusterName }: StrayScope, look: Look): Promise<readonly Residue[]> {
  const input = { Filters: [{ Name: 'description', Values: [`Amazon EKS ${clusterName}`] }] };
  const found = await readAll(
    aws,
    look,
    (o) => paginateDescribeNetworkInterfaces({ client: aws.ec2 }, input, o),
    (page) => page.NetworkInterfaces,
  );
  const reason = 'The control plane has not let go of it: AWS removes it, else delete it by hand.';
  return found.flatMap(({ NetworkInterfaceId: id }) =>
    id === undefined ? [] : [{ kind: 'network interface', physicalId: id, reason, monthlyUsd: 0 }],
  );
}

async function groups(scope: StrayScope, look: Look): Promise<readonly Residue[]> {
  const { aws } = scope;
  const input = { Filters: owned(scope) };
  const found = await readAll(
    aws,
    look,
    (o) => paginateDescribeSecurityGroups({ client: aws.ec2 }, input, o),
    (page) => page.SecurityGroups,
  );
  const reason = 'It belonged to the cluster or to one of its load balancers: delete it by hand.';
  return found.flatMap(({ GroupId: id }) => (id === undefined ? [] : [{ kind: 'security group', physicalId: id, reason, monthlyUsd: 0 }]));
}

async function balancers(scope: StrayScope, look: Look): Promise<readonly Residue[]> {
  const { networkLoadBalancer, classicLoadBalancer } = scope.prices;
  const reason = 'It was made for a Service in the cluster and nobody is left to delete it: delete it by hand.';
  const found = await loadBalancersIn(scope, look);
  return found.map(({ id, generation }) => ({
    kind: 'load balancer',
    physicalId: id,
    reason,
    monthlyUsd: generation === 'v2' ? networkLoadBalancer : classicLoadBalancer,
  }));
}
