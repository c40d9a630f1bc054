import { CreateClusterCommand, DeleteClusterCommand, UpdateClusterConfigCommand } from '@aws-sdk/client-eks';
import type { Cluster, UpdateClusterConfigRequest } from '@aws-sdk/client-eks';
import { canonical, compare } from '../../core/graph/compare.ts';
import { NotYet, Refused } from '../../core/graph/errors.ts';
import type {
  Attributes,
  Change,
  Foreseen,
  Handle,
  Inputs,
  Observation,
  Present,
  Resource,
  StepContext,
} from '../../core/graph/resource.ts';
import { lostData } from '../ec2/lostData.ts';
import { remove, write } from '../errors.ts';
import type { CallerOut, ClusterOut, RoleOut, SecurityGroupOut, SubnetOut, VersionOut } from '../outputs.ts';
import { comparableTags, tagsOf } from '../tags.ts';
import type { Tags } from '../tags.ts';
import { describeCluster } from './describeCluster.ts';
import { issuesText, owned, tagArgument, told, unwell } from './eksScope.ts';
import type { EksScope } from './eksScope.ts';
import { clusterEstimate } from './estimates.ts';
import { compareVersions } from './kubernetesVersion.ts';
import { retag } from './retag.ts';

export interface ClusterWish {
  /** As written in platform.yml: `latest`, or one that the cluster has to have at least. */
  readonly version: string;
  readonly endpoint: { readonly public: boolean; readonly private: boolean; readonly publicCidrs: readonly string[] };
  /** Written out, so that it does not depend on what EKS thinks overlaps. */
  readonly serviceCidr: string;
  /** Milliseconds of the world's clock. */
  readonly now: () => number;
}

type ClusterNeeds = {
  readonly caller: Handle<CallerOut>;
  readonly role: Handle<RoleOut>;
  readonly version: Handle<VersionOut>;
  /** Public and private ones. */
  readonly subnets: readonly Handle<SubnetOut>[];
  /** The VPC's default group: an additional one on the control plane's interfaces. Nodes get the one that EKS makes. */
  readonly securityGroup: Handle<SecurityGroupOut>;
};

/** How long a service may not know a new role. After that the same words mean that the role's trust is wrong (domain-facts B). */
const ROLE_SHOWS_WITHIN_MS = 180_000;

const ID = 'cluster';
const REFUSED = ['roleArn', 'subnetIds', 'securityGroupIds', 'version'];
const REFUSAL =
  'Put back what platform.yml said, or destroy the platform and apply again: everything in the cluster, its volumes included, is lost.';

/**
 * The EKS cluster, with the console's defaults where the API's are worse: access entries, standard support, both endpoints, and no
 * self-managed add-ons, since a later add-on of EKS would collide with them. The request token is the SDK's own, one per command.
 */
