import type { Handle, Look, Observation, Resource, ResourceId } from '../../core/graph/resource.ts';
import type { KubernetesObject } from '../client.ts';
import { clientOf } from '../cluster.ts';
import type { InCluster } from '../cluster.ts';
import type { ClusterAddress } from '../connection.ts';

interface Node extends KubernetesObject {
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

export interface NodesOut {
  readonly ready: number;
}

export interface NodesWish {
  /** Ready nodes that there have to be. */
  readonly min: number;
  readonly title: string;
}

type NodesNeeds = {
  readonly cluster: Handle<ClusterAddress>;
  /** The group that the nodes belong to. */ readonly group: Handle<{ readonly name: string }>;
};

/** What runs on two nodes in two zones survives the loss of one: from there on others may go ahead. */
const USABLE_NODES = 2;
const USABLE_ZONES = 2;
const ZONE = 'topology.kubernetes.io/zone';
/** EKS puts it on every node of a managed group. */
const GROUP = 'eks.amazonaws.com/nodegroup';

/** Waits for nodes: an ACTIVE node group says that instances were started, not that they joined. */
export function nodesReady({ cluster, reach }: InCluster, group: NodesNeeds['group'], wish: NodesWish): Resource<NodesOut, NodesNeeds> {
  const id: ResourceId = 'gate/nodes-ready';
  return {
    id,
    kind: 'gate',
    provider: 'kubernetes',
    title: wish.title,
    needs: { cluster, group },
    within: cluster,
    async observe(look) {
      const [client, name] = await Promise.all([clientOf(look, { cluster, reach }), look.outputs(group).then((out) => out?.name)]);
      if (client === undefined || name === undefined) return { state: 'absent' };
      const nodes = await listNodes(look, () => client.list<Node>('/api/v1/nodes', look.signal));
      return viewOf(
        id,
        nodes.filter((node) => node.metadata.labels?.[GROUP] === name),
        wish.min,
      );
    },
    // Growing and joining happen at once; what it takes after the group is there is about this.
    estimate: () => ({ createSeconds: 90, deleteSeconds: 0, monthlyUsd: 0 }),
    commands: () => [['kubectl', 'get', 'nodes']],
  };
}

function listNodes(look: Look, read: () => Promise<readonly Node[]>): Promise<readonly Node[]> {
  return look.share('kubernetes:nodes', read);
}

function viewOf(id: ResourceId, nodes: readonly Node[], min: number): Observation<NodesOut> {
  const ready = nodes.filter(isReady);
  const zones = new Set(ready.map((node) => node.metadata.labels?.[ZONE])).size;
  const base = { owner: 'slipway', physicalId: id, attributes: {}, outputs: { ready: ready.length } } as const;
  if (ready.length >= min && zones >= Math.min(USABLE_ZONES, min)) return { ...base, state: 'ready', reason: `${ready.length} nodes` };
  const counted = `${ready.length} of ${min} nodes are ready`;
  const usable = ready.length >= Math.min(USABLE_NODES, min) && zones >= Math.min(USABLE_ZONES, min);
  if (usable) return { ...base, state: 'degraded', reason: counted };
  return { ...base, state: 'pending', reason: ready.length >= USABLE_NODES ? `${counted}, all in one zone` : counted };
}

function isReady({ spec, status }: Node): boolean {
  return spec?.unschedulable !== true && status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true;
}
