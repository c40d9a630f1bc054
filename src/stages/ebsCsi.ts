import { addonWithRole } from '../aws/eks/addon.ts';
import { ebsPolicy } from '../aws/iam/ebsPolicy.ts';
import { oidcProvider } from '../aws/iam/oidcProvider.ts';
import { webIdentityRole } from '../aws/iam/role.ts';
import { roleName } from '../aws/iam/roleName.ts';
import type { AddonOut } from '../aws/outputs.ts';
import { PLATFORM_TAG } from '../aws/tags.ts';
import type { Handle } from '../core/graph/resource.ts';
import type { Stage } from '../core/graph/stage.ts';
import { platformLabel } from '../kubernetes/platformLabel.ts';
import { storageClass } from '../kubernetes/storageClass.ts';
import { EBS_CSI_ADDON, addonOf } from './addons.ts';
import type { ClusterStage } from './cluster.ts';
import { eksScopeOf } from './eksScope.ts';
import type { StageContext } from './stageContext.ts';
import type { VpcStage } from './vpc.ts';
import { STORAGE_CLASS } from './storage.ts';

const SUMMARY =
  'Persistent volumes: the IAM OIDC provider of the cluster, a role that only the driver’s service account may assume, the EBS CSI add-on with that role, and a default storage class of gp3 volumes.';

const WARNINGS = [
  'The role comes before the add-on: an add-on without it installs well, and fails at the first volume claim.',
  'The add-on comes before any compute. Without nodes it is degraded for want of replicas; that is “waiting for compute” and not a failure, and it heals by itself.',
  'The role trusts one service account of one cluster: `sub` and `aud` are both pinned. A cluster that is made again has a new issuer, and the trust follows it.',
  'EKS makes no default storage class since 1.30: without one a claim that names no class waits for ever.',
  'Volumes outlive the cluster. They carry the platform’s tag, so that a destroy finds and deletes what the driver left.',
] as const;

export interface EbsCsiStage {
  readonly stage: Stage;
  readonly addon: Handle<AddonOut>;
}

/** The runbook's "EBS CSI Configuration": the role before the add-on, the add-on before any compute. */
export function ebsCsiStage(context: StageContext, network: VpcStage, { cluster, version: kubernetes }: ClusterStage): EbsCsiStage {
  const { spec, aws, identity, reach } = context;
  const { caller } = network;
  const name = roleName(spec.name, aws.region, 'ebs-csi');
  const oidc = oidcProvider(context, { caller, cluster });
  const policy = ebsPolicy(context, name, { caller });
  const role = webIdentityRole(
    context,
    {
      id: 'role/ebs-csi',
      title: 'EBS CSI driver role',
      name,
      permissionsBoundary: spec.permissionsBoundary,
      namespace: 'kube-system',
      serviceAccount: 'ebs-csi-controller-sa',
    },
    { caller, oidc, policy },
  );
  // Volumes carry the controller's tags and never ours, unless it is told: without this a volume that is left could not be told from anybody's.
  const volumeTags = { ...identity.tags, [PLATFORM_TAG]: identity.platform };
  const { version, wish } = addonOf(context, EBS_CSI_ADDON, kubernetes, { path: ['controller', 'extraVolumeTags'], value: volumeTags });
  const driver = addonWithRole(eksScopeOf(context), wish, { cluster, version, role });
  const gp3 = storageClass({ cluster, reach }, { name: STORAGE_CLASS, label: platformLabel(identity.platform), after: ['access/creator'] });
  return {
    addon: driver,
    stage: {
      id: 'ebs-csi',
      title: 'EBS CSI',
      doc: 'docs/stages/ebs-csi.md',
      icon: 'database',
      requires: ['cluster'],
      barrier: false,
      summary: SUMMARY,
      warnings: WARNINGS,
      resources: [oidc, policy, role, version, driver, gp3],
    },
  };
}
