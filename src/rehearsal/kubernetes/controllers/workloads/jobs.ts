import { objectIn, textIn } from '../../json.ts';
import type { JsonObject, KubeObject } from '../../json.ts';
import type { ClusterView, Controller } from '../controller.ts';
import { tell } from '../events.ts';
import { JOB, POD } from '../kinds.ts';
import { randomSuffix } from '../names.ts';
import {
  byController,
  conditionIn,
  earliest,
  isLeaving,
  numberIn,
  objectsIn,
  reconcileOwners,
  removeIfThere,
  specOf,
  statusOf,
  timeIn,
  uidOf,
  withCondition,
  writeStatus,
} from '../objectParts.ts';
import type { Condition } from '../objectParts.ts';
import { makePod } from '../pods/makePod.ts';
import { isReady, phaseOf } from '../pods/podState.ts';

const NAME = 'job-controller';
/** A pod that failed is followed by another one after this long, twice as long each time. */
const BACK_OFF_MS = 10_000;

export const JOBS: Controller = {
  name: NAME,
  reconcile: (cluster, now) =>
    reconcileOwners(cluster.store, { owner: JOB, owned: POD }, (owner, all) => reconcile(cluster, owner, all, now)),
};

interface Count {
  readonly active: readonly KubeObject[];
  readonly succeeded: number;
  readonly failed: readonly KubeObject[];
  readonly wanted: number;
}

function reconcile(cluster: ClusterView, job: KubeObject, pods: readonly KubeObject[], now: number): number | undefined {
  const { store } = cluster;
  const status = statusOf(job);
  const over = ['Complete', 'Failed'].find((type) => textIn(conditionIn(status, type), 'status') === 'True');
  if (over !== undefined) return expire(cluster, job, now);
  const spec = specOf(job);
  const startedAt = timeIn(status, 'startTime') ?? now;
  const count: Count = {
    active: pods.filter((pod) => !isLeaving(pod) && !['Succeeded', 'Failed'].includes(phaseOf(pod))),
    succeeded: pods.filter((pod) => phaseOf(pod) === 'Succeeded').length,
    failed: pods.filter((pod) => phaseOf(pod) === 'Failed'),
    wanted: numberIn(spec, 'completions') ?? 1,
  };
  if (spec['suspend'] === true) {
    for (const pod of count.active) removeIfThere(store, POD, pod);
    report(cluster, job, { ...count, active: [] }, undefined, {
      type: 'Suspended',
      status: 'True',
      reason: 'JobSuspended',
      message: 'Job suspended',
    });
    return undefined;
  }
  const deadline = numberIn(spec, 'activeDeadlineSeconds');
  const until = deadline === undefined ? undefined : startedAt + deadline * 1000;
  const ending = endOf(job, count, until, now);
  if (ending !== undefined) {
    for (const pod of count.active) removeIfThere(store, POD, pod);
    tell(cluster, NAME, job, { type: ending.type === 'Complete' ? 'Normal' : 'Warning', reason: ending.event, message: ending.message });
    report(cluster, job, { ...count, active: [] }, startedAt, {
      type: ending.type,
      status: 'True',
      reason: ending.reason,
      message: ending.message,
    });
    return expire(cluster, job, now);
  }
  const again = startPods(cluster, job, count, now);
  const active = (byController(store.list(POD)).get(uidOf(job)) ?? []).filter((pod) => !['Succeeded', 'Failed'].includes(phaseOf(pod)));
  report(cluster, job, { ...count, active }, startedAt);
  return earliest(until, again);
}

interface Ending {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly event: string;
  readonly message: string;
}

