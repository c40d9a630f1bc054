import { conditionOf, numberAt } from '../fields.ts';
import { current, inProgress, type Rule } from '../verdict.ts';

export const replicaSet: Rule = (object) => {
  if (conditionOf(object, 'ReplicaFailure')?.status === 'True')
    return inProgress('ReplicaFailure', 'Replica Failure condition. Check Pods');
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const status = (field: string): number => numberAt(object, 'status', field) ?? 0;
  const [labelled, available] = [status('fullyLabeledReplicas'), status('availableReplicas')];
  const [ready, total] = [status('readyReplicas'), status('replicas')];
  if (wanted > labelled) return inProgress('LessLabelled', `Labelled: ${labelled}/${wanted}`);
  if (wanted > available) return inProgress('LessAvailable', `Available: ${available}/${wanted}`);
  if (wanted > ready) return inProgress('LessReady', `Ready: ${ready}/${wanted}`);
  if (total > wanted) return inProgress('ExtraPods', `Pending termination: ${total - wanted}`);
  return current('Current', `ReplicaSet is available. Replicas: ${total}`);
};
