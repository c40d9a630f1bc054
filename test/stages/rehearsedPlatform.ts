import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome, RunEvent } from '../../src/core/engine/events.ts';
import type { Plan } from '../../src/core/engine/plan.ts';
import type { Clock } from '../../src/core/engine/ports.ts';
import type { Depth, Observation, ResourceId } from '../../src/core/graph/resource.ts';
import type { ResourceGraph } from '../../src/core/graph/resourceGraph.ts';
import type { KubeconfigEntry } from '../../src/kubernetes/kubeconfigEntry.ts';
import { startRehearsal, type Rehearsal } from '../../src/rehearsal/rehearse.ts';
import { rehearsedSecrets } from '../../src/kubernetes/secretValues.ts';
import { HelmProgram } from '../../src/kubernetes/helm/program.ts';
import { parseFault } from '../../src/rehearsal/faults.ts';
import type { World } from '../../src/rehearsal/world.ts';
import { helmStandIn } from '../../src/runner/helm.ts';
import { SERVER_FILE } from '../../src/runner/rehearsalProcess.ts';
import type { KubernetesContext, PlatformManifests } from '../../src/stages/kubernetesContext.ts';
import { scaledClock } from '../../src/runner/clock.ts';
import { CLI } from '../product.ts';
import { happeningIn, resolverOf, TIME_SCALE } from '../sweep/sweptWorld.ts';
import { VirtualTime } from '../sweep/virtualTime.ts';
import { openSession } from './productSession.ts';
import type { Machine, ProductSession } from './productSession.ts';

/** A line of the world's `requests.jsonl`. */
export interface Logged {
  readonly service: string;
  readonly operation: string;
  readonly mutating: boolean;
  readonly status: number;
}

export interface RehearsedPlatform {
  readonly graph: ResourceGraph;
  readonly clock: Clock;
  readonly kubeconfig: ReadonlyMap<string, KubeconfigEntry>;
  /** Everything that a run told, newest last. */
  readonly events: RunEvent[];
  apply(options?: { readonly consent?: readonly string[]; readonly stages?: readonly string[] }): Promise<Outcome>;
  destroy(options?: { readonly stages?: readonly string[] }): Promise<Outcome>;
  plan(verb: 'apply' | 'destroy'): Promise<Plan>;
  observe(depth: Depth): Promise<ReadonlyMap<ResourceId, Observation<unknown>>>;
  /** The same account with another platform file. */
  edited(yaml: string): RehearsedPlatform;
  /** Every request of anybody, as the world logged them. */
  logged(): readonly Logged[];
  /** Requests that `work` made, as the world logged them. */
  requests(work: () => Promise<unknown>): Promise<readonly Logged[]>;
  /** The next event of a run that fits. */
  told(fits: (event: RunEvent) => boolean): Promise<void>;
  /** For what others do in the account. */
  readonly world: World;
  /** A fault strikes from now on, or no longer. */
  arm(fault: string): void;
  disarm(fault: string): void;
  /** Ends it and answers the folder of its world, for others to begin with; the caller removes it. */
  kept(): Promise<string>;
  close(): Promise<void>;
}

export interface RehearsedOptions {
  readonly yaml: string;
  readonly faults?: readonly string[];
  /** Needed by what is a process of its own, as Helm is; else time is virtual, and passes only when everybody waits for it. */
  readonly timeScale?: number;
  /** The folders that the file names, read; without them the platform ends with its AWS stages. */
  readonly manifests?: PlatformManifests;
  /** A world to begin with, which is copied. */
  readonly world?: string;
}

/** The product's graph and engine with its real clients, and the rehearsed account at the other end. */
export async function rehearsePlatform({ yaml, faults = [], timeScale, manifests, world }: RehearsedOptions): Promise<RehearsedPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-stages-'));
  if (world !== undefined) cpSync(world, folder, { recursive: true });
  const { rehearsal, clock } = await start({ folder, port: 0, reset: false, allowHosts: [], faults, seed: 7 }, timeScale);
  const { endpoint, env } = rehearsal;
  // The rehearsed Helm is a program of its own: this tells it where the world is.
  if (timeScale !== undefined) writeFileSync(join(folder, SERVER_FILE), JSON.stringify({ endpoint, world: folder, timeScale, env }));
  const machine: Machine = { intents: new Map(), kubeconfig: new Map() };
  const sessions: ProductSession[] = [];
  const logFile = join(folder, 'requests.jsonl');
  const log = (): readonly Logged[] =>
    (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Logged);
  let runs = 0;

  const end = async (): Promise<void> => {
    for (const each of sessions) each.close();
    await rehearsal.close();
  };
  const platformOf = (text: string): RehearsedPlatform => {
    const session = openSession({
      yaml: text,
      endpoint,
      credentials: rehearsal.world.credentials,
      clock,
      machine,
      kubernetes: manifests && kubernetesOf(manifests, rehearsal),
      nextRun: () => `run${++runs}`,
    });
    sessions.push(session);
    const { graph, events, engine, told } = session;
    const signal = new AbortController().signal;
    return {
      graph,
      clock,
      kubeconfig: machine.kubeconfig,
      events,
      apply: ({ consent = [], stages } = {}) =>
        engine().apply(graph, { signal, consent: new Set(consent), ...(stages === undefined ? {} : { stages }) }),
      destroy: ({ stages } = {}) => engine().destroy(graph, { signal, consent: new Set(), ...(stages === undefined ? {} : { stages }) }),
      plan: (verb) => engine().plan(graph, verb, { signal }),
      observe: (depth) => engine().observe(graph, { signal, depth }),
      edited: platformOf,
      logged: log,
      async requests(work) {
        const before = log().length;
        await work();
        return log().slice(before);
      },
      told: (fits) => told(fits),
      world: rehearsal.world,
      arm: (fault) => rehearsal.world.faults.arm(parseFault(fault)),
      disarm: (fault) => rehearsal.world.faults.disarm(fault),
      async kept() {
        await end();
        return folder;
      },
      async close() {
        await end();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  };
  return platformOf(yaml);
}

async function start(
  options: Omit<Parameters<typeof startRehearsal>[0], 'timeScale'>,
  timeScale: number | undefined,
): Promise<{ readonly rehearsal: Rehearsal; readonly clock: Clock }> {
  if (timeScale !== undefined) {
    const rehearsal = await startRehearsal({ ...options, timeScale });
    return { rehearsal, clock: scaledClock(() => rehearsal.world.now(), timeScale) };
  }
  const begun = Date.now();
  const time = new VirtualTime(begun);
  const rehearsal = await startRehearsal({
    ...options,
    timeScale: TIME_SCALE,
    wall: () => begun + (time.now() - begun) / TIME_SCALE,
    ticks: (world, tick) => time.follow({ ...happeningIn(world, time), happen: tick }),
  });
  return { rehearsal, clock: { now: () => rehearsal.world.now(), sleep: (ms, signal) => time.sleep(ms, signal) } };
}

/** As a rehearsal's session has it. */
function kubernetesOf(manifests: PlatformManifests, { world }: Rehearsal): KubernetesContext {
  const { folder } = world;
  const standIn = helmStandIn(CLI, folder);
  return {
    manifests,
    secrets: rehearsedSecrets,
    resolver: resolverOf(world),
    helm: new HelmProgram({ find: () => Promise.resolve(standIn), folder: join(folder, 'helm'), env: process.env }),
  };
}
