import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Processes, freePort, until } from './processes.ts';

export interface Minio {
  readonly endpoint: string;
  stop(): void;
}

/** A real MinIO on 127.0.0.1 with no bucket in it. Needs the engine `minio`. */
export async function startMinio({ user, password }: { readonly user: string; readonly password: string }): Promise<Minio> {
  const dir = mkdtempSync(path.join(tmpdir(), 'slipway-minio-'));
  mkdirSync(path.join(dir, 'data'));
  const processes = new Processes();
  const [port, console] = await Promise.all([freePort(), freePort()]);
  const log = path.join(dir, 'minio.log');
  const args = ['server', path.join(dir, 'data'), '--address', `127.0.0.1:${port}`, '--console-address', `127.0.0.1:${console}`];
  const env = { MINIO_ROOT_USER: user, MINIO_ROOT_PASSWORD: password, MINIO_BROWSER: 'off' };
  const child = processes.start(path.join(process.env['ENGINE_MINIO'] ?? '', 'minio'), args, log, { cwd: dir, env });
  const endpoint = `http://127.0.0.1:${port}`;
  await until('minio', log, child, async () => (await fetch(`${endpoint}/minio/health/ready`)).ok);
  return {
    endpoint,
    stop: () => {
      processes.stop();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