export function cluster(scope: EksScope, wish: ClusterWish, needs: ClusterNeeds): Resource<ClusterOut, ClusterNeeds> {
  const { clusterName, identity } = scope;
  const title = `EKS cluster ${clusterName}`;
  const tags = tagsOf(identity, ID);
  /** Since when EKS says that it cannot assume the role. */
  let strangerSince: number | undefined;
  const wanted = (inputs: Foreseen<ClusterNeeds>, seen: Observation<ClusterOut>): Attributes => wantedOf(wish, tags, inputs, seen);
  return {
    id: ID,
    kind: 'AWS::EKS::Cluster',
    provider: 'aws',
    title,
    needs,
    hiddenFor: 30_000,
    async observe(look) {
      const found = await describeCluster(scope, look);
      return found?.arn === undefined ? { state: 'absent' } : viewOf(scope, found, tags);
    },
    steps: {
      plan: (seen, inputs) => planOf(title, seen, wanted(inputs, seen)),
      async create(inputs, ctx) {
        try {
          await createCluster(scope, wish, tags, inputs, ctx);
          strangerSince = undefined;
        } catch (error) {
          if (!(error instanceof NotYet) || error.code !== 'InvalidParameter') throw error;
          strangerSince ??= wish.now();
          if (wish.now() - strangerSince < ROLE_SHOWS_WITHIN_MS) throw error;
          strangerSince = undefined;
          throw new Refused(`EKS still cannot assume the role ${inputs.role.name}: ${error.message}`, {
            code: error.code,
            requestId: error.requestId,
            next: 'Look whether a policy of the organisation or the permissions boundary keeps eks.amazonaws.com from assuming it.',
            cause: error,
          });
        }
      },
      async update(seen, inputs, ctx) {
        if (seen.state === 'absent' || seen.state === 'unknown') return;
        await updateCluster(scope, wish, seen, wanted(inputs, seen), ctx);
      },
      delete: (seen, ctx) => deleteCluster(scope, seen, ctx),
      foresee: (seen, { caller, version }) => foresee(scope, seen, caller, version.version),
    },
    check: async (look, verb) => (verb === 'destroy' ? lostData(scope, look) : []),
    estimate: () => clusterEstimate(scope.prices),
    placeholders: () => ({ issuer: 'https://<OIDC-ISSUER>' }),
    commands: (inputs) => commandsOf(scope, wish, tags, inputs),
  };
}

function wantedOf(
  { version, endpoint }: ClusterWish,
  tags: Tags,
  inputs: Foreseen<ClusterNeeds>,
  seen: Observation<ClusterOut>,
): Attributes {
  const subnetIds = inputs.subnets.flatMap(({ subnetId }) => subnetId ?? []).sort();
  const { groupId } = inputs.securityGroup;
  const running = 'attributes' in seen ? seen.attributes['version'] : undefined;
  // AWS itself upgrades a cluster at the end of standard support: newer than written is no difference, and there is no way back.
  const older = typeof running === 'string' && version !== 'latest' && compareVersions(running, version) < 0;
  return {
    version: running === undefined ? inputs.version.version : older ? version : running,
    roleArn: inputs.role.arn,
    subnetIds: subnetIds.length === inputs.subnets.length ? subnetIds : undefined,
    securityGroupIds: groupId === undefined ? undefined : [groupId],
    endpoint: { public: endpoint.public, private: endpoint.private, publicCidrs: endpoint.public ? [...endpoint.publicCidrs].sort() : [] },
    supportType: 'STANDARD',
    authenticationMode: 'API_AND_CONFIG_MAP',
    tags,
  };
}

function planOf(title: string, seen: Observation<ClusterOut>, wanted: Attributes): Change {
  if (seen.state === 'failed' && seen.owner === 'slipway') {
    return { action: 'recreate', summary: `make ${title} again: a failed cluster never recovers`, diff: [] };
  }
  // EKS works on one change at a time: what it answers meanwhile is on its way.
  if (seen.state === 'pending' && seen.owner === 'slipway') return { action: 'none' };
  return compare(title, seen, wanted, { paths: REFUSED, otherwise: { refuse: REFUSAL } });
}

