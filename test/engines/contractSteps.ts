import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2';
import * as iam from '@aws-sdk/client-iam';
import * as route53 from '@aws-sdk/client-route-53';
import * as quotas from '@aws-sdk/client-service-quotas';
import * as sts from '@aws-sdk/client-sts';

export interface Clients {
  readonly ec2: ec2.EC2Client;
  readonly eks: eks.EKSClient;
  readonly elbv2: elbv2.ElasticLoadBalancingV2Client;
  readonly iam: iam.IAMClient;
  readonly route53: route53.Route53Client;
  readonly quotas: quotas.ServiceQuotasClient;
  readonly sts: sts.STSClient;
}

export function clientsOf(endpoint: string, credentials: { accessKeyId: string; secretAccessKey: string }, region = 'us-west-2'): Clients {
  const config = { endpoint, region, credentials, maxAttempts: 1 };
  return {
    ec2: new ec2.EC2Client(config),
    eks: new eks.EKSClient(config),
    elbv2: new elbv2.ElasticLoadBalancingV2Client(config),
    iam: new iam.IAMClient(config),
    route53: new route53.Route53Client(config),
    quotas: new quotas.ServiceQuotasClient(config),
    sts: new sts.STSClient(config),
  };
}

/** Ids that one step leaves for the next. @throws when a step asks for one that no step left. */
export class Memo {
  readonly #ids = new Map<string, string>();
  set(name: string, id: string | undefined): void {
    if (id !== undefined) this.#ids.set(name, id);
  }
  get(name: string): string {
    const id = this.#ids.get(name);
    if (id === undefined) throw new Error(`no step has left ${name}`);
    return id;
  }
}

/** One call. `waitFor`: asked again until it answers true (a world with durations is not ready at once). */
export interface Step {
  readonly name: string;
  run(clients: Clients, memo: Memo): Promise<object>;
  readonly waitFor?: (answer: never) => boolean;
}

const tag = (ResourceType: ec2.ResourceType): ec2.TagSpecification[] => [
  { ResourceType, Tags: [{ Key: 'slipway:platform', Value: 'contract' }] },
];
const trustOf = (Service: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }] });
const trust = trustOf('eks.amazonaws.com');
const clusterPolicy = 'arn:aws:iam::aws:policy/AmazonEKSClusterPolicy';
const issuer = 'https://oidc.eks.us-west-2.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';

const step = <A extends object>(
  name: string,
  run: (clients: Clients, memo: Memo) => Promise<A>,
  waitFor?: (answer: A) => boolean,
): Step => ({ name, run, ...(waitFor ? { waitFor } : {}) });

