import { conditionOf, listAt, textAt, timeAt } from '../fields.ts';
import { current, failed, inProgress, type Readiness, type Rule } from '../verdict.ts';

/** Milliseconds that the scheduler has before a pod that it could not place counts as failed. */
const SCHEDULE_WINDOW = 15_000;

export const pod: Rule = (object, now) => {
  const phase = textAt(object, 'status', 'phase') ?? '';
  switch (phase) {
    case 'Succeeded':
      return current('Current', 'Pod has completed successfully');
    case 'Failed':
      return current('Current', 'Pod has completed, but not successfully');
    case 'Running':
      return running(object);
    case 'Pending':
      return pending(object, now);
    case '':
      return inProgress('PodNotObserved', 'Pod phase not available');
    default:
      // kstatus answers with an error here; who asks us gets one of the six words.
      return { status: 'Unknown', reason: 'UnknownPhase', message: `unknown phase ${phase}` };
  }
};

function running(object: object): Readiness {
  if (conditionOf(object, 'Ready')?.status === 'True') return current('Current', 'Pod is Ready');
  const crashing = listAt(object, 'status', 'containerStatuses')
    .filter((container) => textAt(container, 'state', 'waiting', 'reason') === 'CrashLoopBackOff')
    .map((container) => textAt(container, 'name') ?? '');
  if (crashing.length > 0) return failed('ContainerCrashLooping', `Containers in CrashLoop state: ${crashing.join(',')}`);
  return inProgress('PodRunningNotReady', 'Pod is running but is not Ready');
}

function pending(object: object, now: number): Readiness {
  const scheduled = conditionOf(object, 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return inProgress('PodPending', 'Pod is in the Pending phase');
  const made = timeAt(object, 'metadata', 'creationTimestamp');
  if (made === undefined || now - made < SCHEDULE_WINDOW) return inProgress('PodNotScheduled', 'Pod has not been scheduled');
  return failed('PodUnschedulable', 'Pod could not be scheduled');
}
