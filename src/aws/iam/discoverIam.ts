import { DeleteOpenIDConnectProviderCommand } from '@aws-sdk/client-iam';
import type { AnyResource, Look } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { remove } from '../errors.ts';
import { RESOURCE_TAG, ownerOf, readTags } from '../tags.ts';
import { OIDC_ESTIMATE, ourProviders } from './oidcProvider.ts';
import { attachedPolicies, deleteRole, getRole, ROLE_ESTIMATE } from './role.ts';
import { roleName } from './roleName.ts';

/** Every role that a platform can have. IAM cannot be asked by tag, but the names are ours. */
const ROLES = ['cluster', 'ebs-csi', 'nodes'] as const;

/** What IAM has with this platform's tag, whatever platform.yml says now, as resources that can be looked at and deleted. @throws Unseen */
export async function discoverIam(scope: AwsScope, platformName: string, look: Look): Promise<readonly AnyResource[]> {
  const names = ROLES.map((role) => roleName(platformName, scope.aws.region, role));
  const [roles, providers] = await Promise.all([Promise.all(names.map((name) => foundRole(scope, look, name))), ourProviders(scope, look)]);
  return [...roles.flat(), ...providers.map(({ arn }) => foundProvider(scope, arn))];
}

async function foundRole(scope: AwsScope, look: Look, name: string): Promise<readonly AnyResource[]> {
  const { aws, identity } = scope;
  const tags = readTags((await getRole(aws, look, name))?.Tags);
  const id = tags[RESOURCE_TAG];
  if (id === undefined || ownerOf(tags, identity.platform) !== 'slipway') return [];
  return [
    {
      id,
      kind: 'AWS::IAM::Role',
      provider: 'aws',
      title: `Role ${name}`,
      needs: {},
      async observe(again) {
        const role = await getRole(aws, again, name);
        if (role?.Arn === undefined) return { state: 'absent' };
        const owner = ownerOf(readTags(role.Tags), identity.platform);
        // Each policy that goes is a step of its own: what is left tells one from the next.
        const policies = await attachedPolicies(aws, again, name);
        return { state: 'ready', owner, physicalId: role.Arn, attributes: { policies }, outputs: { arn: role.Arn, name } };
      },
      steps: { plan: () => ({ action: 'none' }), delete: (_seen, ctx) => deleteRole(aws, name, ctx) },
      estimate: () => ROLE_ESTIMATE,
    },
  ];
}

function foundProvider(scope: AwsScope, arn: string): AnyResource {
  const { aws } = scope;
  return {
    id: 'oidc',
    kind: 'AWS::IAM::OIDCProvider',
    provider: 'aws',
    title: 'OIDC identity provider',
    needs: {},
    async observe(look) {
      const still = (await ourProviders(scope, look)).some((provider) => provider.arn === arn);
      return still ? { state: 'ready', owner: 'slipway', physicalId: arn, attributes: {}, outputs: {} } : { state: 'absent' };
    },
    steps: {
      plan: () => ({ action: 'none' }),
      delete: (_seen, ctx) =>
        remove(aws, ctx, (o) => aws.iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }), o)),
    },
    estimate: () => OIDC_ESTIMATE,
  };
}