const network: readonly Step[] = [
  step('sts GetCallerIdentity', (c) => c.sts.send(new sts.GetCallerIdentityCommand({}))),
  step('ec2 DescribeAvailabilityZones', (c) =>
    c.ec2.send(new ec2.DescribeAvailabilityZonesCommand({ Filters: [{ Name: 'zone-type', Values: ['availability-zone'] }] })),
  ),
  step('ec2 CreateVpc', async (c, memo) => {
    const answer = await c.ec2.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16', TagSpecifications: tag('vpc') }));
    memo.set('vpc', answer.Vpc?.VpcId);
    return answer;
  }),
  step('ec2 CreateVpc, no CIDR', (c) => c.ec2.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/99' }))),
  step(
    'ec2 DescribeVpcs by id',
    (c, memo) => c.ec2.send(new ec2.DescribeVpcsCommand({ VpcIds: [memo.get('vpc')] })),
    (a) => a.Vpcs?.length === 1,
  ),
  step(
    'ec2 DescribeVpcs by tag',
    (c) => c.ec2.send(new ec2.DescribeVpcsCommand({ Filters: [{ Name: 'tag:slipway:platform', Values: ['contract'] }] })),
    (a) => a.Vpcs?.length === 1,
  ),
  step('ec2 DescribeVpcs, not there', (c) => c.ec2.send(new ec2.DescribeVpcsCommand({ VpcIds: ['vpc-0123456789abcdef0'] }))),
  step('ec2 ModifyVpcAttribute support', (c, memo) =>
    c.ec2.send(new ec2.ModifyVpcAttributeCommand({ VpcId: memo.get('vpc'), EnableDnsSupport: { Value: true } })),
  ),
  step('ec2 ModifyVpcAttribute hostnames', (c, memo) =>
    c.ec2.send(new ec2.ModifyVpcAttributeCommand({ VpcId: memo.get('vpc'), EnableDnsHostnames: { Value: true } })),
  ),
  step('ec2 ModifyVpcAttribute both at once', (c, memo) =>
    c.ec2.send(
      new ec2.ModifyVpcAttributeCommand({ VpcId: memo.get('vpc'), EnableDnsSupport: { Value: true }, EnableDnsHostnames: { Value: true } }),
    ),
  ),
  step('ec2 DescribeVpcAttribute', (c, memo) =>
    c.ec2.send(new ec2.DescribeVpcAttributeCommand({ VpcId: memo.get('vpc'), Attribute: 'enableDnsHostnames' })),
  ),
  step('ec2 CreateSubnet', async (c, memo) => {
    const answer = await c.ec2.send(
      new ec2.CreateSubnetCommand({
        VpcId: memo.get('vpc'),
        CidrBlock: '10.0.0.0/20',
        AvailabilityZone: 'us-west-2a',
        TagSpecifications: tag('subnet'),
      }),
    );
    memo.set('subnet a', answer.Subnet?.SubnetId);
    return answer;
  }),
  step('ec2 CreateSubnet second zone', async (c, memo) => {
    const answer = await c.ec2.send(
      new ec2.CreateSubnetCommand({
        VpcId: memo.get('vpc'),
        CidrBlock: '10.0.128.0/20',
        AvailabilityZone: 'us-west-2b',
        TagSpecifications: tag('subnet'),
      }),
    );
    memo.set('subnet b', answer.Subnet?.SubnetId);
    return answer;
  }),
  step('ec2 CreateSubnet, overlapping', (c, memo) =>
    c.ec2.send(new ec2.CreateSubnetCommand({ VpcId: memo.get('vpc'), CidrBlock: '10.0.0.0/24' })),
  ),
  step('ec2 CreateSubnet, outside', (c, memo) =>
    c.ec2.send(new ec2.CreateSubnetCommand({ VpcId: memo.get('vpc'), CidrBlock: '10.9.0.0/24' })),
  ),
  step('ec2 CreateSubnet, no such VPC', (c) =>
    c.ec2.send(new ec2.CreateSubnetCommand({ VpcId: 'vpc-0123456789abcdef0', CidrBlock: '10.0.64.0/24' })),
  ),
  step(
    'ec2 DescribeSubnets',
    (c, memo) => c.ec2.send(new ec2.DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [memo.get('vpc')] }] })),
    (a) => a.Subnets?.length === 2,
  ),
  step('ec2 CreateInternetGateway', async (c, memo) => {
    const answer = await c.ec2.send(new ec2.CreateInternetGatewayCommand({ TagSpecifications: tag('internet-gateway') }));
    memo.set('gateway', answer.InternetGateway?.InternetGatewayId);
    return answer;
  }),
  step('ec2 AttachInternetGateway', (c, memo) =>
    c.ec2.send(new ec2.AttachInternetGatewayCommand({ VpcId: memo.get('vpc'), InternetGatewayId: memo.get('gateway') })),
  ),
  step('ec2 AttachInternetGateway, twice', (c, memo) =>
    c.ec2.send(new ec2.AttachInternetGatewayCommand({ VpcId: memo.get('vpc'), InternetGatewayId: memo.get('gateway') })),
  ),
  step('ec2 DescribeInternetGateways', (c, memo) =>
    c.ec2.send(new ec2.DescribeInternetGatewaysCommand({ InternetGatewayIds: [memo.get('gateway')] })),
  ),
  step('ec2 CreateRouteTable', async (c, memo) => {
    const answer = await c.ec2.send(new ec2.CreateRouteTableCommand({ VpcId: memo.get('vpc'), TagSpecifications: tag('route-table') }));
    memo.set('table', answer.RouteTable?.RouteTableId);
    return answer;
  }),
  step('ec2 CreateRoute', (c, memo) =>
    c.ec2.send(
      new ec2.CreateRouteCommand({ RouteTableId: memo.get('table'), DestinationCidrBlock: '0.0.0.0/0', GatewayId: memo.get('gateway') }),
    ),
  ),
  step('ec2 CreateRoute, twice', (c, memo) =>
    c.ec2.send(
      new ec2.CreateRouteCommand({ RouteTableId: memo.get('table'), DestinationCidrBlock: '0.0.0.0/0', GatewayId: memo.get('gateway') }),
    ),
  ),
  step('ec2 AssociateRouteTable', async (c, memo) => {
    const answer = await c.ec2.send(
      new ec2.AssociateRouteTableCommand({ RouteTableId: memo.get('table'), SubnetId: memo.get('subnet a') }),
    );
    memo.set('association', answer.AssociationId);
    return answer;
  }),
  step('ec2 AssociateRouteTable second zone', (c, memo) =>
    c.ec2.send(new ec2.AssociateRouteTableCommand({ RouteTableId: memo.get('table'), SubnetId: memo.get('subnet b') })),
  ),
  step('ec2 ModifySubnetAttribute', (c, memo) =>
    c.ec2.send(new ec2.ModifySubnetAttributeCommand({ SubnetId: memo.get('subnet a'), MapPublicIpOnLaunch: { Value: true } })),
  ),
  step('ec2 ModifySubnetAttribute second zone', (c, memo) =>
    c.ec2.send(new ec2.ModifySubnetAttributeCommand({ SubnetId: memo.get('subnet b'), MapPublicIpOnLaunch: { Value: true } })),
  ),
  step('ec2 DescribeRouteTables', (c, memo) => c.ec2.send(new ec2.DescribeRouteTablesCommand({ RouteTableIds: [memo.get('table')] }))),
  step('ec2 AllocateAddress', async (c, memo) => {
    const answer = await c.ec2.send(new ec2.AllocateAddressCommand({ Domain: 'vpc', TagSpecifications: tag('elastic-ip') }));
    memo.set('address', answer.AllocationId);
    return answer;
  }),
  step(
    'ec2 DescribeAddresses',
    (c, memo) => c.ec2.send(new ec2.DescribeAddressesCommand({ AllocationIds: [memo.get('address')] })),
    (a) => a.Addresses?.length === 1,
  ),
  step('ec2 CreateNatGateway', async (c, memo) => {
    const answer = await c.ec2.send(
      new ec2.CreateNatGatewayCommand({
        SubnetId: memo.get('subnet a'),
        AllocationId: memo.get('address'),
        ClientToken: 'contract-nat',
        TagSpecifications: tag('natgateway'),
      }),
    );
    memo.set('nat', answer.NatGateway?.NatGatewayId);
    return answer;
  }),
  step('ec2 CreateNatGateway, same token', (c, memo) =>
    c.ec2.send(
      new ec2.CreateNatGatewayCommand({
        SubnetId: memo.get('subnet a'),
        AllocationId: memo.get('address'),
        ClientToken: 'contract-nat',
        TagSpecifications: tag('natgateway'),
      }),
    ),
  ),
  step(
    'ec2 DescribeNatGateways',
    (c, memo) => c.ec2.send(new ec2.DescribeNatGatewaysCommand({ NatGatewayIds: [memo.get('nat')] })),
    (a) => a.NatGateways?.[0]?.State === 'available',
  ),
  step('ec2 DescribeSecurityGroups default', (c, memo) =>
    c.ec2.send(
      new ec2.DescribeSecurityGroupsCommand({
        Filters: [
          { Name: 'vpc-id', Values: [memo.get('vpc')] },
          { Name: 'group-name', Values: ['default'] },
        ],
      }),
    ),
  ),
  step('ec2 CreateTags', (c, memo) =>
    c.ec2.send(new ec2.CreateTagsCommand({ Resources: [memo.get('vpc')], Tags: [{ Key: 'team', Value: 'data' }] })),
  ),
  step('ec2 DescribeVpcs, unknown filter', (c) =>
    c.ec2.send(new ec2.DescribeVpcsCommand({ Filters: [{ Name: 'no-such-filter', Values: ['x'] }] })),
  ),
];

