/**
 * The AWS-managed policies of the rehearsed account, by their path below `policy`. `AmazonEBSCSIDriverPolicyV2` lies at one
 * of the two paths that AWS's own pages name (`domain-facts.md` C), so that a product that knows only the other one fails here.
 */
const MANAGED_POLICIES: Readonly<Record<string, string>> = {
  '/AmazonEKSClusterPolicy': 'ANPAZKAPJZG4BE6GCWQ6F',
  '/AmazonEKSVPCResourceController': 'ANPAZKAPJZG4CJTW7TVWC',
  '/AmazonEKSServicePolicy': 'ANPAZKAPJZG4HIOJ5RMGL',
  '/AmazonEKSWorkerNodePolicy': 'ANPAZKAPJZG4KYUMZ4OVY',
  '/AmazonEKSWorkerNodeMinimalPolicy': 'ANPAZKAPJZG4PR5KOXB5G',
  '/AmazonEC2ContainerRegistryPullOnly': 'ANPAZKAPJZG4LEZ5IPZTB',
  '/AmazonEC2ContainerRegistryReadOnly': 'ANPAIFYZPA37OOHVIH7KQ',
  '/AmazonEKS_CNI_Policy': 'ANPAZKAPJZG4FF4LTC4UM',
  '/AmazonSSMManagedInstanceCore': 'ANPAIXSHM2BNB2D3AXXRU',
  '/service-role/AmazonEBSCSIDriverPolicy': 'ANPAZKAPJZG4CFJHQKDO4',
  '/AmazonEBSCSIDriverPolicyV2': 'ANPAZKAPJZG4M2VJ7QX3E',
};

/** @returns the policy's id, or `undefined`: there is no such policy */
export function managedPolicyId(arn: string): string | undefined {
  const path = /^arn:aws(?:-us-gov)?:iam::aws:policy(\/.+)$/.exec(arn)?.[1];
  return path === undefined ? undefined : MANAGED_POLICIES[path];
}
