import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** A free port of 127.0.0.1. Somebody else may take it before it is used: the program's own start then fails with words. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Programs of one suite, stopped together, also when the suite dies. */
export class Processes {
  readonly #children: ChildProcess[] = [];
  readonly #stop = (): void => {
    for (const child of this.#children) child.kill('SIGKILL');
  };

  readonly #die = (): void => process.exit(1);

  constructor() {
    process.once('exit', this.#stop);
    process.once('SIGTERM', this.#die);
  }

  /** Starts a program with its output in `log`. */
  start(program: string, args: readonly string[], log: string, options: { cwd: string; env?: Record<string, string> }): ChildProcess {
    const file = openSync(log, 'w');
    const child = spawn(program, [...args], { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ['ignore', file, file] });
    this.#children.push(child);
    return child;
  }

  stop(): void {
    this.#stop();
    process.off('exit', this.#stop);
    process.off('SIGTERM', this.#die);
  }
}

/** Asks `probe` until it answers true; ends with the program's own log when it dies or the time is over. */
export async function until(what: string, log: string, child: ChildProcess, probe: () => Promise<boolean>, seconds = 90): Promise<void> {
  for (const began = Date.now(); ;) {
    if (await probe().catch(() => false)) return;
    if (child.exitCode !== null || Date.now() - began > seconds * 1000) {
      throw new Error(`${what} did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`);
    }
    await new Promise((resume) => setTimeout(resume, 100));
  }
}
