import { nameOf, textAt, timeAt } from '../fields.ts';

export interface EventTold {
  readonly reason: string;
  readonly message: string;
}

/** The warnings about an object, the newest first. Events name their object by uid, and by kind and name where they outlive it. */
export function warningsAbout(events: readonly object[], object: object): readonly EventTold[] {
  const uid = textAt(object, 'metadata', 'uid');
  const [kind, name] = [textAt(object, 'kind'), nameOf(object)];
  return warnings(
    events.filter((event) => {
      const about = textAt(event, 'involvedObject', 'uid');
      if (uid !== undefined && about !== undefined) return uid === about;
      return textAt(event, 'involvedObject', 'name') === name && textAt(event, 'involvedObject', 'kind') === kind;
    }),
  );
}

/** The same about whatever a Deployment made in between: its ReplicaSets, which are named after it. */
export function warningsAboutReplicaSets(events: readonly object[], deployment: object): readonly EventTold[] {
  const prefix = `${nameOf(deployment)}-`;
  return warnings(
    events.filter(
      (event) =>
        textAt(event, 'involvedObject', 'kind') === 'ReplicaSet' &&
        (textAt(event, 'involvedObject', 'name') ?? '').startsWith(prefix) &&
        !(textAt(event, 'involvedObject', 'name') ?? '').slice(prefix.length).includes('-'),
    ),
  );
}

/** The newest first. */
export function warnings(events: readonly object[]): readonly EventTold[] {
  return events
    .filter((event) => textAt(event, 'type') === 'Warning')
    .sort((a, b) => whenOf(b) - whenOf(a))
    .map((event) => ({ reason: textAt(event, 'reason') ?? '', message: textAt(event, 'message') ?? '' }));
}

function whenOf(event: object): number {
  return (
    timeAt(event, 'series', 'lastObservedTime') ??
    timeAt(event, 'lastTimestamp') ??
    timeAt(event, 'eventTime') ??
    timeAt(event, 'metadata', 'creationTimestamp') ??
    0
  );
}
