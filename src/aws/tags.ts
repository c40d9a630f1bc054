import type { Json, Owner, ResourceId } from '../core/graph/resource.ts';

/** Identity in the world: whose platform a thing belongs to, and which resource of it it is. Written in the call that creates the thing. */
export const PLATFORM_TAG = 'slipway:platform';
export const RESOURCE_TAG = 'slipway:resource';
/** On the cluster role alone: the run that claimed the platform. */
export const RUN_TAG = 'slipway:run';
/** Tells an old node group from the one that replaces it. */
export const GENERATION_TAG = 'slipway:generation';
/** On the access entry that was made for whoever created the cluster. */
export const CREATOR_TAG = 'slipway:creator';

export type Tags = Readonly<Record<string, string>>;

/** Tags as EC2, IAM and ELB list them. EKS has them as a record. */
export type TagList = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[];

/** What every resource of a platform is tagged with besides its own id. */
export interface Identity {
  /** The value of `slipway:platform`: see `platformTag`. */
  readonly platform: string;
  /** The person's tags from platform.yml. */
  readonly tags: Tags;
}

/** All tags of a new resource; `extra` are the kind's own (a subnet's role), and win over the person's. */
export function tagsOf(identity: Identity, resource: ResourceId, extra: Tags = {}): Tags {
  return { ...identity.tags, ...extra, [PLATFORM_TAG]: identity.platform, [RESOURCE_TAG]: resource };
}

/** The same for a console that shows a `Name`: EC2's. */
export function namedTagsOf(identity: Identity, resource: ResourceId, extra: Tags = {}): Tags {
  return tagsOf(identity, resource, { Name: identity.tags['Name'] ?? `${identity.platform.split('/', 1).join()}/${resource}`, ...extra });
}

export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Tags as the AWS CLI takes them for IAM: a word `Key=a,Value=b` for each, or all as JSON where one would not survive that. */
export function tagWords(tags: Tags): readonly string[] {
  const list = tagList(tags);
  return list.every(({ Key, Value }) => !/[,="'[\]{}]/.test(Key + Value))
    ? list.map(({ Key, Value }) => `Key=${Key},Value=${Value}`)
    : [JSON.stringify(list)];
}

export function readTags(list: TagList | undefined): Tags {
  return Object.fromEntries((list ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? ''] as const])));
}

/** Ours only with our platform's tag: what exists without it is shown and never changed. */
export function ownerOf(tags: Tags, platform: string): Owner {
  return tags[PLATFORM_TAG] === platform ? 'slipway' : 'foreign';
}

/** Those of `wanted`'s tags that are there: others may be anyone's and are left alone, so they are no difference. */
export function comparableTags(actual: Tags, wanted: Tags): Json {
  return Object.fromEntries(Object.keys(wanted).flatMap((key) => (actual[key] === undefined ? [] : [[key, actual[key]]])));
}
