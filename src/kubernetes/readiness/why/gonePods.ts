import { at, nameOf, textAt, timeAt } from '../fields.ts';
import { whyImage } from './container.ts';
import { warnings, type EventTold } from './events.ts';
import type { Evidence } from './evidence.ts';
import { whyNotStarted, whyUnhealthy } from './pod.ts';
import { whyNotScheduled } from './scheduling.ts';

/**
 * What kept the pods of a Job that were taken away at its deadline: the warnings about them outlive them by an hour (kube-apiserver
 * `--event-ttl`). Those of a Job that had its name before are older than it.
 */
export function whyGonePods(job: object, evidence: Evidence): string | undefined {
  const prefix = `${nameOf(job)}-`;
  const since = timeAt(job, 'metadata', 'creationTimestamp') ?? 0;
  const about = evidence.events.filter((event) => {
    const name = textAt(event, 'involvedObject', 'name') ?? '';
    if (textAt(event, 'involvedObject', 'kind') !== 'Pod' || !name.startsWith(prefix) || name.slice(prefix.length).includes('-'))
      return false;
    return (timeAt(event, 'metadata', 'creationTimestamp') ?? since) >= since;
  });
  const told = warnings(about);
  const pod = { spec: at(job, 'spec', 'template', 'spec') };
  const unscheduled = told.find(({ reason }) => reason === 'FailedScheduling');
  // One that found a node in the end says so by what went wrong on it.
  return (
    whyNotPulled(told) ?? whyNotStarted(told) ?? whyUnhealthy(told) ?? (unscheduled && whyNotScheduled(pod, unscheduled.message, evidence))
  );
}

function whyNotPulled(told: readonly EventTold[]): string | undefined {
  const failed = told.find(({ message }) => message.startsWith('Failed to pull image "'));
  const [, image] = /^Failed to pull image "([^"]+)"/.exec(failed?.message ?? '') ?? [];
  return image === undefined ? undefined : whyImage('ImagePullBackOff', image, failed?.message ?? '', []);
}