const identity: readonly Step[] = [
  step('iam CreateRole', (c) =>
    c.iam.send(
      new iam.CreateRoleCommand({
        RoleName: 'contract',
        AssumeRolePolicyDocument: trust,
        Tags: [{ Key: 'slipway:platform', Value: 'contract' }],
      }),
    ),
  ),
  step('iam CreateRole, twice', (c) => c.iam.send(new iam.CreateRoleCommand({ RoleName: 'contract', AssumeRolePolicyDocument: trust }))),
  step('iam GetRole', async (c, memo) => {
    const answer = await c.iam.send(new iam.GetRoleCommand({ RoleName: 'contract' }));
    memo.set('role', answer.Role?.Arn);
    return answer;
  }),
  step('iam CreateRole for nodes', async (c, memo) => {
    const answer = await c.iam.send(
      new iam.CreateRoleCommand({ RoleName: 'contract-nodes', AssumeRolePolicyDocument: trustOf('ec2.amazonaws.com') }),
    );
    memo.set('node role', answer.Role?.Arn);
    return answer;
  }),
  ...['AmazonEKSWorkerNodePolicy', 'AmazonEKS_CNI_Policy', 'AmazonEC2ContainerRegistryReadOnly'].map((name) =>
    step(`iam AttachRolePolicy ${name}`, (c) =>
      c.iam.send(new iam.AttachRolePolicyCommand({ RoleName: 'contract-nodes', PolicyArn: `arn:aws:iam::aws:policy/${name}` })),
    ),
  ),
  step('iam GetRole, not there', (c) => c.iam.send(new iam.GetRoleCommand({ RoleName: 'nobody' }))),
  step('iam AttachRolePolicy', (c) => c.iam.send(new iam.AttachRolePolicyCommand({ RoleName: 'contract', PolicyArn: clusterPolicy }))),
  step('iam AttachRolePolicy, no such policy', (c) =>
    c.iam.send(new iam.AttachRolePolicyCommand({ RoleName: 'contract', PolicyArn: 'arn:aws:iam::aws:policy/NoSuchPolicy' })),
  ),
  step('iam ListAttachedRolePolicies', (c) => c.iam.send(new iam.ListAttachedRolePoliciesCommand({ RoleName: 'contract' }))),
  step('iam UpdateAssumeRolePolicy', (c) =>
    c.iam.send(new iam.UpdateAssumeRolePolicyCommand({ RoleName: 'contract', PolicyDocument: trust })),
  ),
  step('iam TagRole', (c) => c.iam.send(new iam.TagRoleCommand({ RoleName: 'contract', Tags: [{ Key: 'team', Value: 'data' }] }))),
  step('iam ListRoleTags', (c) => c.iam.send(new iam.ListRoleTagsCommand({ RoleName: 'contract' }))),
  step('iam DeleteRole, with policies', (c) => c.iam.send(new iam.DeleteRoleCommand({ RoleName: 'contract' }))),
  step('iam CreateOpenIDConnectProvider', async (c, memo) => {
    const answer = await c.iam.send(new iam.CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: ['sts.amazonaws.com'] }));
    memo.set('oidc', answer.OpenIDConnectProviderArn);
    return answer;
  }),
  step('iam CreateOpenIDConnectProvider, twice', (c) =>
    c.iam.send(new iam.CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: ['sts.amazonaws.com'] })),
  ),
  step('iam GetOpenIDConnectProvider', (c, memo) =>
    c.iam.send(new iam.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: memo.get('oidc') })),
  ),
  step('iam ListOpenIDConnectProviders', (c) => c.iam.send(new iam.ListOpenIDConnectProvidersCommand({}))),
  step('iam GetPolicy', (c) => c.iam.send(new iam.GetPolicyCommand({ PolicyArn: clusterPolicy }))),
];

