import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { link, lstat, mkdir, open, readFile, readlink, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import type { Clock } from '../core/engine/ports.ts';
import { Refused, Unseen } from '../core/graph/errors.ts';
import { CorruptKubeconfig, entryIn, execEntry, withEntry, withoutEntry } from './kubeconfigEntry.ts';
import type { KubeconfigEntry } from './kubeconfigEntry.ts';
import { liesWithin, realOrSame } from './realPath.ts';

/** How long another program may hold the file's lock, milliseconds. */
const longestWait = 10_000;
const pause = 100;
/** A kubeconfig is never larger. */
const longestFile = 5 * 1024 * 1024;

export interface KubeconfigOptions {
  /** The variable `KUBECONFIG`. Empty and relative entries are skipped: they would be read from whatever folder we stand in. */
  readonly variable?: string | undefined;
  readonly home: string;
  /** Workspace folders: a kubeconfig is a program, and what lies in a workspace is not the person's. */
  readonly workspaces: readonly string[];
  readonly clock: Clock;
  readonly profile?: string | undefined;
  /** Path of a program that runs `slipway`, where there is no `aws`. */
  readonly launcher?: string | undefined;
  /** Opens files; a test's may fail. */
  readonly open?: typeof open;
}

/** A person's kubeconfig: the entry of a cluster, by its ARN. */
export interface Kubeconfig {
  /** `undefined`: no such entry, or no such file. @throws Unseen when it is there and cannot be read. */
  read(clusterArn: string): Promise<KubeconfigEntry | undefined>;
  /** @throws Refused with one sentence; nothing is half-made. */
  write(clusterArn: string, entry: KubeconfigEntry): Promise<void>;
  /** @throws Refused with one sentence; nothing is half-made. */
  remove(clusterArn: string): Promise<void>;
  /** The file, as `aws eks update-kubeconfig` chooses it: the first one that has the entry, else the first one. */
  path(clusterArn: string): Promise<string>;
}

/** The files of `KUBECONFIG`, else `~/.kube/config`. */
export function kubeconfigPaths({ variable = '', home }: Pick<KubeconfigOptions, 'variable' | 'home'>): readonly [string, ...string[]] {
  const [first, ...others] = variable.split(delimiter).filter((path) => isAbsolute(path));
  return first === undefined ? [join(home, '.kube', 'config')] : [first, ...others];
}

/** @throws nothing for files that cannot be read: they are passed over, unless nothing else is left. */
export async function chooseKubeconfig(options: Pick<KubeconfigOptions, 'variable' | 'home'>, clusterArn: string): Promise<string> {
  const paths = kubeconfigPaths(options);
  for (const path of paths) {
    const entry = await readEntry(path, clusterArn).catch(() => undefined);
    if (entry !== undefined) return path;
  }
  return paths[0];
}

/** @throws Unseen when the file is there and cannot be read. */
export async function readEntry(path: string, clusterArn: string): Promise<KubeconfigEntry | undefined> {
  try {
    const text = await readText(path);
    return text === undefined ? undefined : entryIn(text, clusterArn);
  } catch (cause) {
    throw new Unseen(sentence(path, cause), { code: 'kubeconfig', cause });
  }
}

export function personsKubeconfig(options: KubeconfigOptions): Kubeconfig {
  const path = (clusterArn: string): Promise<string> => chooseKubeconfig(options, clusterArn);
  const change = async (clusterArn: string, edit: (text: string) => string): Promise<void> =>
    editFile(await path(clusterArn), edit, options);
  return {
    path,
    read: async (clusterArn) => readEntry(await path(clusterArn), clusterArn),
    write: (clusterArn, entry) => change(clusterArn, (text) => withEntry(text, clusterArn, entry, execEntry(clusterArn, options))),
    remove: (clusterArn) => change(clusterArn, (text) => withoutEntry(text, clusterArn)),
  };
}

/**
 * Changes a kubeconfig as a whole or not at all: under kubectl's lock, with one backup beside it, by a new file that takes
 * the place of the old one. Links are followed and what they lead to is replaced.
 */
async function editFile(path: string, edit: (text: string) => string, options: KubeconfigOptions): Promise<void> {
  try {
    const target = await targetOf(path);
    if (await liesWithin(target, options.workspaces))
      throw new Refused(`${path} lies in a workspace, where others can put it: choose a kubeconfig outside by KUBECONFIG.`);
    const before = await stateOf(target);
    if (before === undefined && !(await exists(dirname(target)))) await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await locked([...new Set([path, target])], options.clock, async () => {
      const text = before === undefined ? undefined : await readText(target);
      const after = edit(text ?? '');
      if (after === (text ?? '')) return;
      if (text !== undefined) await replace(`${target}.slipway-backup`, text, 0o600, options);
      await replace(target, after, before === undefined ? 0o600 : before.mode & 0o777, options);
    });
  } catch (cause) {
    if (cause instanceof Refused) throw cause;
    throw new Refused(sentence(path, cause), { code: codeOf(cause), cause });
  }
}

/** What the path leads to, also where that is not there yet. */
async function targetOf(path: string): Promise<string> {
  let at = resolve(path);
  for (let links = 0; links < 40; links++) {
    const found = await lstat(at).catch(unlessMissing);
    if (found?.isSymbolicLink() !== true) return join(await realOrSame(dirname(at)), basename(at));
    at = resolve(dirname(at), await readlink(at));
  }
  throw new Refused(`The links at ${path} lead in a circle: point KUBECONFIG at a file.`);
}

/** `undefined` when there is none. @throws Refused for what is no file of this person that may be written. */
async function stateOf(path: string): Promise<Stats | undefined> {
  const [found, folder] = [await stat(path).catch(unlessMissing), await stat(dirname(path)).catch(unlessMissing)];
  // The system's folders (/tmp) are anybody's to write new files in.
  if (isOthers(found) || (isOthers(folder) && folder?.uid !== 0))
    throw new Refused(`${path} belongs to another user: choose a kubeconfig of yours by KUBECONFIG.`);
  if (found === undefined) return undefined;
  if (!found.isFile()) throw new Refused(`${path} is no file: point KUBECONFIG at one.`);
  if ((found.mode & 0o200) === 0) throw new Refused(`${path} is read-only: make it writable, or choose another by KUBECONFIG.`);
  return found;
}

function isOthers(found: Stats | undefined): boolean {
  return found !== undefined && process.getuid !== undefined && found.uid !== process.getuid();
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(unlessMissing)) !== undefined;
}

