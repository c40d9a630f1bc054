import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  ListOpenIDConnectProvidersCommand,
  TagOpenIDConnectProviderCommand,
  UntagOpenIDConnectProviderCommand,
} from '@aws-sdk/client-iam';
import type { GetOpenIDConnectProviderResponse } from '@aws-sdk/client-iam';
import { compare } from '../../core/graph/compare.ts';
import type { Attributes, Change, Estimate, Foreseen, Handle, Look, Observation, Resource } from '../../core/graph/resource.ts';
import type { Aws } from '../aws.ts';
import type { AwsScope } from '../awsScope.ts';
import { read, remove, write } from '../errors.ts';
import type { CallerOut, ClusterOut, OidcOut } from '../outputs.ts';
import { RESOURCE_TAG, comparableTags, nextTags, ownerOf, readTags, tagList, tagWords, tagsOf } from '../tags.ts';
import { withoutScheme } from './trust.ts';

const ID = 'oidc';
const TITLE = 'OIDC identity provider';
/** The audience of the tokens that pods show to STS. */
const AUDIENCE = 'sts.amazonaws.com';

interface Provider {
  readonly arn: string;
  readonly issuer: string;
  readonly found: GetOpenIDConnectProviderResponse;
}

type OidcNeeds = { readonly caller: Handle<CallerOut>; readonly cluster: Handle<ClusterOut> };

/**
 * IAM's trust in the tokens of our cluster. No thumbprint: IAM fetches it and has its own list of authorities. It does not go with
 * the cluster, and a cluster that was made again has another issuer, so one that belongs to a dead cluster is made anew without asking.
 */
export const OIDC_ESTIMATE: Estimate = { createSeconds: 3, updateSeconds: 2, deleteSeconds: 3, monthlyUsd: 0 };

export function oidcProvider(scope: AwsScope, needs: OidcNeeds): Resource<OidcOut, OidcNeeds> {
  const { aws, identity } = scope;
  const tags = tagsOf(identity, ID);
  return {
    id: ID,
    kind: 'AWS::IAM::OIDCProvider',
    provider: 'aws',
    title: TITLE,
    needs,
    within: needs.cluster,
    async observe(look, depth) {
      const [issuer, caller] = await Promise.all([look.outputs(needs.cluster).then((out) => out?.issuer), look.outputs(needs.caller)]);
      const arn = issuer === undefined || caller?.account === undefined ? undefined : arnOf(caller, issuer);
      const current = arn === undefined ? undefined : await getProvider(aws, look, arn);
      const provider = current ?? (depth === 'plan' ? await leftBehind(scope, look) : undefined);
      if (provider === undefined) return { state: 'absent' };
      const present = readTags(provider.found.Tags);
      return {
        state: 'ready',
        owner: ownerOf(present, identity.platform),
        physicalId: provider.arn,
        outputs: { providerArn: provider.arn, issuer: provider.issuer },
        attributes: {
          issuer: provider.issuer,
          audience: (provider.found.ClientIDList ?? []).includes(AUDIENCE),
          tags: comparableTags(present, tags),
        },
      };
    },
    steps: {
      plan: (seen, { cluster }) => planOf(seen, { issuer: cluster.issuer, audience: true, tags }),
      async create({ cluster }, ctx) {
        await write(aws, ctx, (o) =>
          aws.iam.send(new CreateOpenIDConnectProviderCommand({ Url: cluster.issuer, ClientIDList: [AUDIENCE], Tags: tagList(tags) }), o),
        );
      },
      async update(seen, _inputs, ctx) {
        if (seen.state === 'absent' || seen.state === 'unknown') return;
        const arn = { OpenIDConnectProviderArn: seen.physicalId };
        const next = nextTags(seen, tags);
        await write(aws, ctx, (o) => {
          if (seen.attributes['audience'] !== true)
            return aws.iam.send(new AddClientIDToOpenIDConnectProviderCommand({ ...arn, ClientID: AUDIENCE }), o);
          return 'remove' in next
            ? aws.iam.send(new UntagOpenIDConnectProviderCommand({ ...arn, TagKeys: next.remove }), o)
            : aws.iam.send(new TagOpenIDConnectProviderCommand({ ...arn, Tags: tagList(next.set) }), o);
        });
      },
      delete: (seen, ctx) =>
        remove(aws, ctx, (o) => aws.iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: seen.physicalId }), o)),
      foresee: (seen, { caller, cluster }) => foreseenOf(seen, caller, cluster.issuer),
    },
    estimate: () => OIDC_ESTIMATE,
    commands: ({ cluster }) => [
      [
        ...['aws', 'eks', 'describe-cluster', '--region', aws.region, '--name', cluster.name ?? '<CLUSTER>'],
        ...['--query', 'cluster.identity.oidc.issuer', '--output', 'text'],
      ],
      [
        ...['aws', 'iam', 'create-open-id-connect-provider', '--region', aws.region, '--url', cluster.issuer ?? '<ISSUER>'],
        ...['--client-id-list', AUDIENCE, '--tags', ...tagWords(tags)],
      ],
    ],
  };
}

