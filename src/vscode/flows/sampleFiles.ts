import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The domain that the sample's manifests are written for. */
const SAMPLE_DOMAIN = 'cauchy.link';

/** What a folder of the sample has: paths relative to it with `/` on every system, sorted. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .toSorted();
}

/** Copies these files; what is there already is never overwritten: then it throws, naming the file. */
export async function copyNew(
  source: string,
  files: readonly string[],
  target: string,
  edit = (text: string): string => text,
): Promise<void> {
  for (const file of files) {
    const to = path.join(target, file);
    await mkdir(path.dirname(to), { recursive: true });
    await writeNew(to, edit(await readFile(path.join(source, file), 'utf8')));
  }
}

/** Manifests of the sample, with the person's own domain in hosts and certificates. */
export function forDomain(domain: string): (text: string) => string {
  return (text) => (domain === '' ? text : text.replaceAll(SAMPLE_DOMAIN, () => domain));
}

/** Files and folders that are directly in a folder. */
export async function namesIn(folder: string): Promise<ReadonlySet<string>> {
  return new Set(await readdir(folder));
}

export async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new Error(`${file} is there already: nothing was overwritten.`, { cause: error });
    throw error;
  }
}
