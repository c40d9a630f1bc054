/** The longest sentence, in characters, as everywhere a row tells a reason. */
export const LONGEST = 120;

/** One line of at most 120 characters; what is cut is cut at the end, where messages of Kubernetes repeat themselves. */
export function sentence(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1).trimEnd()}…`;
}
