import { createHash } from 'node:crypto';

/** IAM's limit for role names. */
const LONGEST = 64;

/**
 * `slipway-<platform>-<region>-<role>`. IAM names are unique in an account, not in a region, so the region is in the name.
 * What is too long is cut, and told apart by a hash of the whole.
 */
export function roleName(platform: string, region: string, role: string): string {
  const whole = `slipway-${platform}-${region}-${role}`;
  if (whole.length <= LONGEST) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return `${whole.slice(0, LONGEST - hash.length - 1)}-${hash}`;
}
