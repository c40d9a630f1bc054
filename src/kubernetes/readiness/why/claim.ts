import { nameOf, textAt } from '../fields.ts';
import { warningsAbout } from './events.ts';
import type { Evidence } from './evidence.ts';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** Why a PersistentVolumeClaim has no volume; `undefined`: it waits for its pod, which is not its fault. */
export function whyClaimWaits(claim: object, { events, storageClasses }: Evidence): string | undefined {
  const wanted = textAt(claim, 'spec', 'storageClassName');
  const isDefault = (each: object): boolean => textAt(each, 'metadata', 'annotations', DEFAULT_CLASS) === 'true';
  if (wanted === undefined && !storageClasses.some(isDefault)) return 'waiting for a volume: no default StorageClass';
  if (wanted !== undefined && wanted !== '' && !storageClasses.some((each) => nameOf(each) === wanted))
    return `waiting for a volume: no StorageClass ${wanted}`;
  const failure = warningsAbout(events, claim).find(({ reason }) => reason === 'ProvisioningFailed' || reason === 'FailedBinding');
  return failure === undefined ? undefined : `${failure.reason}: ${failure.message}`;
}
