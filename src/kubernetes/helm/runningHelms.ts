import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { numberAt, textAt } from '../readiness/fields.ts';

interface Mark {
  readonly pid: number;
  /** Stands on its command line, and on nobody else's. */
  readonly mark: string;
}

/**
 * Which Helms of this person work at which release, written down beside their caches. A process that dies leaves its Helm behind for a
 * while, and whoever comes next must not take its release for abandoned.
 */
export class RunningHelms {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async began(namespace: string, release: string, mark: Mark): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(this.#file(namespace, release), JSON.stringify(mark), { mode: 0o600 });
  }

  async ended(namespace: string, release: string): Promise<void> {
    await rm(this.#file(namespace, release), { force: true });
  }

  async isAtWork(namespace: string, release: string): Promise<boolean> {
    const left = await readMark(this.#file(namespace, release));
    if (left === undefined || !isAlive(left.pid)) return false;
    const line = await commandLine(left.pid);
    // Where nobody can tell what a process was started as, one that is alive counts.
    return line === undefined || line.includes(left.mark);
  }

  /** Names of namespaces and releases are DNS names: no separator of paths. */
  #file(namespace: string, release: string): string {
    return join(this.#folder, `${encodeURIComponent(namespace)}.${encodeURIComponent(release)}.json`);
  }
}

async function readMark(file: string): Promise<Mark | undefined> {
  try {
    const left: unknown = JSON.parse(await readFile(file, 'utf8'));
    const [pid, mark] = [numberAt(left, 'pid'), textAt(left, 'mark')];
    return pid === undefined || pid <= 0 || mark === undefined ? undefined : { pid, mark };
  } catch {
    // None, or half written by a process that died: nobody is at work by it.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function commandLine(pid: number): Promise<string | undefined> {
  if (process.platform === 'win32') return Promise.resolve(undefined);
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'args=', '-ww', '-p', String(pid)], { encoding: 'utf8' }, (error, stdout) => {
      // ps ends with 1 when there is no such process any more.
      resolve(error === null ? stdout : typeof error.code === 'number' ? '' : undefined);
    });
  });
}
