import { conditionOf, numberAt } from '../fields.ts';
import { current, inProgress, type Addition } from '../verdict.ts';

/**
 * A condition that a kind always sets once its controller has looked: without it the kind is not ready, while kstatus calls it Current.
 * A condition of an older generation says nothing of this one (cert-manager writes `observedGeneration` into each condition).
 */
export function ownCondition(type: string): Addition {
  return (object, kstatus) => {
    if (kstatus.status === 'Terminating' || kstatus.status === 'Failed') return kstatus;
    const found = conditionOf(object, type);
    if (found === undefined) return inProgress('NotObserved', `its controller has not said ${type} yet`);
    const generation = numberAt(object, 'metadata', 'generation');
    if (found.observedGeneration !== undefined && generation !== undefined && found.observedGeneration < generation)
      return inProgress('LatestGenerationNotObserved', `${type} is of generation ${found.observedGeneration}, wanted is ${generation}`);
    if (found.status === 'True') return kstatus.status === 'InProgress' ? kstatus : current(found.reason || 'Current', found.message);
    return inProgress(found.reason || `Not${type}`, found.message);
  };
}
