import { fork } from 'node:child_process';
import type { FromRunner } from '../runner/protocol.ts';
import type { Channel } from './runnerClient.ts';

export interface RunnerProgram {
  /** Absolute path of the runner's entry. */
  readonly entry: string;
  /** Working folder: never the workspace. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Its stderr, a line at a time: what is not a message. */
  log(line: string): void;
}

/** What is in flight when a runner is let go has ended by then: the engine waits 30 s for a create that cannot be repeated. */
const LAST_MS = 60_000;
/** Lines of a runner's stderr that are kept in one piece at most. */
const LONGEST_LINE = 4_000;

/** Starts a runner with the Node that runs this extension host, and talks to it over IPC in plain JSON. */
export function forkRunner(program: RunnerProgram): Channel {
  const child = fork(program.entry, [], {
    cwd: program.folder,
    env: { ...program.environment, ELECTRON_RUN_AS_NODE: '1' },
    // Watching a thousand objects, a young generation of the default size is a fifth of the process's memory.
    execArgv: ['--max-semi-space-size=4'],
    serialization: 'json',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n')) if (line.trim() !== '') program.log(line.slice(0, LONGEST_LINE));
  });
  return {
    send: (message) => {
      if (child.connected) child.send(message);
    },
    onMessage: (listener) => void child.on('message', (message) => listener(message as FromRunner)),
    onGone: (listener) => {
      child.once('error', (error) => listener(`the runner could not be started: ${error.message}`));
      child.once('exit', (code, signal) => listener(`the runner ended (${signal ?? `exit ${String(code)}`})`));
    },
    close: () => {
      if (child.connected) child.disconnect();
      // The next runner of the platform waits for this one's end.
      const late = setTimeout(() => child.kill('SIGKILL'), LAST_MS);
      late.unref();
      child.once('exit', () => clearTimeout(late));
    },
  };
}
