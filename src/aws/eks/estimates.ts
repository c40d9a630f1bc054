import type { Estimate } from '../../core/graph/resource.ts';
import type { PriceBook } from '../prices.ts';

// What EKS's kinds take and cost, for the resource and for what left platform.yml alike.

/** GiB of each node's root volume: EKS's own default. */
export const DISK_GIB = 20;

export const ADDON_ESTIMATE: Estimate = { createSeconds: 60, updateSeconds: 60, deleteSeconds: 20, monthlyUsd: 0 };
export const ACCESS_ESTIMATE: Estimate = { createSeconds: 5, updateSeconds: 3, deleteSeconds: 3, monthlyUsd: 0 };

export const clusterEstimate = ({ cluster }: PriceBook): Estimate => ({
  createSeconds: 600,
  updateSeconds: 120,
  deleteSeconds: 300,
  monthlyUsd: cluster,
});

export interface NodegroupSize {
  /** The first is what it is priced by. */
  readonly instanceTypes: readonly string[];
  readonly capacity: 'spot' | 'onDemand';
  readonly desired: number;
}

export function nodegroupEstimate(prices: PriceBook, { instanceTypes, capacity, desired }: NodegroupSize): Estimate {
  const [type = ''] = instanceTypes;
  const instance = prices.instance(type, capacity);
  const monthlyUsd = instance === undefined || prices.gp3Gib === undefined ? undefined : desired * (instance + DISK_GIB * prices.gp3Gib);
  return { createSeconds: 240, updateSeconds: 30, deleteSeconds: 180, monthlyUsd };
}
