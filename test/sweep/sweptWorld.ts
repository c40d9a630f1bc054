import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { approvalOf } from '../../src/core/engine/approval.ts';
import type { Outcome, RunEvent } from '../../src/core/engine/events.ts';
import type { Plan } from '../../src/core/engine/plan.ts';
import type { Verb } from '../../src/core/engine/verbs.ts';
import type { Helm } from '../../src/kubernetes/helm/helm.ts';
import { rehearsedSecrets } from '../../src/kubernetes/secretValues.ts';
import { serveAccount } from '../../src/rehearsal/accountServer.ts';
import { resolveName } from '../../src/rehearsal/dns.ts';
import { allClusters } from '../../src/rehearsal/eks/settle.ts';
import { FolderWorld } from '../../src/rehearsal/folderWorld.ts';
import { nextMomentOf } from '../../src/rehearsal/kubernetes/clusterObjects.ts';
import { serveKubernetes } from '../../src/rehearsal/kubernetes/kubernetesServer.ts';
import type { LoggedRequest } from '../../src/rehearsal/requestLog.ts';
import { SERVICES } from '../../src/rehearsal/services.ts';
import type { World } from '../../src/rehearsal/world.ts';
import type { KubernetesContext, PlatformManifests } from '../../src/stages/kubernetesContext.ts';
import type { Resolver } from '../../src/stages/resolver.ts';
import { openSession } from '../stages/productSession.ts';
import type { Machine, ProductSession } from '../stages/productSession.ts';
import { VirtualTime } from './virtualTime.ts';
import type { Happening } from './virtualTime.ts';
import { WorldTape } from './worldTape.ts';
import type { WorldState } from './worldTape.ts';

/** Signatures are dated by the wall, and must not be 15 minutes off: hours of the world pass in seconds of it. */
export const TIME_SCALE = 1000;
/** The world writes at every request: on a disk that takes a fifth of all the time. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const CLOCK = 'clock.json';

/** What is swept: a platform file, and what stands in its folders. */
export interface SweptPlatform {
  readonly yaml: string;
  readonly manifests?: PlatformManifests;
}

/**
 * All that is left of a process that was killed: the account as its files, and what the product keeps on the machine. Whoever is
 * dead does nothing more, so a kill need not be done to be known: what stood at that moment is what it leaves.
 */
export interface Snapshot {
  readonly state: WorldState | undefined;
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

/** A run that a person asks for. */
export interface RunWish {
  readonly verb: Verb;
  readonly stages?: readonly string[];
  /** As `--allow` takes them; to `deletions`: of all that left the file. */
  readonly consents?: readonly string[] | 'deletions';
  /** Plans before, and approves what the plan says, as a person does. Between the two, `approved` is called. */
  approved?(): void;
  /** What happens while it goes on: `told` resolves with the next event that fits. */
  meanwhile?(told: ProductSession['told']): void;
  /** Somebody signs in again. Default: nobody does. */
  signedOut?(): Promise<void>;
  /** Hears afterwards what the run told. */
  told?(event: RunEvent): void;
}

interface Parts {
  readonly platform: SweptPlatform;
  readonly world: FolderWorld;
  readonly machine: Machine;
  readonly time: VirtualTime;
  /** What the world logged, in order. */
  readonly requests: LoggedRequest[];
  /** Only of a recorded world. */
  readonly writes: Write[];
  readonly tape: WorldTape;
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

/** Runs of all accounts: no two of them have a name in common, as in reality. Client tokens are of a run. */
let runs = 0;

/** An account in virtual time, from a snapshot on. Every run is a process of its own: fresh clients, nothing in its head. */
export class SweptWorld {
  readonly world: FolderWorld;
  readonly machine: Machine;
  readonly time: VirtualTime;
  readonly requests: readonly LoggedRequest[];
  readonly writes: readonly Write[];
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    ({ world: this.world, machine: this.machine, time: this.time, requests: this.requests, writes: this.writes } = parts);
    this.#parts = parts;
  }

