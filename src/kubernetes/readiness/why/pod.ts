import { conditionOf, listAt, nameOf, textAt } from '../fields.ts';
import { whyContainerWaits } from './container.ts';
import { warningsAbout, type EventTold } from './events.ts';
import type { Evidence } from './evidence.ts';
import { whyNotScheduled } from './scheduling.ts';

/** Why a pod is not ready, `undefined` where nothing shows yet. */
export function whyPod(pod: object, evidence: Evidence): string | undefined {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') return whyNotScheduled(pod, scheduled.message, evidence);
  const warnings = warningsAbout(evidence.events, pod);
  const statuses = [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')];
  const container = statuses.map((status) => whyContainerWaits(pod, status, warnings)).find((why) => why !== undefined);
  if (container !== undefined) return container;
  const phase = textAt(pod, 'status', 'phase');
  const ended = textAt(pod, 'status', 'reason');
  if (phase === 'Failed') return `${ended ?? 'Failed'}: ${textAt(pod, 'status', 'message') ?? `pod ${nameOf(pod)} has failed`}`;
  return phase === 'Running' ? whyUnhealthy(warnings) : whyNotStarted(warnings);
}

export const isReadyPod = (pod: object): boolean =>
  conditionOf(pod, 'Ready')?.status === 'True' || textAt(pod, 'status', 'phase') === 'Succeeded';

/** Before a container runs, kubelet tells in events alone what it waits for. */
const STARTING = ['FailedMount', 'FailedAttachVolume', 'FailedMapVolume', 'FailedCreatePodSandBox', 'NetworkNotReady'];

export function whyNotStarted(warnings: readonly EventTold[]): string | undefined {
  const found = warnings.find(({ reason }) => STARTING.includes(reason));
  if (found === undefined) return undefined;
  // `MountVolume.SetUp failed for volume "keys" : secret "minio" not found`
  const [, cause] = /^MountVolume\.\w+ failed for volume "[^"]*" : (.+)$/s.exec(found.message) ?? [];
  return `${found.reason}: ${cause ?? found.message}`;
}

export function whyUnhealthy(warnings: readonly EventTold[]): string | undefined {
  const found = warnings.find(({ reason }) => reason === 'Unhealthy');
  return found === undefined ? undefined : `Unhealthy: ${found.message}`;
}