/** One for another issuer can never serve this cluster: it is made anew, with no consent of its own. */
function planOf(seen: Observation<OidcOut>, wanted: Attributes): Change {
  const change = compare(TITLE, seen, wanted, { paths: ['issuer'], otherwise: 'replace' });
  return change.action === 'replace'
    ? { ...change, action: 'recreate', summary: 'remake the OIDC identity provider: it belongs to a cluster that is gone' }
    : change;
}

function foreseenOf(seen: Observation<OidcOut>, caller: Foreseen<OidcNeeds>['caller'], issuer: string | undefined): Partial<OidcOut> {
  if (issuer === undefined) return {};
  if (seen.state === 'ready' && seen.outputs.issuer === issuer) return seen.outputs;
  const providerArn = arnOf(caller, issuer);
  return providerArn === undefined ? { issuer } : { issuer, providerArn };
}

/** IAM builds the ARN from the issuer: there is one provider per issuer and account. */
function arnOf({ partition, account }: Partial<CallerOut>, issuer: string): string | undefined {
  return partition === undefined || account === undefined
    ? undefined
    : `arn:${partition}:iam::${account}:oidc-provider/${withoutScheme(issuer)}`;
}

function getProvider(aws: Aws, look: Look, arn: string): Promise<Provider | undefined> {
  return look.share(`iam oidc ${arn}`, async () => {
    const found = await read(aws, look, (o) => aws.iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }), o));
    return found?.Url === undefined ? undefined : { arn, found, issuer: `https://${withoutScheme(found.Url)}` };
  });
}

/** Every provider with our platform's tag. IAM cannot be asked by tag: there are at most a hundred in an account. */
export async function ourProviders({ aws, identity }: AwsScope, look: Look): Promise<readonly Provider[]> {
  const list = await look.share('iam oidc list', () => read(aws, look, (o) => aws.iam.send(new ListOpenIDConnectProvidersCommand({}), o)));
  const eks = (list?.OpenIDConnectProviderList ?? []).flatMap(({ Arn }) =>
    Arn?.includes(':oidc-provider/oidc.eks') === true || Arn?.includes('/id/') === true ? [Arn] : [],
  );
  const providers = await Promise.all(eks.map((arn) => getProvider(aws, look, arn)));
  return providers.flatMap((provider) => {
    const tags = readTags(provider?.found.Tags);
    return provider !== undefined && ownerOf(tags, identity.platform) === 'slipway' && tags[RESOURCE_TAG] === ID ? [provider] : [];
  });
}

async function leftBehind(scope: AwsScope, look: Look): Promise<Provider | undefined> {
  const [first] = [...(await ourProviders(scope, look))].sort((a, b) => (a.arn < b.arn ? -1 : 1));
  return first;
}
