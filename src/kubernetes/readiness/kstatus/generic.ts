import { at, conditionsOf, kindOf, numberAt } from '../fields.ts';
import { failed, inProgress, type Readiness } from '../verdict.ts';

/** What kstatus asks of every kind, before the kind's own rule. `undefined`: nothing of it holds. */
export function generic(object: object): Readiness | undefined {
  if (at(object, 'metadata', 'deletionTimestamp') !== undefined)
    return { status: 'Terminating', reason: 'Terminating', message: 'being deleted' };
  const generation = numberAt(object, 'metadata', 'generation');
  const observed = numberAt(object, 'status', 'observedGeneration');
  if (generation !== undefined && observed !== undefined && generation !== observed)
    return inProgress(
      'LatestGenerationNotObserved',
      `${kindOf(object)} generation is ${generation}, but latest observed generation is ${observed}`,
    );
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type === 'Reconciling' && status === 'True') return inProgress(reason, message);
    if (type === 'Stalled' && status === 'True') return failed(reason, message);
  }
  return undefined;
}
