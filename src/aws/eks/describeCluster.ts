import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import type { Cluster } from '@aws-sdk/client-eks';
import type { Look } from '../../core/graph/resource.ts';
import { read } from '../errors.ts';
import type { EksScope } from './eksScope.ts';

/** One `eks:DescribeCluster` for all who ask in one look. */
export function describeCluster({ aws, clusterName }: EksScope, look: Look): Promise<Cluster | undefined> {
  return look.share(
    'eks:cluster',
    async () => (await read(aws, look, (o) => aws.eks.send(new DescribeClusterCommand({ name: clusterName }), o)))?.cluster,
  );
}
