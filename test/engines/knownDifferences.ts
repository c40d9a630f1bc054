/** Where moto and the rehearsal differ, and why the rehearsal is right (or where it is content to be smaller). */
export const knownDifferences: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  // moto accepts what AWS refuses (domain-facts M)
  { pattern: /ModifyVpcAttribute both at once: moto accepted/, reason: 'AWS takes one attribute a call' },
  {
    pattern: /CreateNatGateway, same token: moto Resource.AlreadyAssociated/,
    reason: 'moto ignores ClientToken; AWS answers the same gateway',
  },
  {
    pattern: /DeleteSubnet, with a NAT gateway: moto accepted/,
    reason: 'AWS: DependencyViolation while the network interface of the gateway stands',
  },
  { pattern: /ReleaseAddress, in use: moto accepted/, reason: 'AWS: InvalidIPAddress.InUse while a NAT gateway holds it' },
  {
    pattern: /unknown filter: moto Error, rehearsal InvalidParameterValue/,
    reason: 'moto has filters that it does not know answered by its own error page',
  },
  // moto is smaller than AWS
  {
    pattern: /only the rehearsal answers .*(NetworkBorderGroup|OptInStatus|GroupName|PublicIpv4Pool)/,
    reason: 'moto leaves out members of zones and addresses',
  },
  { pattern: /only the rehearsal answers .*(MapCustomerOwnedIpOnLaunch|EnableDns64)/, reason: 'moto leaves out members of subnets' },
  { pattern: /Create(RouteTable|NatGateway): only the rehearsal answers ClientToken/, reason: 'AWS gives the idempotency token back' },
  {
    pattern: /NatGateway.*only the rehearsal answers .*(IsPrimary|Status|ConnectivityType)/,
    reason: 'moto leaves out members of NAT gateways',
  },
  {
    pattern: /DescribeSecurityGroups default: only the rehearsal answers .*IpPermissions/,
    reason: "AWS's default group lets its own members in; moto's has no such rule",
  },
  {
    pattern: /GetOpenIDConnectProvider: only the rehearsal answers ThumbprintList/,
    reason: 'IAM fetches the thumbprint itself when none is given',
  },
  { pattern: /GetPolicy: only the rehearsal answers Policy.PermissionsBoundaryUsageCount/, reason: 'moto leaves it out' },
  {
    pattern:
      /(CreateCluster|DescribeCluster): only the rehearsal answers cluster\.(resourcesVpcConfig|kubernetesNetworkConfig|accessConfig|upgradePolicy|deletionProtection)/,
    reason: 'moto drops these settings (domain-facts M)',
  },
  {
    pattern: /ListHostedZonesByName: only the rehearsal answers (IsTruncated|MaxItems)/,
    reason: 'required in AWS’s model; moto leaves them out',
  },
  { pattern: /GetServiceQuota: only the rehearsal answers Quota.QuotaAppliedAtLevel/, reason: 'moto leaves it out' },
  // moto answers more than AWS does at that moment
  {
    pattern: /DescribeAddresses: only moto answers Addresses\[\]\.(NetworkInterfaceId|InstanceId)/,
    reason: 'moto answers empty strings; AWS leaves them out of an address that is not associated',
  },
  {
    pattern: /CreateCluster: only moto answers cluster\.(endpoint|identity|certificateAuthority)/,
    reason: 'a cluster of AWS has no endpoint while it is CREATING; moto’s is ACTIVE at once',
  },
  {
    pattern: /(CreateCluster|DescribeCluster): only moto answers cluster.clientRequestToken/,
    reason: 'AWS answers it only where one was given',
  },
  {
    pattern: /Nodegroup: only moto answers nodegroup\.(remoteAccess|resources\.remoteAccessSecurityGroup)/,
    reason: 'AWS answers remote access only where a key was given',
  },
  {
    pattern: /Nodegroup: only the rehearsal answers nodegroup.updateConfig/,
    reason: 'AWS has a default of one node at a time; moto leaves it out',
  },
];
