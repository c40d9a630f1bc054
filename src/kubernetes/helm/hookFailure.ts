import { Refused } from '../../core/graph/errors.ts';
import type { Look } from '../../core/graph/resource.ts';
import { wordsFor } from '../../core/status/sentences.ts';
import type { KubernetesClient, KubernetesObject } from '../client.ts';
import { readEvidence } from '../readiness/readEvidence.ts';
import { diagnosisOf } from '../readiness/why/diagnosis.ts';
import { sentence } from '../readiness/why/sentence.ts';
import { whyNotReady } from '../readiness/whyNotReady.ts';
import { healthOfObjects } from './releaseHealth.ts';
import { releaseObjects, stateOfObjects } from './releaseObjects.ts';
import { lookAtRelease, type SeenRelease } from './seenRelease.ts';

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
    if (seen === undefined || hook === undefined) return failure;
    const waits =
      (hook.kind === 'Job' ? await whyJobWaits(look, client, namespace, hook.name) : undefined) ??
      (await whyRestWaits(look, client, namespace, seen));
    const end = /BackoffLimitExceeded/.test(failure.message) ? 'BackoffLimitExceeded' : 'DeadlineExceeded';
    const event = /(?:pre|post)-(?:install|upgrade|rollback|delete)/.exec(failure.message)?.[0];
    const what = `${event === undefined ? 'hook' : `${event} hook`} ${hook.name} did not finish`;
    // Only what can be acted upon stands before the hook, where a row has room for it.
    const words = waits === undefined ? `${what}: ${end}` : `${waits.why} (${what})`;
    const next = (waits && wordsFor(waits.code)?.next) ?? failure.next;
    return new Refused(sentence(words), { code: failure.code, next, cause: failure });
  } catch {
    // The cluster cannot be read just now: what Helm said has to do.
    return failure;
  }
}

const LOOKS_FOR_MS = 10_000;

interface Waits {
  readonly why: string;
  /** Of the catalogue of sentences, which knows what to do. */
  readonly code: string;
}

async function whyJobWaits(look: Look, client: KubernetesClient, namespace: string, name: string): Promise<Waits | undefined> {
  const path = `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs/${encodeURIComponent(name)}`;
  const job = await client.get<KubernetesObject>(path, look.signal);
  const why = job && whyNotReady({ ...job, kind: 'Job' }, await readEvidence(look, client, job));
  const code = why === undefined ? undefined : diagnosisOf(why)?.code;
  return why === undefined || code === undefined ? undefined : { why, code };
}

/** A hook that checks whether the release works fails with what keeps that from it. */
async function whyRestWaits(look: Look, client: KubernetesClient, namespace: string, { record }: SeenRelease): Promise<Waits | undefined> {
  if (record === undefined) return undefined;
  const states = await stateOfObjects(look, client, releaseObjects(record.manifest, namespace));
  const { reason, cause } = healthOfObjects(states, '');
  return cause === undefined || wordsFor(cause.code) === undefined ? undefined : { why: reason, code: cause.code };
}
