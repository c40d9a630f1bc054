import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { rehearsalClock } from './clock.ts';
import { isRecord, readJson } from './privateFile.ts';
import { isNodeError, RunnerError } from './runnerError.ts';

/** A rehearsed account that answers at `endpoint`: the line that `slipway rehearse` prints, read. */
export interface Rehearsal {
  readonly endpoint: string;
  readonly world: string;
  readonly timeScale: number;
  readonly env: Readonly<Record<string, string>>;
  /** The process that it ends with, where it was started for a run. */
  readonly parent?: number;
}

export interface RunningRehearsal extends Rehearsal {
  /** Stops a server that was started for this session; the world stays. One that somebody else started goes on. */
  stop(): Promise<void>;
}

export interface RehearsalOptions {
  /** The program that has the `rehearse` command: a file for this process's own Node. */
  readonly cliEntry: string;
  readonly world: string;
  readonly timeScale?: number | undefined;
  readonly faults: readonly string[];
  readonly seed?: number | undefined;
  /** The account that a new world plays. */
  readonly account?: string | undefined;
  /** Forgets the world first. */
  readonly reset?: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Where a server leaves its line for those who come later, in its world's folder (0700). */
export const SERVER_FILE = 'server.json';

/** Milliseconds for a rehearsal to say which world it serves. */
const TOLD_WITHIN = 5_000;
/** Milliseconds until a server must have printed its line. */
const READY_WITHIN = 20_000;
/** Milliseconds to wait for a world that another server is about to leave. */
const RETRY_WITHIN = 10_000;
const RETRY_EVERY = 250;
/** What the server says of a world that another one serves (`WorldInUse`). */
const IN_USE = /already served|being opened/;
/** Milliseconds that a server has to save its world before it is killed. */
const STOP_WITHIN = 5_000;

/**
 * The rehearsal of `world`: the one that serves it already, else a child process (`slipway rehearse`) in a process group of
 * its own, so that Ctrl-C stops the run and not the account under it. It ends with its standard input, so it never outlives us.
 * @throws RunnerError exit 2 with the server's own words when it does not start.
 */
export async function startRehearsalProcess(options: RehearsalOptions): Promise<RunningRehearsal> {
  for (let waited = 0; ; waited += RETRY_EVERY) {
    const running = await servingRehearsal(options.world, options.signal);
    if (running !== undefined) return { ...running, stop: () => Promise.resolve() };
    try {
      return await startChild(options);
    } catch (error) {
      // The server of a run that was killed is on its way out: it saves its world and lets go.
      if (!(error instanceof RunnerError && IN_USE.test(error.message)) || waited >= RETRY_WITHIN) throw error;
      await delay(RETRY_EVERY, undefined, { signal: options.signal });
    }
  }
}

async function startChild(options: RehearsalOptions): Promise<RunningRehearsal> {
  const { cliEntry, world, timeScale, faults, seed, account } = options;
  const child = spawn(
    process.execPath,
    [
      cliEntry,
      'rehearse',
      '--with-parent',
      ...['--world', world],
      ...(timeScale === undefined ? [] : ['--time-scale', String(timeScale)]),
      ...(seed === undefined ? [] : ['--seed', String(seed)]),
      ...(account === undefined ? [] : ['--account', account]),
      ...(options.reset === true ? ['--reset'] : []),
      ...faults.flatMap((fault) => ['--fault', fault]),
    ],
    { stdio: ['pipe', 'pipe', 'pipe'], detached: true, env: childEnvironment(options.env) },
  );
  try {
    return { ...(await readyLine(child, options.signal)), stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** The server that serves `world` now, by the file it left; `undefined` when none answers. */
export async function servingRehearsal(world: string, signal: AbortSignal): Promise<Rehearsal | undefined> {
  const left = await readJson(join(world, SERVER_FILE), readRehearsal);
  if (left === undefined || (left.parent !== undefined && !isRunning(left.parent))) return undefined;
  return (await rehearsalClock(left.endpoint, signal)) === undefined ? undefined : left;
}

/**
 * The world that is served at `endpoint`, by the token that `slipway rehearse` printed beside the address. It is believed only where the
 * server's own file lies in that folder: an address may say what it likes.
 */
export async function worldServedAt(
  endpoint: string | undefined,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string | undefined> {
  const token = env['SLIPWAY_REHEARSAL_TOKEN'];
  if (endpoint === undefined || token === undefined) return undefined;
  const answer = await fetch(new URL('/_rehearsal/world', endpoint), {
    headers: { authorization: `Bearer ${token}` },
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TOLD_WITHIN)]),
  })
    .then((response): Promise<unknown> => response.json())
    .catch(() => undefined);
  if (!isRecord(answer) || typeof answer['folder'] !== 'string') return undefined;
  const left = await readJson(join(answer['folder'], SERVER_FILE), readRehearsal);
  return left?.endpoint === endpoint ? left.world : undefined;
}

/** Nothing of the person's AWS reaches the rehearsal's process. */
function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_') && name !== 'KUBECONFIG')),
    ...(process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }),
  };
}

async function readyLine(child: ChildProcess, signal: AbortSignal): Promise<Rehearsal> {
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-4_000);
  });
  if (child.stdout === null) throw new TypeError('the rehearsal has no standard output');
  const lines = createInterface({ input: child.stdout });
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(READY_WITHIN)]);
  const notStarted = (cause?: unknown): RunnerError =>
    new RunnerError(
      `The rehearsal did not start: ${
        words
          .trim()
          .split('\n')
          .at(-1)
          ?.replace(/^slipway: /, '') || 'it ended without a word'
      }.`.replace(/\.\.$/, '.'),
      {
        code: 'rehearsal',
        exit: 2,
        cause,
      },
    );
  try {
    const failed = once(child, 'close', { signal: bounded }).then(() => {
      throw notStarted();
    });
    failed.catch(() => undefined);
    const line = await Promise.race([once(lines, 'line', { signal: bounded }), failed]);
    const ready = readRehearsal(parse(String(line[0])));
    if (ready === undefined) throw notStarted();
    return ready;
  } catch (error) {
    throw error instanceof RunnerError ? error : notStarted(error);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

export function readRehearsal(value: unknown): Rehearsal | undefined {
  if (!isRecord(value) || !isRecord(value['env'])) return undefined;
  const { endpoint, world, timeScale, env, parent } = value;
  if (typeof endpoint !== 'string' || typeof world !== 'string' || typeof timeScale !== 'number') return undefined;
  return {
    endpoint,
    world,
    timeScale,
    env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
    ...(typeof parent === 'number' ? { parent } : {}),
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isNodeError(error) && error.code === 'EPERM';
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = once(child, 'close');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN);
  child.stdin?.end();
  child.kill('SIGTERM');
  await closed;
  clearTimeout(kill);
}
