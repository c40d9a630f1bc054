import { canonical } from '../core/graph/compare.ts';
import type { Json, Owner, Present, ResourceId } from '../core/graph/resource.ts';

/** Identity in the world: whose platform a thing belongs to, and which resource of it it is. Written in the call that creates the thing. */
export const PLATFORM_TAG = 'slipway:platform';
export const RESOURCE_TAG = 'slipway:resource';
/** On the cluster role alone: the run that claimed the platform. */
export const RUN_TAG = 'slipway:run';
/** Tells an old node group from the one that replaces it. */
export const GENERATION_TAG = 'slipway:generation';
/** On the access entry that was made for whoever created the cluster. */
export const CREATOR_TAG = 'slipway:creator';

/** Names the person's tags that were written, so that one that was dropped from platform.yml can be taken away: it tells ours from others'. */
export const KEYS_TAG = 'slipway:tags';

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
  return { ...identity.tags, ...listOfKeys(identity.tags), ...extra, [PLATFORM_TAG]: identity.platform, [RESOURCE_TAG]: resource };
}

/** What fits into the value of a tag (EC2, IAM and EKS alike). */
const VALUE_LENGTH = 256;

/**
 * The person's keys, sorted, with a space between. IAM takes no comma in a value; a space or `=` in a key is written as in
 * quoted-printable. Where they do not fit, nothing is written: then what is dropped stays, since nobody knows whose it is.
 */
function listOfKeys(tags: Tags): Tags {
  const keys = Object.keys(tags).sort();
  const list = keys.map((key) => key.replaceAll('=', '=3D').replaceAll(' ', '=20')).join(' ');
  return keys.length === 0 || list.length > VALUE_LENGTH ? {} : { [KEYS_TAG]: list };
}

/** Keys that we wrote for the person, and the list that says so. */
function written(actual: Tags): readonly string[] {
  const list = actual[KEYS_TAG];
  if (list === undefined) return [];
  const keys = list.split(' ').filter((key) => key !== '');
  return [...keys.map((key) => key.replaceAll('=20', ' ').replaceAll('=3D', '=')), KEYS_TAG];
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

/** Those tags that are ours to compare: the wanted ones, and those that we wrote once. Others may be anyone's and are no difference. */
export function comparableTags(actual: Tags, wanted: Tags): Json {
  const ours = [...new Set([...Object.keys(wanted), ...written(actual)])];
  return Object.fromEntries(ours.flatMap((key) => (actual[key] === undefined ? [] : [[key, actual[key]]])));
}

export const tagsDiffer = (seen: Present, wanted: Tags): boolean =>
  'tags' in seen.attributes && canonical(seen.attributes['tags']) !== canonical(wanted);

/**
 * The next call towards the wanted tags. What was dropped goes first, while the list that names it still stands: a run that ends between
 * the two calls then leaves nothing behind that no later one would know as ours.
 */
export function nextTags(seen: Present, wanted: Tags): { readonly remove: string[] } | { readonly set: Tags } {
  const { tags } = seen.attributes;
  const dropped = typeof tags === 'object' ? Object.keys(tags ?? {}).filter((key) => wanted[key] === undefined) : [];
  return dropped.length > 0 ? { remove: dropped } : { set: wanted };
}
