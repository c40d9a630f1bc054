import type { ResourceId } from '../core/graph/resource.ts';
import { releaseId } from '../kubernetes/helm/release.ts';
import type { Edge } from '../manifests/edges.ts';
import type { PlacedObject } from '../manifests/manifestObject.ts';
import { groupKind, objectId } from '../manifests/objectKey.ts';
import type { StageChart } from './kubernetesContext.ts';
import { kubernetesTable } from './kubernetesTable.ts';

/**
 * The edges with those to releases: what a chart defines or has checked comes after it. No manifest tells what is in a chart that is not
 * rendered yet; the table of stages does for the runbook's, and beside a chart stand the objects of its own kinds.
 */
export function withReleaseEdges(
  edges: ReadonlyMap<ResourceId, readonly Edge[]>,
  objects: readonly PlacedObject[],
  charts: readonly StageChart[],
): ReadonlyMap<ResourceId, readonly Edge[]> {
  const all = new Map(edges);
  for (const object of objects) {
    const more = charts.flatMap((chart) => edgeTo(chart, object));
    if (more.length > 0) all.set(objectId(object.key), [...(all.get(objectId(object.key)) ?? []), ...more]);
  }
  return all;
}

function edgeTo(chart: StageChart, { key, stage }: PlacedObject): readonly Edge[] {
  const serves = kubernetesTable.find(({ id }) => id === chart.stage)?.serves ?? [];
  const to = releaseId(chart);
  if (stage === chart.stage && isCustom(key.group)) return [{ to, order: 'must', because: 'that chart defines its kind' }];
  const isServed = serves.includes(key.group) || serves.includes(groupKind(key));
  return isServed ? [{ to, order: 'should', because: 'that chart defines or checks its kind' }] : [];
}

/** Groups of Kubernetes itself have no dot, or end in `.k8s.io`. */
const isCustom = (group: string): boolean => group.includes('.') && !group.endsWith('.k8s.io');
