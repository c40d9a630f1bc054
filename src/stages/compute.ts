import { nodegroup } from '../aws/eks/nodegroup.ts';
import { serviceRole } from '../aws/iam/role.ts';
import { roleName } from '../aws/iam/roleName.ts';
import type { Handle } from '../core/graph/resource.ts';
import type { Stage } from '../core/graph/stage.ts';
import { hasPrefixDelegation } from '../core/platform/podSlots.ts';
import { addonsHealthy } from '../kubernetes/gates/addonsHealthy.ts';
import { nodesReady } from '../kubernetes/gates/nodesReady.ts';
import { EBS_CSI_ADDON, clusterAddonNames } from './addons.ts';
import type { ClusterStage } from './cluster.ts';
import { eksScopeOf } from './eksScope.ts';
import type { EbsCsiStage } from './ebsCsi.ts';
import type { StageContext } from './stageContext.ts';
import type { VpcStage } from './vpc.ts';

/** EKS user guide, "node IAM role": PullOnly is the least that pulls images. */
const NODE_POLICIES = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly', 'AmazonEKS_CNI_Policy'];

const SUMMARY =
  'The machines: a managed node group in the private subnets only, twelve to sixteen `t3.small` Spot instances unless `platform.yml` says otherwise, and two gates that look into the cluster: nodes ready, add-ons healthy.';

const WARNINGS = [
  'Pod slots, not memory, are what runs out: a `t3.small` takes 11 pods, and three of them are DaemonSets of the platform.',
  'The Spot quota counts vCPUs, and a new account may have too few for twelve nodes: it is compared before the first write.',
  'A group that is made at full size dies as a whole when Spot is short. Slipway makes it at two nodes and grows it once: a shortage is then a health issue of a group that stands.',
  'A group that is active is not yet a cluster with nodes, and nodes are not yet healthy add-ons: each is a gate of its own. From two ready nodes in two zones it is usable; below the minimum it is shown as degraded.',
  'Instance types, capacity and subnets of a group cannot be changed in place. Slipway refuses such a change and says what would be lost; a group that failed to come up is made again.',
  'After creation `desired` is compared only if it is written: an autoscaler may own it.',
] as const;

/** The runbook's "Cluster Compute": private subnets only, after the network plugin and the storage driver. `storage` is absent where its stage is switched off. */
export function computeStage(
  context: StageContext,
  network: VpcStage,
  { cluster, addons }: ClusterStage,
  storage: EbsCsiStage | undefined,
): { readonly stage: Stage } {
  const { spec, aws, reach } = context;
  const role = serviceRole(
    context,
    {
      id: 'role/nodes',
      title: 'Node role',
      name: roleName(spec.name, aws.region, 'nodes'),
      permissionsBoundary: spec.permissionsBoundary,
      service: 'ec2.amazonaws.com',
      policies: NODE_POLICIES,
    },
    { caller: network.caller },
  );
  const before: readonly Handle<unknown>[] = [...addons, ...(storage === undefined ? [] : [storage.addon])];
  const group = nodegroup(
    eksScopeOf(context),
    {
      compute: spec.compute,
      privateCidrs: spec.network.private,
      prefixDelegation: hasPrefixDelegation(spec.cluster.addons['vpc-cni']?.configuration),
      after: before.map(({ id }) => id),
    },
    { cluster, role, egress: network.egress },
  );
  const nodes = nodesReady({ cluster, reach }, group, { min: spec.compute.min, title: 'Nodes ready' });
  const running = [...clusterAddonNames(context), ...(storage === undefined ? [] : [EBS_CSI_ADDON])];
  return {
    stage: {
      id: 'compute',
      title: 'Cluster Compute',
      doc: 'docs/stages/compute.md',
      icon: 'vm',
      requires: storage === undefined ? ['cluster'] : ['ebs-csi'],
      barrier: false,
      summary: SUMMARY,
      warnings: WARNINGS,
      resources: [role, group, nodes, addonsHealthy({ cluster, reach }, running, [nodes.id])],
    },
  };
}
