import assert from 'node:assert/strict';
import type { Look } from '../../../src/core/graph/resource.ts';
import type { ClusterAddress } from '../../../src/kubernetes/connection.ts';
import { addonsHealthy } from '../../../src/kubernetes/gates/addonsHealthy.ts';
import { nodesReady } from '../../../src/kubernetes/gates/nodesReady.ts';
import { handleOf, lookWith } from '../../aws/scriptedAws.ts';
import { scriptedServer } from '../scriptedServer.ts';
import type { Received, Reply, ScriptedServer } from '../scriptedServer.ts';

const address: ClusterAddress = { name: 'cauchy', endpoint: 'https://there', certificateAuthority: 'Q0E=' };
const outputs = { cluster: address, nodegroup: { name: 'nodes-1' } };
const cluster = handleOf<ClusterAddress>('cluster');
const group = handleOf<{ name: string }>('nodegroup');

const node = (
  name: string,
  zone: string,
  changes: { readonly ready?: boolean; readonly group?: string; readonly cordoned?: boolean } = {},
) => ({
  metadata: { name, labels: { 'eks.amazonaws.com/nodegroup': changes.group ?? 'nodes-1', 'topology.kubernetes.io/zone': zone } },
  spec: { unschedulable: changes.cordoned ?? false },
  status: { conditions: [{ type: 'Ready', status: changes.ready === false ? 'False' : 'True' }] },
});

describe('gates', () => {
  const servers: ScriptedServer[] = [];
  const serving = async (reply: (request: Received) => Reply): Promise<ScriptedServer> => {
    const server = await scriptedServer(reply);
    servers.push(server);
    return server;
  };
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  const nodes = async (items: readonly object[], min = 3, look: Look = lookWith(outputs)) => {
    const client = (await serving(() => ({ body: { items } }))).client();
    return nodesReady({ cluster, reach: () => client }, group, { min, title: 'Nodes ready' }).observe(look, 'status');
  };

  describe('nodes ready', () => {
    it('is closed until two nodes in two zones are ready, and half open until all are', async () => {
      const ready = [node('a', 'z1'), node('b', 'z2'), node('c', 'z1')];
      assert.equal((await nodes([])).state, 'pending');
      assert.equal((await nodes(ready.slice(0, 1))).state, 'pending');
      const half = await nodes(ready.slice(0, 2));
      assert.ok(half.state === 'degraded' && half.reason === '2 of 3 nodes are ready');
      const open = await nodes(ready);
      assert.ok(open.state === 'ready' && open.reason === '3 nodes');
    });

    it('does not count what is all in one zone, not ready, cordoned, or of another group', async () => {
      const oneZone = await nodes([node('a', 'z1'), node('b', 'z1'), node('c', 'z1')]);
      assert.ok(oneZone.state === 'pending' && oneZone.reason.includes('one zone'));
      for (const changes of [{ ready: false }, { cordoned: true }, { group: 'other' }]) {
        assert.equal(
          (await nodes([node('a', 'z1'), node('b', 'z2'), node('c', 'z1', changes)])).state,
          'degraded',
          JSON.stringify(changes),
        );
      }
    });

    it('opens for a platform of one node', async () => {
      assert.equal((await nodes([node('a', 'z1')], 1)).state, 'ready');
    });

    it('is absent where there is no cluster, and unseen where it cannot be reached', async () => {
      assert.deepEqual(await nodes([], 3, lookWith({})), { state: 'absent' });
      const client = (await serving(() => ({ status: 500 }))).client();
      await assert.rejects(
        nodesReady({ cluster, reach: () => client }, group, { min: 3, title: 't' }).observe(lookWith(outputs), 'status'),
        { name: 'Unseen' },
      );
    });
  });

  describe('add-ons healthy', () => {
    const look = async (deployments: readonly object[], daemonSets: readonly object[]) => {
      const server = await serving(({ url }) => ({ body: { items: url.pathname.endsWith('/deployments') ? deployments : daemonSets } }));
      const client = server.client();
      return addonsHealthy({ cluster, reach: () => client }, ['coredns', 'vpc-cni'], ['gate/nodes-ready']).observe(
        lookWith(outputs),
        'status',
      );
    };
    const coredns = (available: number) => ({
      metadata: { name: 'coredns' },
      spec: { replicas: 2 },
      status: { availableReplicas: available },
    });
    const awsNode = (wanted: number, available: number) => ({
      metadata: { name: 'aws-node' },
      status: { desiredNumberScheduled: wanted, numberAvailable: available },
    });

    it('is open when every workload of the add-ons is available', async () => {
      assert.equal((await look([coredns(2)], [awsNode(14, 14)])).state, 'ready');
    });

    it('is closed while one has no pod at all, or is not there', async () => {
      const closed = await look([coredns(0)], [awsNode(14, 14)]);
      assert.ok(closed.state === 'pending' && closed.reason.includes('coredns 0 of 2'));
      assert.equal((await look([], [awsNode(14, 14)])).state, 'pending');
    });

    it('does not take a DaemonSet without nodes for healthy', async () => {
      assert.equal((await look([coredns(2)], [awsNode(0, 0)])).state, 'pending');
    });

    it('is degraded while some of the pods are missing', async () => {
      const seen = await look([coredns(1)], [awsNode(14, 13)]);
      assert.ok(seen.state === 'degraded' && seen.reason.includes('aws-node 13 of 14'));
    });
  });
});
