import { DescribeNodegroupCommand, paginateListNodegroups } from '@aws-sdk/client-eks';
import type { Nodegroup } from '@aws-sdk/client-eks';
import type { Look } from '../../core/graph/resource.ts';
import { read } from '../errors.ts';
import { readAll } from '../pages.ts';
import { owned } from './eksScope.ts';
import type { EksScope } from './eksScope.ts';

/** One `eks:DescribeNodegroup` for all who ask in one look; `undefined` also while there is no cluster. */
export function describeNodegroup({ aws, clusterName }: EksScope, look: Look, nodegroupName: string): Promise<Nodegroup | undefined> {
  return look.share(`eks:nodegroup ${nodegroupName}`, async () => {
    const found = await read(aws, look, (o) => aws.eks.send(new DescribeNodegroupCommand({ clusterName, nodegroupName }), o));
    return found?.nodegroup;
  });
}

/** All node groups of the cluster with our platform's tag. */
export async function ourNodegroups(scope: EksScope, look: Look): Promise<readonly Nodegroup[]> {
  const { aws, clusterName } = scope;
  const names = await look.share('eks:nodegroups', () =>
    readAll(
      aws,
      look,
      (o) => paginateListNodegroups({ client: aws.eks }, { clusterName }, o),
      (page) => page.nodegroups,
    ),
  );
  const groups = await Promise.all(names.map((name) => describeNodegroup(scope, look, name)));
  return groups.flatMap((group) => (group !== undefined && owned(group.tags, scope) === 'slipway' ? [group] : []));
}
