import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';

/** The real path of what is there of it, and the rest as it is written. */
export async function realOrSame(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
  }
  return dirname(path) === path ? path : join(await realOrSame(dirname(path)), basename(path));
}

/** Whether an absolute path lies in one of the folders, as it is written or where its links lead. */
export async function liesWithin(path: string, folders: readonly string[]): Promise<boolean> {
  const real = await realOrSame(path);
  for (const folder of folders) if (isInside(folder, path) || isInside(await realOrSame(folder), real)) return true;
  return false;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way.split(sep)[0] !== '..' && !isAbsolute(way);
}
