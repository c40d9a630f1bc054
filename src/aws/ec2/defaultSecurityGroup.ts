import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2';
import type { Handle, Resource, ResourceId } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { read } from '../errors.ts';
import type { SecurityGroupOut, VpcOut } from '../outputs.ts';
import { answering, ec2Line, word } from './commandLine.ts';

type Needs = { readonly vpc: Handle<VpcOut> };

/** The group that AWS makes and deletes with the VPC. It has no tag of ours: it belongs to whom the VPC belongs. `after`: what has to lie between the cluster, which needs this group, and the network. */
export function defaultSecurityGroup(
  { aws }: Pick<AwsScope, 'aws'>,
  needs: Needs,
  after: readonly ResourceId[] = [],
): Resource<SecurityGroupOut, Needs> {
  return {
    id: 'default-security-group',
    kind: 'AWS::EC2::SecurityGroup',
    provider: 'aws',
    title: 'Default security group',
    needs,
    after,
    within: needs.vpc,
    internal: true,
    async observe(look) {
      const vpcId = (await look.outputs(needs.vpc))?.vpcId;
      if (vpcId === undefined) return { state: 'absent' };
      const Filters = [
        { Name: 'vpc-id', Values: [vpcId] },
        { Name: 'group-name', Values: ['default'] },
      ];
      const found = await look.share(`ec2:default-security-group:${vpcId}`, () =>
        read(aws, look, (o) => aws.ec2.send(new DescribeSecurityGroupsCommand({ Filters }), o)),
      );
      const groupId = found?.SecurityGroups?.[0]?.GroupId;
      if (groupId === undefined) return { state: 'absent' };
      return { state: 'ready', owner: 'slipway', physicalId: groupId, attributes: {}, outputs: { groupId } };
    },
    placeholders: () => ({ groupId: '<DEFAULT-SECURITY-GROUP-ID>' }),
    commands: ({ vpc }) => [
      ec2Line(
        aws,
        'describe-security-groups',
        ...['--filters', `Name=vpc-id,Values=${word(vpc.vpcId)}`, 'Name=group-name,Values=default'],
        ...answering('SecurityGroups[0].GroupId'),
      ),
    ],
  };
}
