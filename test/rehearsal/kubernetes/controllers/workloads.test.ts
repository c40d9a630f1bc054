import assert from 'node:assert/strict';
import {
  CLAIM,
  DAEMON_SET,
  DEPLOYMENT,
  ENDPOINT_SLICE,
  JOB,
  NAMESPACE,
  POD,
  REPLICA_SET,
  SECRET,
  SERVICE,
  STATEFUL_SET,
  VOLUME,
} from '../../../../src/rehearsal/kubernetes/controllers/kinds.ts';
import { ec2Of } from '../../../../src/rehearsal/ec2/state.ts';
import { objectIn, textIn, type JsonObject } from '../../../../src/rehearsal/kubernetes/json.ts';
import { condition, TestCluster } from './testCluster.ts';

const pod = (image: string, more: JsonObject = {}): JsonObject => ({ containers: [{ name: 'main', image }], ...more });

function deployment(name: string, spec: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas: 2, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec }, ...more },
  };
}

describe('controllers of the rehearsed cluster', () => {
  let cluster: TestCluster;
  beforeEach(() => {
    cluster = new TestCluster();
  });
  afterEach(() => {
    cluster.remove();
  });

  const available = (name: string): boolean => condition(cluster.status(DEPLOYMENT, name), 'Available') === 'True';

  it('runs the add-ons: DaemonSets on every node, Deployments beside them', () => {
    assert.equal(cluster.status(DAEMON_SET, 'aws-node', 'kube-system')['numberReady'], 2);
    assert.equal(cluster.status(DEPLOYMENT, 'ebs-csi-controller', 'kube-system')['availableReplicas'], 2);
  });

  it('brings a Deployment up: replica set, pods, conditions, revision', () => {
    cluster.apply(deployment('web', pod('nginx:1.29')));
    assert.equal(available('web'), false);
    const seconds = cluster.until(() => available('web'));
    assert.ok(seconds > 1 && seconds < 20, `took ${String(seconds)} s`);
    const status = cluster.status(DEPLOYMENT, 'web');
    assert.deepEqual(
      [status['replicas'], status['updatedReplicas'], status['readyReplicas'], status['availableReplicas'], status['unavailableReplicas']],
      [2, 2, 2, 2, undefined],
    );
    assert.equal(status['observedGeneration'], cluster.get(DEPLOYMENT, 'web').metadata['generation']);
    assert.equal(condition(status, 'Progressing'), 'True');
    assert.equal(objectIn(cluster.get(DEPLOYMENT, 'web').metadata, 'annotations')['deployment.kubernetes.io/revision'], '1');
  });

  it('writes nothing once everything is as it should be', () => {
    cluster.apply(deployment('web', pod('nginx:1.29')));
    cluster.until(() => available('web'));
    cluster.pass(30);
    const before = cluster.store.revision;
    cluster.pass(600);
    assert.equal(cluster.store.revision, before);
  });

  it('rolls a new template out without going below what must be available', () => {
    cluster.apply(deployment('web', pod('nginx:1.29'), { replicas: 4 }));
    cluster.until(() => available('web'));
    cluster.apply(deployment('web', pod('nginx:1.30'), { replicas: 4 }));
    let fewest = 4;
    cluster.until(() => {
      const status = cluster.status(DEPLOYMENT, 'web');
      fewest = Math.min(fewest, Number(status['availableReplicas'] ?? 0));
      return status['updatedReplicas'] === 4 && status['replicas'] === 4 && status['availableReplicas'] === 4;
    });
    assert.equal(fewest, 3);
    assert.equal(cluster.store.list(REPLICA_SET, 'default').length, 2);
    assert.ok(cluster.pods('web').every((each) => JSON.stringify(each).includes('nginx:1.30')));
  });

  it('gives a rollout up at its deadline', () => {
    cluster.arm('image-missing=nginx');
    cluster.apply(deployment('web', pod('nginx:1.29'), { progressDeadlineSeconds: 60 }));
    cluster.until(() => condition(cluster.status(DEPLOYMENT, 'web'), 'Progressing') === 'False');
    assert.match(JSON.stringify(cluster.status(DEPLOYMENT, 'web')), /ProgressDeadlineExceeded/);
    assert.match(JSON.stringify(cluster.pods('web')[0]), /ImagePullBackOff.*docker\.io\/library\/nginx:1\.29: not found/);
    cluster.world.faults.disarm('image-missing');
    cluster.until(() => available('web'));
  });

  it('holds a pod whose Secret is not there, and lets it go on with it', () => {
    const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'one' } } }];
    cluster.apply(deployment('web', { containers: [{ name: 'main', image: 'nginx:1', env }] }));
    cluster.until(() => JSON.stringify(cluster.pods('web')).includes('CreateContainerConfigError'));
    assert.match(JSON.stringify(cluster.pods('web')), /secret \\"keys\\" not found/);
    cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, data: { two: 'eA==' } });
    cluster.pass(1);
    assert.match(JSON.stringify(cluster.pods('web')), /couldn't find key one in Secret default\/keys/);
    cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, data: { one: 'eA==' } });
    cluster.until(() => available('web'), 30);
  });

  it('says FailedMount for a volume of a Secret that is not there', () => {
    cluster.apply(deployment('web', pod('nginx:1', { volumes: [{ name: 'keys', secret: { secretName: 'minio' } }] })));
    cluster.pass(5);
    assert.ok(
      cluster
        .events('web-')
        .some((each) => each === 'Warning FailedMount MountVolume.SetUp failed for volume "keys" : secret "minio" not found'),
    );
    assert.match(JSON.stringify(cluster.pods('web')[0]), /ContainerCreating/);
    cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'minio' } });
    cluster.until(() => available('web'), 30);
    cluster.store.remove(SECRET, 'default', 'minio');
    cluster.pass(30);
    assert.equal(available('web'), true, 'what runs goes on');
  });

  it('makes no pod without its service account', () => {
    cluster.apply(deployment('web', pod('nginx:1', { serviceAccountName: 'runner' })));
    cluster.pass(5);
    assert.equal(cluster.pods('web').length, 0);
    assert.match(JSON.stringify(cluster.status(DEPLOYMENT, 'web')), /error looking up service account default\/runner/);
    cluster.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'runner' } });
    cluster.until(() => available('web'), 30);
    assert.equal(condition(cluster.status(DEPLOYMENT, 'web'), 'ReplicaFailure'), undefined);
  });

  it('leaves pods without a slot pending, in the words of the scheduler', () => {
    cluster.apply(deployment('web', pod('nginx:1'), { replicas: 30 }));
    cluster.pass(30);
    const placed = cluster.pods('web').filter((each) => objectIn(each, 'spec')['nodeName'] !== undefined);
    const others = cluster.store.list(POD).length - 30;
    assert.equal(placed.length, 22 - others);
    assert.ok(
      cluster
        .events('web-')
        .some((each) =>
          each.startsWith('Warning FailedScheduling 0/2 nodes are available: 2 Too many pods. no new claims to deallocate, preemption: '),
        ),
    );
  });

  it('counts requests against what a node has', () => {
    const resources = { requests: { memory: '1Gi' } };
    cluster.apply(deployment('big', { containers: [{ name: 'main', image: 'nginx:1', resources }] }, { replicas: 3 }));
    cluster.pass(30);
    assert.equal(cluster.status(DEPLOYMENT, 'big')['readyReplicas'], 2);
    assert.ok(cluster.events('big-').some((each) => each.includes('2 Insufficient memory')));
  });

  it('moves pods when their node goes', () => {
    cluster.apply(deployment('web', pod('nginx:1')));
    cluster.until(() => available('web'));
    const [node] = cluster.record.nodegroups['ng']?.nodes ?? [];
    assert.ok(node !== undefined);
    node.goneAt = cluster.world.now() + 5_000;
    cluster.pass(6);
    cluster.until(() => cluster.status(DEPLOYMENT, 'web')['readyReplicas'] === 2, 60);
    assert.ok(cluster.pods('web').every((each) => objectIn(each, 'spec')['nodeName'] !== node.name));
  });

  it('takes along what a deleted Deployment owned', () => {
    cluster.apply(deployment('web', pod('nginx:1')));
    cluster.until(() => available('web'));
    cluster.store.remove(DEPLOYMENT, 'default', 'web');
    cluster.pass(1);
    assert.deepEqual([cluster.pods('web').length, cluster.store.list(REPLICA_SET, 'default').length], [0, 0]);
  });

  it('brings a StatefulSet up in order, each pod with a volume of EBS', () => {
    cluster.apply({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'gp3', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'ebs.csi.aws.com',
      parameters: { type: 'gp3' },
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '8Gi' } } } };
    cluster.apply({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db' },
      spec: {
        replicas: 2,
        serviceName: 'db',
        selector: { matchLabels: { app: 'db' } },
        template: { metadata: { labels: { app: 'db' } }, spec: pod('postgres:17') },
        volumeClaimTemplates: [claim],
      },
    });
    cluster.pass(4);
    assert.equal(cluster.pods('db-').length, 1, 'the second waits for the first');
    cluster.until(() => cluster.status(STATEFUL_SET, 'db')['readyReplicas'] === 2);
    const status = cluster.status(STATEFUL_SET, 'db');
    assert.deepEqual([status['currentReplicas'], status['currentRevision']], [2, status['updateRevision']]);
    assert.equal(cluster.status(CLAIM, 'data-db-0')['phase'], 'Bound');
    const made = ec2Of(cluster.world, 'us-west-2').volumes.filter((each) => each.tags['CSIVolumeName'] !== undefined);
    assert.deepEqual(
      made.map((each) => [each.sizeGiB, each.tags['kubernetes.io/created-for/pvc/name'], each.tags['slipway:platform']]),
      [
        [8, 'data-db-0', 'cauchy'],
        [8, 'data-db-1', 'cauchy'],
      ],
    );
    assert.ok(made.every((each) => each.attachment !== undefined));
    cluster.store.remove(CLAIM, 'default', 'data-db-0');
    cluster.pass(120);
    assert.equal(cluster.status(CLAIM, 'data-db-0')['phase'], 'Bound', 'a claim in use is protected');
    cluster.store.remove(STATEFUL_SET, 'default', 'db');
    cluster.pass(30);
    assert.equal(cluster.store.find(CLAIM, 'default', 'data-db-0'), undefined);
    assert.equal(cluster.store.list(VOLUME).length, 1);
    assert.equal(ec2Of(cluster.world, 'us-west-2').volumes.filter((each) => each.tags['CSIVolumeName'] !== undefined).length, 1);
  });

  it('leaves a claim without a class pending while there is no default one', () => {
    const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    cluster.apply({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec: claim });
    cluster.apply(deployment('web', pod('nginx:1', { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] })));
    cluster.pass(5);
    assert.equal(cluster.status(CLAIM, 'data')['phase'], 'Pending');
    assert.deepEqual(cluster.events('data'), [
      'Normal FailedBinding no persistent volumes available for this claim and no storage class is set',
    ]);
    assert.ok(cluster.events('web-').some((each) => each.includes('pod has unbound immediate PersistentVolumeClaims')));
  });

  it('runs a Job to its end, and one that fails to its limit', () => {
    const job = (name: string, image: string): JsonObject => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      spec: { backoffLimit: 1, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image }] } } },
    });
    cluster.apply(job('good', 'alpine:3'));
    cluster.until(() => condition(cluster.status(JOB, 'good'), 'Complete') === 'True', 60);
    assert.equal(cluster.status(JOB, 'good')['succeeded'], 1);
    cluster.arm('hook-timeout=slow');
    cluster.apply({ ...job('slow', 'alpine:3'), spec: { ...objectIn(job('slow', 'alpine:3'), 'spec'), activeDeadlineSeconds: 50 } });
    cluster.until(() => condition(cluster.status(JOB, 'slow'), 'Failed') === 'True', 60);
    assert.match(JSON.stringify(cluster.status(JOB, 'slow')), /DeadlineExceeded/);
  });

  it('shows the ready pods behind a Service', () => {
    cluster.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    cluster.apply(deployment('web', pod('nginx:1')));
    cluster.until(() => available('web'));
    const [slice] = cluster.store.list(ENDPOINT_SLICE, 'default').filter((each) => each.metadata.name.startsWith('web-'));
    assert.match(JSON.stringify(slice?.['endpoints']), /"ready":true.*"ready":true/);
    assert.deepEqual(slice?.['ports'], [{ port: 8080, protocol: 'TCP' }]);
    assert.match(textIn(objectIn(cluster.get(SERVICE, 'web'), 'spec'), 'clusterIP') ?? '', /^172\.20\./);
  });

  it('empties a namespace before it goes', () => {
    cluster.apply({ ...deployment('web', pod('nginx:1')), metadata: { name: 'web', namespace: 'mer' } });
    cluster.pass(30);
    const { store } = cluster;
    const live = store.get(NAMESPACE, '', 'mer');
    store.mark(NAMESPACE, live, 0);
    cluster.pass(1);
    assert.equal(cluster.store.find(NAMESPACE, '', 'mer'), undefined);
    assert.deepEqual([...cluster.store.inNamespace('mer')], []);
  });
});
