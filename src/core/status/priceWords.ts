/** `money(known)`, told otherwise where something has no known price: unknown is not free. */
export function priceWords(known: number, unknown: number, money: (usd: number) => string): string {
  if (unknown === 0) return money(known);
  return known === 0 ? 'price unknown' : `${money(known)} and what has no known price`;
}
