import assert from 'node:assert/strict';
import { clusterProof } from '../../src/kubernetes/clusterProof.ts';
import type { ClusterAddress } from '../../src/kubernetes/connection.ts';
import type { Depth } from '../../src/core/graph/resource.ts';
import { handleOf, lookWith, stepContext } from '../aws/scriptedAws.ts';
import { scriptedServer, type ScriptedServer } from './scriptedServer.ts';

const address: ClusterAddress = { name: 'cauchy', endpoint: 'https://there', certificateAuthority: 'Q0E=' };
const CLAIM = { platform: 'cauchy', account: '012345678901', region: 'us-west-2' };
const inputs = { cluster: address, caller: { account: CLAIM.account } };

describe('the mark of the platform in its cluster', () => {
  const servers: ScriptedServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  const setting = async (
    data?: Readonly<Record<string, string>>,
    { isProof = true, depth = 'status' }: { readonly isProof?: boolean; readonly depth?: Depth } = {},
  ) => {
    const found =
      data === undefined
        ? { status: 404, body: { code: 404, reason: 'NotFound' } }
        : { body: { metadata: { name: 'slipway', uid: 'uid-1' }, data } };
    const server = await scriptedServer(({ method }) => (method === 'GET' ? found : {}));
    servers.push(server);
    const client = server.client();
    const inCluster = { cluster: handleOf<ClusterAddress>('cluster'), reach: () => client };
    const proof = clusterProof(inCluster, { platform: 'cauchy', region: 'us-west-2', after: [], isProof }, handleOf('caller'));
    const seen = await proof.observe(lookWith({ cluster: address, caller: inputs.caller }), depth);
    return { server, proof, change: proof.steps?.plan(seen, inputs) };
  };

  it('is missing where nothing says whose the cluster is, and is then written', async () => {
    const { server, proof, change } = await setting();
    assert.equal(change?.action, 'create');
    await proof.steps?.create?.(inputs, stepContext());
    const written = server.received.at(-1);
    assert.equal(written?.url.pathname, '/api/v1/namespaces/kube-system/configmaps/slipway');
    assert.deepEqual((JSON.parse(written.body) as { data: unknown }).data, CLAIM);
  });

  it('needs nothing where it says this platform, and is never written over where it says another', async () => {
    assert.equal((await setting(CLAIM)).change?.action, 'none');
    for (const other of [{ platform: 'other' }, { account: '999999999999' }, { region: 'eu-west-1' }]) {
      const { change } = await setting({ ...CLAIM, ...other });
      assert.ok(change?.action === 'blocked' && change.code === 'foreign', JSON.stringify(other));
    }
  });

  it('costs a status nothing where EKS says whose the cluster is: only a plan reads it then', async () => {
    const status = await setting(undefined, { isProof: false });
    assert.deepEqual([status.server.received.length, status.change?.action, status.proof.internal], [0, 'none', true]);
    const plan = await setting(undefined, { isProof: false, depth: 'plan' });
    assert.deepEqual([plan.server.received.length, plan.change?.action], [1, 'create']);
    assert.equal((await setting()).proof.internal, undefined, 'else it has a row');
  });
});
