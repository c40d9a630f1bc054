import assert from 'node:assert/strict';
import { whyNotReady } from '../../../src/kubernetes/readiness/whyNotReady.ts';
import { NO_EVIDENCE, type Evidence } from '../../../src/kubernetes/readiness/why/evidence.ts';
import { condition, live, seconds } from './liveObject.ts';

const broker = live('apps/v1', 'Deployment', { spec: { selector: { matchLabels: { app: 'broker' } } } }, { name: 'broker', uid: 'd' });
const pod = (status: object, more: object = {}, spec: object = {}): object =>
  live('v1', 'Pod', { spec, status }, { name: 'broker-5c-x', uid: 'p', labels: { app: 'broker' }, ...more });
const waiting = (reason: string, message = '', more: object = {}): object =>
  pod({
    phase: 'Pending',
    containerStatuses: [{ name: 'broker', image: 'apache/kafka:9', state: { waiting: { reason, message } }, ...more }],
  });
const event = (reason: string, message: string, about: object = {}, at = 0): object => ({
  type: 'Warning',
  reason,
  message,
  lastTimestamp: seconds(at),
  involvedObject: { kind: 'Pod', name: 'broker-5c-x', uid: 'p', ...about },
});
const unschedulable = (message: string, spec: object = {}): object =>
  pod({ phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'Unschedulable', { message })] }, {}, spec);
const nodes = (count: number): readonly object[] =>
  Array.from({ length: count }, () => live('v1', 'Node', { status: { allocatable: { pods: '11' } } }));
const claim = (spec: object): object =>
  live('v1', 'PersistentVolumeClaim', { spec, status: { phase: 'Pending' } }, { name: 'data', uid: 'c' });
const gp3 = live(
  'storage.k8s.io/v1',
  'StorageClass',
  {},
  { name: 'gp3', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
);
const mounts = { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] };
const tooManyPods = '0/12 nodes are available: 12 Too many pods. preemption: 0/12 nodes are available: 12 No preemption victims found.';

