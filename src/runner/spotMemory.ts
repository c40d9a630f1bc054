import type { PriceBook } from '../aws/prices.ts';
import { isRecord, readJson, replacePrivately } from './privateFile.ts';

/**
 * A price book that knows what AWS asked for Spot instances when a plan last looked. A status has no request to spare for that, and with
 * another price it would contradict the plan before it. A file that is missing or corrupt, or cannot be written, costs only that memory.
 */
export async function rememberingSpot(prices: PriceBook, file: string): Promise<PriceBook> {
  const known = await readJson(file, readPrices).catch(() => undefined);
  if (known !== undefined) prices.learnSpot(known);
  return {
    ...prices,
    learnSpot(hourly) {
      prices.learnSpot(hourly);
      if (hourly.size === 0) return;
      void replacePrivately(file, `${JSON.stringify(Object.fromEntries([...(known ?? []), ...hourly]))}\n`).catch(() => undefined);
    },
  };
}

function readPrices(value: unknown): ReadonlyMap<string, number> | undefined {
  if (!isRecord(value)) return undefined;
  return new Map(Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0));
}