function viewOf(scope: EksScope, found: Cluster, tags: Tags): Observation<ClusterOut> {
  const vpc = found.resourcesVpcConfig;
  const reachable = vpc?.endpointPublicAccess === true;
  const base = {
    owner: owned(found.tags, scope),
    physicalId: found.arn ?? scope.clusterName,
    attributes: told({
      version: found.version,
      roleArn: found.roleArn,
      subnetIds: [...(vpc?.subnetIds ?? [])].sort(),
      securityGroupIds: [...(vpc?.securityGroupIds ?? [])].sort(),
      endpoint: {
        public: reachable,
        private: vpc?.endpointPrivateAccess === true,
        publicCidrs: reachable ? [...(vpc.publicAccessCidrs ?? [])].sort() : [],
      },
      // A service that does not know the setting (older partitions) does not answer it: then it is not compared.
      supportType: found.upgradePolicy?.supportType,
      authenticationMode: found.accessConfig?.authenticationMode,
      deletionProtection: found.deletionProtection,
      tags: comparableTags(found.tags ?? {}, tags),
    }),
  };
  const partial = partialOutputs(found);
  const issues = issuesText(found.health?.issues);
  switch (found.status) {
    case 'DELETING':
      return { ...base, leaving: true, state: 'pending', outputs: {}, reason: 'the cluster is being deleted' };
    case 'FAILED':
      return { ...base, state: 'failed', outputs: {}, ...unwell(found.health?.issues, 'cluster-failed') };
    case 'ACTIVE': {
      const outputs = completeOutputs(partial);
      if (outputs === undefined) return { ...base, state: 'pending', outputs: partial, reason: 'EKS has not told all of the cluster yet' };
      return issues === ''
        ? { ...base, state: 'ready', outputs }
        : { ...base, state: 'degraded', outputs, ...unwell(found.health?.issues, 'cluster-unhealthy') };
    }
    case 'UPDATING':
      return { ...base, state: 'pending', outputs: partial, reason: 'EKS is updating the cluster' };
    default:
      return { ...base, state: 'pending', outputs: partial, reason: issues === '' ? 'EKS is making the control plane' : issues };
  }
}

function partialOutputs(found: Cluster): Partial<ClusterOut> {
  const answered: { [K in keyof ClusterOut]: ClusterOut[K] | undefined } = {
    name: found.name,
    arn: found.arn,
    version: found.version,
    endpoint: found.endpoint,
    certificateAuthority: found.certificateAuthority?.data,
    issuer: found.identity?.oidc?.issuer,
    clusterSecurityGroupId: found.resourcesVpcConfig?.clusterSecurityGroupId,
  };
  return Object.fromEntries(Object.entries(answered).filter(([, value]) => value !== undefined));
}

function completeOutputs(answered: Partial<ClusterOut>): ClusterOut | undefined {
  const { name, arn, version, endpoint, certificateAuthority, issuer, clusterSecurityGroupId } = answered;
  if (name === undefined || arn === undefined || version === undefined || endpoint === undefined) return undefined;
  if (certificateAuthority === undefined || issuer === undefined || clusterSecurityGroupId === undefined) return undefined;
  return { name, arn, version, endpoint, certificateAuthority, issuer, clusterSecurityGroupId };
}

function foresee(
  { aws, clusterName }: EksScope,
  seen: Observation<ClusterOut>,
  { partition, account }: Partial<CallerOut>,
  version: string | undefined,
): Partial<ClusterOut> {
  if ('outputs' in seen && seen.state !== 'failed') return seen.outputs;
  return {
    name: clusterName,
    ...(version === undefined ? {} : { version }),
    ...(partition === undefined || account === undefined
      ? {}
      : { arn: `arn:${partition}:eks:${aws.region}:${account}:cluster/${clusterName}` }),
  };
}

async function createCluster(
  { aws, clusterName }: EksScope,
  wish: ClusterWish,
  tags: Tags,
  inputs: Inputs<ClusterNeeds>,
  ctx: StepContext,
): Promise<void> {
  await write(aws, ctx, (o) =>
    aws.eks.send(
      new CreateClusterCommand({
        name: clusterName,
        version: inputs.version.version,
        roleArn: inputs.role.arn,
        resourcesVpcConfig: {
          subnetIds: inputs.subnets.map(({ subnetId }) => subnetId),
          securityGroupIds: [inputs.securityGroup.groupId],
          ...endpointRequest(wish.endpoint),
        },
        kubernetesNetworkConfig: { ipFamily: 'ipv4', serviceIpv4Cidr: wish.serviceCidr },
        // The creator's entry is a resource of its own: EKS would make it without our tag.
        accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP', bootstrapClusterCreatorAdminPermissions: false },
        bootstrapSelfManagedAddons: false,
        upgradePolicy: { supportType: 'STANDARD' },
        tags,
      }),
      o,
    ),
  );
}

