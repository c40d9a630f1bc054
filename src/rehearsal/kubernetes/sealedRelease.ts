import { gunzipSync, gzipSync } from 'node:zlib';
import { isObject } from './json.ts';
import type { Json } from './json.ts';

/** The type of the Secrets in which Helm keeps its releases. */
export const RELEASE_TYPE = 'helm.sh/release.v1';
/** Helm's own limit is the Secret's 1 MiB, zipped. */
const LONGEST = 32 * 1024 * 1024;
/** Keys of chart values that hold what nobody may read. */
const SECRET_KEY = /(secret|password|passwd|token|private|credential|api_?key|access_?key|secret_?key|accesskey|secretkey|dsn)/i;

/**
 * A release as the world keeps it. Helm reads its own releases, so they cannot be sealed whole as other Secrets are: what is secret by
 * its key among the values is replaced, there and wherever the rendered objects repeat it, in plain text and in base64.
 * @param data Kubernetes' base64 of Helm's base64 of gzip of JSON (helm.sh/helm, `pkg/storage/driver/util.go`)
 * @returns `undefined` when it is no such thing
 */
export function sealedRelease(data: string, seal: (value: string) => string): string | undefined {
  let release: Json;
  try {
    const zipped = Buffer.from(Buffer.from(data, 'base64').toString('latin1'), 'base64');
    release = JSON.parse(gunzipSync(zipped, { maxOutputLength: LONGEST }).toString('utf8')) as Json;
  } catch {
    // Whoever wrote it, it is sealed as any other Secret.
    return undefined;
  }
  if (!isObject(release)) return undefined;
  const secrets = [...new Set(secretsIn(release['config'] ?? {}, ''))].sort((a, b) => b.length - a.length);
  if (secrets.length === 0) return data;
  let text = JSON.stringify(release);
  for (const secret of secrets) {
    const quoted = (value: string): string => JSON.stringify(value).slice(1, -1);
    const seald = seal(secret);
    text = text.replaceAll(quoted(secret), quoted(seald)).replaceAll(base64(secret), base64(seald));
  }
  return base64(gzipSync(text).toString('base64'));
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Short ones stand in any text, and are no secrets. What says of itself that it was made up for a rehearsal stays readable. */
function secretsIn(value: Json, key: string): string[] {
  if (typeof value === 'string') return SECRET_KEY.test(key) && value.length >= 6 && !value.startsWith('rehearsal-') ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((each: Json) => secretsIn(each, key));
  return isObject(value) ? Object.entries(value).flatMap(([inner, each]) => secretsIn(each, inner)) : [];
}