const cluster: readonly Step[] = [
  step('eks DescribeCluster, not there', (c) => c.eks.send(new eks.DescribeClusterCommand({ name: 'contract' }))),
  step('eks CreateCluster', (c, memo) =>
    c.eks.send(
      new eks.CreateClusterCommand({
        name: 'contract',
        roleArn: memo.get('role'),
        resourcesVpcConfig: { subnetIds: [memo.get('subnet a'), memo.get('subnet b')] },
        tags: { 'slipway:platform': 'contract' },
      }),
    ),
  ),
  step('eks CreateCluster, twice', (c, memo) =>
    c.eks.send(
      new eks.CreateClusterCommand({
        name: 'contract',
        roleArn: memo.get('role'),
        resourcesVpcConfig: { subnetIds: [memo.get('subnet a'), memo.get('subnet b')] },
      }),
    ),
  ),
  step(
    'eks DescribeCluster',
    (c) => c.eks.send(new eks.DescribeClusterCommand({ name: 'contract' })),
    (a) => a.cluster?.status === 'ACTIVE',
  ),
  step('eks ListClusters', (c) => c.eks.send(new eks.ListClustersCommand({}))),
  step('eks DescribeNodegroup, not there', (c) =>
    c.eks.send(new eks.DescribeNodegroupCommand({ clusterName: 'contract', nodegroupName: 'nodes' })),
  ),
  step('eks CreateNodegroup', (c, memo) =>
    c.eks.send(
      new eks.CreateNodegroupCommand({
        clusterName: 'contract',
        nodegroupName: 'nodes',
        nodeRole: memo.get('node role'),
        subnets: [memo.get('subnet a'), memo.get('subnet b')],
        capacityType: 'SPOT',
        instanceTypes: ['t3.small'],
        amiType: 'AL2023_x86_64_STANDARD',
        scalingConfig: { minSize: 2, desiredSize: 2, maxSize: 3 },
      }),
    ),
  ),
  step(
    'eks DescribeNodegroup',
    (c) => c.eks.send(new eks.DescribeNodegroupCommand({ clusterName: 'contract', nodegroupName: 'nodes' })),
    (a) => a.nodegroup?.status === 'ACTIVE',
  ),
  step('eks ListNodegroups', (c) => c.eks.send(new eks.ListNodegroupsCommand({ clusterName: 'contract' }))),
  step('eks UpdateNodegroupConfig', (c) =>
    c.eks.send(
      new eks.UpdateNodegroupConfigCommand({
        clusterName: 'contract',
        nodegroupName: 'nodes',
        scalingConfig: { minSize: 2, desiredSize: 3, maxSize: 3 },
      }),
    ),
  ),
  step('eks DeleteCluster, with a node group', (c) => c.eks.send(new eks.DeleteClusterCommand({ name: 'contract' }))),
  step('eks TagResource', async (c) => {
    const { cluster } = await c.eks.send(new eks.DescribeClusterCommand({ name: 'contract' }));
    return c.eks.send(new eks.TagResourceCommand({ resourceArn: cluster?.arn, tags: { team: 'data' } }));
  }),
  step(
    'eks DeleteNodegroup',
    (c) => c.eks.send(new eks.DeleteNodegroupCommand({ clusterName: 'contract', nodegroupName: 'nodes' })),
    (a) => a.nodegroup !== undefined,
  ),
];

