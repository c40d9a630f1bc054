import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createAgents } from '../../src/aws/agent.ts';
import { createAws, type Aws } from '../../src/aws/aws.ts';
import { priceBook } from '../../src/aws/prices.ts';
import type { AwsScope } from '../../src/aws/awsScope.ts';
import { Engine } from '../../src/core/engine/engine.ts';
import type { RunEvent } from '../../src/core/engine/events.ts';
import type { Clock, Provider } from '../../src/core/engine/ports.ts';
import { serveAccount } from '../../src/rehearsal/accountServer.ts';
import { FolderWorld } from '../../src/rehearsal/folderWorld.ts';
import { REQUESTS_FILE, RequestLog } from '../../src/rehearsal/requestLog.ts';
import { SERVICES } from '../../src/rehearsal/services.ts';
import { VirtualTime } from '../sweep/virtualTime.ts';

/** Signatures are dated by the wall, and must not be 15 minutes off: hours of the world pass in seconds of it. */
const TIME_SCALE = 1000;

export interface LoggedCall {
  readonly service: string;
  readonly operation: string;
  readonly mutating: boolean;
  readonly status: number;
}

/** A rehearsed account of its own in virtual time, with the product's clients and clock against it. */
export class RehearsedAccount implements AsyncDisposable {
  readonly world: FolderWorld;
  readonly aws: Aws;
  readonly clock: Clock;
  readonly scope: AwsScope;
  readonly events: RunEvent[] = [];
  readonly #time: VirtualTime;
  readonly #intents = new Map<string, number>();
  readonly #close: () => Promise<void>;
  #runs = 0;

  private constructor(world: FolderWorld, time: VirtualTime, aws: Aws, close: () => Promise<void>) {
    this.world = world;
    this.aws = aws;
    this.#time = time;
    this.#close = close;
    this.clock = { now: () => world.now(), sleep: (ms, signal) => time.sleep(ms, signal) };
    this.scope = { aws, identity: { platform: 'cauchy/k3f9x2', tags: { team: 'data' } }, prices: priceBook('us-west-2') };
  }

  static async start(): Promise<RehearsedAccount> {
    const folder = mkdtempSync(path.join(tmpdir(), 'slipway-account-'));
    const start = Date.now();
    const time = new VirtualTime(start);
    const world = FolderWorld.open({ folder, seed: 7, timeScale: TIME_SCALE, wall: () => start + (time.now() - start) / TIME_SCALE });
    const server = await serveAccount({
      world,
      log: new RequestLog(folder, () => world.wall()),
      services: SERVICES,
      port: 0,
      allowHosts: [],
    });
    const agents = createAgents({});
    const aws = createAws({ region: 'us-west-2', credentials: async () => world.credentials, agents, endpoint: server.endpoint });
    return new RehearsedAccount(world, time, aws, async () => {
      aws.destroy();
      agents.destroy();
      await server.close();
      world.close();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /** Of time that nobody waits for. */
  pass(seconds: number): void {
    this.#time.pass(seconds * 1_000);
  }

  /** A new run's engine; what it tells is in `events`. */
  engine(providers: readonly Provider[] = [{ name: 'aws', parallel: 12 }]): Engine {
    const run = `run-${++this.#runs}`;
    return new Engine({
      clock: this.clock,
      intents: {
        open: async () => this.#intents,
        begin: async (id, at) => void this.#intents.set(id, at),
        end: async (id) => void this.#intents.delete(id),
      },
      providers,
      run,
      guard: async () => undefined,
      signedOut: async (reason) => {
        throw new Error(reason);
      },
      emit: (event) => void this.events.push(event),
    });
  }

  /** Everything that was asked since the account was made, from the world's own log. */
  log(): readonly LoggedCall[] {
    const text = readFileSync(path.join(this.world.folder, REQUESTS_FILE), 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LoggedCall);
  }

  /** What failed, in words, for an assertion's message. */
  failures(): string {
    return this.events.flatMap((event) => (event.event === 'resource.failed' ? [`${event.resource}: ${event.reason}`] : [])).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}
