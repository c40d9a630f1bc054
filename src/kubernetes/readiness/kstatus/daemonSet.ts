import { numberAt } from '../fields.ts';
import { current, inProgress, type Rule } from '../verdict.ts';

export const daemonSet: Rule = (object) => {
  // The generic check is lenient where these are missing; a controller that has acted has set them.
  if (numberAt(object, 'metadata', 'generation') === undefined) return inProgress('NoGeneration', 'Missing .metadata.generation');
  if (numberAt(object, 'status', 'observedGeneration') === undefined)
    return inProgress('NoObservedGeneration', 'Missing .status.observedGeneration');
  const desired = numberAt(object, 'status', 'desiredNumberScheduled');
  if (desired === undefined) return inProgress('NoDesiredNumber', 'Missing .status.desiredNumberScheduled');
  const lacks = (field: string): number | undefined => {
    const count = numberAt(object, 'status', field) ?? 0;
    return desired > count ? count : undefined;
  };
  for (const [reason, word, field] of STEPS) {
    const count = lacks(field);
    if (count !== undefined) return inProgress(reason, `${word}: ${count}/${desired}`);
  }
  return current('Current', `All replicas scheduled as expected. Replicas: ${desired}`);
};

const STEPS = [
  ['LessCurrent', 'Current', 'currentNumberScheduled'],
  ['LessUpdated', 'Updated', 'updatedNumberScheduled'],
  ['LessAvailable', 'Available', 'numberAvailable'],
  ['LessReady', 'Ready', 'numberReady'],
] as const;