const rows: readonly (readonly [string, object, Partial<Evidence>, string | undefined])[] = [
  [
    'image that is not there, by the event',
    broker,
    {
      pods: [waiting('ImagePullBackOff', 'Back-off pulling image "apache/kafka:9"')],
      events: [event('Failed', 'Failed to pull image "apache/kafka:9": docker.io/apache/kafka:9: not found')],
    },
    'ImagePullBackOff: docker.io/apache/kafka:9 not found',
  ],
  [
    'image that nobody may pull',
    broker,
    { pods: [waiting('ErrImagePull', 'failed to authorize: 401 Unauthorized')] },
    'ErrImagePull: docker.io/apache/kafka:9 access denied',
  ],
  [
    'pull limit',
    broker,
    { pods: [waiting('ErrImagePull', 'toomanyrequests: You have reached your unauthenticated pull rate limit')] },
    'ErrImagePull: docker.io/apache/kafka:9 the registry allows no more pulls for now',
  ],
  [
    'crash loop',
    broker,
    { pods: [waiting('CrashLoopBackOff', 'back-off 5m0s', { lastState: { terminated: { exitCode: 3, reason: 'Error' } } })] },
    'CrashLoopBackOff: container broker ended with exit code 3',
  ],
  [
    'out of memory',
    broker,
    {
      pods: [
        pod(
          {
            phase: 'Running',
            containerStatuses: [
              {
                name: 'broker',
                state: { waiting: { reason: 'CrashLoopBackOff' } },
                lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
              },
            ],
          },
          {},
          { containers: [{ name: 'broker', resources: { limits: { memory: '512Mi' } } }] },
        ),
      ],
    },
    'OOMKilled: container broker needs more than its limit of 512Mi',
  ],
  [
    'Secret that is missing, in the environment',
    broker,
    { pods: [waiting('CreateContainerConfigError', 'secret "minio" not found')] },
    'CreateContainerConfigError: secret "minio" not found',
  ],
  [
    'Secret that is missing, in a volume',
    broker,
    {
      pods: [waiting('ContainerCreating')],
      events: [event('FailedMount', 'MountVolume.SetUp failed for volume "keys" : secret "minio" not found')],
    },
    'FailedMount: secret "minio" not found',
  ],
  ['no slot left', broker, { pods: [unschedulable(tooManyPods)], nodes: nodes(12) }, 'Too many pods: 11 of 11 slots on 12 nodes'],
  [
    'no memory left',
    broker,
    { pods: [unschedulable('0/3 nodes are available: 1 node(s) had untolerated taint {a: }, 2 Insufficient memory. preemption: no.')] },
    'Insufficient memory on 2 of 3 nodes, had untolerated taint {a: } on 1',
  ],
  [
    'no default class',
    broker,
    { pods: [unschedulable('0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.', mounts)], claims: [claim({})] },
    'waiting for a volume: no default StorageClass',
  ],
  [
    'a class that is not there',
    claim({ storageClassName: 'fast' }),
    { storageClasses: [gp3] },
    'waiting for a volume: no StorageClass fast',
  ],
  [
    'a volume that could not be made',
    claim({}),
    {
      storageClasses: [gp3],
      events: [event('ProvisioningFailed', 'UnauthorizedOperation', { kind: 'PersistentVolumeClaim', name: 'data', uid: 'c' })],
    },
    'ProvisioningFailed: UnauthorizedOperation',
  ],
  ['a claim that waits for its pod', claim({}), { storageClasses: [gp3] }, undefined],
  [
    'ServiceAccount that is missing: no pod at all',
    broker,
    { events: [event('FailedCreate', 'serviceaccount "kafka" not found', { kind: 'ReplicaSet', name: 'broker-5c', uid: 'r' })] },
    'FailedCreate: serviceaccount "kafka" not found',
  ],
  [
    'events of a Deployment whose name begins alike are not ours',
    broker,
    { events: [event('FailedCreate', 'no', { kind: 'ReplicaSet', name: 'broker-two-5c', uid: 'r' })] },
    undefined,
  ],
  [
    'the newest event counts',
    broker,
    {
      pods: [pod({ phase: 'Running' })],
      events: [event('Unhealthy', 'old', {}, -60), event('Unhealthy', 'Readiness probe failed: connection refused', {}, 0)],
    },
    'Unhealthy: Readiness probe failed: connection refused',
  ],
  [
    'a pod of another namespace is not ours',
    broker,
    { pods: [live('v1', 'Pod', {}, { namespace: 'z', labels: { app: 'broker' } })] },
    undefined,
  ],
  [
    'EventSource: its pods by label',
    live('argoproj.io/v1alpha1', 'EventSource', {}, { name: 'minio' }),
    {
      pods: [
        live(
          'v1',
          'Pod',
          {
            status: {
              phase: 'Running',
              containerStatuses: [
                { name: 'main', state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 1 } } },
              ],
            },
          },
          { labels: { 'eventsource-name': 'minio' } },
        ),
      ],
    },
    'CrashLoopBackOff: container main ended with exit code 1',
  ],
  [
    'Job whose pods were taken away at its deadline, by what was told of them',
    live('batch/v1', 'Job', { spec: {} }, { name: 'check', uid: 'j' }),
    {
      nodes: nodes(12),
      events: [
        event('FailedScheduling', tooManyPods, { name: 'check-x1z', uid: 'gone' }),
        event('Failed', 'no', { name: 'check-api-x1z' }),
      ],
    },
    'Too many pods: 11 of 11 slots on 12 nodes',
  ],
  [
    'Job whose pods that are gone had found a node, and no image',
    live('batch/v1', 'Job', { spec: {} }, { name: 'check', uid: 'j' }),
    {
      nodes: nodes(12),
      events: [
        event('FailedScheduling', tooManyPods, { name: 'check-x1z', uid: 'gone' }, 9),
        event('Failed', 'Error: ImagePullBackOff', { name: 'check-x1z', uid: 'gone' }, 8),
        event('Failed', 'Failed to pull image "a/check:1": docker.io/a/check:1: not found', { name: 'check-x1z', uid: 'gone' }, 7),
      ],
    },
    'ImagePullBackOff: docker.io/a/check:1 not found',
  ],
  [
    'Job that ran into its deadline',
    live('batch/v1', 'Job', {
      status: {
        conditions: [condition('Failed', 'True', 'DeadlineExceeded', { message: 'Job was active longer than specified deadline' })],
      },
    }),
    {},
    'DeadlineExceeded: Job was active longer than specified deadline',
  ],
  [
    'LoadBalancer without a subnet',
    live('v1', 'Service', {}, { name: 'ingress', uid: 's' }),
    {
      events: [
        event('SyncLoadBalancerFailed', 'could not find any suitable subnets for creating the ELB', {
          kind: 'Service',
          name: 'ingress',
          uid: 's',
        }),
      ],
    },
    'SyncLoadBalancerFailed: could not find any suitable subnets for creating the ELB',
  ],
  [
    'Certificate: the challenge knows',
    live('cert-manager.io/v1', 'Certificate', {}, { uid: '1' }),
    {
      certificates: [
        live(
          'cert-manager.io/v1',
          'CertificateRequest',
          { status: { conditions: [condition('Ready', 'False', 'Pending', { message: 'Waiting on order' })] } },
          { uid: '2', ownerReferences: [{ uid: '1' }] },
        ),
        live('acme.cert-manager.io/v1', 'Order', { status: { state: 'pending' } }, { uid: '3', ownerReferences: [{ uid: '2' }] }),
        live(
          'acme.cert-manager.io/v1',
          'Challenge',
          { spec: { dnsName: 'argo.cauchy.link' }, status: { state: 'pending', reason: 'no such host' } },
          { uid: '4', ownerReferences: [{ uid: '3' }] },
        ),
        live('acme.cert-manager.io/v1', 'Challenge', { status: { reason: 'of another' } }, { uid: '5', ownerReferences: [{ uid: '9' }] }),
      ],
    },
    'Challenge argo.cauchy.link: no such host',
  ],
];

describe('why it is not ready', () => {
  for (const [title, object, evidence, expected] of rows) {
    it(title, () => assert.equal(whyNotReady(object, { ...NO_EVIDENCE, ...evidence }), expected));
  }

  it('is one line of at most 120 characters', () => {
    const long = [waiting('CreateContainerError', `first\nsecond ${'x'.repeat(500)}`)];
    const why = whyNotReady(broker, { ...NO_EVIDENCE, pods: long });
    assert.equal(why?.length, 120);
    assert.match(why, /^CreateContainerError: first second x+…$/);
  });
});
