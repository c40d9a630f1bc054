import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Processes, freePort, until } from './processes.ts';

export interface Moto {
  readonly endpoint: string;
  reset(): Promise<void>;
  stop(): void;
}

/** moto's server on 127.0.0.1, with AWS's managed policies loaded (without them AttachRolePolicy answers NoSuchEntity). */
export async function startMoto(): Promise<Moto> {
  const dir = mkdtempSync(path.join(tmpdir(), 'slipway-moto-'));
  const processes = new Processes();
  const port = await freePort();
  const log = path.join(dir, 'moto.log');
  const program = path.join(process.env['ENGINE_MOTO'] ?? '', 'bin/moto_server');
  const child = processes.start(program, ['-H', '127.0.0.1', '-p', String(port)], log, {
    cwd: dir,
    env: { MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const reset = async (): Promise<void> => {
    const answer = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
    if (!answer.ok) throw new Error(`moto's reset answered ${answer.status}`);
  };
  await until('moto', log, child, async () => (await fetch(`${endpoint}/moto-api/`)).ok);
  return {
    endpoint,
    reset,
    stop: () => {
      processes.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
