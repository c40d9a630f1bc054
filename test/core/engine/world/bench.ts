import { Engine } from '../../../../src/core/engine/engine.ts';
import type { Outcome, RunEvent } from '../../../../src/core/engine/events.ts';
import type { Plan } from '../../../../src/core/engine/plan.ts';
import type { Ports, Provider } from '../../../../src/core/engine/ports.ts';
import type { RunOptions, Verb } from '../../../../src/core/engine/verbs.ts';
import { ResourceGraph } from '../../../../src/core/graph/resourceGraph.ts';
import type { AnyResource } from '../../../../src/core/graph/resource.ts';
import type { Stage } from '../../../../src/core/graph/stage.ts';
import * as kinds from './kinds.ts';
import { MemoryIntents } from './memoryIntents.ts';
import { VirtualClock } from './virtualClock.ts';
import { Client, World, type Fault } from './world.ts';

export interface Wanted {
  readonly cidr?: string;
  readonly desired?: number;
  /** Stages that are not in the file. */
  readonly without?: readonly string[];
  readonly body?: string;
  readonly objects?: number;
}

export interface SessionOptions {
  readonly wanted?: Wanted;
  readonly fault?: Fault;
  /** The intents are lost with the process. */
  readonly forgetful?: boolean;
  readonly ports?: Partial<Ports>;
}

const stage = (id: string, requires: readonly string[], resources: readonly AnyResource[], barrier = false): Stage => ({
  id,
  title: id.toUpperCase(),
  doc: `docs/stages/${id}.md`,
  icon: 'server',
  requires,
  barrier,
  resources,
});

/** A platform of nine unlike things. */
export function platform(client: Client, wanted: Wanted = {}): readonly Stage[] {
  const clusterRole = kinds.role(client, 'cluster', ['AmazonEKSClusterPolicy']);
  const zones = kinds.zones(client);
  const vpc = kinds.vpc(client, wanted.cidr ?? '10.0.0.0/16', [clusterRole.id]);
  const gateway = kinds.gateway(client, { vpc });
  const inZone = (zone: string) => {
    const publicSubnet = kinds.subnet(client, `public-${zone}`, { vpc });
    const privateSubnet = kinds.subnet(client, `private-${zone}`, { vpc });
    const address = kinds.address(client, zone);
    const nat = { ...kinds.nat(client, zone, { subnet: publicSubnet, address }), after: [gateway.id] };
    const egress = kinds.routes(client, zone, { vpc, subnet: privateSubnet, nat });
    return { publicSubnet, privateSubnet, address, nat, egress };
  };
  const [a, b] = [inZone('a'), inZone('b')];
  const cluster = kinds.cluster(client, { role: clusterRole, subnets: [a.publicSubnet, b.publicSubnet, a.privateSubnet, b.privateSubnet] });
  const addonRole = kinds.role(client, 'ebs-csi', ['AmazonEBSCSIDriverPolicy']);
  const addon = kinds.addon(client, { cluster, role: addonRole });
  const nodeRole = kinds.role(client, 'nodes', ['AmazonEKSWorkerNodePolicy', 'AmazonEKS_CNI_Policy']);
  const group = kinds.nodegroup(client, wanted.desired ?? 14, { cluster, role: nodeRole, egress: [a.egress, b.egress] }, [addon.id]);
  const nodesReady = kinds.nodesReady(client, { group });
  const volumes = kinds.volumes(client, { cluster }, [nodesReady.id]);
  const settings = kinds.object(client, 'settings', wanted.body ?? 'one', { cluster });
  const many = Array.from({ length: wanted.objects ?? 0 }, (_, i) =>
    kinds.object(client, `o${i}`, 'body', { cluster }, i % 10 > 0 ? [`object/o${i - 1}`] : []),
  );
  const all = [
    stage('vpc', [], [zones, vpc, gateway, ...Object.values(a), ...Object.values(b)]),
    stage('cluster', ['vpc'], [clusterRole, cluster]),
    stage('ebs-csi', ['cluster'], [addonRole, addon]),
    stage('compute', ['ebs-csi'], [nodeRole, group, nodesReady, volumes]),
    stage('services', ['compute'], [settings, ...many], true),
  ];
  return all.filter(({ id }) => !wanted.without?.includes(id));
}

export class Bench {
  readonly clock = new VirtualClock();
  readonly world = new World(this.clock);
  readonly intents = new MemoryIntents();
  readonly events: RunEvent[] = [];

  session({ wanted, fault, forgetful, ports }: SessionOptions = {}) {
    const cancel = new AbortController();
    const client = new Client(this.world, fault, cancel);
    const graph = new ResourceGraph(platform(client, wanted));
    const engine = new Engine({ ...this.ports(client), ...(forgetful ? { intents: new MemoryIntents() } : {}), ...ports });
    const options = (more: Partial<RunOptions>): RunOptions => ({ signal: cancel.signal, consent: new Set(), ...more });
    const alive = <T>(work: Promise<T>): Promise<T | 'dead'> => Promise.race([work, client.dead]);
    return {
      client,
      graph,
      engine,
      cancel,
      observe: () => engine.observe(graph, { signal: cancel.signal, depth: 'status' }),
      plan: (verb: Verb = 'apply', stages?: readonly string[]): Promise<Plan> =>
        engine.plan(graph, verb, { signal: cancel.signal, ...(stages ? { stages } : {}) }),
      apply: (more: Partial<RunOptions> = {}): Promise<Outcome | 'dead'> => alive(engine.apply(graph, options(more))),
      destroy: (more: Partial<RunOptions> = {}): Promise<Outcome | 'dead'> => alive(engine.destroy(graph, options(more))),
    };
  }

  ports(client: Client): Ports {
    const aws: Provider = {
      name: 'aws',
      parallel: 16,
      discover: (look) =>
        kinds.census(client, look, 'aws', [
          'vpc',
          'gateway',
          'subnet',
          'address',
          'nat',
          'routes',
          'role',
          'cluster',
          'addon',
          'nodegroup',
        ]),
      residue: (look) =>
        look
          .share('list volume', () => client.list('volume'))
          .then((rows) => rows.map((row) => ({ kind: 'volume', physicalId: row.id, reason: 'nobody released it', monthlyUsd: 1 }))),
    };
    const kubernetes: Provider = {
      name: 'kubernetes',
      parallel: 8,
      discover: (look) => kinds.census(client, look, 'kubernetes', ['object']),
    };
    return {
      clock: this.clock,
      intents: this.intents,
      providers: [aws, kubernetes],
      run: 'run-1',
      guard: () => Promise.resolve(),
      signedOut: () => Promise.reject(new Error('nobody is there to sign in')),
      emit: (event) => this.events.push(event),
    };
  }

  /** What stands in the world, without ids and times. */
  shape(): readonly string[] {
    return this.world.rows
      .filter((row) => row.goneAt === undefined)
      .map((row) => `${row.type} ${row.resource ?? 'foreign'}`)
      .sort();
  }
}
