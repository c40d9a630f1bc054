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
import { clusterAddons } from './addons.ts';
import { eksScopeOf } from './eksScope.ts';
import type { StageContext } from './stageContext.ts';
import type { VpcStage } from './vpc.ts';

/** The id of the role that carries the claim on the platform: the first thing that is made, and the last that goes. */
export const CLAIM = 'role/cluster';

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
      resources: [role, version, control, ...entries, ...resources],
    },
  };
}

/** EKS's own two choices for services, of which it takes the one that does not overlap the VPC; written out, so that it is known. */
function serviceCidr(vpc: string): string {
  const [first, second] = ['172.20.0.0/16', '10.100.0.0/16'] as const;
  const [block, candidate] = [parseCidr(vpc), parseCidr(first)];
  return block !== undefined && candidate !== undefined && overlaps(block, candidate) ? second : first;
}
