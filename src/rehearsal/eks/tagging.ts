import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-eks';
import { AwsError } from '../service.ts';
import type { Call } from '../service.ts';
import type { World } from '../world.ts';
import { checkedTags, required } from './eksRules.ts';
import type { EksState } from './eksState.ts';
import { eksOf } from './settle.ts';

interface Tagged {
  readonly arn: string;
  tags: Record<string, string>;
}

export function tagResource(world: World, { input, region }: Call<TagResourceRequest>): Record<string, never> {
  const resource = existingResource(eksOf(world, region), input.resourceArn);
  resource.tags = checkedTags({ ...resource.tags, ...required(input.tags, 'tags') });
  return {};
}

export function untagResource(world: World, { input, region }: Call<UntagResourceRequest>): Record<string, never> {
  const resource = existingResource(eksOf(world, region), input.resourceArn);
  const gone = new Set(required(input.tagKeys, 'tagKeys'));
  resource.tags = Object.fromEntries(Object.entries(resource.tags).filter(([key]) => !gone.has(key)));
  return {};
}

export function listTagsForResource(world: World, { input, region }: Call<ListTagsForResourceRequest>): ListTagsForResourceResponse {
  return { tags: { ...existingResource(eksOf(world, region), input.resourceArn).tags } };
}

function existingResource(state: EksState, resourceArn: string | undefined): Tagged {
  const arn = required(resourceArn, 'resourceArn');
  const all: Tagged[] = state.clusters.flatMap((cluster) => [
    cluster,
    ...Object.values(cluster.addons),
    ...Object.values(cluster.nodegroups),
    ...Object.values(cluster.accessEntries),
  ]);
  const found = all.find((each) => each.arn === arn);
  if (found === undefined) throw new AwsError('NotFoundException', `Resource not found: ${arn}`, 404);
  return found;
}
