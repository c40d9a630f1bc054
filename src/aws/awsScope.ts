import type { Aws } from './aws.ts';
import type { PriceBook } from './prices.ts';
import type { Identity } from './tags.ts';

/** What every AWS kind is built from. */
export interface AwsScope {
  readonly aws: Aws;
  readonly identity: Identity;
  readonly prices: PriceBook;
}
