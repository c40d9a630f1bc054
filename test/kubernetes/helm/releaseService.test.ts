import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import type { ClusterAddress } from '../../../src/kubernetes/connection.ts';
import type { ReleaseOut } from '../../../src/kubernetes/helm/release.ts';
import { releaseService } from '../../../src/kubernetes/helm/releaseService.ts';
import { handleOf, lookWith } from '../../aws/scriptedAws.ts';
import { scriptedServer, type ScriptedServer } from '../scriptedServer.ts';

const address: ClusterAddress = { name: 'cauchy', endpoint: 'https://there', certificateAuthority: 'Q0E=' };
const manifest = 'apiVersion: v1\nkind: Service\nmetadata: { name: ingress-controller }\n';

interface Service {
  readonly name: string;
  readonly type: string;
  readonly hostname?: string;
  readonly annotations?: object;
}

describe('the Service of a release', () => {
  let server: ScriptedServer | undefined;
  afterEach(() => server?.close());

  const see = async (status: string, services: readonly Service[], rendered = manifest) => {
    const payload = JSON.stringify({ version: 1, info: { status }, manifest: rendered });
    const release = Buffer.from(gzipSync(payload).toString('base64')).toString('base64');
    const labels = { owner: 'helm', name: 'ingress', status, version: '1' };
    const secret = { metadata: { name: 'sh.helm.release.v1.ingress.v1', namespace: 'ns', labels }, data: { release } };
    const items = services.map(({ name, type, hostname, annotations }) => ({
      metadata: { name, namespace: 'ns', uid: name, annotations },
      spec: { type, clusterIP: '10.0.0.1' },
      status: hostname === undefined ? {} : { loadBalancer: { ingress: [{ hostname }] } },
    }));
    server = await scriptedServer(({ url: { pathname } }) => {
      if (pathname.endsWith('/secrets')) return { body: { items: [secret] } };
      if (pathname.includes('/secrets/')) return { body: secret };
      return { body: { items: pathname.endsWith('/services') ? items : [] } };
    });
    const client = server.client();
    const inCluster = { cluster: handleOf<ClusterAddress>('cluster'), reach: () => client };
    const resource = releaseService(inCluster, { namespace: 'ns', release: 'ingress' }, handleOf<ReleaseOut>('helm/ns/ingress'));
    return resource.observe(lookWith({ cluster: address }), 'status');
  };
  const balanced = { name: 'ingress-controller', type: 'LoadBalancer', hostname: 'a.elb.invalid' };

  it('is the one with a load balancer that Helm wrote down, or noted the release on', async () => {
    const seen = await see('deployed', [{ name: 'a-stranger', type: 'LoadBalancer', hostname: 'b.elb.invalid' }, balanced]);
    assert.ok(seen.state === 'ready');
    assert.deepEqual(seen.outputs, { hostname: 'a.elb.invalid' });
    await server?.close();
    const noted = await see('deployed', [{ ...balanced, annotations: { 'meta.helm.sh/release-name': 'ingress' } }], '');
    assert.equal(noted.state, 'ready');
  });

  it('is waited for until it has an address', async () => {
    const seen = await see('deployed', [{ name: 'ingress-controller', type: 'LoadBalancer' }]);
    assert.ok(seen.state === 'pending');
    assert.match(seen.reason, /no address yet/);
  });

  it('that is of another type is told with what to set', async () => {
    const seen = await see('deployed', [{ name: 'ingress-controller', type: 'NodePort' }]);
    assert.ok(seen.state === 'failed');
    assert.equal(seen.cause?.code, 'no-load-balancer-service');
    assert.match(seen.cause.message, /controller\.service\.type/);
    await server?.close();
    assert.equal((await see('pending-install', [])).state, 'absent', 'nobody knows yet');
  });
});
