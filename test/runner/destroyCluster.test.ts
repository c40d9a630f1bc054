import assert from 'node:assert/strict';
import type { RunEvent } from '../../src/core/engine/events.ts';
import { awsHalf, HEAD, VirtualCluster, type Files } from './virtualCluster.ts';
import type { Snapshot } from '../sweep/sweptWorld.ts';

const FILES: Files = {
  'platform.yml': `${HEAD}manifests: .\nstages:\n  base: { manifests: base }\n  app: { manifests: app, requires: [base] }\n`,
  'base/all.yml': `apiVersion: v1
kind: Namespace
metadata: { name: base }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: base }
data: { a: "1" }
`,
  'app/definition.yml': `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.invalid }
spec:
  group: example.invalid
  scope: Namespaced
  names: { plural: widgets, singular: widget, kind: Widget, listKind: WidgetList }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
`,
  'app/all.yml': `apiVersion: v1
kind: Namespace
metadata: { name: app }
---
apiVersion: example.invalid/v1
kind: Widget
metadata: { name: w, namespace: app }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: app }
data: { a: "1" }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data, namespace: app }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: app }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: web, image: "docker.io/library/nginx:1.29.3", volumeMounts: [{ name: data, mountPath: /data }] }]
      volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: app }
spec: { type: LoadBalancer, selector: { app: web }, ports: [{ port: 80 }] }
`,
};
const WIDGET = '/apis/example.invalid/v1/namespaces/app/widgets/w';
const IN_APP = [
  '/api/v1/namespaces/app',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.invalid',
  '/api/v1/namespaces/kube-system/configmaps/slipway-app',
];

const deletions = (written: readonly string[]): readonly string[] =>
  [...new Set(written.filter((each) => each.startsWith('delete ')))].sort();

/** An API server that nobody reaches for a day of the world. */
function goAway({ world }: VirtualCluster): void {
  world.part('kubernetes-outage', () => ({ until: 0 })).until = world.now() + 24 * 3_600_000;
  world.save();
}

describe('destroy of what is in the cluster', function () {
  this.timeout(120_000);
  let whole: Snapshot;
  let cluster: VirtualCluster;

  before(async () => {
    await awsHalf();
    await using first = await VirtualCluster.open();
    first.write(FILES);
    const { outcome, sentences } = await first.run({ verb: 'apply' });
    assert.equal(outcome?.outcome, 'succeeded', sentences.join('\n'));
    whole = first.snapshot();
  });
  beforeEach(async () => {
    cluster = await VirtualCluster.open(whole);
    cluster.write(FILES);
  });
  afterEach(() => cluster[Symbol.asyncDispose]());

  it('of one stage: all of it, custom resources before their definition, the namespace last; what it requires stays', async () => {
    const { outcome, events, sentences } = await cluster.run({ verb: 'destroy', stages: ['app'] });
    assert.equal(outcome?.outcome, 'succeeded', sentences.join('\n'));
    const finished = events.flatMap((event: RunEvent) => (event.event === 'resource.finished' ? [event.resource] : []));
    const order = (...ids: readonly string[]): void =>
      assert.deepEqual(
        finished.filter((id) => ids.includes(id)),
        ids,
        finished.join('\n'),
      );
    order('Widget.example.invalid/app/w', 'CustomResourceDefinition.apiextensions.k8s.io/widgets.example.invalid');
    order('Deployment.apps/app/web', 'PersistentVolumeClaim/app/data', 'Namespace/app', 'ApplySet/app');
    for (const path of IN_APP) assert.equal(await cluster.isThere(path), false, path);
    assert.ok(await cluster.isThere('/api/v1/namespaces/base/configmaps/settings'));
    assert.deepEqual((await cluster.run({ verb: 'destroy', stages: ['app'] })).written, []);
  });

  it('a finalizer without its controller is named with the way out, and nothing that needs it goes; taken out, the next run ends it', async () => {
    const body = { metadata: { finalizers: ['example.invalid/cleanup'] } };
    await cluster.ask({ method: 'PATCH', path: WIDGET, type: 'application/merge-patch+json', body });
    const { outcome, sentences } = await cluster.run({ verb: 'destroy', stages: ['app'] });
    assert.equal(outcome?.outcome, 'failed');
    assert.deepEqual(sentences, [
      'Widget app/w: the finalizer example.invalid/cleanup keeps it. If its controller is gone, take it out with kubectl edit.',
    ]);
    assert.ok(await cluster.isThere('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.invalid'));
    await cluster.ask({ method: 'PATCH', path: WIDGET, type: 'application/merge-patch+json', body: { metadata: { finalizers: null } } });
    const again = await cluster.run({ verb: 'destroy', stages: ['app'] });
    assert.equal(again.outcome?.outcome, 'succeeded', again.sentences.join('\n'));
    for (const path of IN_APP) assert.equal(await cluster.isThere(path), false, path);
  });

  it('of the whole platform: only what leaves something in AWS, and nothing is left', async () => {
    const { outcome, sentences, written } = await cluster.run({ verb: 'destroy' });
    assert.deepEqual([outcome?.outcome, outcome?.residue], ['succeeded', []], sentences.join('\n'));
    assert.deepEqual(deletions(written), ['delete deployments', 'delete persistentvolumeclaims', 'delete services']);
  });

  it('out of reach: it waits with the cluster until that is allowed to be abandoned; then its load balancer and its volume are found and go', async () => {
    goAway(cluster);
    const blind = await cluster.run({ verb: 'destroy' });
    assert.equal(blind.outcome?.outcome, 'failed');
    assert.ok(!blind.written.includes('DeleteCluster'), blind.written.join(', '));
    const { outcome, sentences, written } = await cluster.run({ verb: 'destroy', consents: ['abandon:kubernetes'] });
    assert.deepEqual([outcome?.outcome, outcome?.residue, outcome?.left], ['succeeded', [], undefined], sentences.join('\n'));
    for (const operation of ['DeleteCluster', 'DeleteLoadBalancer', 'DeleteVolume', 'DeleteVpc'])
      assert.ok(written.includes(operation), `${operation}: ${written.join(', ')}`);
  });
});
