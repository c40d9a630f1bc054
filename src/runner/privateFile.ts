import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isNodeError } from './runnerError.ts';

/** A folder for this person's eyes alone (0700), made with its parents. */
export async function ensurePrivateFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  // mkdir's mode is cut by the umask only, so what it made is right; a folder that was there may be wider open.
  if (made === undefined) await chmod(folder, 0o700);
}

/** Writes all of a file or nothing: a temporary file beside it (0600), flushed, then renamed over it. Nothing is left behind on a full disk. */
export async function replacePrivately(path: string, text: string): Promise<void> {
  await ensurePrivateFolder(dirname(path));
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A file's JSON, checked by `read`; `undefined` when it is missing or not what it should be: state files are never truth. */
export async function readJson<T>(path: string, read: (value: unknown) => T | undefined): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isNodeError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return read(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
