import type { Observation } from '../../core/graph/resource.ts';
import { conditionOf, kindOf, numberAt } from './fields.ts';
import type { Readiness } from './verdict.ts';

/** What of an observation a readiness decides; who observes adds outputs, owner and attributes. */
export interface ReadinessState {
  readonly state: Observation<unknown>['state'];
  readonly leaving?: true;
}

/**
 * The engine's word for a readiness. A workload that was complete in this generation and lost pods since is `degraded`: what needs it was
 * let go when it was complete, and it heals by itself. One that is still rolling out is `pending`.
 *
 * @param completeGeneration the generation in which this same process has seen it Current. A Deployment says itself that it was complete;
 * StatefulSets and DaemonSets say nothing of their past.
 */
export function stateOfReadiness(readiness: Readiness, object: object | undefined, completeGeneration?: number): ReadinessState {
  switch (readiness.status) {
    case 'Current':
      return { state: 'ready' };
    case 'Failed':
      return { state: 'failed' };
    case 'Terminating':
      return { state: 'pending', leaving: true };
    case 'NotFound':
      return { state: 'absent' };
    case 'Unknown':
      return { state: 'unknown' };
    case 'InProgress':
      return {
        state: object !== undefined && (holdsNothingBack(object) || hasLostPods(object, completeGeneration)) ? 'degraded' : 'pending',
      };
  }
}

const holdsNothingBack = (object: object): boolean => letsItsPodGo(object) || kindOf(object) === WAITS_FOR_DNS;

/** Until the registrar names the zone's servers no challenge can be met, for days maybe: it is shown as waiting, and everything goes on. */
const WAITS_FOR_DNS = 'Certificate';

/**
 * A claim comes before the workload that mounts it, and with `WaitForFirstConsumer` (EBS) gets its volume only after: as `pending` the two
 * would wait for each other for ever. It is watched until it is bound.
 */
const letsItsPodGo = (object: object): boolean => kindOf(object) === 'PersistentVolumeClaim';

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);

function hasLostPods(object: object, completeGeneration: number | undefined): boolean {
  if (!WORKLOADS.has(kindOf(object))) return false;
  const generation = numberAt(object, 'metadata', 'generation');
  if (generation === undefined || numberAt(object, 'status', 'observedGeneration') !== generation) return false;
  return generation === completeGeneration || wasComplete(object);
}

/** The controller says NewReplicaSetAvailable once a rollout is complete, and takes it back when the next one begins. */
function wasComplete(object: object): boolean {
  const progress = conditionOf(object, 'Progressing');
  const updated = numberAt(object, 'status', 'updatedReplicas') ?? 0;
  return progress?.status === 'True' && progress.reason === 'NewReplicaSetAvailable' && updated === numberAt(object, 'status', 'replicas');
}
