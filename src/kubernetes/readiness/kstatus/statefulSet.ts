import { numberAt, textAt } from '../fields.ts';
import { current, inProgress, type Rule } from '../verdict.ts';

export const statefulSet: Rule = (object) => {
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete')
    return current('Current', 'StatefulSet is using the ondelete update strategy');
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const status = (field: string): number => numberAt(object, 'status', field) ?? 0;
  const [total, ready, updated] = [status('replicas'), status('readyReplicas'), status('updatedReplicas')];
  if (wanted > total) return inProgress('LessReplicas', `Replicas: ${total}/${wanted}`);
  if (wanted > ready) return inProgress('LessReady', `Ready: ${ready}/${wanted}`);
  if (total > wanted) return inProgress('ExtraPods', `Pending termination: ${total - wanted}`);
  const partition = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  if (partition !== undefined) {
    if (updated < wanted - partition) return inProgress('PartitionRollout', `Updated: ${updated}/${wanted - partition}`);
    return current('Current', `Partition rollout complete. Updated: ${updated}`);
  }
  if (wanted > status('currentReplicas')) return inProgress('LessCurrent', `Current: ${status('currentReplicas')}/${wanted}`);
  if (textAt(object, 'status', 'currentRevision') !== textAt(object, 'status', 'updateRevision'))
    return inProgress('RevisionMismatch', 'Waiting for updated revision to match current');
  return current('Current', `All replicas scheduled as expected. Replicas: ${total}`);
};
