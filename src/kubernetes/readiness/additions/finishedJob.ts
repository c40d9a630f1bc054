import { conditionOf, numberAt } from '../fields.ts';
import { failed, inProgress, type Addition } from '../verdict.ts';

/** Others wait for what a Job does, so a running one is not done yet; kstatus calls it Current. The reason of a failure is kept. */
export const finishedJob: Addition = (object, kstatus) => {
  if (kstatus.status === 'Failed') {
    const { reason, message } = conditionOf(object, 'Failed') ?? { reason: '', message: '' };
    return failed(reason === '' ? kstatus.reason : reason, message === '' ? kstatus.message : message);
  }
  if (kstatus.status !== 'Current' || kstatus.message.startsWith('Job is suspended')) return kstatus;
  if (conditionOf(object, 'Complete')?.status === 'True') return kstatus;
  return inProgress('JobRunning', kstatus.message);
};

/** Whether the API server takes a Job away once it is done: one of ours that is gone is then done, not missing (as Flux's JobsWithTTL). */
export const vanishesWhenDone = (object: object): boolean => numberAt(object, 'spec', 'ttlSecondsAfterFinished') !== undefined;
