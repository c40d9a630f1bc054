import { Refused } from '../../core/graph/errors.ts';
import type { Look } from '../../core/graph/resource.ts';
import type { KubernetesClient, KubernetesObject } from '../client.ts';
import { readEvidence } from '../readiness/readEvidence.ts';
import { sentence } from '../readiness/why/sentence.ts';
import { whyNotReady } from '../readiness/whyNotReady.ts';
import { lookAtRelease } from './seenRelease.ts';

/**
 * Helm 3 says of a hook that ran out of time only that it did. Which one it was stands in the release, and why in its pod's events while
 * they are there.
 */
export async function namedHookFailure(client: KubernetesClient, namespace: string, release: string, failure: Refused): Promise<Refused> {
  const look: Look = {
    // A look of its own: the step's signal may be aborted by now, and a better sentence is worth a few seconds at most.
    signal: AbortSignal.timeout(LOOKS_FOR_MS),
    outputs: () => Promise.resolve(undefined),
    share: (_key, read) => read(),
  };
  try {
    const seen = await lookAtRelease(look, client, namespace, release);
    const hook = seen?.record?.hooks.find(({ phase }) => phase === 'Running' || phase === 'Failed' || phase === 'Unknown');
    if (hook === undefined) return failure;
    const why = hook.kind === 'Job' ? await whyJobWaits(look, client, namespace, hook.name) : undefined;
    const end = /BackoffLimitExceeded/.test(failure.message) ? 'BackoffLimitExceeded' : 'DeadlineExceeded';
    const event = /(?:pre|post)-(?:install|upgrade|rollback|delete)/.exec(failure.message)?.[0];
    const what = `${event === undefined ? 'hook' : `${event} hook`} ${hook.name} did not finish: ${end}`;
    return new Refused(sentence(why === undefined ? what : `${what} (${why})`), { code: failure.code, next: failure.next, cause: failure });
  } catch {
    // The cluster cannot be read just now: what Helm said has to do.
    return failure;
  }
}

const LOOKS_FOR_MS = 10_000;

async function whyJobWaits(look: Look, client: KubernetesClient, namespace: string, name: string): Promise<string | undefined> {
  const path = `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs/${encodeURIComponent(name)}`;
  const job = await client.get<KubernetesObject>(path, look.signal);
  return job && whyNotReady({ ...job, kind: 'Job' }, await readEvidence(look, client, job));
}
