import { NotYet } from '../../core/graph/errors.ts';
import type { Handle, Look, Observation, Resource, ResourceId } from '../../core/graph/resource.ts';
import { clientOf, type InCluster } from '../cluster.ts';
import type { KubernetesClient, KubernetesObject } from '../client.ts';
import { listAt, textAt } from '../readiness/fields.ts';
import { readEvidence } from '../readiness/readEvidence.ts';
import { readiness } from '../readiness/readiness.ts';
import { troubleOf } from '../readiness/trouble.ts';
import { liveListsOf, nameIn, readCollection } from '../watches.ts';
import type { ReleaseOut } from './release.ts';
import { releaseObjects } from './releaseObjects.ts';
import { lookAtRelease } from './seenRelease.ts';

export interface ReleaseServiceOut {
  /** Where its load balancer is reached. */
  readonly hostname?: string;
}

type ServiceNeeds = { readonly release: Handle<ReleaseOut> };

export const releaseServiceId = ({ namespace, release }: ReleaseName): ResourceId => `gate/${namespace}-${release}-service`;

interface ReleaseName {
  readonly namespace: string;
  readonly release: string;
}

/**
 * The Service of type LoadBalancer that a release makes, which no manifest of ours names: known by what Helm has written down once it is
 * installed. It is waited for and never made; of several the first by name is the one.
 */
export function releaseService(
  inCluster: InCluster,
  wish: ReleaseName,
  release: Handle<ReleaseOut>,
): Resource<ReleaseServiceOut, ServiceNeeds> {
  const { namespace } = wish;
  let last: { readonly client: KubernetesClient; readonly collection: string; readonly live: KubernetesObject | undefined } | undefined;
  return {
    id: releaseServiceId(wish),
    kind: 'gate',
    provider: 'kubernetes',
    title: `Load balancer of Helm release ${wish.release}`,
    needs: { release },
    async observe(look): Promise<Observation<ReleaseServiceOut>> {
      last = undefined;
      const client = await clientOf(look, inCluster);
      const seen = client && (await lookAtRelease(look, client, namespace, wish.release));
      if (client === undefined || seen === undefined) return { state: 'absent' };
      const { live, collection } = await balanced(look, client, servicesIn(seen.record?.manifest ?? '', namespace), wish);
      last = { client, collection, live };
      if (live !== undefined) return viewOf(look, client, live);
      if (seen.status !== 'deployed') return { state: 'absent' };
      const physicalId = `${namespace}/${wish.release}`;
      return { state: 'failed', owner: 'slipway', physicalId, attributes: {}, outputs: {}, reason: NONE, cause: NONE_CAUSE };
    },
    async moved(signal) {
      if (last?.live === undefined) throw new NotYet('nothing can be watched yet');
      const { metadata } = last.live;
      await liveListsOf(last.client).moved(last.collection, nameIn(metadata), metadata.resourceVersion, signal);
    },
    estimate: () => ({ createSeconds: 150, deleteSeconds: 60, monthlyUsd: 0 }),
  };
}

const NONE = 'the chart makes no Service of type LoadBalancer';
const NONE_CAUSE = {
  code: 'no-load-balancer-service',
  message: `${NONE}: set its type in the chart's values (controller.service.type), or write the Service as a manifest of the stage`,
};

/** Names of Services by the namespaces that they lie in. */
function servicesIn(manifest: string, namespace: string): ReadonlyMap<string, ReadonlySet<string>> {
  const all = releaseObjects(manifest, namespace).filter(({ kind, apiVersion }) => kind === 'Service' && apiVersion === 'v1');
  const places = new Set([namespace, ...all.map((each) => each.namespace)]);
  return new Map([...places].map((place) => [place, new Set(all.filter((each) => each.namespace === place).map(({ name }) => name))]));
}

/** One LIST of each namespace. A release whose contents cannot be read still notes its name on what it makes. */
async function balanced(
  look: Look,
  client: KubernetesClient,
  named: ReadonlyMap<string, ReadonlySet<string>>,
  { namespace, release }: ReleaseName,
): Promise<{ readonly collection: string; readonly live: KubernetesObject | undefined }> {
  for (const [place, names] of named) {
    const collection = `/api/v1/namespaces/${encodeURIComponent(place)}/services`;
    const found = [...(await readCollection(look, client, collection)).values()].filter(
      (each) =>
        textAt(each, 'spec', 'type') === 'LoadBalancer' &&
        (names.has(each.metadata.name) || each.metadata.annotations?.['meta.helm.sh/release-name'] === release),
    );
    const [live] = found.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    if (live !== undefined) return { collection, live: { ...live, apiVersion: 'v1', kind: 'Service' } };
  }
  return { collection: `/api/v1/namespaces/${encodeURIComponent(namespace)}/services`, live: undefined };
}

async function viewOf(look: Look, client: KubernetesClient, live: KubernetesObject): Promise<Observation<ReleaseServiceOut>> {
  const [first] = listAt(live, 'status', 'loadBalancer', 'ingress');
  const hostname = textAt(first, 'hostname') ?? textAt(first, 'ip');
  const present = { owner: 'slipway', physicalId: live.metadata.uid ?? nameIn(live.metadata), attributes: {} } as const;
  const verdict = readiness(live, client.now());
  if (hostname !== undefined && verdict.status === 'Current')
    return { ...present, state: 'ready', outputs: { hostname }, reason: nameIn(live.metadata) };
  const { reason, cause } = troubleOf(live, verdict, await readEvidence(look, client, live), client.now());
  return { ...present, state: 'pending', outputs: {}, reason, cause };
}
