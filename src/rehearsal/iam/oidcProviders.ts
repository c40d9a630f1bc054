import type {
  AddClientIDToOpenIDConnectProviderRequest,
  CreateOpenIDConnectProviderRequest,
  CreateOpenIDConnectProviderResponse,
  DeleteOpenIDConnectProviderRequest,
  GetOpenIDConnectProviderRequest,
  GetOpenIDConnectProviderResponse,
  ListOpenIDConnectProvidersResponse,
  ListOpenIDConnectProviderTagsRequest,
  ListOpenIDConnectProviderTagsResponse,
  RemoveClientIDFromOpenIDConnectProviderRequest,
  TagOpenIDConnectProviderRequest,
  UntagOpenIDConnectProviderRequest,
} from '@aws-sdk/client-iam';
import { AwsError } from '../service.ts';
import type { Call } from '../service.ts';
import type { World } from '../world.ts';
import { iamPage } from './iamPages.ts';
import { checkedTags, required } from './iamRules.ts';
import { iamState, partitionOf } from './iamState.ts';
import type { OidcProviderRecord } from './iamState.ts';

/** What IAM fetches itself where no thumbprint is sent: here always the same, as all clusters of a region have the same root. */
const FETCHED_THUMBPRINT = '06b25927c42a721631c1efd9431e648fa62e1e39';

export function createOpenIdConnectProvider(
  world: World,
  { input, region }: Call<CreateOpenIDConnectProviderRequest>,
): CreateOpenIDConnectProviderResponse {
  const given = required(input.Url, 'url');
  if (!/^https:\/\/[^\s/?#]+(\/[^\s?#]*)?$/.test(given) || given.length > 255) {
    throw new AwsError('ValidationError', 'Invalid Open ID Connect Provider URL');
  }
  const url = given.replace(/^https:\/\//, '').replace(/\/$/, '');
  const arn = `arn:${partitionOf(region)}:iam::${world.account}:oidc-provider/${url}`;
  const { oidcProviders } = iamState(world);
  if (oidcProviders[arn] !== undefined) throw new AwsError('EntityAlreadyExists', `Provider with url ${given} already exists.`, 409);
  if (Object.keys(oidcProviders).length >= 100) {
    throw new AwsError('LimitExceeded', 'Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100', 409);
  }
  const provider: OidcProviderRecord = {
    arn,
    url,
    createdAt: world.now(),
    clientIds: [...(input.ClientIDList ?? [])],
    thumbprints: input.ThumbprintList ?? [FETCHED_THUMBPRINT],
    tags: checkedTags(input.Tags),
  };
  oidcProviders[arn] = provider;
  return { OpenIDConnectProviderArn: arn, ...shownTags(provider) };
}

export function getOpenIdConnectProvider(world: World, { input }: Call<GetOpenIDConnectProviderRequest>): GetOpenIDConnectProviderResponse {
  const provider = existingProvider(world, input.OpenIDConnectProviderArn);
  return {
    Url: provider.url,
    ClientIDList: [...provider.clientIds],
    ThumbprintList: [...provider.thumbprints],
    CreateDate: new Date(provider.createdAt),
    ...shownTags(provider),
  };
}

export function listOpenIdConnectProviders(world: World): ListOpenIDConnectProvidersResponse {
  return { OpenIDConnectProviderList: Object.keys(iamState(world).oidcProviders).map((Arn) => ({ Arn })) };
}

/** Deleting what is not there is an error here, unlike in the API Reference's words ("does not fail"): it answers NoSuchEntity. */
export function deleteOpenIdConnectProvider(world: World, { input }: Call<DeleteOpenIDConnectProviderRequest>): Record<string, never> {
  const provider = existingProvider(world, input.OpenIDConnectProviderArn);
  delete iamState(world).oidcProviders[provider.arn];
  return {};
}

export function addClientId(world: World, { input }: Call<AddClientIDToOpenIDConnectProviderRequest>): Record<string, never> {
  const provider = existingProvider(world, input.OpenIDConnectProviderArn);
  const id = required(input.ClientID, 'clientID');
  if (!provider.clientIds.includes(id)) provider.clientIds.push(id);
  return {};
}

export function removeClientId(world: World, { input }: Call<RemoveClientIDFromOpenIDConnectProviderRequest>): Record<string, never> {
  const provider = existingProvider(world, input.OpenIDConnectProviderArn);
  provider.clientIds = provider.clientIds.filter((id) => id !== input.ClientID);
  return {};
}

export function tagOpenIdConnectProvider(world: World, { input }: Call<TagOpenIDConnectProviderRequest>): Record<string, never> {
  const provider = existingProvider(world, input.OpenIDConnectProviderArn);
  provider.tags = { ...provider.tags, ...checkedTags(input.Tags) };
  return {};
}

export function untagOpenIdConnectProvider(world: World, { input }: Call<UntagOpenIDConnectProviderRequest>): Record<string, never> {
  const provider = existingProvider(world, input.OpenIDConnectProviderArn);
  const gone = new Set(required(input.TagKeys, 'tagKeys'));
  provider.tags = Object.fromEntries(Object.entries(provider.tags).filter(([key]) => !gone.has(key)));
  return {};
}

export function listOpenIdConnectProviderTags(
  world: World,
  { input }: Call<ListOpenIDConnectProviderTagsRequest>,
): ListOpenIDConnectProviderTagsResponse {
  const provider = existingProvider(world, input.OpenIDConnectProviderArn);
  const { items, ...page } = iamPage(Object.entries(provider.tags), ([key]) => key, input);
  return { Tags: items.map(([Key, Value]) => ({ Key, Value })), ...page };
}

function existingProvider(world: World, providerArn: string | undefined): OidcProviderRecord {
  const arn = required(providerArn, 'openIDConnectProviderArn');
  const provider = iamState(world).oidcProviders[arn];
  if (provider === undefined) throw new AwsError('NoSuchEntity', `OpenIDConnect Provider not found for arn ${arn}`, 404);
  return provider;
}

function shownTags(provider: OidcProviderRecord): { Tags?: { Key: string; Value: string }[] } {
  const tags = Object.entries(provider.tags);
  return tags.length === 0 ? {} : { Tags: tags.map(([Key, Value]) => ({ Key, Value })) };
}
