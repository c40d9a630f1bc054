import type { Aws } from '../../../src/aws/aws.ts';
import type { EksScope } from '../../../src/aws/eks/eksScope.ts';
import { priceBook } from '../../../src/aws/prices.ts';

/** A platform without tags of its own, in a region without known prices. */
export function eksScope(aws: Aws): EksScope {
  return { aws, clusterName: 'cauchy', identity: { platform: 'cauchy', tags: {} }, prices: priceBook('nowhere') };
}
