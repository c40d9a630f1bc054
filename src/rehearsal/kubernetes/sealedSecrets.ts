import { createHmac } from 'node:crypto';
import { isObject, objectIn, textIn, without } from './json.ts';
import type { JsonObject, KubeObject } from './json.ts';
import { RELEASE_TYPE, sealedRelease } from './sealedRelease.ts';

/** Values that a rehearsal makes up say so themselves; they are no secrets, and MinIO's signatures are verified with them. */
const MADE_UP = 'rehearsal-';
const MARK = `${MADE_UP}sealed:`;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * A Secret as the world keeps it: of every value only a salted HMAC and its length (`security.md`, first section), but for values
 * that begin with `rehearsal-`, which nobody could mistake for real ones, and Helm's own records (`sealedRelease`). What is read
 * back is a valid Secret whose values say that; the same value sent again gives the same seal, so that an apply sees no change.
 */
export function sealed(secret: KubeObject, salt: string): KubeObject {
  const texts = Object.entries(objectIn(secret, 'stringData')).map(([key, value]) => [key, Buffer.from(plain(value))] as const);
  const data = Object.entries(objectIn(secret, 'data')).map(([key, value]) => [key, Buffer.from(plain(value), 'base64')] as const);
  const isRelease = secret['type'] === RELEASE_TYPE;
  const all = Object.fromEntries(
    [...data, ...texts].map(([key, value]) => [key, (isRelease ? keptRelease(value, salt) : undefined) ?? seal(value, salt)]),
  );
  const rest = without(secret, 'data', 'stringData');
  const kept: KubeObject = { ...rest, apiVersion: secret.apiVersion, kind: secret.kind, metadata: withoutCopy(secret, salt) };
  return Object.keys(all).length === 0 ? kept : { ...kept, data: all };
}

function keptRelease(value: Buffer, salt: string): string | undefined {
  const sealText = (text: string): string => Buffer.from(seal(Buffer.from(text), salt), 'base64').toString('utf8');
  return sealedRelease(value.toString('base64'), sealText);
}

function seal(value: Buffer, salt: string): string {
  if (value.toString('utf8').startsWith(MADE_UP)) return value.toString('base64');
  const digest = createHmac('sha256', Buffer.from(salt, 'hex')).update(value).digest('hex');
  return Buffer.from(`${MARK}${digest}:${value.length}`).toString('base64');
}

/** `kubectl apply` keeps a copy of all that it sent in an annotation: the same values once more. */
function withoutCopy(secret: KubeObject, salt: string): KubeObject['metadata'] {
  const annotations = objectIn(secret.metadata, 'annotations');
  const copy = textIn(annotations, LAST_APPLIED);
  if (copy === undefined) return secret.metadata;
  return { ...secret.metadata, annotations: { ...annotations, [LAST_APPLIED]: sealedCopy(copy, salt) } };
}

function sealedCopy(copy: string, salt: string): string {
  let value: unknown;
  try {
    value = JSON.parse(copy);
  } catch {
    return '{}';
  }
  const object = value as JsonObject;
  if (!isObject(object) || !isObject(object['metadata'])) return '{}';
  const whole: KubeObject = {
    ...object,
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...object['metadata'], name: textIn(object['metadata'], 'name') ?? '' },
  };
  return `${JSON.stringify(sealed(whole, salt))}\n`;
}

/** Values of a Secret are texts; anything else was refused before it came here. */
const plain = (value: unknown): string => (typeof value === 'string' ? value : '');
