import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from '../../src/core/engine/events.ts';
import type { Verb } from '../../src/core/engine/verbs.ts';
import { serveAccount } from '../../src/rehearsal/accountServer.ts';
import { FolderWorld } from '../../src/rehearsal/folderWorld.ts';
import { serveKubernetes } from '../../src/rehearsal/kubernetes/kubernetesServer.ts';
import { WORLD_FILES } from '../../src/rehearsal/worldFiles.ts';
import type { LoggedRequest } from '../../src/rehearsal/requestLog.ts';
import { SERVICES } from '../../src/rehearsal/services.ts';
import { openSession } from '../stages/productSession.ts';
import type { Machine } from '../stages/productSession.ts';
import { VirtualTime } from './virtualTime.ts';

const YAML = 'name: cauchy\nregion: us-west-2\n';
/** Signatures are dated by the wall, and must not be 15 minutes off: hours of the world pass in seconds of it. */
const TIME_SCALE = 1000;
/** The world is renamed into place at every request: on a disk that takes a fifth of all the time. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const CLOCK = 'clock.json';

/**
 * All that is left of a process that was killed: the account as its files, and what the product keeps on the machine. Whoever is
 * dead does nothing more, so a kill need not be done to be known: what stood at that moment is what it leaves.
 */
export interface Snapshot {
  /** The files of the world, by name. */
  readonly state: Readonly<Record<string, string>> | undefined;
  readonly clock: string | undefined;
  readonly machine: Machine;
}

/** A mutating request, with what a kill directly before and directly after it was carried out leaves behind. */
export interface Write {
  readonly operation: string;
  readonly before: Snapshot;
  readonly after: Snapshot;
}

export const nothingYet = (): Snapshot => ({ state: undefined, clock: undefined, machine: { intents: new Map(), kubeconfig: new Map() } });

/** An account in virtual time, from a snapshot on. Every run is a process of its own: fresh clients, nothing in its head. */
export class SweptWorld {
  readonly world: FolderWorld;
  readonly machine: Machine;
  readonly time: VirtualTime;
  /** What the world logged, in order. */
  readonly requests: LoggedRequest[];
  /** Only of a recorded world. */
  readonly writes: Write[];
  readonly #folder: string;
  readonly #endpoint: string;
  readonly #stop: () => Promise<void>;
  #runs = 0;

  private constructor(
    parts: Pick<SweptWorld, 'world' | 'machine' | 'time' | 'requests' | 'writes'>,
    endpoint: string,
    stop: () => Promise<void>,
  ) {
    this.world = parts.world;
    this.machine = parts.machine;
    this.time = parts.time;
    this.requests = parts.requests;
    this.writes = parts.writes;
    this.#folder = parts.world.folder;
    this.#endpoint = endpoint;
    this.#stop = stop;
  }

  /** @param recorded keeps two snapshots of every mutating request */
  static async open(from: Snapshot, { recorded = false }: { readonly recorded?: boolean } = {}): Promise<SweptWorld> {
    const folder = mkdtempSync(join(SCRATCH, 'slipway-sweep-'));
    for (const [name, text] of Object.entries(from.state ?? {})) writeFileSync(join(folder, name), text);
    if (from.clock !== undefined) writeFileSync(join(folder, CLOCK), from.clock);
    const time = new VirtualTime(Date.now());
    const start = time.now();
    const world = FolderWorld.open({ folder, seed: 7, timeScale: TIME_SCALE, wall: () => start + (time.now() - start) / TIME_SCALE });
    const machine = copyOf(from.machine);
    const requests: LoggedRequest[] = [];
    const writes: Write[] = [];
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    const readState = (): Record<string, string> => Object.fromEntries(WORLD_FILES.map((name) => [name, read(name)]));
    let last = readState();
    const append = (request: LoggedRequest): void => {
      requests.push(request);
      if (!recorded) return;
      const state = readState();
      const rest = { clock: read(CLOCK), machine: copyOf(machine) };
      if (request.mutating) writes.push({ operation: request.operation, before: { state: last, ...rest }, after: { state, ...rest } });
      last = state;
    };
    const account = await serveAccount({ world, log: { append }, services: SERVICES, port: 0, allowHosts: [] });
    const kubernetes = await serveKubernetes({
      world,
      save: () => world.save(),
      log: append,
      wall: () => world.wall(),
      endpoint: account.endpoint,
    });
    return new SweptWorld({ world, machine, time, requests, writes }, account.endpoint, async () => {
      await Promise.all([account.close(), kubernetes.close()]);
      world.close();
    });
  }

  /** One run by a new process. */
  async run(verb: Verb): Promise<Outcome> {
    const { now, sleep } = { now: () => this.world.now(), sleep: this.time.sleep.bind(this.time) };
    const session = openSession({
      yaml: YAML,
      endpoint: this.#endpoint,
      credentials: this.world.credentials,
      clock: { now, sleep },
      machine: this.machine,
      nextRun: () => `run${++this.#runs}`,
    });
    try {
      return await session.engine()[verb](session.graph, { signal: new AbortController().signal, consent: new Set() });
    } finally {
      session.close();
    }
  }

  /** Mutating requests from the `from`-th request on. */
  written(from = 0): readonly string[] {
    return this.requests.slice(from).flatMap(({ mutating, operation }) => (mutating ? [operation] : []));
  }

  /** The account as it is now. */
  snapshot(): Snapshot {
    this.world.save();
    const read = (name: string): string => readFileSync(join(this.#folder, name), 'utf8');
    return { state: Object.fromEntries(WORLD_FILES.map((name) => [name, read(name)])), clock: read(CLOCK), machine: copyOf(this.machine) };
  }

  async close(): Promise<void> {
    await this.#stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const copyOf = ({ intents, kubeconfig }: Machine): Machine => ({ intents: new Map(intents), kubeconfig: new Map(kubeconfig) });
