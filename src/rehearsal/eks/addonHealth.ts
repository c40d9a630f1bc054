import type { AddonIssue, AddonStatus } from '@aws-sdk/client-eks';
import { canBeAssumedByServiceAccount } from '../iam/roles.ts';
import { SECONDS } from '../world.ts';
import type { World } from '../world.ts';
import { ADDON_CATALOG } from './addonCatalog.ts';
import type { AddonRecord, ClusterRecord } from './eksState.ts';
import { issuerOf } from './issuer.ts';

export interface AddonHealth {
  readonly status: AddonStatus;
  readonly issues: readonly AddonIssue[];
}

/** Service accounts that add-ons with a role run as. */
const SERVICE_ACCOUNTS: Readonly<Record<string, string>> = {
  'aws-ebs-csi-driver': 'system:serviceaccount:kube-system:ebs-csi-controller-sa',
  'vpc-cni': 'system:serviceaccount:kube-system:aws-node',
};

const CONFLICT_SECONDS = 10;

/**
 * How an add-on is now. Without nodes, one that needs them is CREATING at first (with no issue) and then DEGRADED, which heals
 * by itself when nodes come; a DaemonSet with no nodes to run on is healthy (`domain-facts.md` C).
 */
export function addonHealth(world: World, cluster: ClusterRecord, addon: AddonRecord): AddonHealth {
  const now = world.now();
  if (addon.goneAt !== undefined) return { status: 'DELETING', issues: [] };
  if (addon.conflict && now >= addon.createdAt + CONFLICT_SECONDS * 1000)
    return { status: 'CREATE_FAILED', issues: [conflictIssue(addon)] };
  if (cluster.updates.some((update) => !update.applied && update.change.of === 'addon' && update.change.name === addon.name)) {
    return { status: 'UPDATING', issues: [] };
  }
  if (now < addon.createdAt + SECONDS.addonActive * 1000) return { status: 'CREATING', issues: [] };
  const activeAt = addonActiveAt(world, cluster, addon);
  if (activeAt !== undefined && now >= activeAt) return { status: 'ACTIVE', issues: [] };
  return {
    status: 'DEGRADED',
    issues: [
      {
        code: 'InsufficientNumberOfReplicas',
        message: "The add-on is unhealthy because it doesn't have the desired number of replicas.",
        resourceIds: [],
      },
    ],
  };
}

/** When EKS calls it ACTIVE, as far as that can be told: one that needs nodes follows its pods. */
export function addonActiveAt(world: World, cluster: ClusterRecord, addon: AddonRecord): number | undefined {
  const from = needsNodes(addon) ? replicasAvailableAt(world, cluster, addon) : addon.createdAt;
  return from === undefined ? undefined : from + SECONDS.addonActive * 1000;
}

/**
 * When the pods of the add-on's Deployment are up: some seconds after the first node is Ready, and never while the role that
 * they were given does not let them in. Their Deployment says so earlier than EKS does (`domain-facts.md` N).
 */
export function replicasAvailableAt(world: World, cluster: ClusterRecord, addon: AddonRecord): number | undefined {
  if (!roleWorks(world, cluster, addon)) return undefined;
  const ready = Object.values(cluster.nodegroups)
    .flatMap((group) => group.nodes)
    .flatMap((node) => (node.readyAt === undefined || node.goneAt !== undefined ? [] : [node.readyAt]));
  return ready.length === 0 ? undefined : Math.max(addon.createdAt, Math.min(...ready)) + 15_000;
}

function needsNodes(addon: AddonRecord): boolean {
  return ADDON_CATALOG.some((each) => each.name === addon.name && each.needsNodes);
}

function roleWorks(world: World, cluster: ClusterRecord, addon: AddonRecord): boolean {
  const { roleArn } = addon.settings;
  const subject = SERVICE_ACCOUNTS[addon.name];
  if (roleArn === undefined || subject === undefined) return true;
  return canBeAssumedByServiceAccount(world, roleArn, issuerOf(cluster), subject);
}

function conflictIssue(addon: AddonRecord): AddonIssue {
  return {
    code: 'ConfigurationConflict',
    message: `Conflicts found when trying to apply. Will not continue due to resolve conflicts mode. Conflicts: ServiceAccount ${addon.name} - .metadata.labels`,
    resourceIds: [],
  };
}
