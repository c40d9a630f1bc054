import { textIn } from '../../json.ts';
import type { JsonObject, KubeObject } from '../../json.ts';
import type { ClusterView } from '../controller.ts';
import { labelsOf, specOf } from '../objectParts.ts';
import { addonProgram } from './addonProgram.ts';
import { eventSourceProgram } from './eventSourceProgram.ts';

/** What the program in a container does once it is started. Decided at each start: a program reads the world once, then lives with it. */
export interface Run {
  /** It ends by itself then. Without: it runs until it is stopped. */
  readonly endsAfterMs?: number;
  readonly exitCode?: number;
  /** What it writes to its log at its start. */
  readonly log?: string;
}

export type Program = (cluster: ClusterView, pod: KubeObject, container: JsonObject) => Run | undefined;

/** The first that knows the pod decides. */
const PROGRAMS: readonly Program[] = [addonProgram, eventSourceProgram, endlessJob, shortJob];

export function runOf(cluster: ClusterView, pod: KubeObject, container: JsonObject): Run {
  for (const program of PROGRAMS) {
    const run = program(cluster, pod, container);
    if (run !== undefined) return run;
  }
  return {};
}

/**
 * What the readiness probe says while the program is not ready, as long as the fault `webhook-never-ready[=NAME]` lasts: a probe is asked
 * again and again, so that who runs already gets ready afterwards.
 */
export function unreadiness({ world }: Pick<ClusterView, 'world'>, pod: KubeObject): string | undefined {
  const names = world.faults.arguments('webhook-never-ready').map((each) => (each === '' ? 'cert-manager-webhook' : each));
  if (!names.some((name) => pod.metadata.name.startsWith(`${name}-`))) return undefined;
  return 'Readiness probe failed: HTTP probe failed with statuscode: 500';
}

/** The fault `hook-timeout=NAME`: a job that does not end. */
function endlessJob({ world }: ClusterView, pod: KubeObject): Run | undefined {
  const job = textIn(labelsOf(pod), 'batch.kubernetes.io/job-name');
  if (job === undefined || !world.faults.arguments('hook-timeout').some((part) => job.includes(part))) return undefined;
  return { log: 'waiting for the database\n' };
}

/** What need not run for ever ends well, migrations a little later. */
function shortJob(_cluster: ClusterView, pod: KubeObject): Run | undefined {
  if (textIn(specOf(pod), 'restartPolicy') === 'Always') return undefined;
  return { endsAfterMs: /db-init|snuba|migrat/.test(pod.metadata.name) ? 20_000 : 3_000, exitCode: 0, log: 'done\n' };
}
