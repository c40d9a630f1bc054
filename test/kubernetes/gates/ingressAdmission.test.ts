import assert from 'node:assert/strict';
import { Unseen } from '../../../src/core/graph/errors.ts';
import type { Depth } from '../../../src/core/graph/resource.ts';
import type { ClusterAddress } from '../../../src/kubernetes/connection.ts';
import { ingressAdmission } from '../../../src/kubernetes/gates/ingressAdmission.ts';
import { handleOf, lookWith } from '../../aws/scriptedAws.ts';
import { scriptedServer, type Reply, type ScriptedServer } from '../scriptedServer.ts';

const address: ClusterAddress = { name: 'cauchy', endpoint: 'https://there', certificateAuthority: 'Q0E=' };
const refused = (status: number, message: string, reason = 'InternalError'): Reply => ({
  status,
  body: { kind: 'Status', reason, message },
});

describe('the admission of Ingresses', () => {
  let server: ScriptedServer;
  let answer: Reply;
  let isThere: boolean;
  const webhook = {
    metadata: { name: 'w' },
    webhooks: [
      {
        name: 'validate.nginx',
        rules: [{ apiGroups: ['networking.k8s.io'], resources: ['ingresses'], operations: ['CREATE'] }],
        clientConfig: { service: { namespace: 'ingress-nginx', name: 'admission' } },
      },
    ],
  };
  before(async () => {
    server = await scriptedServer(({ method, url: { pathname } }) => {
      if (method !== 'GET') return answer;
      if (pathname.endsWith('/validatingwebhookconfigurations')) return { body: { items: [webhook] } };
      const slice = { metadata: { name: 's' }, endpoints: [{ conditions: { ready: isThere } }] };
      return { body: { items: pathname.endsWith('/endpointslices') ? [slice] : [] } };
    });
  });
  after(() => server.close());
  beforeEach(() => {
    [answer, isThere] = [{ body: { metadata: { name: 'x' } } }, true];
    server.received.length = 0;
  });

  const gate = () => {
    const client = server.client();
    const wish = { namespace: 'ingress-nginx', ingressClass: 'nginx', after: [] };
    const resource = ingressAdmission({ cluster: handleOf<ClusterAddress>('cluster'), reach: () => client }, wish);
    return (depth: Depth = 'status') => resource.observe(lookWith({ cluster: address }), depth);
  };
  const dryRuns = (): readonly (string | null)[] =>
    server.received.filter(({ method }) => method !== 'GET').map(({ url }) => url.searchParams.get('dryRun'));

  it('is asked by a dry run, and while it is ready only a plan asks again', async () => {
    const see = gate();
    assert.equal((await see()).state, 'ready');
    assert.equal((await see()).state, 'ready');
    assert.deepEqual(dryRuns(), ['All']);
    await see('plan');
    assert.deepEqual(dryRuns(), ['All', 'All']);
  });

  it('is waited for while nobody is there to answer, or the API server does not believe who does', async () => {
    isThere = false;
    const seen = await gate()();
    assert.ok(seen.state === 'pending' && /no ready endpoint/.test(seen.reason));
    assert.deepEqual(dryRuns(), []);
    isThere = true;
    answer = refused(
      500,
      'Internal error occurred: failed calling webhook "validate.nginx": x509: certificate signed by unknown authority',
    );
    const untrusted = await gate()();
    assert.ok(untrusted.state === 'pending' && /certificate signed by unknown authority/.test(untrusted.reason));
  });

  it('answers where it says no to what it is asked about', async () => {
    answer = refused(400, 'admission webhook "validate.nginx" denied the request: host is taken', 'BadRequest');
    assert.equal((await gate()()).state, 'ready');
  });

  it('is not there without its namespace, and unseen where nobody may ask', async () => {
    answer = { status: 404, body: { kind: 'Status', reason: 'NotFound', details: { kind: 'namespaces', name: 'ingress-nginx' } } };
    assert.equal((await gate()()).state, 'absent');
    answer = refused(403, 'forbidden', 'Forbidden');
    await assert.rejects(gate()(), Unseen);
  });
});
