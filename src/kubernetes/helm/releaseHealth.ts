import type { Cause } from '../../core/graph/cause.ts';
import type { Look } from '../../core/graph/resource.ts';
import { wordsFor } from '../../core/status/sentences.ts';
import type { KubernetesClient } from '../client.ts';
import { sentence } from '../readiness/why/sentence.ts';
import { hookSentence, unsecret } from './failure.ts';
import { releaseObjects, stateOfObjects, type ObjectState, type Place } from './releaseObjects.ts';
import { secretTexts } from './secretValue.ts';
import type { SeenRelease } from './seenRelease.ts';

export interface ReleaseHealth {
  readonly state: 'ready' | 'degraded' | 'pending' | 'failed';
  readonly reason: string;
  /** Objects that the release has rendered and that are not there: `Deployment/web`. */
  readonly missing: readonly string[];
  readonly cause?: Cause | undefined;
  /** As an observation tells it: of a failure that is tried again by itself. */
  readonly failedAt?: number | undefined;
  /** Where a watch would tell that what it waits for moved. */
  readonly waitsAt?: Place | undefined;
}

interface Asking {
  readonly namespace: string;
  readonly atWork: boolean;
  readonly secretPaths: ReadonlySet<string>;
}

/** Whether a release works: Helm's word for it, and then how its objects are. @throws Unseen */
export async function healthOf(look: Look, client: KubernetesClient, seen: SeenRelease, asking: Asking): Promise<ReleaseHealth> {
  if (asking.atWork) return { state: 'pending', reason: `Helm is at work (${seen.status})`, missing: [] };
  if (seen.status !== 'deployed') return { state: 'failed', reason: whyBroken(seen, asking.secretPaths), missing: [] };
  const { record } = seen;
  if (record === undefined) return { state: 'ready', reason: `revision ${seen.revision}, whose contents cannot be read`, missing: [] };
  const states = await stateOfObjects(look, client, releaseObjects(record.manifest, asking.namespace));
  return healthOfObjects(states, `${record.chartVersion}, revision ${record.revision}`);
}

/** How a release is whose objects are so. */
export function healthOfObjects(states: readonly ObjectState[], version: string): ReleaseHealth {
  const missing = states
    .filter(({ object, readiness }) => readiness.status === 'NotFound' && !object.vanishes)
    .map(({ object }) => nameOf(object));
  const [lost] = missing;
  if (lost !== undefined) return { state: 'degraded', reason: sentence(`${lost} is missing`), missing };
  const failed = states.find(({ readiness, trouble }) => readiness.status === 'Failed' || trouble?.failedAt !== undefined);
  if (failed !== undefined)
    return { state: 'failed', reason: told(failed), missing, cause: failed.trouble?.cause, failedAt: failed.trouble?.failedAt };
  const waiting = states.filter(({ readiness }) => readiness.status !== 'Current' && readiness.status !== 'NotFound');
  // One that explains itself tells more than the first.
  const shown = waiting.find(({ trouble }) => trouble !== undefined && wordsFor(trouble.cause.code) !== undefined) ?? waiting[0];
  if (shown === undefined) return { state: 'ready', reason: version, missing };
  return { state: 'pending', reason: told(shown), missing, cause: causeIn(shown), waitsAt: shown.place };
}

const nameOf = ({ kind, name }: ObjectState['object']): string => `${kind}/${name}`;

/** Only where the catalogue knows what to do about it. */
const causeIn = ({ trouble }: ObjectState): Cause | undefined =>
  trouble !== undefined && wordsFor(trouble.cause.code) !== undefined ? trouble.cause : undefined;

const told = ({ object, readiness, trouble }: ObjectState): string =>
  sentence(`${object.name}: ${trouble?.reason ?? (readiness.message || readiness.reason)}`);

/** Helm's own description, and the hook that it ran last. */
function whyBroken({ status, record }: SeenRelease, secretPaths: ReadonlySet<string>): string {
  if (status.startsWith('pending-') || status === 'uninstalling') return `Helm was interrupted (${status})`;
  const description = unsecret(record?.description ?? '', secretTexts(record?.values ?? {}, secretPaths)).replace(
    /^Release "[^"]*" failed: /,
    '',
  );
  const hook = record?.hooks.find(({ phase }) => phase === 'Failed' || phase === 'Running');
  if (/hook|(?:pre|post)-\w+/.test(description) || hook === undefined)
    return hookSentence(description || `its last revision has the status ${status}`);
  return sentence(`hook ${hook.name} did not finish: ${description}`);
}