/** What ends a job: enough successes, too many failures, its deadline. A container that is restarted in its pod counts as a failure too. */
function endOf(job: KubeObject, count: Count, until: number | undefined, now: number): Ending | undefined {
  if (count.succeeded >= count.wanted)
    return { type: 'Complete', reason: 'CompletionsReached', event: 'Completed', message: 'Reached expected number of succeeded pods' };
  const restarts = count.active.flatMap((pod) =>
    objectsIn(statusOf(pod), 'containerStatuses').map((each) => numberIn(each, 'restartCount') ?? 0),
  );
  const failures = count.failed.length + restarts.reduce((sum, each) => sum + each, 0);
  if (failures > (numberIn(specOf(job), 'backoffLimit') ?? 6))
    return {
      type: 'Failed',
      reason: 'BackoffLimitExceeded',
      event: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    };
  if (until !== undefined && now >= until)
    return {
      type: 'Failed',
      reason: 'DeadlineExceeded',
      event: 'DeadlineExceeded',
      message: 'Job was active longer than specified deadline',
    };
  return undefined;
}

/** @returns when the next may be started */
function startPods(cluster: ClusterView, job: KubeObject, count: Count, now: number): number | undefined {
  const parallelism = numberIn(specOf(job), 'parallelism') ?? 1;
  const missing = Math.min(parallelism, count.wanted - count.succeeded) - count.active.length;
  if (missing <= 0) return undefined;
  const ends = count.failed.flatMap((pod) => timeIn(conditionIn(statusOf(pod), 'Ready'), 'lastTransitionTime') ?? []);
  const mayAt = ends.length === 0 ? now : Math.max(...ends) + BACK_OFF_MS * 2 ** (ends.length - 1);
  if (mayAt > now) return mayAt;
  for (let made = 0; made < missing; made += 1) {
    const name = `${job.metadata.name}-${randomSuffix(cluster.world)}`;
    const own = {
      'batch.kubernetes.io/job-name': job.metadata.name,
      'batch.kubernetes.io/controller-uid': uidOf(job),
      'job-name': job.metadata.name,
    };
    const { refused } = makePod(cluster, {
      name,
      template: objectIn(specOf(job), 'template'),
      owner: { kind: JOB, object: job },
      labels: own,
    });
    if (refused !== undefined) {
      tell(cluster, NAME, job, {
        type: 'Warning',
        reason: 'FailedCreate',
        message: `Error creating: ${refused.replace(name, `${job.metadata.name}-`)}`,
      });
      return now + BACK_OFF_MS;
    }
    tell(cluster, NAME, job, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${name}` });
  }
  return undefined;
}

function report({ store }: ClusterView, job: KubeObject, count: Count, startedAt: number | undefined, condition?: Condition): void {
  const time = store.time();
  const before = statusOf(job);
  const kept = objectsIn(before, 'conditions').filter((each) => condition !== undefined || textIn(each, 'type') !== 'Suspended');
  const conditions: readonly JsonObject[] = condition === undefined ? kept : withCondition(kept, condition, time);
  const ready = count.active.filter(isReady).length;
  writeStatus(store, JOB, job, {
    ...(startedAt !== undefined && { startTime: textIn(before, 'startTime') ?? store.time(startedAt) }),
    ...(count.active.length > 0 && { active: count.active.length }),
    ready,
    terminating: 0,
    uncountedTerminatedPods: {},
    ...(count.succeeded > 0 && { succeeded: count.succeeded }),
    ...(count.failed.length > 0 && { failed: count.failed.length }),
    ...(condition?.type === 'Complete' && { completionTime: time }),
    ...(conditions.length > 0 && { conditions }),
  });
}

function expire({ store }: ClusterView, job: KubeObject, now: number): number | undefined {
  const ttl = numberIn(specOf(job), 'ttlSecondsAfterFinished');
  if (ttl === undefined) return undefined;
  const live = statusOf(store.find(JOB, textIn(job.metadata, 'namespace') ?? '', job.metadata.name));
  const ended = ['Complete', 'Failed'].flatMap((type) => timeIn(conditionIn(live, type), 'lastTransitionTime') ?? []);
  const goesAt = (ended[0] ?? now) + ttl * 1000;
  if (goesAt > now) return goesAt;
  removeIfThere(store, JOB, job);
  return undefined;
}
