import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const cli = 'src/cli/main.ts';

export interface Rehearsed {
  readonly endpoint: string;
  readonly world: string;
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** `slipway rehearse`, as a person would start it, with a world of its own that goes with it. */
export async function startRehearsed(args: readonly string[] = []): Promise<Rehearsed> {
  const world = mkdtempSync(path.join(tmpdir(), 'slipway-world-'));
  const child = spawn(process.execPath, [cli, 'rehearse', '--world', world, '--time-scale', '600', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`slipway rehearse ended with ${code}`)));
  });
  const { endpoint, env } = JSON.parse(line) as { endpoint: string; env: Record<string, string> };
  return {
    endpoint,
    world,
    env,
    close: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(world, { recursive: true, force: true });
    },
  };
}

/** Runs the CLI from source to its end. */
export function slipway(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
    child.once('close', (code) => resolve({ code, ...text }));
  });
}
