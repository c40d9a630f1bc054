import {
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  paginateDescribeNetworkInterfaces,
  paginateDescribeSecurityGroups,
  RevokeSecurityGroupIngressCommand,
  type IpPermission,
  type NetworkInterface,
} from '@aws-sdk/client-ec2';
import type { Look, StepContext } from '../../core/graph/resource.ts';
import { remove, write } from '../errors.ts';
import { readAll } from '../pages.ts';
import { readTags } from '../tags.ts';
import { clusterTag, type Stray, type StrayScope } from './stray.ts';

/**
 * Interfaces that the VPC CNI (`aws-K8S-…`) and the control plane (`Amazon EKS <name>`) leave when a node or the cluster goes.
 * Those still attached go with what holds them, or become free. Sources: eksctl pkg/vpc/cleanup.go, EKS user guide "delete a cluster".
 */
export async function interfacesOf({ aws, clusterName }: StrayScope, look: Look, vpcId: string): Promise<readonly Stray[]> {
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  const all = await look.share(`ec2:network-interfaces:${vpcId}`, () =>
    readAll(
      aws,
      look,
      (o) => paginateDescribeNetworkInterfaces({ client: aws.ec2 }, { Filters }, o),
      (page) => page.NetworkInterfaces,
    ),
  );
  return all.flatMap((eni): readonly Stray[] => {
    if (eni.NetworkInterfaceId === undefined || !isOfCluster(eni, clusterName)) return [];
    if (eni.Status === 'available') return [{ id: eni.NetworkInterfaceId }];
    return [{ id: eni.NetworkInterfaceId, heldBy: eni.Attachment?.InstanceId ?? eni.Attachment?.InstanceOwnerId ?? 'AWS' }];
  });
}

function isOfCluster({ Description: description = '', TagSet }: NetworkInterface, clusterName: string): boolean {
  if (description === `Amazon EKS ${clusterName}`) return true;
  const owner = readTags(TagSet)['cluster.k8s.amazonaws.com/name'];
  return description.startsWith('aws-K8S-') && (owner === undefined || owner === clusterName);
}

export async function deleteInterface({ aws }: StrayScope, { id }: Stray, ctx: StepContext): Promise<void> {
  await remove(aws, ctx, (o) => aws.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }), o));
}

export interface StrayGroup extends Stray {
  /** Rules that name another group: as long as they stand, that group cannot be deleted. */
  readonly references: readonly IpPermission[];
}

/** The group of load balancers (`k8s-elb-…`) and of the cluster itself (`eks-cluster-sg-…`). */
export async function securityGroupsOf({ aws, clusterName }: StrayScope, look: Look, vpcId: string): Promise<readonly StrayGroup[]> {
  const Filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: `tag:${clusterTag(clusterName)}`, Values: ['owned'] },
  ];
  const all = await look.share(`ec2:cluster-security-groups:${vpcId}`, () =>
    readAll(
      aws,
      look,
      (o) => paginateDescribeSecurityGroups({ client: aws.ec2 }, { Filters }, o),
      (page) => page.SecurityGroups,
    ),
  );
  return all.flatMap(({ GroupId: id, GroupName: name = '', IpPermissions: rules = [] }): readonly StrayGroup[] => {
    if (id === undefined || !/^(k8s-|eks-cluster-sg-)/.test(name)) return [];
    const references = rules.flatMap((rule): readonly IpPermission[] => {
      const others = (rule.UserIdGroupPairs ?? []).filter((pair) => pair.GroupId !== id);
      if (others.length === 0) return [];
      const ports = {
        ...(rule.FromPort === undefined ? {} : { FromPort: rule.FromPort }),
        ...(rule.ToPort === undefined ? {} : { ToPort: rule.ToPort }),
      };
      return [{ IpProtocol: rule.IpProtocol, ...ports, UserIdGroupPairs: others }];
    });
    return [{ id, references, calls: references.length > 0 ? 2 : 1 }];
  });
}

/** First the rules that name other groups, then the group: one call each. */
export async function deleteSecurityGroup({ aws }: StrayScope, { id, references }: StrayGroup, ctx: StepContext): Promise<void> {
  if (references.length > 0) {
    await write(aws, ctx, (o) => aws.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: id, IpPermissions: [...references] }), o));
    return;
  }
  await remove(aws, ctx, (o) => aws.ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }), o));
}
