import type { ResourceId } from '../core/graph/resource.ts';
import { grouped } from './grouped.ts';
import type { ManifestSet } from './manifestSet.ts';
import { compareKeys, objectId } from './objectKey.ts';
import type { ObjectKey } from './objectKey.ts';
import type { Reference } from './references.ts';

/** A Secret that somebody needs, that no manifest holds and that nothing here makes: a person has to give it. */
export interface MissingSecret {
  readonly id: ResourceId;
  readonly key: ObjectKey;
  /** Sorted. Empty where it is used as a whole, and only a person knows what belongs in it. */
  readonly keys: readonly string[];
  /** Who needs it, and where that is written. */
  readonly needs: readonly Reference[];
}

/** By namespace and name. Optional references, and Secrets that a Certificate, an Ingress with an issuer or a Job makes, are none. */
export function missingSecrets({ references, byId }: ManifestSet): readonly MissingSecret[] {
  const secrets = references.filter(({ to }) => to.kind === 'Secret' && to.group === '');
  const made = new Set(secrets.filter(({ makes }) => makes).map(({ to }) => objectId(to)));
  const wanted = secrets.filter(({ to, optional }) => !optional && !made.has(objectId(to)) && !byId.has(objectId(to)));
  return [...grouped(wanted, ({ to }) => objectId(to))]
    .flatMap(([id, needs]): readonly MissingSecret[] => {
      const [first] = needs;
      if (first === undefined) return [];
      return [{ id, key: first.to, keys: [...new Set(needs.flatMap(({ keys }) => keys))].toSorted(), needs }];
    })
    .toSorted((a, b) => compareKeys(a.key, b.key));
}
