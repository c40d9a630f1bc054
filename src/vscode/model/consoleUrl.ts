import type { PlatformStatus, ResourceStatus } from '../../core/status/platformStatus.ts';

type Where = Pick<PlatformStatus['platform'], 'name' | 'region'>;

// The consoles' own addresses (fragment routes of console.aws.amazon.com); every segment is encoded, ids come from AWS and are hostile.
const PAGES: Readonly<Record<string, (id: string, where: Where) => string>> = {
  'AWS::EC2::VPC': (id) => `vpcconsole/home?region={region}#VpcDetails:VpcId=${id}`,
  'AWS::EC2::Subnet': (id) => `vpcconsole/home?region={region}#SubnetDetails:subnetId=${id}`,
  'AWS::EC2::InternetGateway': (id) => `vpcconsole/home?region={region}#InternetGateway:internetGatewayId=${id}`,
  'AWS::EC2::RouteTable': (id) => `vpcconsole/home?region={region}#RouteTableDetails:RouteTableId=${id}`,
  'AWS::EC2::NatGateway': (id) => `vpcconsole/home?region={region}#NatGatewayDetails:natGatewayId=${id}`,
  'AWS::EC2::EIP': (id) => `vpcconsole/home?region={region}#ElasticIpDetails:AllocationId=${id}`,
  'AWS::EC2::VPCEndpoint': (id) => `vpcconsole/home?region={region}#EndpointDetails:vpcEndpointId=${id}`,
  'AWS::EC2::SecurityGroup': (id) => `ec2/home?region={region}#SecurityGroup:groupId=${id}`,
  'AWS::EKS::Cluster': (_id, { name }) => `eks/clusters/${encodeURIComponent(name)}?region={region}`,
  'AWS::EKS::Addon': (id, { name }) => `eks/clusters/${encodeURIComponent(name)}/add-ons/${segmentOf(id, 2)}?region={region}`,
  'AWS::EKS::Nodegroup': (id, { name }) => `eks/clusters/${encodeURIComponent(name)}/nodegroups/${segmentOf(id, 2)}?region={region}`,
  'AWS::IAM::Role': (id) => `iam/home#/roles/details/${lastSegment(id)}`,
  'AWS::IAM::OIDCProvider': (id) => `iam/home#/identity_providers/details/OPENID/${id}`,
};

/** The page of the AWS console that shows it, or `undefined` for what has none (gates, choices, Kubernetes objects). */
export function consoleUrl(resource: Pick<ResourceStatus, 'kind' | 'physicalId'>, where: Where): string | undefined {
  const page = PAGES[resource.kind];
  if (page === undefined || resource.physicalId === undefined) return undefined;
  const region = encodeURIComponent(where.region);
  const path = page(encodeURIComponent(resource.physicalId), where).replace('{region}', region);
  return `https://${region}.console.aws.amazon.com/${path}`;
}

/** Of `arn:aws:eks:…:addon/cluster/name/uuid` the n-th part of the resource; a plain name is itself. */
function segmentOf(encodedId: string, index: number): string {
  const parts = decodeURIComponent(encodedId).split('/');
  return encodeURIComponent(parts.length > index ? (parts[index] ?? '') : (parts.at(-1) ?? ''));
}

function lastSegment(encodedId: string): string {
  return encodeURIComponent(decodeURIComponent(encodedId).split('/').at(-1) ?? '');
}
