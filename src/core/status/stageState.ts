import type { ResourceStatus, State } from './platformStatus.ts';

/** The first of these that a resource of a stage has is the stage's state: what needs a person comes first. */
const ORDER: readonly State[] = [
  'failed',
  'blocked',
  'unknown',
  'skipped',
  'deleting',
  'pending',
  'queued',
  'degraded',
  'waiting',
  'outdated',
  'ready',
];

/** `absent` only if all are; outside a run, some there and some absent is `outdated`. */
export function stageState(resources: readonly ResourceStatus[], isInRun: boolean): { readonly state: State; readonly reason: string } {
  const first = ORDER.find((state) => resources.some((resource) => resource.state === state));
  if (first === undefined) return { state: 'absent', reason: '' };
  const missing = resources.filter((resource) => resource.state === 'absent');
  const isPartial = missing.length > 0 && !isInRun && (first === 'ready' || first === 'outdated');
  if (isPartial) {
    const [only] = missing;
    return {
      state: 'outdated',
      reason: missing.length === 1 && only ? `${only.title} is missing` : `${missing.length} of ${resources.length} are missing`,
    };
  }
  const those = resources.filter((resource) => resource.state === first);
  const [one] = those;
  if (first === 'ready' || one === undefined) return { state: first, reason: '' };
  const more = those.length > 1 ? ` and ${those.length - 1} more` : '';
  return { state: first, reason: `${one.title}${one.reason === '' ? '' : `: ${one.reason}`}${more}` };
}
