import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveAccount, type AccountServer } from '../../src/rehearsal/accountServer.ts';
import { FolderWorld } from '../../src/rehearsal/folderWorld.ts';
import { REQUESTS_FILE, RequestLog } from '../../src/rehearsal/requestLog.ts';
import { SERVICES } from '../../src/rehearsal/services.ts';

/** A wall clock that only moves when told to. It starts now, because signatures are dated by the client's own clock. */
export class ManualWall {
  #ahead = 0;
  readonly #start = Date.now();

  readonly now = (): number => this.#start + this.#ahead;

  advance(ms: number): void {
    this.#ahead += ms;
  }
}

export interface TestAccount {
  readonly folder: string;
  readonly world: FolderWorld;
  readonly endpoint: string;
  /** Lets seconds of world time pass. */
  pass(seconds: number): void;
  /** For SDK clients. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly maxAttempts: number;
    readonly credentials: { accessKeyId: string; secretAccessKey: string };
  };
  readonly requestsFile: string;
  /** The server ends; the folder stays. */
  stop(): Promise<void>;
  /** Ends it, and removes the folder. */
  remove(): Promise<void>;
}

/** World time runs a thousand times faster than the wall of these tests, which stands still: whole hours pass within the signatures' 15 minutes. */
const TIME_SCALE = 1000;

export interface TestAccountOptions {
  readonly folder?: string;
  readonly seed?: number;
  readonly allowHosts?: readonly string[];
}

export async function startAccount(options: TestAccountOptions = {}): Promise<TestAccount> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'slipway-world-'));
  const wall = new ManualWall();
  const world = FolderWorld.open({ folder, seed: options.seed ?? 7, timeScale: TIME_SCALE, wall: wall.now });
  const log = new RequestLog(folder, wall.now);
  const server: AccountServer = await serveAccount({ world, log, services: SERVICES, port: 0, allowHosts: options.allowHosts ?? [] });
  const stop = async (): Promise<void> => {
    await server.close();
    world.close();
  };
  return {
    folder,
    world,
    endpoint: server.endpoint,
    pass: (seconds) => {
      wall.advance((seconds * 1000) / TIME_SCALE);
    },
    client: { endpoint: server.endpoint, region: 'us-west-2', maxAttempts: 1, credentials: { ...world.credentials } },
    requestsFile: join(folder, REQUESTS_FILE),
    stop,
    remove: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