const others: readonly Step[] = [
  step('route53 ListHostedZonesByName', (c) => c.route53.send(new route53.ListHostedZonesByNameCommand({ DNSName: 'cauchy.link' }))),
  step('elbv2 DescribeLoadBalancers', (c) => c.elbv2.send(new elbv2.DescribeLoadBalancersCommand({}))),
  step('elbv2 DescribeLoadBalancers, not there', (c) => c.elbv2.send(new elbv2.DescribeLoadBalancersCommand({ Names: ['nobody'] }))),
  step('service-quotas GetServiceQuota', (c) =>
    c.quotas.send(new quotas.GetServiceQuotaCommand({ ServiceCode: 'vpc', QuotaCode: 'L-F678F1CE' })),
  ),
];

const removal: readonly Step[] = [
  step('ec2 DeleteVpc, in use', (c, memo) => c.ec2.send(new ec2.DeleteVpcCommand({ VpcId: memo.get('vpc') }))),
  step('ec2 DeleteRouteTable, in use', (c, memo) => c.ec2.send(new ec2.DeleteRouteTableCommand({ RouteTableId: memo.get('table') }))),
  step('ec2 DeleteSubnet, with a NAT gateway', (c, memo) => c.ec2.send(new ec2.DeleteSubnetCommand({ SubnetId: memo.get('subnet a') }))),
  step('ec2 ReleaseAddress, in use', (c, memo) => c.ec2.send(new ec2.ReleaseAddressCommand({ AllocationId: memo.get('address') }))),
  step('ec2 DeleteInternetGateway, attached', (c, memo) =>
    c.ec2.send(new ec2.DeleteInternetGatewayCommand({ InternetGatewayId: memo.get('gateway') })),
  ),
  step('iam DetachRolePolicy', (c) => c.iam.send(new iam.DetachRolePolicyCommand({ RoleName: 'contract', PolicyArn: clusterPolicy }))),
  step('iam DetachRolePolicy, not attached', (c) =>
    c.iam.send(new iam.DetachRolePolicyCommand({ RoleName: 'contract', PolicyArn: clusterPolicy })),
  ),
  step('iam DeleteOpenIDConnectProvider', (c, memo) =>
    c.iam.send(new iam.DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: memo.get('oidc') })),
  ),
  step('iam GetOpenIDConnectProvider, gone', (c, memo) =>
    c.iam.send(new iam.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: memo.get('oidc') })),
  ),
];

/** The calls of the contract, in an order in which each finds what it needs. */
export const steps: readonly Step[] = [...network, ...identity, ...cluster, ...others, ...removal];
