import { objectIn, textIn } from '../../json.ts';
import type { JsonObject, KubeObject } from '../../json.ts';
import { namespaceOf } from '../../objectStore.ts';
import type { ClusterView, Controller } from '../controller.ts';
import { tell } from '../events.ts';
import { DAEMON_SET, NODE, POD } from '../kinds.ts';
import { randomSuffix } from '../names.ts';
import {
  byController,
  isLeaving,
  labelsOf,
  numberIn,
  objectsIn,
  reconcileOwners,
  removeIfThere,
  specOf,
  uidOf,
  writeStatus,
} from '../objectParts.ts';
import { makePod } from '../pods/makePod.ts';
import { isOver, isReady, nodeOf } from '../pods/podState.ts';
import { templateHash } from './revisions.ts';

const NAME = 'daemonset-controller';
const HASH = 'controller-revision-hash';

/** A pod on every node, also on one that is not Ready: the network plugin is one of them. */
export const DAEMON_SETS: Controller = {
  name: NAME,
  reconcile(cluster) {
    const nodes = cluster.store.list(NODE);
    return reconcileOwners(cluster.store, { owner: DAEMON_SET, owned: POD }, (owner, all) => {
      reconcile(cluster, owner, all, nodes);
      return undefined;
    });
  },
};

/** What the controller adds to every one of its pods. */
const TOLERATIONS = ['not-ready', 'unreachable', 'disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((name) => ({
  key: `node.kubernetes.io/${name}`,
  operator: 'Exists',
}));

function reconcile(cluster: ClusterView, set: KubeObject, all: readonly KubeObject[], nodes: readonly KubeObject[]): void {
  const { store } = cluster;
  const template = objectIn(specOf(set), 'template');
  const hash = templateHash(template);
  const chosen = nodes.filter((node) => suits(node, objectIn(template, 'spec')));
  const living = all.filter((pod) => !isLeaving(pod) && !isOver(pod));
  const outdated = living.filter((pod) => labelsOf(pod)[HASH] !== hash);
  // One at a time: `maxUnavailable` is 1 unless it is written, and rounded up it is at least that.
  const allReady = living.length >= chosen.length && living.every(isReady);
  if (textIn(objectIn(specOf(set), 'updateStrategy'), 'type') !== 'OnDelete')
    for (const pod of allReady ? outdated.slice(0, 1) : outdated.filter((each) => !isReady(each))) removeIfThere(store, POD, pod);
  for (const node of chosen) {
    if (living.some((pod) => targetOf(pod) === node.metadata.name)) continue;
    add(cluster, set, template, hash, node.metadata.name);
  }
  const pods = (byController(store.list(POD)).get(uidOf(set)) ?? []).filter((pod) => !isOver(pod));
  const ready = pods.filter(isReady).length;
  const updated = pods.filter((pod) => labelsOf(pod)[HASH] === hash).length;
  writeStatus(store, DAEMON_SET, set, {
    currentNumberScheduled: pods.length,
    desiredNumberScheduled: chosen.length,
    numberMisscheduled: 0,
    numberReady: ready,
    observedGeneration: numberIn(set.metadata, 'generation') ?? 1,
    ...(updated > 0 && { updatedNumberScheduled: updated }),
    ...(ready > 0 && { numberAvailable: ready }),
    ...(chosen.length > ready && { numberUnavailable: chosen.length - ready }),
  });
}

/** The node that a pod is meant for: the scheduler binds it there and nowhere else. */
function targetOf(pod: KubeObject): string | undefined {
  return nodeOf(pod) ?? textIn(objectIn(specOf(pod), 'nodeSelector'), 'kubernetes.io/hostname');
}

function add(cluster: ClusterView, set: KubeObject, template: JsonObject, hash: string, node: string): void {
  const spec = objectIn(template, 'spec');
  const name = `${set.metadata.name}-${randomSuffix(cluster.world)}`;
  const { refused } = makePod(cluster, {
    name,
    template,
    owner: { kind: DAEMON_SET, object: set },
    labels: { [HASH]: hash },
    spec: {
      nodeSelector: { ...objectIn(spec, 'nodeSelector'), 'kubernetes.io/hostname': node },
      tolerations: [...objectsIn(spec, 'tolerations'), ...TOLERATIONS],
    },
  });
  if (refused !== undefined) {
    const message = `Error creating: ${refused.replace(name, `${set.metadata.name}-`)}`;
    tell(cluster, NAME, set, { type: 'Warning', reason: 'FailedCreate', message });
  } else tell(cluster, NAME, set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod in ${namespaceOf(set)}` });
}

function suits(node: KubeObject, spec: JsonObject): boolean {
  const labels = labelsOf(node);
  return Object.entries(objectIn(spec, 'nodeSelector')).every(([key, value]) => labels[key] === value);
}
