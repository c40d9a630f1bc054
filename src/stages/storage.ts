import type { Json } from '../core/graph/resource.ts';
import { at, itemsAt } from '../manifests/json.ts';
import type { ManifestObject } from '../manifests/manifestObject.ts';
import { groupKind } from '../manifests/objectKey.ts';
import { matches } from '../manifests/patterns.ts';

/** The class that the stage ebs-csi makes, and makes the default one. */
export const STORAGE_CLASS = 'slipway-gp3';
export const STORAGE_CLASS_ID = `StorageClass.storage.k8s.io/${STORAGE_CLASS}`;

const EPHEMERAL = 'spec.template.spec.volumes[].ephemeral.volumeClaimTemplate';

/** Whether volumes of our class are made for it: by name, or because it names none (a claim that is made before there is a default class waits for one). */
export function takesOurClass({ key, json }: ManifestObject): boolean {
  const claims: readonly Json[] =
    groupKind(key) === 'PersistentVolumeClaim'
      ? [json]
      : [...itemsAt(json, 'spec', 'volumeClaimTemplates'), ...matches(json, EPHEMERAL).map(({ value }) => value)];
  return claims.some((claim) => {
    const name = at(claim, 'spec', 'storageClassName');
    return (name === undefined || name === null || name === STORAGE_CLASS) && at(claim, 'spec', 'volumeName') === undefined;
  });
}
