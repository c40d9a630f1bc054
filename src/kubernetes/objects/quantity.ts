import type { Json } from '../../core/graph/resource.ts';

/** Suffixes of quantities (API reference: `Quantity`), as powers: of ten, and of two. */
const SUFFIXES: Readonly<Record<string, readonly [base: bigint, power: number]>> = {
  n: [10n, -9],
  u: [10n, -6],
  m: [10n, -3],
  '': [10n, 0],
  k: [10n, 3],
  M: [10n, 6],
  G: [10n, 9],
  T: [10n, 12],
  P: [10n, 15],
  E: [10n, 18],
  Ki: [2n, 10],
  Mi: [2n, 20],
  Gi: [2n, 30],
  Ti: [2n, 40],
  Pi: [2n, 50],
  Ei: [2n, 60],
};

/** The finest that a quantity may be is a nano: everything is counted in those. */
const NANO = 9;

/** Fields whose values are quantities, or maps of them. */
const HOLDERS = new Set([
  'limits',
  'requests',
  'capacity',
  'allocatable',
  'hard',
  'overhead',
  'sizeLimit',
  'averageValue',
  'divisor',
  'podFixed',
]);

/** Whether two values of a quantity's field are one amount: `0.5` and `500m`, `1024Mi` and `1Gi`, `1` and `"1"`. */
export function sameQuantity(wanted: Json, live: Json | undefined, path: readonly string[]): boolean {
  if (!path.slice(-2).some((step) => HOLDERS.has(step))) return false;
  const amount = nanosOf(wanted);
  return amount !== undefined && amount === nanosOf(live);
}

/** In thousand-millionths; `undefined` for what is no quantity, or finer than one can be. */
function nanosOf(value: Json | undefined): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)$/.exec(String(value));
  const [, sign = '', whole = '', fraction = '', exponent, suffix = ''] = match ?? [];
  if (match === null || whole + fraction === '') return undefined;
  const [base, power] = exponent === undefined ? (SUFFIXES[suffix] ?? [10n, 0]) : ([10n, Number(exponent)] as const);
  const digits = BigInt(whole + fraction) * (base === 2n ? 2n ** BigInt(power) : 1n);
  const shift = NANO - fraction.length + (base === 10n ? power : 0);
  const scaled =
    shift >= 0 ? digits * 10n ** BigInt(shift) : digits % 10n ** BigInt(-shift) === 0n ? digits / 10n ** BigInt(-shift) : undefined;
  return scaled === undefined ? undefined : sign === '-' ? -scaled : scaled;
}