  /** @param recorded keeps two snapshots of every mutating request */
  static async open(
    platform: SweptPlatform,
    from: Snapshot,
    { recorded = false }: { readonly recorded?: boolean } = {},
  ): Promise<SweptWorld> {
    const folder = mkdtempSync(join(SCRATCH, 'slipway-sweep-'));
    for (const [name, text] of Object.entries(from.state?.files() ?? {})) writeFileSync(join(folder, name), text);
    if (from.clock !== undefined) writeFileSync(join(folder, CLOCK), from.clock);
    const time = new VirtualTime(Date.now());
    const start = time.now();
    const world = FolderWorld.open({ folder, seed: 7, timeScale: TIME_SCALE, wall: () => start + (time.now() - start) / TIME_SCALE });
    const machine = copyOf(from.machine);
    const requests: LoggedRequest[] = [];
    const writes: Write[] = [];
    const tape = new WorldTape(folder);
    let last = tape.mark();
    const append = (request: LoggedRequest): void => {
      requests.push(request);
      if (!recorded) return;
      const state = tape.mark();
      const rest = { clock: clockIn(folder), machine: copyOf(machine) };
      if (request.mutating) writes.push({ operation: request.operation, before: { state: last, ...rest }, after: { state, ...rest } });
      last = state;
    };
    const ticks = (tick: () => void): (() => void) => {
      const happen = (): void => {
        tick();
        if (recorded) last = tape.mark();
      };
      return time.follow({ ...happeningIn(world, time), happen });
    };
    const account = await serveAccount({ world, log: { append }, services: SERVICES, port: 0, allowHosts: [] });
    const { endpoint } = account;
    const kubernetes = await serveKubernetes({ world, save: () => world.save(), log: append, wall: () => world.wall(), endpoint, ticks });
    const stop = async (): Promise<void> => {
      await Promise.all([account.close(), kubernetes.close()]);
      world.close();
      rmSync(folder, { recursive: true, force: true });
    };
    return new SweptWorld({ platform, world, machine, time, requests, writes, tape, endpoint, stop });
  }

  /** One run by a new process. */
  async run({ verb, stages, consents = [], told, approved, meanwhile, signedOut }: RunWish): Promise<Outcome> {
    const { platform, endpoint } = this.#parts;
    const { now, sleep } = { now: () => this.world.now(), sleep: this.time.sleep.bind(this.time) };
    const session = openSession({
      yaml: platform.yaml,
      endpoint,
      credentials: this.world.credentials,
      clock: { now, sleep },
      machine: this.machine,
      kubernetes: platform.manifests && clusterOf(this.world, platform.manifests),
      nextRun: () => `run${++runs}`,
      signedOut,
    });
    const { graph, events, engine, close } = session;
    meanwhile?.(session.told);
    const { signal } = new AbortController();
    try {
      const consent = consents === 'deletions' ? deletionsIn(await engine().plan(graph, verb, { signal })) : new Set(consents);
      const chosen = stages === undefined ? {} : { stages };
      const plan = approved && (await engine().plan(graph, verb, { signal, consent, ...chosen }));
      approved?.();
      return await engine()[verb](graph, { signal, consent, ...chosen, ...(plan && { approved: approvalOf(plan) }) });
    } finally {
      close();
      for (const event of events) told?.(event);
    }
  }

  /** Mutating requests from the `from`-th request on. */
  written(from = 0): readonly string[] {
    return this.requests.slice(from).flatMap(({ mutating, operation }) => (mutating ? [operation] : []));
  }

  /** The account as it is now. */
  snapshot(): Snapshot {
    this.world.save();
    return { state: this.#parts.tape.mark(), clock: clockIn(this.world.folder), machine: copyOf(this.machine) };
  }

  async close(): Promise<void> {
    await this.#parts.stop();
  }
}

const copyOf = ({ intents, kubeconfig }: Machine): Machine => ({ intents: new Map(intents), kubeconfig: new Map(kubeconfig) });

const deletionsIn = ({ changes }: Plan): ReadonlySet<string> =>
  new Set(changes.flatMap(({ change, resource }) => (change.action === 'delete' ? [`delete:${resource}`] : [])));

const clockIn = (folder: string): string => readFileSync(join(folder, CLOCK), 'utf8');

/** What the clusters of a world do by themselves, by the time that passes here. */
export function happeningIn(world: FolderWorld, time: VirtualTime): Pick<Happening, 'next'> {
  return {
    next() {
      const moments = allClusters(world).flatMap((cluster) => nextMomentOf(world, cluster) ?? []);
      // The world's clock runs by a fraction of ours: a moment that is not quite there yet would never come.
      return moments.length === 0 ? undefined : time.now() + Math.max(1, Math.ceil(Math.min(...moments) - world.now()));
    },
  };
}

/** As a rehearsal's session has it, but for Helm, which is a process: no virtual time goes on in it. */
const clusterOf = (world: World, manifests: PlatformManifests): KubernetesContext => ({
  manifests,
  secrets: rehearsedSecrets,
  resolver: resolverOf(world),
  helm: NO_HELM,
});

export const resolverOf = (world: World): Resolver => ({
  addresses: (host) => Promise.resolve(resolveName(world, host).addresses),
  nameServers: (domain) => Promise.resolve(resolveName(world, domain).nameServers),
});

const NO_HELM: Helm = {
  machine: 'sweep',
  major: () => Promise.reject(new Error('no Helm is swept')),
  run: () => Promise.reject(new Error('no Helm is swept')),
  isAtWork: () => Promise.resolve(false),
};
