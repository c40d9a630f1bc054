import { DeleteTargetGroupCommand, paginateDescribeTargetGroups } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Look, StepContext } from '../../core/graph/resource.ts';
import { remove } from '../errors.ts';
import { readAll } from '../pages.ts';
import { clusterTag, type Stray, type StrayScope } from './stray.ts';
import { tagsOfArns } from './strayLoadBalancers.ts';

/** Target groups of Services in the cluster: its controllers make one for each port, and a deleted load balancer leaves them behind. */
export async function targetGroupsIn(scope: StrayScope, look: Look, vpcId: string): Promise<readonly Stray[]> {
  const { aws } = scope;
  const all = await look.share('elbv2:target-groups', () =>
    readAll(
      aws,
      look,
      (o) => paginateDescribeTargetGroups({ client: aws.elbv2 }, {}, o),
      (page) => page.TargetGroups,
    ),
  );
  const here = all.filter((group) => group.VpcId === vpcId);
  const tagged = await tagsOfArns(
    scope,
    look,
    here.flatMap((group) => group.TargetGroupArn ?? []),
  );
  return tagged.flatMap(({ arn, tags }) => (tags[clusterTag(scope.clusterName)] === 'owned' ? [{ id: arn }] : []));
}

export async function deleteTargetGroup({ aws }: StrayScope, { id }: Stray, ctx: StepContext): Promise<void> {
  await remove(aws, ctx, (o) => aws.elbv2.send(new DeleteTargetGroupCommand({ TargetGroupArn: id }), o));
}
