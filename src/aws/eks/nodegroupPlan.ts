import { canonical, compare } from '../../core/graph/compare.ts';
import type { Attributes, Change, Json, Observation, Present } from '../../core/graph/resource.ts';
import type { NodegroupOut } from '../outputs.ts';

/** What cannot be changed in place, by attribute, and where a person changed it. The name is a hash of the others: it says nothing to them. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['instanceTypes', 'compute.instanceTypes'],
  ['capacity', 'compute.capacity'],
  ['subnetIds', 'network.private'],
  ['roleArn', 'the role of the nodes'],
  ['name', 'what its nodes are made of (image, disk, subnets)'],
]);
const REFUSAL =
  'EKS cannot change that in a node group. Put back what platform.yml said, or destroy the stage compute and apply again: what runs on the nodes stops meanwhile.';

/** What a node group needs to become what is wanted of it; what EKS cannot change is refused by the keys that a person changed. */
export function nodegroupPlan(title: string, seen: Observation<NodegroupOut>, wanted: Attributes): Change {
  if (seen.state === 'failed' && seen.owner === 'slipway' && seen.attributes['status'] === 'CREATE_FAILED') {
    return { action: 'recreate', summary: `make ${title} again: ${seen.reason}`, diff: [] };
  }
  // While EKS works on it, what it answers is on its way: nothing is compared, or one change would be sent twice.
  if (seen.state === 'pending' && seen.owner === 'slipway') return { action: 'none' };
  const change = compare(title, seen, wanted, { paths: [...REFUSED.keys()], otherwise: { refuse: REFUSAL } });
  if (change.action !== 'blocked' || change.code !== 'immutable' || seen.state === 'absent' || seen.state === 'unknown') return change;
  return { ...change, summary: `${title}: ${changedKeys(seen, wanted)} cannot be changed in place. ${REFUSAL}` };
}

/** `compute.instanceTypes (t3.small → t3.large)`: the keys of platform.yml, and what they were. */
function changedKeys({ attributes }: Present, wanted: Attributes): string {
  const differing = [...REFUSED].filter(
    ([path]) => wanted[path] !== undefined && path in attributes && canonical(attributes[path]) !== canonical(wanted[path]),
  );
  const telling = differing.filter(([path]) => path !== 'name');
  return (telling.length > 0 ? telling : differing)
    .map(([path, key]) => (key.startsWith('compute.') ? `${key} (${words(attributes[path])} → ${words(wanted[path])})` : key))
    .join(', ');
}

function words(value: Json | undefined): string {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
