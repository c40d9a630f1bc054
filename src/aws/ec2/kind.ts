import { CreateTagsCommand, DeleteTagsCommand, type ResourceType, type TagSpecification } from '@aws-sdk/client-ec2';
import type { Cause } from '../../core/graph/cause.ts';
import type {
  AnyResource,
  Attributes,
  Depth,
  Estimate,
  Look,
  Observation,
  Present,
  ResourceId,
  StepContext,
  Twin,
} from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { write, type Send } from '../errors.ts';
import { readAll } from '../pages.ts';
import { comparableTags, nextTags, ownerOf, PLATFORM_TAG, readTags, RESOURCE_TAG, tagList, type TagList, type Tags } from '../tags.ts';
import { leftoverTitle } from './leftoverTitle.ts';

/** How long EC2 may not show what was just made. AWS gives no bound; its own waiters allow seconds, people have seen a minute. */
export const EC2_HIDDEN_MS = 60_000;

/** A thing of EC2 as its describe call gave it, with what all have in common. */
export interface Listed<Item> {
  readonly id: string;
  readonly tags: Tags;
  readonly leaving: boolean;
  readonly item: Item;
}

/** What a kind makes of an item: its state, and the attributes that were read. */
export type View<Out> =
  | { readonly state: 'ready'; readonly outputs: Out; readonly attributes: Attributes }
  | {
      readonly state: 'pending' | 'failed';
      readonly outputs: Partial<Out>;
      readonly reason: string;
      readonly cause?: Cause;
      readonly attributes: Attributes;
    };

/** One kind of EC2 resource: enough to find and to delete what carries our tags, whether the spec still knows it or not. */
export interface Ec2Kind<Item, Out> {
  /** CloudFormation's name. */
  readonly type: string;
  readonly estimate: () => Estimate;
  /** Everything of this kind with the platform's tag: one shared read. */
  list(look: Look): Promise<readonly Listed<Item>[]>;
  view(listed: Listed<Item>, look: Look, depth: Depth): Promise<View<Out>>;
  /** Something lives in it or uses it; asked only of twins. */
  used(listed: Listed<Item>, look: Look): Promise<boolean>;
  delete(seen: Present, ctx: StepContext): Promise<void>;
}

/** The describe filter that all lists share. */
export const ofPlatform = ({ identity }: AwsScope): { Name: string; Values: string[] }[] => [
  { Name: `tag:${PLATFORM_TAG}`, Values: [identity.platform] },
];

interface Listing<Page, Item> {
  /** Names the read that all who ask share. */
  readonly key: string;
  pages(options: Parameters<Send<Page>>[0]): AsyncIterable<Page>;
  itemsOf(page: Page): readonly Item[] | undefined;
  idOf(item: Item): string | undefined;
  /** Where EC2 lists what is on its way out: `gone` ones are there in name only. */
  lifeOf?(item: Item): 'there' | 'leaving' | 'gone';
}

/** The list of a kind, from its describe call. What has no id cannot be acted on and is left out. */
export function listOf<Page, Item extends { readonly Tags?: TagList | undefined }>(
  { aws }: AwsScope,
  { key, pages, itemsOf, idOf, lifeOf = () => 'there' }: Listing<Page, Item>,
): (look: Look) => Promise<readonly Listed<Item>[]> {
  return (look) =>
    look.share(`ec2:${key}`, async () => {
      const items = await readAll(aws, look, pages, itemsOf);
      return items.flatMap((item) => {
        const id = idOf(item);
        const life = lifeOf(item);
        return id === undefined || life === 'gone' ? [] : [{ id, tags: readTags(item.Tags), leaving: life === 'leaving', item }];
      });
    });
}

/** Looks at the one resource of a kind that carries the tag. `tags` are those wanted: no other is compared. */
export async function observeTagged<Item, Out>(
  scope: AwsScope,
  kind: Ec2Kind<Item, Out>,
  resource: ResourceId,
  tags: Tags,
  look: Look,
  depth: Depth,
): Promise<Observation<Out>> {
  const ours = (await kind.list(look)).filter((each) => each.tags[RESOURCE_TAG] === resource);
  const living = ours.filter((each) => !each.leaving).sort((a, b) => (a.id < b.id ? -1 : 1));
  const uses = living.length > 1 ? await Promise.all(living.map((each) => kind.used(each, look))) : [];
  const chosen = living[Math.max(uses.indexOf(true), 0)] ?? ours[0];
  if (chosen === undefined) return { state: 'absent' };
  const twins = living.flatMap((each, i): readonly Twin[] => (each === chosen ? [] : [{ physicalId: each.id, used: uses[i] === true }]));
  const view = await kind.view(chosen, look, depth);
  return {
    ...view,
    attributes: { ...view.attributes, tags: comparableTags(chosen.tags, tags) },
    owner: ownerOf(chosen.tags, scope.identity.platform),
    physicalId: chosen.id,
    ...(chosen.leaving ? { leaving: true as const } : {}),
    ...(twins.length > 0 ? { twins } : {}),
  };
}

/** Tags for the creating call, so that nothing of ours ever stands without its name. */
export const tagSpecifications = (type: ResourceType, tags: Tags): TagSpecification[] => [{ ResourceType: type, Tags: tagList(tags) }];

/** One call towards the wanted tags. */
export async function retag({ aws }: AwsScope, seen: Present, tags: Tags, ctx: StepContext): Promise<void> {
  const next = nextTags(seen, tags);
  const Resources = [seen.physicalId];
  await write(aws, ctx, (o) =>
    'remove' in next
      ? aws.ec2.send(new DeleteTagsCommand({ Resources, Tags: next.remove.map((Key) => ({ Key })) }), o)
      : aws.ec2.send(new CreateTagsCommand({ Resources, Tags: tagList(next.set) }), o),
  );
}

/** What a step has seen, when only presence makes sense to it. @throws Error if the engine took a step on nothing: a defect of ours. */
export function present(seen: Observation<unknown>): Present {
  if (seen.state === 'absent' || seen.state === 'unknown') throw new Error(`a step was taken on something that is ${seen.state}`);
  return seen;
}

/** What is tagged ours and no longer wanted: it can be found and deleted like the resource that it was. */
export function leftover<Item, Out>(
  scope: AwsScope,
  kind: Ec2Kind<Item, Out>,
  resource: ResourceId,
  after: readonly ResourceId[],
): AnyResource {
  return {
    id: resource,
    kind: kind.type,
    provider: 'aws',
    title: leftoverTitle(resource),
    needs: {},
    after,
    hiddenFor: EC2_HIDDEN_MS,
    observe: (look, depth) => observeTagged(scope, kind, resource, {}, look, depth),
    steps: { plan: () => ({ action: 'none' }), delete: (seen, ctx) => kind.delete(seen, ctx) },
    estimate: kind.estimate,
  };
}
