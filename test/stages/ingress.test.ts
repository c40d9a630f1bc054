import assert from 'node:assert/strict';
import { parsePlatform } from '../../src/core/platform/parsePlatform.ts';
import { manifestSet } from '../../src/manifests/manifestSet.ts';
import { balancedByChart, balancerFindings } from '../../src/stages/ingress.ts';
import type { StageChart } from '../../src/stages/kubernetesContext.ts';

const start = { line: 1, column: 1 };
const range = { file: '/p/platform.yml', start, end: start };
const chart = (values: StageChart['values'] = {}): StageChart => ({
  stage: 'ingress-nginx',
  release: 'ingress-nginx',
  namespace: 'ingress-nginx',
  chart: { kind: 'folder', folder: '/charts' },
  values,
  range,
});
const service = (type: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: controller, namespace: ingress-nginx }\nspec: { type: ${type} }\n`;

describe('the load balancer of a platform', () => {
  const codes = (more: string, text: string, charts: readonly StageChart[] = []): readonly string[] => {
    const { spec } = parsePlatform(`name: cauchy\nregion: us-west-2\nmanifests: .\n${more}`, '/p/platform.yml');
    assert.ok(spec !== undefined);
    const set = manifestSet([{ stage: 'ingress-nginx', files: [{ path: 'a.yml', file: '/p/a.yml', text }] }]);
    return balancerFindings(spec, set, charts, range).map(({ code, severity }) => `${severity} ${code}`);
  };

  it('is missed where a domain is to lead to it', () => {
    const missed = ['warning platform.no-load-balancer'];
    assert.deepEqual(codes('domain: cauchy.link\n', service('NodePort')), missed);
    assert.deepEqual(codes('domain: cauchy.link\n', service('LoadBalancer')), []);
    assert.deepEqual(codes('domain: cauchy.link\n', service('NodePort'), [chart()]), [], 'a chart is known once it is installed');
    assert.deepEqual(codes('', service('NodePort')), []);
    assert.deepEqual(codes('domain: cauchy.link\nstages: { dns: { enabled: false } }\n', service('NodePort')), []);
  });

  it('of a chart is a network one where the values say so, wherever the chart reads them', () => {
    const annotations = { 'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb' };
    assert.deepEqual(balancedByChart(chart({ controller: { service: { annotations } } })), {
      name: 'ingress-nginx/ingress-nginx',
      isNetwork: true,
    });
    assert.equal(balancedByChart(chart()).isNetwork, false);
  });
});
