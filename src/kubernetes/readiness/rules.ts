import { allConditions } from './additions/allConditions.ts';
import { failedPod } from './additions/failedPod.ts';
import { finishedJob } from './additions/finishedJob.ts';
import { ingressAddress } from './additions/ingressAddress.ts';
import { loadBalancerService } from './additions/loadBalancerService.ts';
import { lostClaim } from './additions/lostClaim.ts';
import { noGate } from './additions/noGate.ts';
import { ownCondition } from './additions/ownCondition.ts';
import { pausedDeployment } from './additions/pausedDeployment.ts';
import { alwaysCurrent } from './kstatus/alwaysCurrent.ts';
import { customResourceDefinition } from './kstatus/customResourceDefinition.ts';
import { daemonSet } from './kstatus/daemonSet.ts';
import { deployment } from './kstatus/deployment.ts';
import { job } from './kstatus/job.ts';
import { persistentVolumeClaim } from './kstatus/persistentVolumeClaim.ts';
import { pod } from './kstatus/pod.ts';
import { replicaSet } from './kstatus/replicaSet.ts';
import { service } from './kstatus/service.ts';
import { statefulSet } from './kstatus/statefulSet.ts';
import type { Addition, Rule } from './verdict.ts';

export interface KindRule {
  /** What kstatus says of the kind; without one its rule for unknown kinds. */
  readonly rule?: Rule;
  /** What we say beyond it. */
  readonly addition?: Addition;
}

const ready = ownCondition('Ready');

/** Kind and group, as `Kind.group` → kstatus' rule, our addition. */
const RULES: ReadonlyMap<string, KindRule> = new Map<string, KindRule>([
  ['Deployment.apps', { rule: deployment, addition: pausedDeployment }],
  ['StatefulSet.apps', { rule: statefulSet }],
  ['DaemonSet.apps', { rule: daemonSet }],
  ['ReplicaSet.apps', { rule: replicaSet }],
  ['Job.batch', { rule: job, addition: finishedJob }],
  ['CronJob.batch', { rule: alwaysCurrent }],
  ['ConfigMap', { rule: alwaysCurrent }],
  ['Secret', { rule: alwaysCurrent }],
  ['Pod', { rule: pod, addition: failedPod }],
  ['PersistentVolumeClaim', { rule: persistentVolumeClaim, addition: lostClaim }],
  ['PodDisruptionBudget.policy', { rule: alwaysCurrent }],
  ['Service', { rule: service, addition: loadBalancerService }],
  ['CustomResourceDefinition.apiextensions.k8s.io', { rule: customResourceDefinition }],
  ['Ingress.networking.k8s.io', { addition: ingressAddress }],
  ['HorizontalPodAutoscaler.autoscaling', { addition: noGate }],
  ['APIService.apiregistration.k8s.io', { addition: ownCondition('Available') }],
  ['ClusterIssuer.cert-manager.io', { addition: ready }],
  ['Issuer.cert-manager.io', { addition: ready }],
  ['Certificate.cert-manager.io', { addition: ready }],
  ['EventBus.argoproj.io', { addition: allConditions }],
  ['EventSource.argoproj.io', { addition: allConditions }],
  ['Sensor.argoproj.io', { addition: allConditions }],
]);

export const ruleOf = (group: string, kind: string): KindRule => RULES.get(group === '' ? kind : `${kind}.${group}`) ?? {};
