import assert from 'node:assert/strict';
import { vanishesWhenDone } from '../../../src/kubernetes/readiness/additions/finishedJob.ts';
import { readiness } from '../../../src/kubernetes/readiness/readiness.ts';
import { stateOfReadiness } from '../../../src/kubernetes/readiness/stateOfReadiness.ts';
import type { Readiness } from '../../../src/kubernetes/readiness/verdict.ts';
import { condition, live, NOW, type Expected } from './liveObject.ts';

const loadBalancer = (spec: object, ingress: readonly object[] = []): object =>
  live('v1', 'Service', { spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1', ...spec }, status: { loadBalancer: { ingress } } });
const argo = (kind: string, ...conditions: readonly object[]): object =>
  live('argoproj.io/v1alpha1', kind, conditions.length === 0 ? {} : { status: { conditions } });
const issuer = (kind: string, generation: number, ...conditions: readonly object[]): object =>
  live('cert-manager.io/v1', kind, { status: { conditions } }, { generation });

/** Every row of engine-facts 2.2; the row's own words are the title. */
const rows: readonly (readonly [string, object, Expected])[] = [
  ['LoadBalancer without an address', loadBalancer({}), 'InProgress NoAddress'],
  ['LoadBalancer with an empty host name', loadBalancer({}, [{ hostname: '' }]), 'InProgress NoAddress'],
  ['LoadBalancer with a host name', loadBalancer({}, [{ hostname: 'a.elb.us-west-2.amazonaws.com' }]), 'Current'],
  ['LoadBalancer with an IP', loadBalancer({}, [{ ip: '10.1.1.1' }]), 'Current'],
  ['LoadBalancer with externalIPs', loadBalancer({ externalIPs: ['10.1.1.1'] }), 'Current'],
  ['ExternalName', live('v1', 'Service', { spec: { type: 'ExternalName', externalName: 'a.example' } }), 'Current'],
  ['ClusterIssuer without a status', live('cert-manager.io/v1', 'ClusterIssuer', {}), 'InProgress NotObserved'],
  [
    'ClusterIssuer, Ready',
    issuer('ClusterIssuer', 2, condition('Ready', 'True', 'ACMEAccountRegistered', { observedGeneration: 2 })),
    'Current',
  ],
  [
    'ClusterIssuer, Ready of an older generation',
    issuer('ClusterIssuer', 2, condition('Ready', 'True', 'ACMEAccountRegistered', { observedGeneration: 1 })),
    'InProgress LatestGenerationNotObserved',
  ],
  [
    'ClusterIssuer, not Ready',
    issuer('ClusterIssuer', 2, condition('Ready', 'False', 'ErrRegisterACMEAccount', { observedGeneration: 2 })),
    'InProgress ErrRegisterACMEAccount',
  ],
  ['Issuer without a status', live('cert-manager.io/v1', 'Issuer', {}), 'InProgress NotObserved'],
  [
    'Certificate that is issuing',
    issuer('Certificate', 1, condition('Issuing', 'True'), condition('Ready', 'False', 'DoesNotExist')),
    'InProgress DoesNotExist',
  ],
  ['Certificate, Ready', issuer('Certificate', 1, condition('Ready', 'True', 'Ready', { observedGeneration: 1 })), 'Current'],
  ['EventBus without a status', argo('EventBus'), 'InProgress NotObserved'],
  [
    'EventBus, one of two',
    argo('EventBus', condition('Configured', 'True'), condition('Deployed', 'False', 'Waiting')),
    'InProgress Waiting',
  ],
  ['EventBus, all', argo('EventBus', condition('Configured', 'True'), condition('Deployed', 'True')), 'Current'],
  ['EventSource without a status', argo('EventSource'), 'InProgress NotObserved'],
  [
    'EventSource waits for its bus',
    argo('EventSource', condition('SourcesProvided', 'True'), condition('Deployed', 'False', 'EventBusNotFound')),
    'InProgress EventBusNotFound',
  ],
  ['EventSource, all', argo('EventSource', condition('SourcesProvided', 'True'), condition('Deployed', 'True')), 'Current'],
  ['Sensor without a status', argo('Sensor'), 'InProgress NotObserved'],
  [
    'Sensor, one unknown',
    argo('Sensor', condition('DependenciesProvided', 'True'), condition('TriggersProvided', 'True'), condition('Deployed', 'Unknown')),
    'InProgress NotDeployed',
  ],
  [
    'Sensor, all',
    argo('Sensor', condition('DependenciesProvided', 'True'), condition('TriggersProvided', 'True'), condition('Deployed', 'True')),
    'Current',
  ],
  ['APIService without a status', live('apiregistration.k8s.io/v1', 'APIService', {}), 'InProgress NotObserved'],
  [
    'APIService, not Available',
    live('apiregistration.k8s.io/v1', 'APIService', { status: { conditions: [condition('Available', 'False', 'MissingEndpoints')] } }),
    'InProgress MissingEndpoints',
  ],
  [
    'APIService, Available',
    live('apiregistration.k8s.io/v1', 'APIService', { status: { conditions: [condition('Available', 'True', 'Passed')] } }),
    'Current',
  ],
  ['Job that runs is not done', live('batch/v1', 'Job', { status: { startTime: 'x', active: 1 } }), 'InProgress JobRunning'],
  [
    'Job that failed says why',
    live('batch/v1', 'Job', { status: { conditions: [condition('Failed', 'True', 'DeadlineExceeded')] } }),
    'Failed DeadlineExceeded',
  ],
  ['bare Pod, Failed', live('v1', 'Pod', { status: { phase: 'Failed', reason: 'Evicted' } }), 'Failed Evicted'],
  ['PVC, Lost', live('v1', 'PersistentVolumeClaim', { status: { phase: 'Lost' } }), 'Failed Lost'],
  [
    'HPA is no gate',
    live('autoscaling/v2', 'HorizontalPodAutoscaler', { status: { conditions: [condition('Ready', 'False', 'NoMetrics')] } }),
    'Current',
  ],
  ['Ingress without an address is accepted', live('networking.k8s.io/v1', 'Ingress', {}), 'Current'],
  [
    'a paused Deployment is not waited for',
    live('apps/v1', 'Deployment', { spec: { paused: true, replicas: 2 }, status: { observedGeneration: 1 } }, { generation: 1 }),
    'Current',
  ],
  [
    'no status after our own write: not observed',
    live('apps/v1', 'Deployment', { spec: { replicas: 0 }, status: { conditions: [condition('Available', 'True')] } }, { generation: 1 }),
    'InProgress NoObservedGeneration',
  ],
  [
    'CRD whose names were not accepted is not ready, as Helm has it',
    live('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
      status: { conditions: [condition('NamesAccepted', 'False', 'Conflict')] },
    }),
    'Failed Conflict',
  ],
];

describe('readiness, what we add', () => {
  for (const [title, object, expected] of rows) {
    it(title, () => {
      const { status, reason } = readiness(object, NOW);
      assert.equal(status === 'Current' ? status : `${status} ${reason}`, expected);
    });
  }

  it('a Job with a time to live that is gone is done', () => {
    assert.equal(vanishesWhenDone({ spec: { ttlSecondsAfterFinished: 0 } }), true);
    assert.equal(vanishesWhenDone({ spec: {} }), false);
  });

  it('an Ingress without an address says so', () => {
    assert.match(readiness(live('networking.k8s.io/v1', 'Ingress', {}), NOW).message, /address/);
  });

  it('a load balancer is known by its address', () => {
    assert.equal(readiness(loadBalancer({}, [{ hostname: 'a.example' }]), NOW).message, 'a.example');
  });
});

describe('the engine’s word for a readiness', () => {
  const said = (status: Readiness['status']): Readiness => ({ status, reason: '', message: '' });
  const deployment = (observedGeneration: number, reason: string, updatedReplicas = 2): object =>
    live(
      'apps/v1',
      'Deployment',
      { status: { observedGeneration, replicas: 2, updatedReplicas, conditions: [condition('Progressing', 'True', reason)] } },
      { generation: 2 },
    );
  const words: readonly (readonly [Readiness['status'], object])[] = [
    ['Current', { state: 'ready' }],
    ['InProgress', { state: 'pending' }],
    ['Failed', { state: 'failed' }],
    ['Terminating', { state: 'pending', leaving: true }],
    ['NotFound', { state: 'absent' }],
    ['Unknown', { state: 'unknown' }],
  ];
  for (const [status, expected] of words) {
    it(status, () => assert.deepEqual(stateOfReadiness(said(status), undefined), expected));
  }

  it('a Certificate that waits for DNS holds nothing back; one that has failed says so', () => {
    const certificate = live('cert-manager.io/v1', 'Certificate', {});
    assert.equal(stateOfReadiness(said('InProgress'), certificate).state, 'degraded');
    assert.equal(stateOfReadiness(said('Failed'), certificate).state, 'failed');
  });

  it('a claim without a volume lets the workload go that it waits for', () => {
    assert.equal(
      stateOfReadiness(said('InProgress'), live('v1', 'PersistentVolumeClaim', { status: { phase: 'Pending' } })).state,
      'degraded',
    );
    assert.equal(stateOfReadiness(said('Terminating'), live('v1', 'PersistentVolumeClaim', {})).state, 'pending');
  });

  it('complete in this generation, pods lost since: degraded', () => {
    assert.equal(stateOfReadiness(said('InProgress'), deployment(2, 'NewReplicaSetAvailable')).state, 'degraded');
  });

  it('still rolling out, or not observed: pending', () => {
    assert.equal(stateOfReadiness(said('InProgress'), deployment(2, 'ReplicaSetUpdated')).state, 'pending');
    assert.equal(stateOfReadiness(said('InProgress'), deployment(2, 'NewReplicaSetAvailable', 1)).state, 'pending');
    assert.equal(stateOfReadiness(said('InProgress'), deployment(1, 'NewReplicaSetAvailable')).state, 'pending');
  });

  it('a StatefulSet that we have seen complete in this generation is degraded, another pending', () => {
    const set = live('apps/v1', 'StatefulSet', { status: { observedGeneration: 3 } }, { generation: 3 });
    assert.equal(stateOfReadiness(said('InProgress'), set).state, 'pending');
    assert.equal(stateOfReadiness(said('InProgress'), set, 2).state, 'pending');
    assert.equal(stateOfReadiness(said('InProgress'), set, 3).state, 'degraded');
  });
});
