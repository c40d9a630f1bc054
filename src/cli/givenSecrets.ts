import type { GivenSecrets } from '../kubernetes/secretValues.ts';
import { usageError } from './usage.ts';

/** Kubernetes takes a Secret of 1 MiB; a platform has a few of them, and nobody types that much. */
const MOST_BYTES = 4 * 1024 * 1024;
const NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const KEY = /^[A-Za-z0-9._-]{1,253}$/;

/**
 * `--secrets -`: JSON on standard input, `{"namespace/name":{"key":"value"}}`. Nothing of what was read is in any message.
 * @throws RunnerError exit 2
 */
export async function readSecrets(stdin: AsyncIterable<Buffer | string>): Promise<GivenSecrets> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    if (size > MOST_BYTES) throw usageError('What --secrets - read is larger than 4 MB.');
    chunks.push(bytes);
  }
  return secretsIn(parsed(Buffer.concat(chunks).toString('utf8')));
}

/** The parser's own words would quote the text: they are not passed on, nor is the error kept as a cause. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw shapeError('is not JSON');
  }
}

function secretsIn(value: unknown): GivenSecrets {
  const given = new Map<string, ReadonlyMap<string, string>>();
  for (const [name, keys] of entriesOf(value)) {
    if (!NAME.test(name)) throw shapeError('has a name that is not NAMESPACE/NAME');
    given.set(name, new Map(entriesOf(keys).map(([key, text]) => [checkedKey(key), checkedValue(text)])));
  }
  return given;
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw shapeError('is not a mapping of mappings');
  return Object.entries(value);
}

function checkedKey(key: string): string {
  if (!KEY.test(key)) throw shapeError('has a key that a Secret cannot have');
  return key;
}

function checkedValue(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw shapeError('has a value that is not a text, or is empty');
  return value;
}

const shapeError = (what: string): Error =>
  usageError(`What --secrets - read ${what}.`, 'Write {"namespace/name":{"key":"value"}} to its standard input.');
