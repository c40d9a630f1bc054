import { sameJson, textIn } from '../json.ts';
import { namespaceOf } from '../objectStore.ts';
import type { Change, ObjectStore } from '../objectStore.ts';
import type { Controller } from './controller.ts';
import { everything } from './namespaces.ts';
import { isLeaving, objectsIn, textsIn, uidOf, writeMetadata } from './objectParts.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/** Up to which revision a cluster has been looked through. */
const cleanAt = new WeakMap<ObjectStore, number>();

/** Only what went, is told to go, or has other owners than before can leave something that nobody owns. */
function leavesGarbage({ type, object, before }: Change): boolean {
  const owners = object.metadata['ownerReferences'];
  return (
    type === 'DELETED' || isLeaving(object) || (owners !== undefined && !sameJson(owners, before?.metadata['ownerReferences'] ?? null))
  );
}

/** What nobody owns any more goes; an owner that waits for what it owns goes after that (kubernetes.io, "Garbage Collection"). */
export const GARBAGE: Controller = {
  name: 'garbage-collector',
  reconcile(cluster) {
    const { store } = cluster;
    const { revision } = store;
    const isAsBefore = store.changesSince(cleanAt.get(store) ?? -1)?.every((change) => !leavesGarbage(change)) === true;
    cleanAt.set(store, revision);
    if (isAsBefore) return undefined;
    const all = everything(cluster);
    const living = new Map(all.map(({ object }) => [uidOf(object), object]));
    for (const { kind, object } of all) {
      const owners = objectsIn(object.metadata, 'ownerReferences');
      if (owners.length === 0 || isLeaving(object)) continue;
      const keeps = owners.some((owner) => {
        const there = living.get(textIn(owner, 'uid') ?? '');
        return there !== undefined && !textsIn(there.metadata, 'finalizers').includes(FOREGROUND);
      });
      if (!keeps) store.remove(kind, namespaceOf(object), object.metadata.name);
    }
    const owned = new Set(
      everything(cluster).flatMap(({ object }) => objectsIn(object.metadata, 'ownerReferences').map((each) => textIn(each, 'uid') ?? '')),
    );
    for (const { kind, object } of everything(cluster)) {
      const finalizers = textsIn(object.metadata, 'finalizers');
      if (!isLeaving(object) || !finalizers.some((each) => each === FOREGROUND || each === ORPHAN)) continue;
      if (finalizers.includes(FOREGROUND) && owned.has(uidOf(object))) continue;
      if (finalizers.includes(ORPHAN)) disown(cluster, uidOf(object));
      const left = finalizers.filter((each) => each !== FOREGROUND && each !== ORPHAN);
      writeMetadata(store, kind, object, { finalizers: left });
      if (left.length === 0 && store.find(kind, namespaceOf(object), object.metadata.name) !== undefined)
        store.remove(kind, namespaceOf(object), object.metadata.name);
    }
    return undefined;
  },
};

/** `propagationPolicy: Orphan`: what it owned stays, without an owner. */
function disown(cluster: Parameters<Controller['reconcile']>[0], uid: string): void {
  for (const { kind, object } of everything(cluster)) {
    const owners = objectsIn(object.metadata, 'ownerReferences');
    const left = owners.filter((each) => textIn(each, 'uid') !== uid);
    if (left.length < owners.length) writeMetadata(cluster.store, kind, object, { ownerReferences: left });
  }
}
