import { updateKubeconfig } from '../aws/eks/cluster.ts';
import type { CallerOut, ClusterOut } from '../aws/outputs.ts';
import { compare } from '../core/graph/compare.ts';
import type { Handle, Look, Resource } from '../core/graph/resource.ts';
import type { Stage } from '../core/graph/stage.ts';
import type { ClusterStage } from './cluster.ts';
import type { StageContext } from './stageContext.ts';
import type { VpcStage } from './vpc.ts';

type KubeconfigNeeds = { readonly caller: Handle<CallerOut>; readonly cluster: Handle<ClusterOut> };

export interface KubeconfigOut {
  readonly path: string;
  readonly context: string;
}

/**
 * The entry that `aws eks update-kubeconfig` writes. Whatever stands under our cluster's ARN is ours, whoever wrote it: it is as much
 * ours as the cluster is, and stays with a cluster that is somebody else's.
 */
export function kubeconfigEntry({ spec, aws, kubeconfig }: StageContext, needs: KubeconfigNeeds): Resource<KubeconfigOut, KubeconfigNeeds> {
  const title = 'kubeconfig entry';
  const arnOf = ({ account, partition }: Partial<CallerOut>): string | undefined =>
    account === undefined || partition === undefined ? undefined : `arn:${partition}:eks:${aws.region}:${account}:cluster/${spec.name}`;
  const arnNow = async (look: Look): Promise<string | undefined> => arnOf((await look.outputs(needs.caller)) ?? {});
  return {
    id: 'kubeconfig',
    kind: 'kubeconfig',
    provider: 'kubernetes',
    title,
    needs,
    within: needs.cluster,
    leaves: true,
    async observe(look) {
      const arn = await arnNow(look);
      const entry = arn === undefined ? undefined : await kubeconfig.read(arn);
      if (arn === undefined || entry === undefined) return { state: 'absent' };
      const path = await kubeconfig.path(arn);
      return {
        state: 'ready',
        owner: 'slipway',
        physicalId: arn,
        reason: path,
        outputs: { path, context: arn },
        attributes: { server: entry.server, certificateAuthority: entry.certificateAuthority },
      };
    },
    steps: {
      plan: (seen, { cluster }) => compare(title, seen, { server: cluster.endpoint, certificateAuthority: cluster.certificateAuthority }),
      create: ({ cluster }) => kubeconfig.write(cluster.arn, entryOf(cluster)),
      update: (_seen, { cluster }) => kubeconfig.write(cluster.arn, entryOf(cluster)),
      delete: (seen) => kubeconfig.remove(seen.physicalId),
    },
    estimate: () => ({ createSeconds: 1, updateSeconds: 1, deleteSeconds: 1, monthlyUsd: 0 }),
    commands: () => [updateKubeconfig(aws.region, spec.name)],
  };
}

function entryOf({ endpoint, certificateAuthority }: ClusterOut) {
  return { server: endpoint, certificateAuthority };
}

const WARNINGS = [
  'A cluster that is made again has another endpoint and another certificate under the same name: the entry is compared with the cluster and brought up to date; the namespace of its context stays.',
  'Whatever stands under the cluster’s ARN is taken for its entry, whoever wrote it, as long as the cluster is the platform’s own; every other entry and the rest of the file stay as they are.',
  'In a rehearsal the entry goes to a file in the rehearsed world and never to your own kubeconfig.',
] as const;

/** The runbook's "Local kubectl configuration". A leaf: no stage needs it, tokens are made in process. */
export function kubeconfigStage(context: StageContext, { caller }: VpcStage, { cluster }: ClusterStage): { readonly stage: Stage } {
  return {
    stage: {
      id: 'kubeconfig',
      title: 'Local kubectl configuration',
      doc: 'docs/stages/kubeconfig.md',
      icon: 'terminal',
      requires: ['cluster'],
      barrier: false,
      summary:
        'The entry of the cluster in your kubeconfig, as `aws eks update-kubeconfig` writes it. No stage needs it: Slipway makes its own tokens.',
      warnings: WARNINGS,
      resources: [kubeconfigEntry(context, { caller, cluster })],
    },
  };
}
