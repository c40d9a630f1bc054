import assert from 'node:assert/strict';
import { parsePlatform } from '../../src/core/platform/parsePlatform.ts';
import { manifestSet } from '../../src/manifests/manifestSet.ts';
import { arrange, type Arrangement } from '../../src/stages/arrangement.ts';
import type { StageChart } from '../../src/stages/kubernetesContext.ts';
import { stageFolders } from '../../src/stages/stageFolders.ts';

const HEAD = 'name: cauchy\nregion: us-west-2\nmanifests: navier\n';

/** `folders`: the text of one file of each stage. */
function arranged(folders: Readonly<Record<string, string>>, more = '', charts: readonly string[] = []): Arrangement {
  const { spec, findings } = parsePlatform(HEAD + more, '/p/platform.yml');
  assert.ok(spec !== undefined, findings.map(({ message }) => message).join());
  const files = Object.entries(folders).map(([path, text]) => {
    const [stage = '', name = 'all.yml'] = path.split('/');
    return { stage, files: [{ path: `navier/${stage}/${name}`, file: `/p/navier/${stage}/${name}`, text }] };
  });
  return arrange(spec, manifestSet(files), charts.map(chartOf));
}

const chartOf = (stage: string): StageChart => {
  const start = { line: 1, column: 1 };
  const range = { file: '/p/platform.yml', start, end: start };
  return { stage, release: stage, namespace: stage, chart: { kind: 'folder', folder: '/charts' }, values: {}, range };
};

