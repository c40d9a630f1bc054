import { instanceTypeOf, podsOnEveryNode } from './instanceTypes.ts';
import type { InstanceType } from './instanceTypes.ts';

/** Pods of a node whose network plugin hands out prefixes instead of addresses: 110 below 30 vCPU, 250 from there (EKS user guide, "Assign more IP addresses with prefixes"). */
const PREFIXED = { small: 110, large: 250, largeFrom: 30 } as const;

/** Pods of the add-ons that run once and not on every node: CoreDNS and the EBS CSI controller, two of each. */
export const controllerPods = 4;

/** What the runbook's whole platform runs besides the add-ons, counted low and high. */
export const runbookPods = { least: 90, most: 105 } as const;

/** Pod slots of a node group besides those that the add-ons take on every node; instance types may be mixed, so the smallest counts. */
export interface PodSlots {
  readonly type: string;
  readonly atMin: number;
  readonly atMax: number;
}

/** Whether the configuration of the vpc-cni add-on says `ENABLE_PREFIX_DELEGATION`; it must stand before the first node starts. */
export function hasPrefixDelegation(configuration: unknown): boolean {
  const value = at(at(configuration, 'env'), 'ENABLE_PREFIX_DELEGATION');
  return value === true || value === 'true';
}

/** Pods that one node of that type takes. */
export function podsOf(type: InstanceType, prefixDelegation: boolean): number {
  if (!prefixDelegation) return type.pods;
  return type.vcpu < PREFIXED.largeFrom ? PREFIXED.small : PREFIXED.large;
}

/** `undefined` where a type is not in the table. */
export function podSlots(
  { instanceTypes, min, max }: { readonly instanceTypes: readonly string[]; readonly min: number; readonly max: number },
  prefixDelegation: boolean,
): PodSlots | undefined {
  let smallest: { readonly type: string; readonly pods: number } | undefined;
  for (const name of instanceTypes) {
    const type = instanceTypeOf(name);
    if (type === undefined) return undefined;
    const pods = podsOf(type, prefixDelegation);
    if (smallest === undefined || pods < smallest.pods) smallest = { type: name, pods };
  }
  if (smallest === undefined) return undefined;
  const free = smallest.pods - podsOnEveryNode;
  return { type: smallest.type, atMin: min * free, atMax: max * free };
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
}
