import assert from 'node:assert/strict';
import { readiness } from '../../../src/kubernetes/readiness/readiness.ts';
import { condition, live, NOW, seconds, type Expected } from './liveObject.ts';

const unschedulable = { phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'Unschedulable')] };

/** Every row of engine-facts 2.1 (kstatus), in its order; the row's own words are the title. */
const rows: readonly (readonly [string, object, Expected])[] = [
  // generic
  ['deletionTimestamp → Terminating', live('v1', 'ConfigMap', {}, { deletionTimestamp: seconds(0) }), 'Terminating'],
  [
    'generation and observedGeneration differ → LatestGenerationNotObserved',
    live('example.com/v1', 'Widget', { status: { observedGeneration: 1 } }, { generation: 2 }),
    'InProgress LatestGenerationNotObserved',
  ],
  [
    'observedGeneration unset is no difference',
    live('example.com/v1', 'Widget', { status: { conditions: [condition('Ready', 'True')] } }, { generation: 2 }),
    'Current',
  ],
  [
    'Reconciling=True → InProgress with its reason',
    live('example.com/v1', 'Widget', { status: { conditions: [condition('Reconciling', 'True', 'Rolling'), condition('Ready', 'True')] } }),
    'InProgress Rolling',
  ],
  [
    'Stalled=True → Failed',
    live('example.com/v1', 'Widget', { status: { conditions: [condition('Stalled', 'True', 'NoWay')] } }),
    'Failed NoWay',
  ],
  [
    'Reconciling and Stalled: the first in the list wins',
    live('example.com/v1', 'Widget', {
      status: { conditions: [condition('Stalled', 'True', 'NoWay'), condition('Reconciling', 'True', 'Rolling')] },
    }),
    'Failed NoWay',
  ],
  [
    'the generic checks come before the rule of the kind',
    live('v1', 'Service', { spec: {}, status: { observedGeneration: 1 } }, { generation: 2 }),
    'InProgress LatestGenerationNotObserved',
  ],
  ['unknown kind, Ready True', live('example.com/v1', 'Widget', { status: { conditions: [condition('Ready', 'True')] } }), 'Current'],
  [
    'unknown kind, Ready False',
    live('example.com/v1', 'Widget', { status: { conditions: [condition('Ready', 'False', 'Broken')] } }),
    'InProgress Broken',
  ],
  [
    'unknown kind, Ready Unknown',
    live('example.com/v1', 'Widget', { status: { conditions: [condition('Ready', 'Unknown', 'Asking')] } }),
    'InProgress Asking',
  ],
  ['unknown kind, nothing said', live('example.com/v1', 'Widget', {}), 'Current'],
  ['the kind of another group is unknown', live('example.com/v1', 'Deployment', { spec: { replicas: 3 } }), 'Current'],
  // Deployment
  ...deployments(),
  // StatefulSet
  ...statefulSets(),
  // DaemonSet
  ['DaemonSet: no generation', live('apps/v1', 'DaemonSet', { status: { observedGeneration: 1 } }), 'InProgress NoGeneration'],
  ['DaemonSet: no observedGeneration', live('apps/v1', 'DaemonSet', {}, { generation: 1 }), 'InProgress NoObservedGeneration'],
  ['DaemonSet: desired unset', daemonSet({ desiredNumberScheduled: undefined }), 'InProgress NoDesiredNumber'],
  ['DaemonSet: desired > current', daemonSet({ currentNumberScheduled: 2 }), 'InProgress LessCurrent'],
  ['DaemonSet: desired > updated', daemonSet({ updatedNumberScheduled: 2 }), 'InProgress LessUpdated'],
  ['DaemonSet: desired > available', daemonSet({ numberAvailable: 2 }), 'InProgress LessAvailable'],
  ['DaemonSet: desired > ready', daemonSet({ numberReady: 2 }), 'InProgress LessReady'],
  ['DaemonSet: all', daemonSet({}), 'Current'],
  // ReplicaSet
  ['ReplicaSet: ReplicaFailure', replicaSet({ conditions: [condition('ReplicaFailure', 'True')] }), 'InProgress ReplicaFailure'],
  ['ReplicaSet: spec > fullyLabeled', replicaSet({ fullyLabeledReplicas: 1 }), 'InProgress LessLabelled'],
  ['ReplicaSet: spec > available', replicaSet({ availableReplicas: 1 }), 'InProgress LessAvailable'],
  ['ReplicaSet: spec > ready', replicaSet({ readyReplicas: 1 }), 'InProgress LessReady'],
  ['ReplicaSet: status > spec', replicaSet({ replicas: 3 }), 'InProgress ExtraPods'],
  ['ReplicaSet: all', replicaSet({}), 'Current'],
  // Job
  ['Job: Complete', live('batch/v1', 'Job', { status: { conditions: [condition('Complete', 'True')] } }), 'Current'],
  ['Job: Failed', live('batch/v1', 'Job', { status: { conditions: [condition('Failed', 'True')] } }), 'Failed JobFailed'],
  [
    'Job: Suspended and spec.suspend',
    live('batch/v1', 'Job', { spec: { suspend: true }, status: { conditions: [condition('Suspended', 'True')] } }),
    'Current',
  ],
  [
    'Job: Suspended once, resumed since',
    live('batch/v1', 'Job', { spec: { suspend: false }, status: { conditions: [condition('Suspended', 'True')] } }),
    'InProgress JobNotStarted',
  ],
  ['Job: no startTime', live('batch/v1', 'Job', {}), 'InProgress JobNotStarted'],
  // CronJob, ConfigMap, Secret
  ['CronJob', live('batch/v1', 'CronJob', {}), 'Current'],
  ['ConfigMap', live('v1', 'ConfigMap', {}), 'Current'],
  ['Secret', live('v1', 'Secret', {}), 'Current'],
  // Pod
  ['Pod: Succeeded', pod({ phase: 'Succeeded' }), 'Current'],
  ['Pod: Running, Ready', pod({ phase: 'Running', conditions: [condition('Ready', 'True')] }), 'Current'],
  [
    'Pod: Running, a container in CrashLoopBackOff',
    pod({ phase: 'Running', containerStatuses: [{ name: 'a', state: { waiting: { reason: 'CrashLoopBackOff' } } }] }),
    'Failed ContainerCrashLooping',
  ],
  ['Pod: Running, not Ready', pod({ phase: 'Running', conditions: [condition('Ready', 'False')] }), 'InProgress PodRunningNotReady'],
  ['Pod: Unschedulable for less than 15 s', pod(unschedulable, 14), 'InProgress PodNotScheduled'],
  ['Pod: Unschedulable for 15 s', pod(unschedulable, 15), 'Failed PodUnschedulable'],
  ['Pod: Pending', pod({ phase: 'Pending' }, 600), 'InProgress PodPending'],
  ['Pod: no phase', pod({}), 'InProgress PodNotObserved'],
  ['Pod: a phase that nobody knows', pod({ phase: 'Dancing' }), 'Unknown UnknownPhase'],
  // PVC, PDB, Service
  ['PVC: Bound', live('v1', 'PersistentVolumeClaim', { status: { phase: 'Bound' } }), 'Current'],
  ['PVC: not Bound', live('v1', 'PersistentVolumeClaim', { status: { phase: 'Pending' } }), 'InProgress NotBound'],
  ['PDB', live('policy/v1', 'PodDisruptionBudget', {}), 'Current'],
  [
    'PDB of an older generation',
    live('policy/v1', 'PodDisruptionBudget', { status: { observedGeneration: 1 } }, { generation: 2 }),
    'InProgress LatestGenerationNotObserved',
  ],
  ['Service: LoadBalancer without clusterIP', live('v1', 'Service', { spec: { type: 'LoadBalancer' } }), 'InProgress NoIPAssigned'],
  ['Service: any other', live('v1', 'Service', { spec: { type: 'NodePort' } }), 'Current'],
  // CRD
  ['CRD: NamesAccepted False', crd(condition('NamesAccepted', 'False', 'ListKindConflict')), 'Failed ListKindConflict'],
  ['CRD: Established False', crd(condition('Established', 'False', 'NotAccepted')), 'Failed NotAccepted'],
  ['CRD: Established False while installing', crd(condition('Established', 'False', 'Installing')), 'InProgress Installing'],
  ['CRD: Established', crd(condition('NamesAccepted', 'True'), condition('Established', 'True')), 'Current'],
  ['CRD: no condition', crd(), 'InProgress Installing'],
];

