import { objectIn, textIn } from '../../json.ts';
import type { JsonObject, KubeObject } from '../../json.ts';
import { conditionIn, isLeaving, objectsIn, specOf, statusOf, timeIn } from '../objectParts.ts';

export const phaseOf = (pod: KubeObject): string => textIn(statusOf(pod), 'phase') ?? 'Pending';

/** It runs no more, and holds neither slot nor memory. */
export const isOver = (pod: KubeObject): boolean => ['Succeeded', 'Failed'].includes(phaseOf(pod));

export const nodeOf = (pod: KubeObject): string | undefined => textIn(specOf(pod), 'nodeName');

export function isReady(pod: KubeObject): boolean {
  return !isLeaving(pod) && textIn(conditionIn(statusOf(pod), 'Ready'), 'status') === 'True';
}

/** Since when it is ready, world time in ms. */
export function readySince(pod: KubeObject): number | undefined {
  return isReady(pod) ? timeIn(conditionIn(statusOf(pod), 'Ready'), 'lastTransitionTime') : undefined;
}

export function isAvailable(pod: KubeObject, minReadySeconds: number, now: number): boolean {
  const since = readySince(pod);
  return since !== undefined && since + minReadySeconds * 1000 <= now;
}

export const containersOf = (pod: KubeObject): readonly JsonObject[] => objectsIn(specOf(pod), 'containers');
export const initContainersOf = (pod: KubeObject): readonly JsonObject[] => objectsIn(specOf(pod), 'initContainers');

/** Claims that its volumes name, by the names of the claims. */
export function claimsOf(pod: KubeObject): readonly string[] {
  return objectsIn(specOf(pod), 'volumes').flatMap((volume) => textIn(objectIn(volume, 'persistentVolumeClaim'), 'claimName') ?? []);
}
