import type { Answer } from './kubernetesAsker.ts';

/** Differs from run to run, whoever answers. */
const VOLATILE = [
  'deployment.kubernetes.io/revision',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'time',
  'deletionTimestamp',
  'lastTransitionTime',
  'lastUpdateTime',
  'selfLink',
  'remainingItemCount',
  'nodePort',
  'clusterIP',
  'clusterIPs',
];

/** An answer without what is different each time, and without what controllers write: they have their own pace, and tests of their own. */
export function comparable({ status, body }: Answer): unknown {
  return {
    status,
    body: masked(isObject(body) && ['Deployment', 'Scale'].includes(String(body['kind'])) ? { ...body, status: '*' } : body),
  };
}

/** Entries of one second stand in the order of their names, and seconds pass differently. Other lists stay as they are. */
function byManager(a: unknown, b: unknown): number {
  if (!isObject(a) || !isObject(b) || !('fieldsV1' in a)) return 0;
  const keyOf = ({ operation, manager, subresource }: Record<string, unknown>): string => JSON.stringify([operation, manager, subresource]);
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

const isOfController = (value: unknown): boolean => isObject(value) && value['manager'] === 'kube-controller-manager';

function masked(value: unknown, key = ''): unknown {
  if (VOLATILE.includes(key) && value !== 'None' && value !== undefined) return '*';
  if (Array.isArray(value))
    return value
      .filter((each) => !isOfController(each))
      .sort(byManager)
      .map((each) => masked(each));
  if (typeof value === 'string')
    return value.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '*').replaceAll(/made-[a-z0-9]{5}\b/g, 'made-*');
  if (typeof value !== 'object' || value === null) return value;
  // who owns the parent of a field as well depends on whether Go keeps it by a pointer
  const entries = Object.entries(value).filter(([name]) => name !== '.');
  return Object.fromEntries(entries.map(([name, each]) => [name, masked(each, name)]));
}

/** Every difference, by path, in words. */
export function differencesOf(step: string, real: unknown, ours: unknown, path = ''): readonly string[] {
  if (JSON.stringify(real) === JSON.stringify(ours)) return [];
  const bothObjects = isObject(real) && isObject(ours);
  const bothLists = Array.isArray(real) && Array.isArray(ours) && real.length === ours.length;
  if (!bothObjects && !bothLists) return [`${step}: ${path}: real ${shown(real)}, rehearsal ${shown(ours)}`];
  const [a, b] = [real as Record<string, unknown>, ours as Record<string, unknown>];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => differencesOf(step, a[key], b[key], `${path}.${key}`));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
