import type { ResourceId } from '../../../src/core/graph/resource.ts';
import { ResourceGraph } from '../../../src/core/graph/resourceGraph.ts';
import type { Stage } from '../../../src/core/graph/stage.ts';
import type { ClusterAddress } from '../../../src/kubernetes/connection.ts';
import { applySet } from '../../../src/kubernetes/objects/applySet.ts';
import { objectResource } from '../../../src/kubernetes/objects/objectResource.ts';
import type { ReachCluster } from '../../../src/kubernetes/reach.ts';
import { edgesOf } from '../../../src/manifests/edges.ts';
import { manifestSet, type ManifestSet } from '../../../src/manifests/manifestSet.ts';
import { objectId } from '../../../src/manifests/objectKey.ts';
import { given } from '../../engines/given.ts';

export interface FileOf {
  readonly path: string;
  /** Objects, one document each. */
  readonly documents: readonly object[];
  readonly stage?: string;
}

/** Files as a set: what the runner would have read. */
export function setOf(files: readonly FileOf[]): ManifestSet {
  const stages = [...new Set(files.map(({ stage = 'all' }) => stage))];
  return manifestSet(
    stages.map((stage) => ({
      stage,
      namespace: 'default',
      files: files
        .filter((file) => (file.stage ?? 'all') === stage)
        .map(({ path, documents }) => ({
          path,
          file: `/platform/${path}`,
          text: documents.map((each) => JSON.stringify(each)).join('\n---\n'),
        })),
    })),
  );
}

/** The objects of a set as a graph on a given cluster: what the stages would build. */
export function graphOf(set: ManifestSet, address: ClusterAddress, reach: ReachCluster, label: string): ResourceGraph {
  const cluster = given('cluster', address);
  const inCluster = { cluster, reach };
  const { after } = edgesOf(set);
  const stages = [...new Set(set.objects.map(({ stage }) => stage))].map((stage): Stage => {
    const members = set.objects.filter((object) => object.stage === stage);
    const inventory = applySet(inCluster, { stage, label, members: members.map(({ key }) => key), after: [] });
    const resources = members.map((object) => {
      const id: ResourceId = objectId(object.key);
      return objectResource(inCluster, {
        object,
        title: id,
        label,
        applySet: inventory,
        after: (after.get(id) ?? []).map(({ to }) => to),
      });
    });
    return { id: stage, title: stage, doc: '', icon: '', requires: [], barrier: false, resources: [inventory.resource, ...resources] };
  });
  return new ResourceGraph([
    { id: 'given', title: 'Given', doc: '', icon: '', requires: [], barrier: false, resources: [cluster] },
    ...stages,
  ]);
}
