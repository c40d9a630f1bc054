import { replicasAvailableAt } from '../../../eks/addonHealth.ts';
import type { JsonObject, KubeObject } from '../../json.ts';
import { namespaceOf } from '../../objectStore.ts';
import type { ClusterView } from '../controller.ts';
import type { Run } from './programs.ts';

/** The EBS CSI controller runs only as long as the role that it was given lets it in. */
export function addonProgram({ world, cluster }: ClusterView, pod: KubeObject, container: JsonObject): Run | undefined {
  if (namespaceOf(pod) !== 'kube-system' || !pod.metadata.name.startsWith('ebs-csi-controller-')) return undefined;
  const addon = cluster.addons['aws-ebs-csi-driver'];
  if (addon === undefined || container['name'] !== 'ebs-plugin') return {};
  if (replicasAvailableAt(world, cluster, addon) !== undefined) return {};
  return {
    endsAfterMs: 4_000,
    exitCode: 255,
    log: 'Failed health check (verify network connection and IAM credentials): dry-run EC2 API call failed: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n',
  };
}
