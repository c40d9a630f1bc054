import { at, listAt, numberAt, textAt } from '../fields.ts';
import type { EventTold } from './events.ts';

/** Why one container of a pod does not run, from its status and the pod's warnings; `undefined`: nothing is wrong with it that shows. */
export function whyContainerWaits(pod: object, status: unknown, warnings: readonly EventTold[]): string | undefined {
  const name = textAt(status, 'name') ?? '';
  const reason = textAt(status, 'state', 'waiting', 'reason') ?? '';
  const message = textAt(status, 'state', 'waiting', 'message') ?? '';
  if (IMAGE.has(reason)) return whyImage(reason, textAt(status, 'image') ?? imageOf(pod, name), message, warnings);
  if (CONFIG.has(reason)) return `${reason}: ${message === '' ? `container ${name}` : message}`;
  const ended = at(status, 'state', 'terminated') ?? at(status, 'lastState', 'terminated');
  if (ended !== undefined && textAt(ended, 'reason') === 'OOMKilled') return outOfMemory(pod, name);
  if (reason === 'CrashLoopBackOff') {
    const code = numberAt(ended, 'exitCode');
    return `CrashLoopBackOff: container ${name} ended with exit code ${code ?? 'unknown'}`;
  }
  const code = numberAt(status, 'state', 'terminated', 'exitCode');
  return code === undefined || code === 0
    ? undefined
    : `${textAt(ended, 'reason') ?? 'Error'}: container ${name} ended with exit code ${code}`;
}

/** Reasons of kubelet's image manager (pkg/kubelet/images). */
const IMAGE = new Set(['ImagePullBackOff', 'ErrImagePull', 'InvalidImageName', 'ErrImageNeverPull', 'ErrRegistryUnavailable']);
/** Reasons of kubelet's container manager whose message says what is missing. */
const CONFIG = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'PreCreateHookError',
  'PostStartHookError',
]);

/** What registries and container runtimes say, and what it means. */
const PULL_FAILURES: readonly (readonly [RegExp, string])[] = [
  [/toomanyrequests|rate limit/i, 'the registry allows no more pulls for now'],
  [/unauthorized|denied|forbidden|authentication required|no basic auth/i, 'access denied'],
  [/not found|manifest unknown|name unknown|does not exist/i, 'not found'],
  [/no such host|timeout|connection refused|i\/o|unreachable|x509/i, 'the registry cannot be reached'],
];

/** @param message the runtime's words, which may say nothing: then those of the warnings */
export function whyImage(reason: string, image: string, message: string, warnings: readonly EventTold[]): string {
  // A back-off says only that it waits: what went wrong stands in an event.
  const words = [message, ...warnings.filter(({ reason: about }) => about === 'Failed').map((event) => event.message)];
  const meaning = PULL_FAILURES.find(([pattern]) => words.some((text) => pattern.test(text)))?.[1];
  return `${reason}: ${withRegistry(image)} ${meaning ?? 'could not be pulled'}`;
}

/** As it is pulled: without a host it comes from Docker Hub, which is where the reason has to be looked for. */
function withRegistry(image: string): string {
  const [first = ''] = image.split('/');
  const hasHost = image.includes('/') && /[.:]|^localhost$/.test(first);
  return hasHost ? image : `docker.io/${image}`;
}

const containerOf = (pod: object, name: string): unknown =>
  [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')].find((each) => textAt(each, 'name') === name);

const imageOf = (pod: object, name: string): string => textAt(containerOf(pod, name), 'image') ?? '';

function outOfMemory(pod: object, name: string): string {
  const limit = textAt(containerOf(pod, name), 'resources', 'limits', 'memory');
  return limit === undefined
    ? `OOMKilled: the node had no memory left for container ${name}`
    : `OOMKilled: container ${name} needs more than its limit of ${limit}`;
}
