import { TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-eks';
import type { Present, StepContext } from '../../core/graph/resource.ts';
import { write } from '../errors.ts';
import { nextTags } from '../tags.ts';
import type { Tags } from '../tags.ts';
import type { EksScope } from './eksScope.ts';

/** One call towards the wanted tags of whatever EKS knows by that ARN. */
export async function retag({ aws }: EksScope, resourceArn: string, seen: Present, tags: Tags, ctx: StepContext): Promise<void> {
  const next = nextTags(seen, tags);
  await write(aws, ctx, (o) =>
    'remove' in next
      ? aws.eks.send(new UntagResourceCommand({ resourceArn, tagKeys: next.remove }), o)
      : aws.eks.send(new TagResourceCommand({ resourceArn, tags: next.set }), o),
  );
}
