import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import * as iam from '@aws-sdk/client-iam';
import { present } from '../refusal.ts';
import type { TestAccount } from '../account.ts';

/** What stands before a cluster can be made. */
export interface Ground {
  readonly publicSubnets: readonly string[];
  readonly privateSubnets: readonly string[];
  readonly clusterRole: string;
  readonly nodeRole: string;
}

/** The real SDK's clients, and the platform that tests of EKS and Kubernetes start from. */
export class RehearsedPlatform {
  readonly account: TestAccount;
  readonly ec2: ec2.EC2Client;
  readonly eks: eks.EKSClient;
  readonly iam: iam.IAMClient;

  constructor(account: TestAccount) {
    this.account = account;
    this.ec2 = new ec2.EC2Client(account.client);
    this.eks = new eks.EKSClient(account.client);
    this.iam = new iam.IAMClient(account.client);
  }

  destroy(): void {
    for (const client of [this.ec2, this.eks, this.iam]) client.destroy();
  }

  /** Two zones, one NAT gateway that is available, and two roles that can be assumed. */
  async ground(): Promise<Ground> {
    const vpcId = present((await this.ec2.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId);
    this.account.pass(5);
    const publicSubnets = [await this.#subnet(vpcId, '10.0.0.0/20', 'us-west-2a')];
    const privateSubnets = [
      await this.#subnet(vpcId, '10.0.16.0/20', 'us-west-2a'),
      await this.#subnet(vpcId, '10.0.144.0/20', 'us-west-2b'),
    ];
    const gateway = present((await this.ec2.send(new ec2.CreateInternetGatewayCommand({}))).InternetGateway?.InternetGatewayId);
    this.account.pass(5);
    await this.ec2.send(new ec2.AttachInternetGatewayCommand({ VpcId: vpcId, InternetGatewayId: gateway }));
    await this.#routes(vpcId, publicSubnets, { GatewayId: gateway });
    const { AllocationId } = await this.ec2.send(new ec2.AllocateAddressCommand({ Domain: 'vpc' }));
    this.account.pass(5);
    const nat = await this.ec2.send(new ec2.CreateNatGatewayCommand({ SubnetId: present(publicSubnets[0]), AllocationId }));
    this.account.pass(120);
    await this.#routes(vpcId, privateSubnets, { NatGatewayId: present(nat.NatGateway?.NatGatewayId) });
    const clusterRole = await this.role('cluster', 'eks.amazonaws.com', ['AmazonEKSClusterPolicy']);
    const nodeRole = await this.role('nodes', 'ec2.amazonaws.com', [
      'AmazonEKSWorkerNodePolicy',
      'AmazonEKS_CNI_Policy',
      'AmazonEC2ContainerRegistryPullOnly',
    ]);
    this.account.pass(15);
    return { publicSubnets, privateSubnets, clusterRole, nodeRole };
  }

  async role(name: string, service: string, policies: readonly string[] = []): Promise<string> {
    const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
    const document = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const made = await this.iam.send(new iam.CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: document }));
    for (const policy of policies) {
      await this.iam.send(new iam.AttachRolePolicyCommand({ RoleName: name, PolicyArn: `arn:aws:iam::aws:policy/${policy}` }));
    }
    return present(made.Role?.Arn);
  }

  clusterRequest(ground: Ground, more: Partial<eks.CreateClusterRequest> = {}): eks.CreateClusterRequest {
    return {
      name: 'cauchy',
      roleArn: ground.clusterRole,
      resourcesVpcConfig: { subnetIds: [...ground.publicSubnets, ...ground.privateSubnets] },
      accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP', bootstrapClusterCreatorAdminPermissions: false },
      bootstrapSelfManagedAddons: false,
      ...more,
    };
  }

  /** A cluster that is ACTIVE. */
  async cluster(ground: Ground, more: Partial<eks.CreateClusterRequest> = {}): Promise<eks.Cluster> {
    await this.eks.send(new eks.CreateClusterCommand(this.clusterRequest(ground, more)));
    this.account.pass(601);
    return this.describeCluster();
  }

  async describeCluster(name = 'cauchy'): Promise<eks.Cluster> {
    return present((await this.eks.send(new eks.DescribeClusterCommand({ name }))).cluster);
  }

  /** Lets the account's user in, as the product does. */
  async letCallerIn(name = 'cauchy'): Promise<void> {
    const principalArn = this.account.world.callerArn;
    await this.eks.send(new eks.CreateAccessEntryCommand({ clusterName: name, principalArn }));
    const policyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';
    await this.eks.send(
      new eks.AssociateAccessPolicyCommand({ clusterName: name, principalArn, policyArn, accessScope: { type: 'cluster' } }),
    );
  }

  async addon(addonName: string, more: Partial<eks.CreateAddonRequest> = {}): Promise<void> {
    await this.eks.send(new eks.CreateAddonCommand({ clusterName: 'cauchy', addonName, ...more }));
  }

  async describeAddon(addonName: string): Promise<eks.Addon> {
    return present((await this.eks.send(new eks.DescribeAddonCommand({ clusterName: 'cauchy', addonName }))).addon);
  }

  async nodegroup(ground: Ground, scaling: eks.NodegroupScalingConfig, more: Partial<eks.CreateNodegroupRequest> = {}): Promise<void> {
    await this.eks.send(
      new eks.CreateNodegroupCommand({
        clusterName: 'cauchy',
        nodegroupName: 'ng',
        nodeRole: ground.nodeRole,
        subnets: [...ground.privateSubnets],
        capacityType: 'SPOT',
        instanceTypes: ['t3.small'],
        scalingConfig: scaling,
        ...more,
      }),
    );
  }

  async describeNodegroup(): Promise<eks.Nodegroup> {
    return present((await this.eks.send(new eks.DescribeNodegroupCommand({ clusterName: 'cauchy', nodegroupName: 'ng' }))).nodegroup);
  }

  async #subnet(vpcId: string, cidr: string, zone: string): Promise<string> {
    const made = await this.ec2.send(new ec2.CreateSubnetCommand({ VpcId: vpcId, CidrBlock: cidr, AvailabilityZone: zone }));
    this.account.pass(5);
    return present(made.Subnet?.SubnetId);
  }

  async #routes(
    vpcId: string,
    subnets: readonly string[],
    target: Pick<ec2.CreateRouteRequest, 'GatewayId' | 'NatGatewayId'>,
  ): Promise<void> {
    const table = present((await this.ec2.send(new ec2.CreateRouteTableCommand({ VpcId: vpcId }))).RouteTable?.RouteTableId);
    this.account.pass(5);
    await this.ec2.send(new ec2.CreateRouteCommand({ RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0', ...target }));
    for (const SubnetId of subnets) await this.ec2.send(new ec2.AssociateRouteTableCommand({ RouteTableId: table, SubnetId }));
  }
}
