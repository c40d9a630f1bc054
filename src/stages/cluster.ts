import { adminAccess, creatorAccess } from '../aws/eks/accessEntry.ts';
import { cluster } from '../aws/eks/cluster.ts';
import { clusterVersion } from '../aws/eks/clusterVersion.ts';
import { vpcKind } from '../aws/ec2/vpc.ts';
import { EC2_HIDDEN_MS } from '../aws/ec2/kind.ts';
import { claimBy } from '../aws/iam/claim.ts';
import { serviceRole } from '../aws/iam/role.ts';
import { roleName } from '../aws/iam/roleName.ts';
import type { AddonOut, ClusterOut, VersionOut } from '../aws/outputs.ts';
import type { Handle } from '../core/graph/resource.ts';
import type { Stage } from '../core/graph/stage.ts';
import { overlaps, parseCidr } from '../core/platform/cidr.ts';
import { clusterProof } from '../kubernetes/clusterProof.ts';
import { clusterAddons } from './addons.ts';
import { eksScopeOf } from './eksScope.ts';
import type { StageContext } from './stageContext.ts';
import type { VpcStage } from './vpc.ts';

/** The id of the role that carries the claim on the platform: the first thing that is made, and the last that goes. */
export const CLAIM = 'role/cluster';

const SUMMARY =
  'The control plane of EKS in the public and the private subnets, with the default security group of the VPC, reachable from the Internet and from inside, its access entries and its default add-ons at their default versions. It does not wait for the NAT gateways.';

const WARNINGS = [
  '`latest` takes the newest version that has ninety days of standard support left, and the support policy is `STANDARD`: by default the API chooses extended support, in which a cluster costs six times as much.',
  'Access is by access entries (`API_AND_CONFIG_MAP`): by default the API chooses the config map alone. The creator has an entry of its own, so that it is seen and kept like everything else.',
  'The default add-ons are EKS add-ons, not the self-managed copies that the API installs unless told otherwise.',
  'A new role is not known everywhere at once. `CreateCluster` is sent again until it is, for a bounded time, and then the reason is said: a wrong trust policy answers with the same words.',
  'CoreDNS has nowhere to run before there are nodes. EKS calls that degraded; here it waits for compute, and what comes after does not wait for it. Only the VPC CNI must be active.',
  'The public endpoint is open to `0.0.0.0/0` unless `cluster.endpoint.publicCidrs` says less. It is the API that this opens, not the services in the cluster.',
  'The cluster role is the first thing that is made and the last that goes: its name is unique in the account, so it carries the claim that keeps two machines from making two VPCs.',
] as const;

export interface ClusterStage {
  readonly stage: Stage;
  readonly cluster: Handle<ClusterOut>;
  readonly version: Handle<VersionOut>;
  readonly addons: readonly Handle<AddonOut>[];
}

/** The runbook's "Elastic Kubernetes Service". It needs the subnets, not their way out: NAT gateways come up beside the control plane. */
export function clusterStage(context: StageContext, network: VpcStage): ClusterStage {
  const { spec, clock, aws } = context;
  const scope = eksScopeOf(context);
  const role = serviceRole(
    context,
    {
      id: CLAIM,
      title: 'Cluster role',
      name: roleName(spec.name, aws.region, 'cluster'),
      permissionsBoundary: spec.permissionsBoundary,
      service: 'eks.amazonaws.com',
      policies: ['AmazonEKSClusterPolicy'],
      claim: claimBy({
        now: () => clock.now(),
        hiddenFor: EC2_HIDDEN_MS,
        vpcExists: async (look) => (await vpcKind(context).list(look)).length > 0,
      }),
    },
    { caller: network.caller },
  );
  const version = clusterVersion(scope, { version: spec.cluster.version, now: () => clock.now() });
  const control = cluster(
    scope,
    { version: spec.cluster.version, endpoint: spec.cluster.endpoint, serviceCidr: serviceCidr(spec.network.cidr), now: () => clock.now() },
    {
      caller: network.caller,
      role,
      version,
      subnets: [...network.publicSubnets, ...network.privateSubnets],
      securityGroup: network.defaultSecurityGroup,
    },
  );
  const needs = { caller: network.caller, cluster: control };
  const { resources, addons } = clusterAddons(context, { cluster: control, kubernetes: version });
  const entries = [creatorAccess(scope, needs), ...spec.cluster.admins.map((arn) => adminAccess(scope, arn, needs))];
  const proof = clusterProof(
    { cluster: control, reach: context.reach },
    { platform: context.identity.platform, region: aws.region, after: ['access/creator'], isProof: context.namesCluster === true },
    network.caller,
  );
  return {
    cluster: control,
    version,
    addons,
    stage: {
      id: 'cluster',
      title: 'Elastic Kubernetes Service',
      doc: 'docs/stages/cluster.md',
      icon: 'server-environment',
      requires: ['vpc'],
      barrier: false,
      summary: SUMMARY,
      warnings: WARNINGS,
      resources: [role, version, control, ...entries, proof, ...resources],
    },
  };
}

/** EKS's own two choices for services, of which it takes the one that does not overlap the VPC; written out, so that it is known. */
function serviceCidr(vpc: string): string {
  const [first, second] = ['172.20.0.0/16', '10.100.0.0/16'] as const;
  const [block, candidate] = [parseCidr(vpc), parseCidr(first)];
  return block !== undefined && candidate !== undefined && overlaps(block, candidate) ? second : first;
}
