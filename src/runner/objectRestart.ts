import { Unseen } from '../core/graph/errors.ts';
import { platformTag } from '../core/platform/platformSpec.ts';
import { PLATFORM_LABEL, platformLabel } from '../kubernetes/platformLabel.ts';
import { groupKind } from '../manifests/objectKey.ts';
import { locateObject } from './clusterObjects.ts';
import { assertMayWrite, type Writing } from './mayWrite.ts';
import type { ObjectCalls } from './objectCalls.ts';
import { RunnerError } from './runnerError.ts';

/** Kinds whose pods follow a change of their template. */
const RESTARTED: ReadonlySet<string> = new Set(['Deployment.apps', 'StatefulSet.apps', 'DaemonSet.apps']);

/** What `kubectl rollout restart` writes (kubectl, `polymorphichelpers/objectrestarter.go`). */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/**
 * Makes the pods of a workload of ours anew.
 * @throws RunnerError exit 2 for what has no rollout or is not ours, exit 3 by the guard; as `locateObject` does, and as a write does.
 */
export async function restart(writing: Writing, { resource }: ObjectCalls['restart']['params']): Promise<void> {
  const { connection, signal } = writing;
  const { key, client, path } = await locateObject(writing, resource);
  if (!RESTARTED.has(groupKind(key))) throw refused(`A ${key.kind} is not restarted: only Deployments, StatefulSets and DaemonSets are.`);
  const live = await client.get(path, signal);
  if (live === undefined) throw new Unseen(`${key.kind} ${key.namespace}/${key.name} is not in the cluster`);
  if (live.metadata.labels?.[PLATFORM_LABEL] !== platformLabel(platformTag(connection.spec)))
    throw refused(`${key.kind} ${key.namespace}/${key.name} is not of this platform.`);
  await assertMayWrite(writing, await connection.caller(signal));
  const restartedAt = new Date(connection.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  await client.patch(path, { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: restartedAt } } } } }, signal);
}

const refused = (message: string): RunnerError => new RunnerError(message, { code: 'no-restart', exit: 2 });
