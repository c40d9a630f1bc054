import { kindOf, numberAt } from '../fields.ts';
import { inProgress, type Readiness } from '../verdict.ts';

/** Kinds whose controller always tells which generation it has seen (apps/v1, policy/v1). */
const TELLS_GENERATION = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);

/**
 * A status from before our own write is none. kstatus compares generations only where both are set; kapp asks workloads for theirs, and
 * so do we: right after a create there is no status at all, and zero wanted pods would otherwise be ready at once.
 */
export function notOlder(object: object, said: Readiness): Readiness {
  if (said.status !== 'Current' || !TELLS_GENERATION.has(kindOf(object))) return said;
  const generation = numberAt(object, 'metadata', 'generation');
  if (generation === undefined || numberAt(object, 'status', 'observedGeneration') === generation) return said;
  return inProgress('NoObservedGeneration', `${kindOf(object)} generation ${generation} has not been observed yet`);
}
