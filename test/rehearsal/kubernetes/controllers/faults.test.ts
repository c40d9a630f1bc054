import assert from 'node:assert/strict';
import { DEPLOYMENT, ENDPOINT_SLICE, NAMESPACE, POD, SECRET, SERVICE } from '../../../../src/rehearsal/kubernetes/controllers/kinds.ts';
import { hasReadyEndpoint } from '../../../../src/rehearsal/kubernetes/controllers/services.ts';
import { logOf } from '../../../../src/rehearsal/kubernetes/controllers/pods/kubelet.ts';
import { loadBalancersOf } from '../../../../src/rehearsal/elb/loadBalancers.ts';
import { storedClusters } from '../../../../src/rehearsal/kubernetes/storedObjects.ts';
import { ec2Of } from '../../../../src/rehearsal/ec2/state.ts';
import { objectIn, type JsonObject } from '../../../../src/rehearsal/kubernetes/json.ts';
import { TestCluster } from './testCluster.ts';

const deployment = (name: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'nginx:1' }], ...more } },
  },
});
const service = (name: string, spec: JsonObject = {}, annotations: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, annotations },
  spec: { selector: { app: name }, ports: [{ port: 443 }], ...spec },
});

describe('faults of the rehearsed cluster', () => {
  let cluster: TestCluster;
  beforeEach(() => {
    cluster = new TestCluster();
  });
  afterEach(() => {
    cluster.remove();
  });

  const ready = (name: string): number => Number(cluster.status(DEPLOYMENT, name)['readyReplicas'] ?? 0);

  it('slots-full: other people’s pods take every slot, and go when it is over', () => {
    cluster.arm('slots-full');
    cluster.pass(10);
    cluster.apply(deployment('web'));
    cluster.pass(30);
    assert.equal(ready('web'), 0);
    assert.ok(cluster.events('web-').some((each) => each.includes('0/2 nodes are available: 2 Too many pods.')));
    cluster.world.faults.disarm('slots-full');
    cluster.until(() => ready('web') === 1, 60);
    assert.equal(cluster.store.find(NAMESPACE, '', 'somebody-else'), undefined);
  });

  it('secret-deleted: it is gone as soon as a pod needs it, once', () => {
    cluster.arm('secret-deleted=default/keys');
    const keys = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' } };
    cluster.apply(keys);
    cluster.apply({ ...keys, metadata: { name: 'keys', namespace: 'elsewhere' } });
    cluster.pass(30);
    assert.ok(cluster.store.find(SECRET, 'default', 'keys') !== undefined);
    cluster.apply(deployment('web', { volumes: [{ name: 'keys', secret: { secretName: 'keys' } }] }));
    cluster.pass(10);
    assert.equal(cluster.store.find(SECRET, 'default', 'keys'), undefined);
    assert.ok(cluster.store.find(SECRET, 'elsewhere', 'keys') !== undefined);
    assert.ok(cluster.events('web-').some((each) => each.endsWith('secret "keys" not found')));
    cluster.apply(keys);
    cluster.until(() => ready('web') === 1, 30);
  });

  it('webhook-never-ready: it runs, and its Service has no ready endpoint', () => {
    cluster.arm('webhook-never-ready=hook');
    cluster.apply(service('hook'));
    cluster.apply(deployment('hook'));
    cluster.pass(60);
    const view = {
      world: cluster.world,
      cluster: cluster.record,
      store: cluster.store,
      memory: <T>(_name: string, initial: () => T): T => initial(),
    };
    assert.equal(cluster.store.list(ENDPOINT_SLICE, 'default').filter((each) => each.metadata.name.startsWith('hook-')).length, 1);
    assert.equal(hasReadyEndpoint(view, 'default', 'hook'), false);
    assert.ok(cluster.events('hook-').some((each) => each.includes('Unhealthy Readiness probe failed')));
    cluster.world.faults.disarm('webhook-never-ready');
    cluster.until(() => hasReadyEndpoint(view, 'default', 'hook'), 30);
  });

  it('two pods that wait for one volume go to the node for which it is made, and the controllers come to rest', () => {
    const said: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (text: string | Uint8Array): boolean => said.push(String(text)) > 0;
    try {
      cluster.apply({
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: 'gp3' },
        provisioner: 'ebs.csi.aws.com',
        volumeBindingMode: 'WaitForFirstConsumer',
      });
      const spec = { storageClassName: 'gp3', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } };
      cluster.apply({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec });
      const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
      cluster.apply({ ...deployment('one', { volumes }) });
      cluster.apply({ ...deployment('two', { volumes }) });
      cluster.until(() => ready('one') + ready('two') === 2, 60);
    } finally {
      process.stderr.write = write;
    }
    assert.deepEqual(said, []);
    const nodes = cluster.store.list(POD, 'default').map((pod) => objectIn(pod, 'spec')['nodeName']);
    assert.equal(new Set(nodes).size, 1);
  });

  it('no-load-balancer-subnet: the Service waits with the controller’s own words; then it gets its load balancer, which goes with it', () => {
    cluster.arm('no-load-balancer-subnet');
    const annotations = { 'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb' };
    cluster.apply(service('web', { type: 'LoadBalancer' }, annotations));
    cluster.pass(30);
    assert.ok(cluster.events('web').some((each) => each.endsWith('could not find any suitable subnets for creating the ELB')));
    cluster.world.faults.disarm('no-load-balancer-subnet');
    cluster.until(() => loadBalancersOf(cluster.world, 'us-west-2', 'network').length === 1, 60);
    const [made] = loadBalancersOf(cluster.world, 'us-west-2', 'network');
    assert.deepEqual(made?.tags, { 'kubernetes.io/service-name': 'default/web', 'kubernetes.io/cluster/cauchy': 'owned' });
    assert.ok(ec2Of(cluster.world, 'us-west-2').networkInterfaces.some((each) => each.description.startsWith('ELB net/')));
    cluster.store.remove(SERVICE, 'default', 'web');
    assert.ok(cluster.store.find(SERVICE, 'default', 'web') !== undefined, 'held until the load balancer is gone');
    cluster.until(() => cluster.store.find(SERVICE, 'default', 'web') === undefined, 30);
    assert.equal(loadBalancersOf(cluster.world, 'us-west-2', 'network').length, 0);
  });

  it('keeps a container’s log, and that of the run before', () => {
    cluster.apply({
      ...deployment('web'),
      kind: 'Job',
      apiVersion: 'batch/v1',
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'alpine:3' }] } } },
    });
    cluster.pass(20);
    const [pod] = cluster.pods('web-');
    const stored = storedClusters(cluster.world)[cluster.record.id];
    assert.ok(pod !== undefined && stored !== undefined);
    // What the kubelets remembered.
    const view = { memory: <T extends object>(name: string, initial: () => T): T => (stored.memory[name] ?? initial()) as T };
    assert.match(logOf(view, pod, 'main', false), /^2026-\S+ main started\ndone\n$/);
    assert.equal(logOf(view, pod, 'main', true), '');
    assert.equal(objectIn(pod, 'status')['phase'], 'Succeeded');
  });
});