function deployments(): readonly (readonly [string, object, Expected])[] {
  const done = [condition('Progressing', 'True', 'NewReplicaSetAvailable'), condition('Available', 'True')];
  const whole = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, conditions: done };
  const made = (status: object, spec: object = {}): object =>
    live(
      'apps/v1',
      'Deployment',
      { spec: { replicas: 2, progressDeadlineSeconds: 600, ...spec }, status: { ...whole, ...status } },
      { generation: 1 },
    );
  return [
    [
      'Deployment: ProgressDeadlineExceeded',
      made({ conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded'), condition('Available', 'True')] }),
      'Failed ProgressDeadlineExceeded',
    ],
    ['Deployment: spec > replicas', made({ replicas: 1 }), 'InProgress LessReplicas'],
    ['Deployment: one replica where none is said', made({ replicas: 0 }, { replicas: undefined }), 'InProgress LessReplicas'],
    ['Deployment: spec > updated', made({ updatedReplicas: 1 }), 'InProgress LessUpdated'],
    ['Deployment: replicas > spec', made({ replicas: 3 }), 'InProgress ExtraPods'],
    ['Deployment: updated > available', made({ availableReplicas: 1 }), 'InProgress LessAvailable'],
    ['Deployment: spec > ready', made({ readyReplicas: 1 }), 'InProgress LessReady'],
    [
      'Deployment: not progressing',
      made({ conditions: [condition('Progressing', 'True', 'ReplicaSetUpdated'), condition('Available', 'True')] }),
      'InProgress ReplicaSetNotAvailable',
    ],
    [
      'Deployment: without a deadline it always progresses',
      made({ conditions: [condition('Available', 'True')] }, { progressDeadlineSeconds: undefined }),
      'Current',
    ],
    [
      'Deployment: the largest int32 is no deadline',
      made({ conditions: [condition('Available', 'True')] }, { progressDeadlineSeconds: 2147483647 }),
      'Current',
    ],
    [
      'Deployment: not available',
      made({ conditions: [condition('Progressing', 'True', 'NewReplicaSetAvailable'), condition('Available', 'False')] }),
      'InProgress DeploymentNotAvailable',
    ],
    ['Deployment: all', made({}), 'Current'],
  ];
}

function statefulSets(): readonly (readonly [string, object, Expected])[] {
  const whole = {
    observedGeneration: 1,
    replicas: 2,
    readyReplicas: 2,
    currentReplicas: 2,
    updatedReplicas: 2,
    currentRevision: 'a',
    updateRevision: 'a',
  };
  const made = (status: object, spec: object = {}): object =>
    live('apps/v1', 'StatefulSet', { spec: { replicas: 2, ...spec }, status: { ...whole, ...status } }, { generation: 1 });
  const partition = (value: number): object => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: value } } });
  return [
    ['StatefulSet: OnDelete', made({ readyReplicas: 0 }, { updateStrategy: { type: 'OnDelete' } }), 'Current'],
    ['StatefulSet: spec > replicas', made({ replicas: 1 }), 'InProgress LessReplicas'],
    ['StatefulSet: spec > ready', made({ readyReplicas: 1 }), 'InProgress LessReady'],
    ['StatefulSet: replicas > spec', made({ replicas: 3 }), 'InProgress ExtraPods'],
    ['StatefulSet: partition, updated < spec - partition', made({ updatedReplicas: 0 }, partition(1)), 'InProgress PartitionRollout'],
    ['StatefulSet: partition, all', made({ updatedReplicas: 1, currentReplicas: 1 }, partition(1)), 'Current'],
    ['StatefulSet: spec > current', made({ currentReplicas: 1 }), 'InProgress LessCurrent'],
    ['StatefulSet: revisions differ', made({ updateRevision: 'b' }), 'InProgress RevisionMismatch'],
    ['StatefulSet: all', made({}), 'Current'],
  ];
}

