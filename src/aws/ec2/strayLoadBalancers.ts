import {
  DeleteLoadBalancerCommand as DeleteClassic,
  DescribeTagsCommand as DescribeClassicTags,
  paginateDescribeLoadBalancers as paginateClassic,
} from '@aws-sdk/client-elastic-load-balancing';
import { DeleteLoadBalancerCommand, DescribeTagsCommand, paginateDescribeLoadBalancers } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Look, StepContext } from '../../core/graph/resource.ts';
import { read, remove } from '../errors.ts';
import { readAll } from '../pages.ts';
import { readTags, type Tags } from '../tags.ts';
import { clusterTag, type Stray, type StrayScope } from './stray.ts';

export interface StrayBalancer extends Stray {
  readonly generation: 'classic' | 'v2';
}

/** AWS describes the tags of so many load balancers at a time. */
const BATCH = 20;

/** Load balancers of Services in the cluster: tagged `kubernetes.io/cluster/<name>=owned` by its controllers. */
export async function loadBalancersIn(scope: StrayScope, look: Look): Promise<readonly StrayBalancer[]> {
  const [v2, classic] = await Promise.all([currentOnes(scope, look), classicOnes(scope, look)]);
  return [...v2, ...classic].flatMap(({ tags, ...balancer }) => (tags[clusterTag(scope.clusterName)] === 'owned' ? [balancer] : []));
}

type Tagged = StrayBalancer & { readonly tags: Tags };

async function currentOnes(scope: StrayScope, look: Look): Promise<readonly Tagged[]> {
  const { aws } = scope;
  return look.share('elbv2:load-balancers', async () => {
    const all = await readAll(
      aws,
      look,
      (o) => paginateDescribeLoadBalancers({ client: aws.elbv2 }, {}, o),
      (page) => page.LoadBalancers,
    );
    const arns = all.flatMap((balancer) => balancer.LoadBalancerArn ?? []);
    return (await tagsOfArns(scope, look, arns)).map(({ arn, tags }): Tagged => ({ id: arn, generation: 'v2', tags }));
  });
}

/** The tags of load balancers and target groups. */
export async function tagsOfArns(
  { aws }: StrayScope,
  look: Look,
  arns: readonly string[],
): Promise<readonly { readonly arn: string; readonly tags: Tags }[]> {
  const pages = await Promise.all(
    batches(arns).map((ResourceArns) => read(aws, look, (o) => aws.elbv2.send(new DescribeTagsCommand({ ResourceArns }), o))),
  );
  return pages
    .flatMap((page) => page?.TagDescriptions ?? [])
    .flatMap(({ ResourceArn: arn, Tags }) => (arn === undefined ? [] : [{ arn, tags: readTags(Tags) }]));
}

async function classicOnes({ aws }: StrayScope, look: Look): Promise<readonly Tagged[]> {
  return look.share('elb:load-balancers', async () => {
    const all = await readAll(
      aws,
      look,
      (o) => paginateClassic({ client: aws.elb }, {}, o),
      (page) => page.LoadBalancerDescriptions,
    );
    const names = all.flatMap((balancer) => balancer.LoadBalancerName ?? []);
    const pages = await Promise.all(
      batches(names).map((LoadBalancerNames) => read(aws, look, (o) => aws.elb.send(new DescribeClassicTags({ LoadBalancerNames }), o))),
    );
    return pages
      .flatMap((page) => page?.TagDescriptions ?? [])
      .flatMap(({ LoadBalancerName: id, Tags }): readonly Tagged[] =>
        id === undefined ? [] : [{ id, generation: 'classic', tags: readTags(Tags) }],
      );
  });
}

const batches = (all: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(all.length / BATCH) }, (_, i) => all.slice(i * BATCH, (i + 1) * BATCH));

export async function deleteLoadBalancer({ aws }: StrayScope, { id, generation }: StrayBalancer, ctx: StepContext): Promise<void> {
  if (generation === 'v2') await remove(aws, ctx, (o) => aws.elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: id }), o));
  else await remove(aws, ctx, (o) => aws.elb.send(new DeleteClassic({ LoadBalancerName: id }), o));
}
