import type { BucketOut } from '../aws/s3/bucket.ts';
import { NotYet } from '../core/graph/errors.ts';
import type { Foreseen, Handle, Look, Observation, Resource, ResourceId } from '../core/graph/resource.ts';
import type { KubernetesClient, KubernetesObject } from '../kubernetes/client.ts';
import { clientOf, type InCluster } from '../kubernetes/cluster.ts';

/** What Argo Events writes on the Deployment of an EventSource (argo-events, `controllers/eventsource/resource.go`). */
const LABEL = 'eventsource-name';
/** The bucket that a listener was restarted for last, by when it was made. Argo Events compares a hash of its own and leaves this alone. */
const RESTARTED_FOR = 'slipway.dev/restarted-for-bucket-of';
/** What `kubectl rollout restart` writes. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

export const listenerId = (namespace: string, name: string): ResourceId => `listener/${namespace}/${name}`;

interface Deployment extends KubernetesObject {
  readonly spec?: { readonly template?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } } };
}

type ListenerNeeds = { readonly buckets: readonly Handle<BucketOut>[] };
type NoOutputs = Record<never, never>;

/**
 * The Deployment of an event source that listens to buckets. A listener whose bucket went dies without a word and does not come back
 * with it: one that is older than its bucket is restarted. Where there is none yet, there is nothing to do.
 */
export function listener(
  inCluster: InCluster,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  buckets: readonly Handle<BucketOut>[],
): Resource<NoOutputs, ListenerNeeds> {
  const title = `Listener ${namespace}/${name}`;
  const collection = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  let last: { readonly client: KubernetesClient; readonly path: string } | undefined;
  return {
    id: listenerId(namespace, name),
    kind: 'gate',
    provider: 'kubernetes',
    title,
    needs: { buckets },
    internal: true,
    async observe(look: Look): Promise<Observation<NoOutputs>> {
      const client = await clientOf(look, inCluster);
      if (client === undefined) return { state: 'absent' };
      const all = await look.share(`kubernetes:listeners of ${namespace}`, () =>
        client.list<Deployment>(collection, look.signal, { labelSelector: LABEL }),
      );
      const found = all.find(({ metadata }) => metadata.labels?.[LABEL] === name);
      if (found === undefined) return { state: 'absent' };
      last = { client, path: `${collection}/${found.metadata.name}` };
      const physicalId = found.metadata.uid ?? `${namespace}/${found.metadata.name}`;
      return { state: 'ready', owner: 'adopted', physicalId, attributes: { since: sinceOf(found) ?? null }, outputs: {} };
    },
    steps: {
      plan(seen, { buckets: made }) {
        const newest = newestOf(made);
        if (seen.state === 'absent' || seen.state === 'unknown') return { action: 'none' };
        const { since } = seen.attributes;
        if (typeof since === 'string' && made.some(({ isForeseen }) => isForeseen === true))
          return {
            action: 'update',
            summary: `restart ${title}: its bucket is made anew`,
            diff: [{ path: 'since', before: since, after: null }],
          };
        if (newest === undefined) return { action: 'none' };
        if (typeof since !== 'string' || wholeSecond(newest) <= Date.parse(since)) return { action: 'none' };
        const diff = [{ path: 'since', before: since, after: newest }];
        return { action: 'update', summary: `restart ${title}: its bucket was made after it`, diff };
      },
      async update(_seen, { buckets: made }, ctx) {
        const newest = newestOf(made);
        if (last === undefined || newest === undefined) throw new NotYet('the listener could not be looked at');
        const metadata = { annotations: { [RESTARTED_FOR]: newest } };
        await last.client.patch(last.path, { spec: { template: { metadata } } }, ctx.signal);
      },
    },
    estimate: () => ({ createSeconds: 0, updateSeconds: 5, deleteSeconds: 0, monthlyUsd: 0 }),
  };
}

const newestOf = (buckets: Foreseen<ListenerNeeds>['buckets']): string | undefined =>
  buckets
    .flatMap(({ createdAt }) => (createdAt === undefined ? [] : [createdAt]))
    .toSorted()
    .at(-1);

/** Kubernetes' times have no fractions: a Deployment that came in the second of its bucket is not older. */
const wholeSecond = (iso: string): number => Math.floor(Date.parse(iso) / 1_000) * 1_000;

/** When its pods were asked for last. */
function sinceOf({ metadata, spec }: Deployment): string | undefined {
  const annotations = spec?.template?.metadata?.annotations ?? {};
  return [metadata.creationTimestamp, annotations[RESTARTED_AT], annotations[RESTARTED_FOR]]
    .filter((each) => each !== undefined && !Number.isNaN(Date.parse(each)))
    .toSorted((a, b) => Date.parse(a ?? '') - Date.parse(b ?? ''))
    .at(-1);
}
