/** On every object of ours: whose platform it belongs to. */
export const PLATFORM_LABEL = 'slipway.dev/platform';

/** Label values are at most 63 characters of letters, digits and `-_.`, beginning and ending with a letter or digit. */
const LONGEST = 63;

/**
 * The platform's tag (`name` or `name/id`) as a label value: `/` becomes `.`. Names of EKS may be longer than a label may, and may end
 * in what a label may not; those are cut and told apart by a checksum.
 */
export function platformLabel(tag: string): string {
  const value = tag.replaceAll('/', '.');
  if (value.length <= LONGEST && /[A-Za-z0-9]$/.test(value)) return value;
  const sum = checksum(value);
  return `${value.slice(0, LONGEST - sum.length - 1)}-${sum}`;
}

/** FNV-1a, 32 bits: told apart, not kept secret. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