/** `undefined` when there is no such file. What is no ordinary file is not opened: a FIFO would wait for ever. */
async function readText(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(unlessMissing);
  if (found === undefined) return undefined;
  if (!found.isFile()) throw new CorruptKubeconfig('it is no file');
  if (found.size > longestFile) throw new CorruptKubeconfig('it is larger than 5 MB');
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Holds `<file>.lock`, which kubectl and client-go make before they write, of each of `paths`. */
async function locked(paths: readonly string[], clock: Clock, work: () => Promise<void>): Promise<void> {
  const [path, ...others] = paths;
  if (path === undefined) return work();
  const lock = `${path}.lock`;
  const deadline = clock.now() + longestWait;
  while (!(await taken(lock))) {
    if (await isAbandoned(lock)) continue;
    if (clock.now() >= deadline)
      throw new Refused(`${lock} is held by another program: wait for it, or delete that file if none is running.`);
    await clock.sleep(pause, never);
  }
  try {
    await locked(others, clock, work);
  } finally {
    await unlink(lock).catch(unlessMissing);
  }
}

const never = new AbortController().signal;

const OURS = /^slipway (?<host>\S+) (?<pid>\d+)\n$/;

/** Ours says whose it is, from its first moment on: a process that was killed holds nobody up. */
async function taken(lock: string): Promise<boolean> {
  const mine = `${lock}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(mine, `slipway ${hostname()} ${process.pid}\n`, { flag: 'wx', mode: 0o600 });
    await link(mine, lock);
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw cause;
  } finally {
    await unlink(mine).catch(unlessMissing);
  }
}

/** Whether the lock was ours and its process on this machine is dead; it is out of the way then. Two may try at once: a lock that meanwhile changed hands is put back. */
async function isAbandoned(lock: string): Promise<boolean> {
  const text = await readFile(lock, 'utf8').catch(unlessMissing);
  const { host, pid } = OURS.exec(text ?? '')?.groups ?? {};
  if (pid === undefined || host !== hostname() || isRunning(Number(pid))) return false;
  const aside = `${lock}.${randomBytes(6).toString('hex')}.tmp`;
  await rename(lock, aside).catch(unlessMissing);
  const moved = await readFile(aside, 'utf8').catch(unlessMissing);
  if (moved !== undefined && moved !== text) await link(aside, lock).catch(() => undefined);
  await unlink(aside).catch(unlessMissing);
  return true;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** A new file beside it, whole and on the disk, takes its place. */
async function replace(path: string, text: string, mode: number, options: KubeconfigOptions): Promise<void> {
  const fresh = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await (options.open ?? open)(fresh, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, mode);
    try {
      await file.chmod(mode);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (cause) {
    await unlink(fresh).catch(unlessMissing);
    throw cause;
  }
}

function unlessMissing(cause: unknown): undefined {
  if (codeOf(cause) === 'ENOENT') return undefined;
  throw cause;
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: make room and run again',
  EDQUOT: 'your disk quota is used up: make room and run again',
  EROFS: 'its file system is read-only: choose another by KUBECONFIG',
  EACCES: 'its folder or file may not be used by you: change its permissions, or choose another by KUBECONFIG',
  EPERM: 'its folder or file may not be used by you: change its permissions, or choose another by KUBECONFIG',
  ENOTDIR: 'a part of its path is no folder: correct KUBECONFIG',
  ELOOP: 'its links lead in a circle: point KUBECONFIG at a file',
  ENAMETOOLONG: 'its path is too long: choose another by KUBECONFIG',
};

/** One sentence; nothing of the file's content is in it. */
function sentence(path: string, cause: unknown): string {
  if (cause instanceof CorruptKubeconfig) return `${path} is no kubeconfig that can be read, and was left as it is: ${cause.message}.`;
  const code = codeOf(cause);
  return `${path} could not be used: ${(code === undefined ? undefined : words[code]) ?? `the system says ${code ?? 'that something failed'}`}.`;
}
