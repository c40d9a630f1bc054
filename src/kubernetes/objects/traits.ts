import type { Estimate, Json } from '../../core/graph/resource.ts';
import { at, isObject, itemsAt, textAt, textsAt } from '../../manifests/json.ts';
import type { JsonObject, ManifestObject } from '../../manifests/manifestObject.ts';
import { groupKind, type ObjectKey } from '../../manifests/objectKey.ts';

/** Seconds that a kind takes as a rule: to be ready once it was applied, and to be gone. */
const SECONDS: Readonly<Record<string, readonly [made: number, gone: number]>> = {
  'CustomResourceDefinition.apiextensions.k8s.io': [3, 10],
  Namespace: [1, 15],
  'Deployment.apps': [40, 5],
  'StatefulSet.apps': [60, 10],
  'DaemonSet.apps': [40, 5],
  'Job.batch': [30, 5],
  Pod: [20, 30],
  PersistentVolumeClaim: [15, 15],
  'Certificate.cert-manager.io': [90, 2],
  'ClusterIssuer.cert-manager.io': [10, 2],
  'Issuer.cert-manager.io': [10, 2],
  'EventBus.argoproj.io': [60, 10],
  'EventSource.argoproj.io': [30, 5],
  'Sensor.argoproj.io': [30, 5],
};
/** What of an object decides how it behaves. */
type Shape = Pick<ManifestObject, 'key' | 'json'>;

const AT_ONCE = [1, 1] as const;
const LOAD_BALANCER = [150, 60] as const;

const isLoadBalancer = ({ key, json }: Shape): boolean =>
  key.group === '' && key.kind === 'Service' && textAt(json, 'spec', 'type') === 'LoadBalancer';

export function estimateOf(object: Shape): Estimate {
  const [made, gone] = isLoadBalancer(object) ? LOAD_BALANCER : (SECONDS[groupKind(object.key)] ?? AT_ONCE);
  return { createSeconds: made, updateSeconds: made, deleteSeconds: gone, monthlyUsd: 0 };
}

/** Held back by no stage: everybody may need them. */
export const isEarly = ({ key }: ManifestObject): boolean =>
  groupKind(key) === 'Namespace' || groupKind(key) === 'CustomResourceDefinition.apiextensions.k8s.io';

/**
 * Leaves something in AWS when only its cluster goes: a load balancer, a volume. A workload that mounts a claim holds the claim for as long
 * as it runs (`kubernetes.io/pvc-protection`), so it has to go before it.
 */
export function leavesBehind(object: ManifestObject): boolean {
  const { key, json } = object;
  if (isLoadBalancer(object) || (key.group === '' && key.kind === 'PersistentVolumeClaim')) return true;
  return (
    itemsAt(json, 'spec', 'volumeClaimTemplates').length > 0 || podSpecsOf(json).some((spec) => itemsAt(spec, 'volumes').some(isClaim))
  );
}

const MAY_LEAVE: ReadonlySet<string> = new Set([
  'Service',
  'PersistentVolumeClaim',
  'Pod',
  'Deployment.apps',
  'ReplicaSet.apps',
  'StatefulSet.apps',
  'DaemonSet.apps',
  'Job.batch',
  'CronJob.batch',
]);

/** The same of an object of which no more than its kind is known. */
export const mayLeave = (key: ObjectKey): boolean => MAY_LEAVE.has(groupKind(key));

const isClaim = (volume: Json): boolean => textAt(volume, 'persistentVolumeClaim', 'claimName') !== undefined;

function podSpecsOf(json: JsonObject): readonly Json[] {
  const paths = [[], ['template', 'spec'], ['jobTemplate', 'spec', 'template', 'spec']];
  return paths.flatMap((path) => at(json, 'spec', ...path) ?? []);
}

/** Annotations by which a person says that an object stays when it leaves its set (cli-utils, Helm). */
export function isKept(annotations: Readonly<Record<string, string>> = {}): boolean {
  return annotations['client.lifecycle.config.k8s.io/deletion'] === 'detach' || annotations['helm.sh/resource-policy'] === 'keep';
}

/** The manifest's own JSON with labels of ours; nothing else of it is touched. */
export function labelled(json: JsonObject, labels: Readonly<Record<string, string>>): JsonObject {
  const metadata = at(json, 'metadata');
  return { ...json, metadata: { ...(isObject(metadata) ? metadata : {}), labels: { ...textsAt(json, 'metadata', 'labels'), ...labels } } };
}

/** Where a browser finds what an Ingress leads to: its first host that is a name. */
export function urlOf({ key, json }: ManifestObject): string | undefined {
  if (groupKind(key) !== 'Ingress.networking.k8s.io') return undefined;
  const host = itemsAt(json, 'spec', 'rules')
    .map((rule) => textAt(rule, 'host'))
    .find((each) => each !== undefined && !each.includes('*'));
  if (host === undefined) return undefined;
  const isSecure = itemsAt(json, 'spec', 'tls').some((entry) => itemsAt(entry, 'hosts').includes(host));
  return `${isSecure ? 'https' : 'http'}://${host}`;
}
