import { at, conditionsOf, numberAt } from '../fields.ts';
import { current, failed, inProgress, type Rule } from '../verdict.ts';

export const job: Rule = (object) => {
  const completions = numberAt(object, 'spec', 'completions') ?? numberAt(object, 'spec', 'parallelism') ?? 1;
  const status = (field: string): number => numberAt(object, 'status', field) ?? 0;
  for (const { type, status: holds } of conditionsOf(object)) {
    if (holds !== 'True') continue;
    if (type === 'Complete') return current('Current', `Job Completed. Succeeded: ${status('succeeded')}/${completions}`);
    if (type === 'Failed') return failed('JobFailed', `Job Failed. Failed: ${status('failed')}/${completions}`);
    if (type === 'Suspended' && at(object, 'spec', 'suspend') === true) return current('Current', 'Job is suspended');
  }
  if (at(object, 'status', 'startTime') === undefined) return inProgress('JobNotStarted', 'Job not started');
  return current('Current', `Job in progress. Succeeded: ${status('succeeded')}, active: ${status('active')}, failed: ${status('failed')}`);
};
