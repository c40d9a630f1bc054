/**
 * One step of mulberry32: a small generator whose whole state is one 32-bit number, so that it can be saved with the world.
 * @returns the drawn value in [0, 1) and the next state.
 */
export function draw(state: number): { readonly value: number; readonly next: number } {
  const next = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(next ^ (next >>> 15), next | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return { value: ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32, next };
}

/** A 32-bit FNV-1a hash: turns a seed and a name into a generator's first state. */
export function stateFrom(...words: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const letter of words.join('\0')) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}
