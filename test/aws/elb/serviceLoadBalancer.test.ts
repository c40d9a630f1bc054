import assert from 'node:assert/strict';
import { serviceLoadBalancer, type ServiceHost } from '../../../src/aws/elb/serviceLoadBalancer.ts';
import type { LoadBalancerOut } from '../../../src/aws/outputs.ts';
import { priceBook } from '../../../src/aws/prices.ts';
import type { Observation, Resource } from '../../../src/core/graph/resource.ts';
import { handleOf, lookWith, scriptedAws, type Script } from '../scriptedAws.ts';

const HOST = 'abc-123.elb.us-west-2.amazonaws.com';
const service = handleOf<ServiceHost>('Service/ingress-nginx/controller');

function kindWith(script: Script): Resource<LoadBalancerOut, { readonly service: typeof service }> {
  const scope = { aws: scriptedAws(script).aws, identity: { platform: 'cauchy', tags: {} }, prices: priceBook('us-west-2') };
  return serviceLoadBalancer(scope, { service: 'ingress-nginx/controller', kind: 'network' }, { service });
}

const observe = (script: Script, hostname: string | undefined = HOST): Promise<Observation<LoadBalancerOut>> =>
  kindWith(script).observe(lookWith(hostname === '' ? {} : { [service.id]: { hostname } }), 'status');

const v2 = (Code: string): Script => ({
  DescribeLoadBalancers: () => ({
    LoadBalancers: [
      { DNSName: 'another.elb.us-west-2.amazonaws.com', LoadBalancerArn: 'arn:another', Type: 'network', State: { Code: 'active' } },
      { DNSName: HOST.toUpperCase(), LoadBalancerArn: 'arn:ours', Type: 'network', CanonicalHostedZoneId: 'ZNLB', State: { Code } },
    ],
  }),
});

describe('the load balancer behind a Service', () => {
  it('is found by its DNS name, whatever its case, with the zone of its own name', async () => {
    const seen = await observe(v2('active'));
    assert.equal(seen.state, 'ready');
    assert.ok('outputs' in seen);
    assert.deepEqual(seen.outputs, { kind: 'network', dnsName: HOST.toUpperCase(), canonicalHostedZoneId: 'ZNLB', arn: 'arn:ours' });
  });

  it('is waited for while AWS makes it, and is failed when AWS says so', async () => {
    assert.equal((await observe(v2('provisioning'))).state, 'pending');
    assert.equal((await observe(v2('failed'))).state, 'failed');
    assert.equal((await observe(v2('active_impaired'))).state, 'degraded');
  });

  it('is looked for among the classic ones after the newer kinds', async () => {
    const asked: string[] = [];
    const seen = await observe({
      DescribeLoadBalancers: () => {
        asked.push('describe');
        return asked.length === 1
          ? { LoadBalancers: [] }
          : { LoadBalancerDescriptions: [{ LoadBalancerName: 'abc', DNSName: HOST, CanonicalHostedZoneNameID: 'ZCLASSIC' }] };
      },
    });
    assert.ok(seen.state === 'ready');
    assert.deepEqual(seen.outputs, { kind: 'classic', dnsName: HOST, canonicalHostedZoneId: 'ZCLASSIC', arn: 'abc' });
  });

  it('is absent, and AWS is not asked, while the Service has no host name', async () => {
    assert.equal((await observe({}, '')).state, 'absent');
  });

  it('has no steps: the cluster makes it, and it costs what its kind costs', () => {
    const resource = kindWith({});
    assert.equal(resource.steps, undefined);
    assert.equal(resource.estimate?.().monthlyUsd, 0.0225 * 730);
  });
});