function endpointRequest(endpoint: ClusterWish['endpoint']): NonNullable<UpdateClusterConfigRequest['resourcesVpcConfig']> {
  return {
    endpointPublicAccess: endpoint.public,
    endpointPrivateAccess: endpoint.private,
    ...(endpoint.public ? { publicAccessCidrs: [...endpoint.publicCidrs] } : {}),
  };
}

/** EKS takes one kind of change a request, and works on one at a time. */
async function updateCluster(
  scope: EksScope,
  { endpoint }: ClusterWish,
  seen: Present,
  wanted: Attributes,
  ctx: StepContext,
): Promise<void> {
  const { aws, clusterName, identity } = scope;
  const differs = (path: string): boolean => path in seen.attributes && canonical(seen.attributes[path]) !== canonical(wanted[path]);
  if (differs('tags')) return retag(scope, seen.physicalId, seen, tagsOf(identity, ID), ctx);
  const change: Omit<UpdateClusterConfigRequest, 'name'> = differs('endpoint')
    ? { resourcesVpcConfig: endpointRequest(endpoint) }
    : differs('authenticationMode')
      ? { accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' } }
      : { upgradePolicy: { supportType: 'STANDARD' } };
  await write(aws, ctx, (o) => aws.eks.send(new UpdateClusterConfigCommand({ name: clusterName, ...change }), o));
}

/** One call: the protection first, where somebody switched it on. The person has agreed to the deletion. */
export async function deleteCluster({ aws, clusterName }: EksScope, seen: Present, ctx: StepContext): Promise<void> {
  if (seen.attributes['deletionProtection'] !== true)
    return remove(aws, ctx, (o) => aws.eks.send(new DeleteClusterCommand({ name: clusterName }), o));
  await write(aws, ctx, (o) => aws.eks.send(new UpdateClusterConfigCommand({ name: clusterName, deletionProtection: false }), o));
}

function commandsOf(
  { clusterName, aws }: EksScope,
  wish: ClusterWish,
  tags: Tags,
  inputs: Foreseen<ClusterNeeds>,
): readonly (readonly string[])[] {
  const vpc = [
    `subnetIds=${inputs.subnets.map(({ subnetId }) => subnetId ?? '<SUBNET-ID>').join(',')}`,
    `securityGroupIds=${inputs.securityGroup.groupId ?? '<DEFAULT-SECURITY-GROUP-ID>'}`,
    `endpointPublicAccess=${wish.endpoint.public}`,
    `endpointPrivateAccess=${wish.endpoint.private}`,
    ...(wish.endpoint.public ? [`publicAccessCidrs=${wish.endpoint.publicCidrs.join(',')}`] : []),
  ];
  return [
    [
      ...['aws', 'eks', 'create-cluster', '--region', aws.region, '--name', clusterName],
      ...['--kubernetes-version', inputs.version.version ?? '<VERSION>', '--role-arn', inputs.role.arn ?? '<ROLE-ARN>'],
      ...['--resources-vpc-config', vpc.join(',')],
      ...['--kubernetes-network-config', `ipFamily=ipv4,serviceIpv4Cidr=${wish.serviceCidr}`],
      ...['--access-config', 'authenticationMode=API_AND_CONFIG_MAP,bootstrapClusterCreatorAdminPermissions=false'],
      ...['--upgrade-policy', 'supportType=STANDARD', '--no-bootstrap-self-managed-addons', '--tags', tagArgument(tags)],
    ],
    ['aws', 'eks', 'wait', 'cluster-active', '--region', aws.region, '--name', clusterName],
    // The lines of kubectl come before the stage that is about the entry.
    updateKubeconfig(aws.region, clusterName),
  ];
}

/** How a person gets the entry that \`aws\` writes. */
export const updateKubeconfig = (region: string, clusterName: string): readonly string[] => [
  ...['aws', 'eks', 'update-kubeconfig', '--region', region, '--name', clusterName],
];
