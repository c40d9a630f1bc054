import { ResourceGraph } from '../core/graph/resourceGraph.ts';
import type { Stage } from '../core/graph/stage.ts';
import type { PlatformSpec } from '../core/platform/platformSpec.ts';
import { CLAIM, clusterStage } from './cluster.ts';
import { computeStage } from './compute.ts';
import { ebsCsiStage } from './ebsCsi.ts';
import { kubernetesStages } from './kubernetesStages.ts';
import { kubeconfigStage } from './kubeconfig.ts';
import type { StageContext } from './stageContext.ts';
import { vpcStage } from './vpc.ts';

/** The platform as a graph: every stage that is switched on, in the runbook's order. Building it sends nothing. @throws GraphError */
export function platformGraph(context: StageContext): ResourceGraph {
  return new ResourceGraph(platformStages(context));
}

/**
 * A stage that is switched off takes those with it that cannot be without it; `ebs-csi` and `kubeconfig` can be missed.
 * What it made before is then an orphan, and planned to go with a consent of its own.
 */
function platformStages(context: StageContext): readonly Stage[] {
  const on = (id: string): boolean => isEnabled(context.spec, id);
  if (!on('vpc')) return [];
  const network = vpcStage(context, on('cluster') ? [CLAIM] : []);
  if (!on('cluster')) return [network.stage];
  const control = clusterStage(context, network);
  const storage = on('ebs-csi') ? ebsCsiStage(context, network, control) : undefined;
  const below = [
    network.stage,
    control.stage,
    ...(storage === undefined ? [] : [storage.stage]),
    ...(on('compute') ? [computeStage(context, network, control, storage).stage] : []),
    ...(on('kubeconfig') ? [kubeconfigStage(context, network, control).stage] : []),
  ];
  const { kubernetes } = context;
  if (kubernetes === undefined) return below;
  return [
    ...below,
    ...kubernetesStages(
      context,
      kubernetes,
      control,
      below.map(({ id }) => id),
    ),
  ];
}

function isEnabled({ stages }: PlatformSpec, id: string): boolean {
  return stages[id]?.enabled !== false;
}