const pod = (name: string, namespace: string, container = ''): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec:\n  selector: { matchLabels: { app: ${name} } }\n  template:\n    metadata: { labels: { app: ${name} } }\n    spec:\n      containers:\n        - { name: main, image: "x:1"${container} }\n`;
const envFrom = (secret: string, key: string): string =>
  `, env: [{ name: X, valueFrom: { secretKeyRef: { name: ${secret}, key: ${key} } } }]`;

describe('the arrangement of manifests in stages', () => {
  it('a Secret that nothing defines belongs to its stage, with the keys and who needs them; a registry’s login to kaniko', () => {
    const volumes = pod('build', 'argo-events').replace(
      '      containers:',
      '      volumes: [{ name: c, secret: { secretName: kaniko, items: [{ key: config.json, path: config.json }] } }]\n      containers:',
    );
    const { secrets } = arranged({ services: pod('shop', 'mer', envFrom('github', 'token')), 'argo-events': volumes });
    assert.deepEqual(
      secrets.map(({ id, stage, keys }) => [id, stage, ...keys]),
      [
        ['Secret/argo-events/kaniko', 'kaniko', 'config.json'],
        ['Secret/mer/github', 'secrets', 'token'],
      ],
    );
  });

  it('what imagePullSecrets name has the one key that they take', () => {
    const pulls = pod('shop', 'mer').replace('      containers:', '      imagePullSecrets: [{ name: pull }]\n      containers:');
    const { secrets } = arranged({ services: pulls });
    assert.deepEqual(
      secrets.map(({ id, stage, keys }) => [id, stage, ...keys]),
      [['Secret/mer/pull', 'kaniko', '.dockerconfigjson']],
    );
  });

  it('who needs such a Secret comes after it', () => {
    const { after } = arranged({ services: pod('shop', 'mer', envFrom('github', 'token')) });
    assert.ok(after.get('Deployment.apps/mer/shop')?.includes('Secret/mer/github'));
  });

  it('a Namespace that is used and written nowhere is made, one that every cluster has is not', () => {
    const { objects } = arranged({ services: `${pod('shop', 'mer')}---\n${pod('other', 'default')}` });
    const names = objects.filter(({ key }) => key.kind === 'Namespace').map(({ key }) => key.name);
    assert.deepEqual(names, ['mer']);
  });

  it('the broker comes after ZooKeeper, which no reference says', () => {
    const { after } = arranged({ 'kafka/zookeeper.yml': pod('zookeeper', 'kafka'), 'kafka/broker.yml': pod('broker', 'kafka') });
    assert.ok(after.get('Deployment.apps/kafka/broker')?.includes('Deployment.apps/kafka/zookeeper'));
    assert.ok(!after.get('Deployment.apps/kafka/zookeeper')?.includes('Deployment.apps/kafka/broker'));
  });

  it('the same of files that end in .yaml', () => {
    const { after } = arranged({ 'kafka/zookeeper.yaml': pod('zookeeper', 'kafka'), 'kafka/broker.yml': pod('broker', 'kafka') });
    assert.ok(after.get('Deployment.apps/kafka/broker')?.includes('Deployment.apps/kafka/zookeeper'));
  });

  it('what must wait for a stage that requires its own is a finding that names both sides', () => {
    const claim = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings, namespace: kafka }\ndata: { a: b }\n';
    const needs = pod('broker', 'kafka', ', envFrom: [{ configMapRef: { name: settings } }]');
    const { findings, after } = arranged({ kafka: needs, services: claim });
    assert.deepEqual(
      findings.map(({ code, severity }) => [code, severity]),
      [['stage-contradiction', 'error']],
    );
    assert.match(
      findings[0]?.message ?? '',
      /^Deployment\.apps\/kafka\/broker \(navier\/kafka\/all\.yml:1\) needs ConfigMap\/kafka\/settings \(navier\/services\/all\.yml:1\), but the stage services requires the stage kafka/,
    );
    assert.ok(!after.get('Deployment.apps/kafka/broker')?.includes('ConfigMap/kafka/settings'), 'no circle is left in the graph');
  });

  const events = (kind: string, name: string, spec: string): string =>
    `apiVersion: argoproj.io/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name}, namespace: ev }\nspec: ${spec}\n`;
  const STAGES = 'stages:\n  xx: { manifests: xx }\n  yy: { manifests: yy, requires: [zz] }\n  zz: { manifests: zz }\n';
  const bus = events('EventBus', 'default', '{ jetstream: { version: 2.10.10 } }');
  const source = events('EventSource', 'orders', '{ webhook: {} }');
  const sensor = events('Sensor', 'orders', '{ dependencies: [{ name: d, eventSourceName: orders, eventName: e }] }');

  it('a circle that closes through a stage gives up what only should be', () => {
    const { findings, after } = arranged({ xx: source, yy: bus, zz: sensor.replace('spec: {', 'spec: { eventBusName: own,') }, STAGES);
    assert.deepEqual(findings, []);
    assert.ok(after.get('EventSource.argoproj.io/ev/orders')?.includes('EventBus.argoproj.io/ev/default'));
    assert.ok(!after.get('Sensor.argoproj.io/ev/orders')?.includes('EventSource.argoproj.io/ev/orders'));
  });

  it('a circle of what must be that closes through two stages is one finding that names all of it, and leaves no circle', () => {
    const settings = (name: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: ev }\ndata: { a: b }\n`;
    const user = (name: string, of: string): string => pod(name, 'ev', `, envFrom: [{ configMapRef: { name: ${of} } }]`);
    const folders = { xx: user('a', 'b'), yy: settings('b'), zz: user('c', 'd'), ww: settings('d') };
    const { findings, after } = arranged(folders, `${STAGES}  ww: { manifests: ww, requires: [xx] }\n`);
    assert.deepEqual(
      findings.map(({ code, severity }) => [code, severity]),
      [['stage-contradiction', 'error']],
    );
    for (const each of [
      'Deployment.apps/ev/a (navier/xx/all.yml:1)',
      'ConfigMap/ev/d (navier/ww/all.yml:1)',
      'the stage zz, which its stage requires',
    ])
      assert.ok(findings[0]?.message.includes(each), findings[0]?.message);
    assert.ok(!after.get('Deployment.apps/ev/a')?.includes('ConfigMap/ev/b'));
    assert.deepEqual(arranged({ ...folders, ww: '', zz: user('c', 'd') + '---\n' + settings('d') }, STAGES).findings, []);
  });

  it('a Namespace of a later stage contradicts nothing: Namespaces wait for no stage', () => {
    const { findings } = arranged({ kafka: pod('tool', 'mer'), services: 'apiVersion: v1\nkind: Namespace\nmetadata: { name: mer }\n' });
    assert.deepEqual(findings, []);
  });

  describe('of a chart', () => {
    const ingress = 'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: shop, namespace: mer }\nspec: {}\n';
    const certificate = 'apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: { name: shop, namespace: mer }\nspec: {}\n';
    const more = 'domain: cauchy.link\n';

    it('comes after its release what it defines or has checked, in whatever stage it stands', () => {
      const { after } = arranged({ services: `${ingress}---\n${certificate}` }, more, ['ingress-nginx', 'tls']);
      assert.deepEqual(after.get('Ingress.networking.k8s.io/mer/shop'), ['Namespace/mer', 'helm/ingress-nginx/ingress-nginx']);
      assert.deepEqual(after.get('Certificate.cert-manager.io/mer/shop'), ['Namespace/mer', 'helm/tls/tls']);
      assert.deepEqual(arranged({ services: ingress }, more).after.get('Ingress.networking.k8s.io/mer/shop'), ['Namespace/mer']);
    });

    it('does not, where its stage requires that of the object', () => {
      const stages = `${more}stages:\n  ingress-nginx: { requires: [services] }\n`;
      const { after, findings } = arranged({ services: ingress }, stages, ['ingress-nginx']);
      assert.deepEqual(findings, []);
      assert.deepEqual(after.get('Ingress.networking.k8s.io/mer/shop'), ['Namespace/mer']);
    });
  });

  it('the e-mail address of platform.yml is that of every ACME account, and nothing else of an object changes', () => {
    const issuer =
      'apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: { name: le }\nspec: { acme: { email: a@b.c, server: s } }\n';
    const { objects } = arranged({ tls: issuer }, 'domain: cauchy.link\ntls: { email: ops@cauchy.link }\n');
    const found = objects.find(({ key }) => key.kind === 'ClusterIssuer');
    assert.deepEqual(found?.json['spec'], { acme: { email: 'ops@cauchy.link', server: 's' } });
  });
});

describe('folders of stages', () => {
  const paths = (text: string): readonly string[] => {
    const { spec } = parsePlatform(HEAD + text, '/p/platform.yml');
    assert.ok(spec !== undefined);
    return stageFolders(spec).map(({ stage, path, key }) => `${stage} ${path}${key === undefined ? '' : ' named'}`);
  };

  it('are the runbook’s, below the folder of the platform’s manifests', () => {
    assert.ok(paths('').includes('kafka navier/kafka'));
    assert.deepEqual(
      paths('').filter((each) => each.startsWith('services')),
      ['services navier/mer', 'services navier/pascal'],
    );
  });

  it('are those that the file names, of stages of one’s own too, and none of what is switched off', () => {
    const text =
      'stages:\n  kafka: { manifests: strimzi }\n  mlflow: { requires: [minio], manifests: mlflow }\n  argo: { enabled: false }\n';
    const found = paths(text);
    assert.ok(found.includes('kafka navier/strimzi named') && found.includes('mlflow navier/mlflow named'));
    assert.ok(!found.some((each) => each.startsWith('argo ')));
  });

  it('are none without manifests', () => {
    const { spec } = parsePlatform('name: cauchy\nregion: us-west-2\n', '/p/platform.yml');
    assert.deepEqual(spec && stageFolders(spec), []);
  });
});
