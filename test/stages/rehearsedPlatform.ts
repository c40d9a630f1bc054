import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgents } from '../../src/aws/agent.ts';
import { createAws } from '../../src/aws/aws.ts';
import { priceBook } from '../../src/aws/prices.ts';
import { awsProvider } from '../../src/aws/provider.ts';
import { Engine } from '../../src/core/engine/engine.ts';
import type { Outcome, RunEvent } from '../../src/core/engine/events.ts';
import type { Plan } from '../../src/core/engine/plan.ts';
import type { Clock, Intents, Ports } from '../../src/core/engine/ports.ts';
import type { Depth, Observation, ResourceId } from '../../src/core/graph/resource.ts';
import type { ResourceGraph } from '../../src/core/graph/resourceGraph.ts';
import { parsePlatform } from '../../src/core/platform/parsePlatform.ts';
import { platformTag } from '../../src/core/platform/platformSpec.ts';
import type { KubeconfigEntry } from '../../src/kubernetes/kubeconfigEntry.ts';
import { kubernetesProvider } from '../../src/kubernetes/provider.ts';
import { startRehearsal } from '../../src/rehearsal/rehearse.ts';
import { scaledClock } from '../../src/runner/clock.ts';
import { clusterReach } from '../../src/stages/clusterReach.ts';
import type { KubeconfigPort } from '../../src/stages/kubeconfigPort.ts';
import { platformGraph } from '../../src/stages/registry.ts';

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
  /** Requests that `work` made, as the world logged them. */
  requests(work: () => Promise<unknown>): Promise<readonly Logged[]>;
  close(): Promise<void>;
}

export interface RehearsedOptions {
  readonly yaml: string;
  readonly faults?: readonly string[];
  readonly timeScale?: number;
}

/** The product's graph and engine with its real clients, and the rehearsed account at the other end. */
export async function rehearsePlatform({ yaml, faults = [], timeScale = 150 }: RehearsedOptions): Promise<RehearsedPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-stages-'));
  const rehearsal = await startRehearsal({ folder, port: 0, reset: false, allowHosts: [], timeScale, faults, seed: 7 });
  const clock = scaledClock(() => rehearsal.world.now(), timeScale);
  const agents = createAgents({});
  const { accessKeyId, secretAccessKey } = rehearsal.world.credentials;
  const identity = { accessKeyId, secretAccessKey };
  const entries = new Map<string, KubeconfigEntry>();
  const intents = new Map<ResourceId, number>();
  const logFile = join(folder, 'requests.jsonl');
  const log = (): readonly Logged[] =>
    (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Logged);
  let runs = 0;

  const platformOf = (text: string): RehearsedPlatform => {
    const { spec, findings } = parsePlatform(text, '/platform.yml');
    if (spec === undefined) throw new Error(findings.map(({ message }) => message).join('; '));
    const aws = createAws({ region: spec.region, endpoint: rehearsal.endpoint, agents, credentials: () => Promise.resolve(identity) });
    const context = {
      spec,
      identity: { platform: platformTag(spec), tags: spec.tags },
      aws,
      prices: priceBook(spec.region),
      clock,
      agents,
      reach: clusterReach({ aws, agents, clock }),
      kubeconfig: memoryKubeconfig(entries),
    };
    const graph = platformGraph(context);
    const events: RunEvent[] = [];
    const ports = (): Ports => ({
      clock,
      intents: memoryIntents(intents),
      providers: [awsProvider(context), kubernetesProvider],
      run: `run${++runs}`,
      guard: () => Promise.resolve(),
      signedOut: () => Promise.reject(new Error('signed out')),
      emit: (event) => void events.push(event),
    });
    const signal = new AbortController().signal;
    return {
      graph,
      clock,
      kubeconfig: entries,
      events,
      apply: ({ consent = [], stages } = {}) =>
        new Engine(ports()).apply(graph, { signal, consent: new Set(consent), ...(stages === undefined ? {} : { stages }) }),
      destroy: ({ stages } = {}) =>
        new Engine(ports()).destroy(graph, { signal, consent: new Set(), ...(stages === undefined ? {} : { stages }) }),
      plan: (verb) => new Engine(ports()).plan(graph, verb, { signal }),
      observe: (depth) => new Engine(ports()).observe(graph, { signal, depth }),
      edited: platformOf,
      async requests(work) {
        const before = log().length;
        await work();
        return log().slice(before);
      },
      async close() {
        aws.destroy();
        agents.destroy();
        await rehearsal.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  };
  return platformOf(yaml);
}

function memoryKubeconfig(entries: Map<string, KubeconfigEntry>): KubeconfigPort {
  return {
    read: (arn) => Promise.resolve(entries.get(arn)),
    write: (arn, entry) => Promise.resolve(void entries.set(arn, entry)),
    remove: (arn) => Promise.resolve(void entries.delete(arn)),
    path: () => Promise.resolve('/world/kubeconfig'),
  };
}

function memoryIntents(open: Map<ResourceId, number>): Intents {
  return {
    open: () => Promise.resolve(new Map(open)),
    begin: (id, at) => Promise.resolve(void open.set(id, at)),
    end: (id) => Promise.resolve(void open.delete(id)),
  };
}
