import { createHmac, randomBytes } from 'node:crypto';
import { canonical } from '../../core/graph/compare.ts';
import type { Json } from '../../core/graph/resource.ts';

/** On a release's Secret: what it was made from. */
export const DIGEST_LABEL = 'slipway-digest';

const SALT_BYTES = 10;
const MAC_BYTES = 25;

/**
 * A label value (57 of the 63 characters that one may have: sha256 in hex is too long) that tells whether a release is made from
 * `content`: `<salt>.<HMAC-SHA256 of the content, keyed with the salt, 200 bits>`, both in base32.
 *
 * The content holds secret values, and a bare hash of a weak one could be looked up in a table or recognised in another cluster: the salt
 * is random and new with every write. That it stands beside is no loss: whoever may read labels of a Secret may read its data, and in the
 * data of a release Helm keeps the values themselves.
 */
export function newDigest(content: Json): string {
  const salt = base32(randomBytes(SALT_BYTES));
  return `${salt}.${mac(salt, content)}`;
}

export function isDigestOf(digest: string, content: Json): boolean {
  const [salt = '', sum] = digest.split('.');
  return sum !== undefined && sum === mac(salt, content);
}

const mac = (salt: string, content: Json): string =>
  base32(createHmac('sha256', salt).update(canonical(content)).digest().subarray(0, MAC_BYTES));

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 base32, lower case, for whole groups of five bytes: letters and digits, as a label wants. */
function base32(bytes: Uint8Array): string {
  let [text, bits, value] = ['', 0, 0];
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET.charAt((value >>> (bits - 5)) & 31);
  }
  return text;
}
