import type { World } from '../world.ts';
import type { StoredObjects } from './objectStore.ts';

/** The objects of all clusters, by the clusters' ids. Written down as they are: use `objectsOf`, which lets controllers work first. */
export function storedObjects(world: World): Record<string, StoredObjects> {
  return world.part<Record<string, StoredObjects>>('kubernetes', () => ({}));
}
