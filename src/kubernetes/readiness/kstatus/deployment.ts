import { conditionsOf, numberAt } from '../fields.ts';
import { current, failed, inProgress, type Rule } from '../verdict.ts';

const NO_DEADLINE = 2 ** 31 - 1;

export const deployment: Rule = (object) => {
  const conditions = conditionsOf(object);
  const progress = conditions.filter(({ type }) => type === 'Progressing');
  if (progress.some(({ reason }) => reason === 'ProgressDeadlineExceeded'))
    return failed('ProgressDeadlineExceeded', 'Progress deadline exceeded');
  // Without a deadline (the API server's word for none is the largest int32) the controller sets no condition Progressing.
  const progressing =
    (numberAt(object, 'spec', 'progressDeadlineSeconds') ?? NO_DEADLINE) === NO_DEADLINE ||
    progress.some(({ status, reason }) => status === 'True' && reason === 'NewReplicaSetAvailable');
  const available = conditions.some(({ type, status }) => type === 'Available' && status === 'True');

  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const status = (field: string): number => numberAt(object, 'status', field) ?? 0;
  const [total, updated] = [status('replicas'), status('updatedReplicas')];
  const [usable, ready] = [status('availableReplicas'), status('readyReplicas')];
  if (wanted > total) return inProgress('LessReplicas', `Replicas: ${total}/${wanted}`);
  if (wanted > updated) return inProgress('LessUpdated', `Updated: ${updated}/${wanted}`);
  if (total > wanted) return inProgress('ExtraPods', `Pending termination: ${total - wanted}`);
  if (updated > usable) return inProgress('LessAvailable', `Available: ${usable}/${updated}`);
  if (wanted > ready) return inProgress('LessReady', `Ready: ${ready}/${wanted}`);
  if (!progressing) return inProgress('ReplicaSetNotAvailable', 'ReplicaSet not Available');
  if (!available) return inProgress('DeploymentNotAvailable', 'Deployment not Available');
  return current('Current', `Deployment is available. Replicas: ${total}`);
};
