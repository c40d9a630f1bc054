import { createAgents } from '../../src/aws/agent.ts';
import { createAws } from '../../src/aws/aws.ts';
import { priceBook } from '../../src/aws/prices.ts';
import { awsProvider } from '../../src/aws/provider.ts';
import { Engine } from '../../src/core/engine/engine.ts';
import type { RunEvent } from '../../src/core/engine/events.ts';
import type { Clock, Intents } from '../../src/core/engine/ports.ts';
import type { ResourceId } from '../../src/core/graph/resource.ts';
import type { ResourceGraph } from '../../src/core/graph/resourceGraph.ts';
import { parsePlatform } from '../../src/core/platform/parsePlatform.ts';
import { platformTag } from '../../src/core/platform/platformSpec.ts';
import type { KubeconfigEntry } from '../../src/kubernetes/kubeconfigEntry.ts';
import { platformLabel } from '../../src/kubernetes/platformLabel.ts';
import { kubernetesProvider } from '../../src/kubernetes/provider.ts';
import { clusterReach } from '../../src/stages/clusterReach.ts';
import type { KubernetesContext } from '../../src/stages/kubernetesContext.ts';
import type { KubeconfigPort } from '../../src/stages/kubeconfigPort.ts';
import { platformGraph } from '../../src/stages/registry.ts';

/** What the product keeps on a person's machine: it outlives a session that is killed. */
export interface Machine {
  readonly intents: Map<ResourceId, number>;
  /** By the cluster's ARN. */
  readonly kubeconfig: Map<string, KubeconfigEntry>;
}

export interface SessionOptions {
  readonly yaml: string;
  /** The rehearsed account's. */
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly clock: Clock;
  readonly machine: Machine;
  /** What lives in the cluster; without it the platform ends with its AWS stages. */
  readonly kubernetes?: KubernetesContext | undefined;
  /** Resolves when somebody has signed in again. Default: nobody does. */
  readonly signedOut?: (() => Promise<void>) | undefined;
  /** Names a run. */
  readonly nextRun: () => string;
}

export interface ProductSession {
  readonly graph: ResourceGraph;
  /** Everything that a run told, newest last. */
  readonly events: RunEvent[];
  /** The next event that fits. */
  told(fits: (event: RunEvent) => boolean): Promise<void>;
  /** For one run. */
  engine(): Engine;
  /** Drops its connections. */
  close(): void;
}

/** The product as one process has it: its graph, its engine, its real clients with connections of their own. @throws Error for a bad file */
export function openSession(options: SessionOptions): ProductSession {
  const { yaml, endpoint, credentials, clock, machine } = options;
  const { spec, findings } = parsePlatform(yaml, '/platform.yml');
  if (spec === undefined) throw new Error(findings.map(({ message }) => message).join('; '));
  const agents = createAgents({});
  const aws = createAws({ region: spec.region, endpoint, agents, credentials: () => Promise.resolve({ ...credentials }) });
  const context = {
    spec,
    identity: { platform: platformTag(spec), tags: spec.tags },
    aws,
    prices: priceBook(spec.region),
    clock,
    agents,
    reach: clusterReach({ aws, agents, clock }),
    kubeconfig: memoryKubeconfig(machine.kubeconfig),
    ...(options.kubernetes === undefined ? {} : { kubernetes: options.kubernetes }),
  };
  const helm = options.kubernetes === undefined ? {} : { helm: options.kubernetes.helm };
  const events: RunEvent[] = [];
  const listeners = new Set<(event: RunEvent) => void>();
  return {
    graph: platformGraph(context),
    events,
    told: (fits) =>
      new Promise((resolve) => {
        const listener = (event: RunEvent): void => {
          if (!fits(event)) return;
          listeners.delete(listener);
          resolve();
        };
        listeners.add(listener);
      }),
    engine: () =>
      new Engine({
        clock,
        intents: memoryIntents(machine.intents),
        providers: [
          awsProvider(context),
          kubernetesProvider({ reach: context.reach, label: platformLabel(context.identity.platform), ...helm }),
        ],
        run: options.nextRun(),
        guard: () => Promise.resolve(),
        signedOut: options.signedOut ?? (() => Promise.reject(new Error('signed out'))),
        emit: (event) => {
          events.push(event);
          for (const listener of [...listeners]) listener(event);
        },
      }),
    close: () => {
      aws.destroy();
      agents.destroy();
    },
  };
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