function daemonSet(status: object): object {
  const whole = {
    observedGeneration: 1,
    desiredNumberScheduled: 3,
    currentNumberScheduled: 3,
    updatedNumberScheduled: 3,
    numberAvailable: 3,
    numberReady: 3,
  };
  return live('apps/v1', 'DaemonSet', { status: { ...whole, ...status } }, { generation: 1 });
}

function replicaSet(status: object): object {
  const whole = { observedGeneration: 1, replicas: 2, fullyLabeledReplicas: 2, availableReplicas: 2, readyReplicas: 2 };
  return live('apps/v1', 'ReplicaSet', { spec: { replicas: 2 }, status: { ...whole, ...status } }, { generation: 1 });
}

function pod(status: object, age = 0): object {
  return live('v1', 'Pod', { status }, { creationTimestamp: seconds(-age) });
}

function crd(...conditions: readonly object[]): object {
  return live('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { status: { conditions } });
}

describe('readiness, the rules of kstatus', () => {
  for (const [title, object, expected] of rows) {
    it(title, () => {
      const { status, reason } = readiness(object, NOW);
      assert.equal(status === 'Current' || status === 'Terminating' ? status : `${status} ${reason}`, expected);
    });
  }

  it('what is not there is NotFound', () => {
    assert.equal(readiness(undefined, NOW).status, 'NotFound');
  });

  it('fields of a wrong type count as missing', () => {
    const hostile = live('apps/v1', 'Deployment', { spec: 'no', status: { conditions: 'none', replicas: '3' } });
    assert.equal(readiness(hostile, NOW).status, 'InProgress');
  });
});
