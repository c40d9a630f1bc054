import { createHash } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnswerLost, Refused } from '../../core/graph/errors.ts';
import { helmFailure } from './failure.ts';
import type { Helm, HelmRun } from './helm.ts';
import { helmEnvironment } from './helmEnvironment.ts';
import { RunningHelms } from './runningHelms.ts';
import { tokenSocket } from './tokenSocket.ts';

/** What is run: a program, and what stands before its subcommand. */
export interface HelmCommand {
  /** Real and absolute. */
  readonly path: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface HelmOptions {
  /** Looked for when it is first needed. @throws Refused with a way to get it. */
  find(): Promise<HelmCommand>;
  /** This person's, 0700, outside of every workspace: caches, and who is at work. Made when it is first needed. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What it says beyond that is dropped: the last words count. */
const MOST_WORDS = 64 * 1024;
/** How long a Helm that was told to stop may take to write down how its release ended. */
const STOPS_WITHIN = 20_000;
const VERSION_WITHIN = 30_000;
/** Of Helm 3: `--labels` came with 3.13. */
const OLDEST_MINOR = 13;

/**
 * The one place that runs `helm`: without a shell, with argument lists, outside of the workspace, in an environment of ours. Secrets go
 * in by standard input; the way into the cluster is a kubeconfig of this run alone (0600 in a 0700 folder), gone with it.
 */
export class HelmProgram implements Helm {
  readonly machine: string;
  readonly #options: HelmOptions;
  readonly #running: RunningHelms;
  #major: Promise<number> | undefined;

  constructor(options: HelmOptions) {
    this.#options = options;
    this.#running = new RunningHelms(join(options.folder, 'running'));
    this.machine = createHash('sha256').update(`${hostname()}\0${options.folder}`).digest('hex').slice(0, 16);
  }

  major(signal: AbortSignal): Promise<number> {
    const asked = (this.#major ??= this.#askVersion(signal));
    asked.catch(() => (this.#major = undefined));
    return asked;
  }

  isAtWork(namespace: string, release: string): Promise<boolean> {
    return this.#running.isAtWork(namespace, release);
  }

  async run({ client, namespace, release, args, values, secrets, signal }: HelmRun): Promise<void> {
    const command = await this.#options.find();
    // Short, whatever the state folder is called: the path of a socket has 104 characters at most.
    const folder = await mkdtemp(join(tmpdir(), 'slipway-helm-'));
    const forget = (): void => rmSync(folder, { recursive: true, force: true });
    process.once('exit', forget);
    try {
      const entry = await tokenSocket(client, folder);
      try {
        const kubeconfig = join(folder, 'kubeconfig');
        await writeFile(kubeconfig, entry.kubeconfig, { mode: 0o600, flag: 'wx' });
        signal.throwIfAborted();
        const argv = [...args, '--namespace', namespace, '--kubeconfig', kubeconfig];
        const ended = await this.#exec(command, argv, {
          cwd: folder,
          signal,
          ...(values === undefined ? {} : { stdin: JSON.stringify(values) }),
          started: (child) => this.#running.began(namespace, release, { pid: child.pid ?? 0, mark: kubeconfig }),
        });
        // What a Helm that succeeded says on standard error is advice (deprecations, group permissions), no failure.
        if (ended.code !== 0) throw helmFailure(ended, { release, secrets, stopped: signal.aborted });
      } finally {
        await this.#running.ended(namespace, release);
        await entry.close();
      }
    } finally {
      process.off('exit', forget);
      forget();
    }
  }

  async #askVersion(signal: AbortSignal): Promise<number> {
    const command = await this.#options.find();
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(VERSION_WITHIN)]);
    const { code, stdout } = await this.#exec(command, ['version', '--template', '{{.Version}}'], { cwd: tmpdir(), signal: bounded });
    const [major = 0, minor = 0] = /^v?(\d+)\.(\d+)/.exec(stdout.trim())?.slice(1).map(Number) ?? [];
    const fields = { code: 'helm-missing', next: HOW_TO_GET_HELM };
    if (code !== 0 || (major !== 3 && major !== 4))
      throw new Refused(`${command.path} is no Helm 3 or 4: it does not say so when asked for its version`, fields);
    if (major === 3 && minor < OLDEST_MINOR)
      throw new Refused(`${command.path} is Helm 3.${minor}, which cannot label its releases`, fields);
    return major;
  }

  async #exec(command: HelmCommand, argv: readonly string[], run: Exec): Promise<Ended> {
    const { folder, env } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const child = spawn(command.path, [...command.args, ...argv], {
      cwd: run.cwd,
      env: { ...helmEnvironment(env, folder), ...command.env },
      shell: false,
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return whenEnded(child, command.path, run);
  }
}

export const HOW_TO_GET_HELM =
  'Install Helm 4 (https://helm.sh/docs/intro/install), or name the program in the setting slipway.helm.path or in SLIPWAY_HELM.';

interface Exec {
  readonly cwd: string;
  readonly stdin?: string;
  readonly signal: AbortSignal;
  started?(child: ChildProcess): Promise<void>;
}

function whenEnded(child: ChildProcess, path: string, { stdin, signal, started }: Exec): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const [stdout, stderr] = [lastWords(child.stdout), lastWords(child.stderr)];
    let kill: NodeJS.Timeout | undefined;
    // Told to stop, Helm writes into the release that it was cancelled; one that does not listen is ended.
    const stop = (): void => {
      child.kill('SIGTERM');
      kill = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN);
    };
    const atExit = (): void => void child.kill('SIGTERM');
    process.once('exit', atExit);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    const end = (): void => {
      clearTimeout(kill);
      process.off('exit', atExit);
      signal.removeEventListener('abort', stop);
    };
    child.once('error', (cause) => {
      end();
      reject(new Refused(`${path} could not be run`, { code: 'helm-missing', next: HOW_TO_GET_HELM, cause }));
    });
    child.once('close', (code) => {
      end();
      resolve({ code, stdout: stdout(), stderr: stderr() });
    });
    // A program that ends without reading closes the pipe; how it ended is told by its exit code.
    child.stdin?.on('error', () => undefined);
    const begun = child.pid === undefined || started === undefined ? Promise.resolve() : started(child);
    begun.then(
      () => child.stdin?.end(stdin ?? ''),
      (cause: unknown) => {
        child.kill('SIGKILL');
        reject(new AnswerLost('Helm was stopped: what it is doing could not be written down', { cause }));
      },
    );
  });
}

function lastWords(stream: ChildProcess['stdout']): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-MOST_WORDS);
  });
  return () => text;
}
