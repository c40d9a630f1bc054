import { stateFrom } from '../../random.ts';
import type { World } from '../../world.ts';

/** What Kubernetes writes random parts of names with: no vowels, so that no words come out (apimachinery `rand.SafeEncodeString`). */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** `-x7k2p` without the dash. */
export function randomSuffix(world: World, length = 5): string {
  return Array.from({ length }, () => LETTERS.charAt(Math.floor(world.random() * LETTERS.length))).join('');
}

/** The same letters for the same value: the hash of a pod template, a part of an event's name. */
export function hashSuffix(value: string, length = 10): string {
  let text = '';
  for (let round = 0; text.length < length; round += 1) {
    let rest = stateFrom(round, value);
    for (let digit = 0; digit < 5; digit += 1) {
      text += LETTERS.charAt(rest % LETTERS.length);
      rest = Math.floor(rest / LETTERS.length);
    }
  }
  return text.slice(0, length);
}
