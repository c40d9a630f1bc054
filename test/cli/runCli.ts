import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { CLI, SHARED_CACHE } from '../product.ts';

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Sees the process as soon as it runs. */
  readonly watch?: (child: ChildProcessWithoutNullStreams) => void;
}

export interface CliResult {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The CLI as a child process with nothing of this machine's AWS: a home of its own, no metadata service. */
export function startCli(args: readonly string[], options: CliOptions): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [CLI, ...args], {
    cwd: options.cwd,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: options.cwd,
      XDG_STATE_HOME: `${options.cwd}/.state`,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: `${options.cwd}/.aws/config`,
      AWS_SHARED_CREDENTIALS_FILE: `${options.cwd}/.aws/credentials`,
      ...SHARED_CACHE,
      ...options.env,
    },
  });
}

export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const child = startCli(args, options);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  options.watch?.(child);
  await once(child, 'close');
  return { code: child.exitCode, ...output };
}

/** The lines of NDJSON. */
export function jsonLines(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}
