import { objectIn, textIn } from '../../json.ts';
import type { JsonObject, KubeObject } from '../../json.ts';
import type { Kind } from '../../kinds.ts';
import { namespaceOf } from '../../objectStore.ts';
import type { ClusterView } from '../controller.ts';
import { POD, SERVICE_ACCOUNT } from '../kinds.ts';
import { objectsIn, ownerReference } from '../objectParts.ts';

export interface NewPod {
  readonly name: string;
  readonly template: JsonObject;
  readonly owner: { readonly kind: Kind; readonly object: KubeObject };
  readonly labels?: JsonObject;
  /** Over the template's own. */
  readonly spec?: JsonObject;
}

/**
 * Makes a pod for a workload.
 * @returns what admission says instead, in the API server's words, e.g. that its service account is not there
 */
export function makePod({ store }: ClusterView, wanted: NewPod): { readonly refused?: string } {
  const { template, owner } = wanted;
  const namespace = namespaceOf(owner.object);
  const spec = { ...objectIn(template, 'spec'), ...wanted.spec };
  const account = textIn(spec, 'serviceAccountName') ?? 'default';
  if (store.find(SERVICE_ACCOUNT, namespace, account) === undefined) {
    return {
      refused: `pods "${wanted.name}" is forbidden: error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`,
    };
  }
  const metadata = objectIn(template, 'metadata');
  store.create(POD, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name: wanted.name,
      namespace,
      labels: { ...objectIn(metadata, 'labels'), ...wanted.labels },
      ownerReferences: [ownerReference(owner.kind, owner.object)],
    },
    spec: withPodDefaults(spec, account),
    status: { phase: 'Pending', qosClass: qualityOf(spec) },
  });
  return {};
}

function withPodDefaults(spec: JsonObject, serviceAccountName: string): JsonObject {
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    enableServiceLinks: true,
    ...spec,
    serviceAccountName,
    serviceAccount: serviceAccountName,
  };
}

function qualityOf(spec: JsonObject): string {
  const containers = objectsIn(spec, 'containers').map((each) => objectIn(each, 'resources'));
  const asked = containers.some(
    (each) => Object.keys(objectIn(each, 'requests')).length + Object.keys(objectIn(each, 'limits')).length > 0,
  );
  if (!asked) return 'BestEffort';
  const bounded = containers.every((each) => {
    const limits = objectIn(each, 'limits');
    const requests = objectIn(each, 'requests');
    return ['cpu', 'memory'].every((name) => limits[name] !== undefined && (requests[name] ?? limits[name]) === limits[name]);
  });
  return bounded ? 'Guaranteed' : 'Burstable';
}
