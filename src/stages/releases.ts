import type { AnyResource, Handle, ResourceId } from '../core/graph/resource.ts';
import type { InCluster } from '../kubernetes/cluster.ts';
import type { Helm } from '../kubernetes/helm/helm.ts';
import { helmRelease, type ReleaseOut, type ReleaseWish } from '../kubernetes/helm/release.ts';
import type { SecretValue } from '../kubernetes/helm/secretValue.ts';
import { sentryKey, sentryKeyValues } from '../kubernetes/helm/sentryKey.ts';
import { mergeValues, type Values } from '../kubernetes/helm/values.ts';
import { at, itemsAt, textAt } from '../manifests/json.ts';
import { INGRESS_STAGE } from './ingress.ts';
import type { StageChart } from './kubernetesContext.ts';
import type { StoreKeys } from './objectStore.ts';

export interface ReleaseOptions {
  readonly inCluster: InCluster;
  readonly helm: Helm;
  /** The value of `slipway.dev/platform`. */
  readonly label: string;
  /** The Namespace and whatever else comes before. */
  readonly after: readonly ResourceId[];
  /** The keys of the platform's object store, if it has one. */
  readonly storeKeys: StoreKeys | undefined;
}

export interface Release {
  readonly id: ResourceId;
  readonly chart: StageChart;
  readonly handle: Handle<ReleaseOut>;
  readonly resources: readonly AnyResource[];
}

/** The chart of a stage as a release. Sentry's is told the store's keys, and a secret key that outlives it. */
export function releaseOf(chart: StageChart, options: ReleaseOptions): Release {
  const { inCluster, helm, label, after } = options;
  const { release, namespace } = chart;
  const url = addressIn(chart.values);
  const wish = { release, namespace, chart: chart.chart, label, ...(url === undefined ? {} : { url }) };
  if (chart.stage !== 'sentry') {
    // Its controller goes before the cluster does, and takes the load balancer with it.
    const leaves = chart.stage === INGRESS_STAGE ? { leaves: true as const, createSeconds: 180 } : {};
    const resource = helmRelease(inCluster, helm, { ...wish, ...leaves, values: chart.values, after });
    return { id: resource.id, chart, handle: resource, resources: [resource] };
  }
  const key = sentryKey(inCluster, { namespace, label, after });
  const resource = helmRelease(inCluster, helm, {
    ...wish,
    ...keysFor(chart.values, options.storeKeys),
    values: mergeValues(sentryKeyValues, chart.values),
    after: [...after, key.id],
    createSeconds: 420,
    // Its databases keep their data on volumes.
    leaves: true,
  });
  return { id: resource.id, chart, handle: resource, resources: [key, resource] };
}

/**
 * What the chart's own Ingress serves, as charts are used to name it: `ingress.enabled`, and `hostname`, `host` or `hosts` beside it. It is
 * an address once the release is ready, of which that Ingress is part.
 */
export function addressIn(values: Values): string | undefined {
  const ingress = at(values, 'ingress');
  const [first] = itemsAt(ingress, 'hosts');
  const listed = typeof first === 'string' ? first : textAt(first, 'host');
  const host = textAt(ingress, 'hostname') ?? textAt(ingress, 'host') ?? listed;
  if (at(ingress, 'enabled') !== true || host === undefined || host.includes('*')) return undefined;
  return `${itemsAt(ingress, 'tls').length > 0 ? 'https' : 'http'}://${host}`;
}

/** Where Sentry keeps its files in S3 and the values name no keys, they are those of the platform's own store. */
function keysFor(values: Values, keys: StoreKeys | undefined): Pick<ReleaseWish, 'secretValues'> {
  const s3 = at(values, 'filestore', 's3');
  const isGiven = textAt(s3, 'accessKey') !== undefined || textAt(s3, 'existingSecret') !== undefined;
  if (textAt(values, 'filestore', 'backend') !== 's3' || isGiven || keys === undefined) return {};
  const { namespace, name } = keys;
  const secretValues: readonly SecretValue[] = [
    { path: ['filestore', 's3', 'accessKey'], secret: { namespace, name, key: keys.user } },
    { path: ['filestore', 's3', 'secretKey'], secret: { namespace, name, key: keys.password } },
  ];
  return { secretValues };
}
