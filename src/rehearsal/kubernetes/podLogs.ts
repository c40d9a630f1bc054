import { isList, isObject, objectIn, textIn } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';

/**
 * What a container has written: what its program said at its ends (the kubelet keeps that as the message of its termination), and that
 * it started.
 * @param previous of the run before this one
 */
export function logOf(pod: KubeObject, container: string, previous: boolean): string {
  const status = objectIn(pod, 'status');
  const found = [...objectsIn(status['containerStatuses']), ...objectsIn(status['initContainerStatuses'])].find(
    (each) => each['name'] === container,
  );
  const [state, last] = [objectIn(found, 'state'), objectIn(found, 'lastState')];
  if (previous) return runText(objectIn(last, 'terminated'));
  const ended = objectIn(state, 'terminated');
  if (Object.keys(ended).length > 0) return runText(ended);
  const running = textIn(objectIn(state, 'running'), 'startedAt');
  if (running !== undefined) return `${running} ${container} started\n`;
  return runText(objectIn(last, 'terminated'));
}

function runText(ended: JsonObject): string {
  const message = textIn(ended, 'message') ?? '';
  const started = textIn(ended, 'startedAt');
  const text = `${started === undefined ? '' : `${started} started\n`}${message}`;
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

const objectsIn = (value: Json | undefined): readonly JsonObject[] => (isList(value) ? value.filter(isObject) : []);
