import type { Json } from '../json.ts';

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A quantity of the API as a number: `250m` → 0.25, `1Gi` → 1073741824. What is none counts as nothing. */
export function quantity(value: Json | undefined): number {
  if (typeof value === 'number') return value;
  const parts = typeof value === 'string' ? /^([0-9.]+(?:e[0-9]+)?)([a-zA-Z]{0,2})$/.exec(value) : null;
  return parts === null ? 0 : Number(parts[1]) * (FACTORS[parts[2] ?? ''] ?? 0);
}
