import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { ensurePrivateFolder, isRecord, readJson } from './privateFile.ts';
import { RunnerError, isNodeError } from './runnerError.ts';

/** Who runs, as the lock file says it. */
export interface Holder {
  readonly run: string;
  readonly verb: string;
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
  /** Tells a process from a later one of the same pid, where the system tells (Linux: start time in ticks since boot). */
  readonly born?: string;
}

export interface Lock {
  release(): Promise<void>;
}

/**
 * One run at a time on one platform, on this machine (across machines the cluster role is the claim: design section 2).
 * A lock whose process is dead is taken over.
 * @throws RunnerError `lock-held`, exit 2: who runs and since when.
 */
export async function acquireLock(path: string, run: string, verb: string): Promise<Lock> {
  await ensurePrivateFolder(dirname(path));
  const born = await bornOf(process.pid);
  const holder: Holder = {
    run,
    verb,
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    ...(born === undefined ? {} : { born }),
  };
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await place(path, holder)) return { release: () => release(path, run) };
    const other = await readJson(path, readHolder);
    if (other !== undefined && (await isAlive(other))) throw held(other);
    await removeStale(path, other);
  }
  throw new RunnerError('Another run on this platform starts at this moment.', {
    code: 'lock-held',
    exit: 2,
    next: 'Try again in a few seconds.',
  });
}

function held(other: Holder): RunnerError {
  return new RunnerError(
    `Another run on this platform is under way: ${other.verb} by process ${String(other.pid)} on ${other.host}, since ${other.since}.`,
    {
      code: 'lock-held',
      exit: 2,
      next: 'Wait until it has finished, or cancel it where it runs.',
    },
  );
}

/** Puts a complete lock file in place, or tells that there is one: `link` fails if the name is taken, and nobody ever reads half a file. */
async function place(path: string, holder: Holder): Promise<boolean> {
  const mine = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(mine, `${JSON.stringify(holder)}\n`, { flag: 'wx', mode: 0o600 });
    await link(mine, path);
    return true;
  } catch (error) {
    if (isNodeError(error) && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(mine, { force: true });
  }
}

/** Takes a dead process's lock out of the way. Two may try at once: whoever moved away a living lock instead puts it back. */
async function removeStale(path: string, stale: Holder | undefined): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}.stale`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isNodeError(error) && error.code === 'ENOENT') return;
    throw error;
  }
  const moved = await readJson(aside, readHolder);
  if (moved !== undefined && moved.run !== stale?.run) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function release(path: string, run: string): Promise<void> {
  const holder = await readJson(path, readHolder);
  if (holder?.run === run) await rm(path, { force: true });
}

async function isAlive(holder: Holder): Promise<boolean> {
  // A home folder may be shared between machines: another machine's process cannot be asked, so it counts as alive.
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return isNodeError(error) && error.code === 'EPERM';
  }
  const born = await bornOf(holder.pid);
  return holder.born === undefined || born === undefined || born === holder.born;
}

/** Field 22 of /proc/PID/stat (proc(5)); `undefined` where there is no /proc. The name in field 2 may hold spaces and brackets, so fields count from the last `)`. */
async function bornOf(pid: number): Promise<string | undefined> {
  try {
    await stat('/proc/self/stat');
    const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function readHolder(value: unknown): Holder | undefined {
  if (!isRecord(value)) return undefined;
  const { run, verb, pid, host, since, born } = value;
  if (
    typeof run !== 'string' ||
    typeof verb !== 'string' ||
    typeof pid !== 'number' ||
    typeof host !== 'string' ||
    typeof since !== 'string'
  )
    return undefined;
  return { run, verb, pid, host, since, ...(typeof born === 'string' ? { born } : {}) };
}
