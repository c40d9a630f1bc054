import type { JsonObject, KubeObject } from '../../json.ts';
import { objectIn, textIn } from '../../json.ts';
import { namespaceOf } from '../../objectStore.ts';
import { hasBucket } from '../../../minio/buckets.ts';
import type { ClusterView } from '../controller.ts';
import { EVENT_SOURCE } from '../kinds.ts';
import { labelsOf, specOf } from '../objectParts.ts';
import type { Run } from './programs.ts';

/**
 * The program of an EventSource that listens to MinIO (argo-events `eventing.go`, `domain-facts.md` I): a listener whose bucket is not
 * there ends with one line in the log, and for good; the process ends only when all its listeners have.
 */
export function eventSourceProgram(cluster: ClusterView, pod: KubeObject, _container: JsonObject): Run | undefined {
  const name = textIn(labelsOf(pod), 'eventsource-name');
  if (name === undefined) return undefined;
  const source = cluster.store.find(EVENT_SOURCE, namespaceOf(pod), name);
  const listeners = Object.values(objectIn(specOf(source ?? pod), 'minio')).filter((each) => typeof each === 'object' && each !== null);
  if (source === undefined || listeners.length === 0) return {};
  const buckets = listeners.map((each) => textIn(objectIn(each as JsonObject, 'bucket'), 'name') ?? '');
  const missing = buckets.filter((bucket) => !hasBucket(cluster, bucket));
  const log = missing
    .map(
      (bucket) => `{"level":"error","msg":"invalid notification","error":"The specified bucket does not exist","bucketName":"${bucket}"}\n`,
    )
    .join('');
  if (missing.length < buckets.length) return { log };
  return { endsAfterMs: 3_000, exitCode: 1, log: `${log}no active event server running\n` };
}
