import { textIn } from '../json.ts';
import type { KubeObject } from '../json.ts';
import { namespaceOf } from '../objectStore.ts';
import type { ClusterView, Controller } from './controller.ts';
import { EVENT } from './kinds.ts';
import { hashSuffix } from './names.ts';
import { createdAt, earliest, uidOf } from './objectParts.ts';

/** kube-apiserver `--event-ttl`. */
const KEPT_MS = 3_600_000;

export interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Records an event about an object. The same words about the same object are told once: telling them again writes nothing. */
export function tell({ store }: ClusterView, source: string, about: KubeObject, { type, reason, message }: Told): void {
  const namespace = namespaceOf(about) === '' ? 'default' : namespaceOf(about);
  const name = `${about.metadata.name}.${hashSuffix(`${uidOf(about)} ${reason} ${message}`, 16)}`;
  if (store.find(EVENT, namespace, name) !== undefined) return;
  const time = store.time();
  store.create(EVENT, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name: about.metadata.name,
      ...(namespaceOf(about) !== '' && { namespace: namespaceOf(about) }),
      uid: uidOf(about),
      resourceVersion: textIn(about.metadata, 'resourceVersion') ?? '',
    },
    type,
    reason,
    message,
    source: { component: source },
    reportingComponent: source,
    reportingInstance: '',
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
  });
}

/** Events are forgotten after an hour. */
export const EVENT_EXPIRY: Controller = {
  name: 'event-expiry',
  reconcile({ store }, now) {
    let next: number | undefined;
    for (const event of store.list(EVENT)) {
      const until = createdAt(event) + KEPT_MS;
      if (until <= now) store.remove(EVENT, namespaceOf(event), event.metadata.name);
      else next = earliest(next, until);
    }
    return next;
  },
};
