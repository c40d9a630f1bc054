import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, isAbsolute, resolve } from 'node:path';
import { RunnerError, isNodeError } from './runnerError.ts';

/** Bytes: security.md, "Untrusted input". */
const MAX_BYTES = 5 * 1024 * 1024;

/**
 * The text of a platform file. Links may point anywhere inside the file's own folder, not out of it; FIFOs, devices and
 * folders are refused before they can block.
 * @throws RunnerError exit 2, one sentence.
 */
export async function readPlatformText(file: string): Promise<string> {
  try {
    const [target, folder] = await Promise.all([realpath(file), realpath(dirname(file))]);
    if (!isInside(folder, target)) throw unreadable(`${file} is a link that leads out of its folder`);
    // Non-blocking: opening a FIFO without a writer would wait for ever.
    const handle = await open(target, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const info = await handle.stat();
      if (!info.isFile()) throw unreadable(`${file} is not a regular file`);
      if (info.size > MAX_BYTES) throw unreadable(`${file} is larger than 5 MB`);
      const text = await handle.readFile('utf8');
      if (Buffer.byteLength(text) > MAX_BYTES) throw unreadable(`${file} is larger than 5 MB`);
      return text;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof RunnerError) throw error;
    if (isNodeError(error)) throw unreadable(`${file} ${WORDS[error.code] ?? `cannot be read (${error.code})`}`, error);
    throw error;
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by you',
  EPERM: 'may not be read by you',
  EISDIR: 'is a folder, not a file',
  ELOOP: 'is a link that leads back to itself',
  ENXIO: 'is not a regular file',
};

function unreadable(message: string, cause?: unknown): RunnerError {
  return new RunnerError(`${message}.`, { code: 'platform-unreadable', exit: 2, next: 'Name a platform.yml with --platform FILE.', cause });
}

export function isInside(folder: string, target: string): boolean {
  const path = relative(folder, target);
  return path !== '..' && !/^\.\.[\\/]/.test(path) && !isAbsolute(path);
}

/**
 * `platform.yml` in `folder` or in the nearest folder above it.
 * @throws RunnerError exit 2 when there is none.
 */
export async function findPlatformFile(folder: string): Promise<string> {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const candidate = join(current, 'platform.yml');
    if (await exists(candidate)) return candidate;
    if (dirname(current) === current) throw unreadable(`There is no platform.yml in ${folder} or in a folder above it`);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    // A link that dangles, or a loop: it is there, and reading it will say what is wrong.
    return isNodeError(error) && error.code !== 'ENOENT' && error.code !== 'ENOTDIR';
  }
}
