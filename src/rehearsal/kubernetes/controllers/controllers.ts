import { ARGO_EVENTS } from './argoEvents.ts';
import { CERT_MANAGER } from './certManager.ts';
import type { Controller } from './controller.ts';
import { DEFINITIONS } from './definitions.ts';
import { EVENT_EXPIRY } from './events.ts';
import { GARBAGE } from './garbage.ts';
import { INGRESSES } from './ingresses.ts';
import { LOAD_BALANCERS } from './loadBalancers.ts';
import { NAMESPACES } from './namespaces.ts';
import { KUBELET } from './pods/kubelet.ts';
import { SCHEDULER } from './pods/scheduler.ts';
import { SERVICES } from './services.ts';
import { STRANGERS } from './strangers.ts';
import { VOLUMES } from './volumes.ts';
import { DAEMON_SETS } from './workloads/daemonSets.ts';
import { DEPLOYMENTS } from './workloads/deployments.ts';
import { JOBS } from './workloads/jobs.ts';
import { REPLICA_SETS } from './workloads/replicaSets.ts';
import { STATEFUL_SETS } from './workloads/statefulSets.ts';

/** Every control loop of a rehearsed cluster, in the order in which they are run at one moment. */
export const CONTROLLERS: readonly Controller[] = [
  DEFINITIONS,
  NAMESPACES,
  STRANGERS,
  DEPLOYMENTS,
  REPLICA_SETS,
  STATEFUL_SETS,
  DAEMON_SETS,
  JOBS,
  VOLUMES,
  SCHEDULER,
  KUBELET,
  SERVICES,
  LOAD_BALANCERS,
  INGRESSES,
  CERT_MANAGER,
  ARGO_EVENTS,
  GARBAGE,
  EVENT_EXPIRY,
];
