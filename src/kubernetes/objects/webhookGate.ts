import type { ManifestObject } from '../../manifests/manifestObject.ts';
import { textsAt } from '../../manifests/json.ts';
import { Unseen } from '../../core/graph/errors.ts';
import type { KubernetesClient, KubernetesObject } from '../client.ts';
import type { ServedKind } from '../paths.ts';
import { SharedRead } from '../sharedRead.ts';
import { selects, type LabelSelector } from './labelSelector.ts';

/** What is in the way of an object, and the collection in which it will show that it is not any longer. */
export interface Gate {
  readonly reason: string;
  /** The Service behind the webhook: `namespace/name`. */
  readonly service: string;
  readonly watch: string;
  /** The version of the collection in which it was not ready. */
  readonly version: string;
}

type Operation = 'CREATE' | 'UPDATE';

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly operations?: readonly string[];
  readonly scope?: string;
}

interface Webhook {
  readonly name: string;
  readonly failurePolicy?: string;
  readonly rules?: readonly Rule[];
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly matchConditions?: readonly unknown[];
  readonly clientConfig?: { readonly service?: { readonly namespace: string; readonly name: string } };
}

interface WebhookConfiguration extends KubernetesObject {
  readonly webhooks?: readonly Webhook[];
}

interface EndpointSlice extends KubernetesObject {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[];
}

const CONFIGURATIONS = ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'].map(
  (plural) => `/apis/admissionregistration.k8s.io/v1/${plural}`,
);

/** How long (ms) the webhooks of a cluster are taken as read: many objects are applied in one moment. */
const FRESH = 2_000;

/** What was read of a cluster a moment ago, for all who are applied in it. */
class Readings {
  readonly #now: () => number;
  readonly #known = new Map<string, { readonly at: number; readonly reading: SharedRead<unknown> }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param isKept whether an answer holds for a while. One that somebody waits to be otherwise is shared by those alone who ask meanwhile. */
  async ask<T>(
    key: string,
    read: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
    isKept: (answer: T) => boolean = () => true,
  ): Promise<T> {
    const known = this.#known.get(key);
    const isFresh = known !== undefined && !known.reading.isLost && this.#now() - known.at < FRESH;
    // A key is always asked with the same read.
    const reading = isFresh ? (known.reading as SharedRead<T>) : new SharedRead(read);
    if (!isFresh) this.#known.set(key, { at: this.#now(), reading });
    const answer = await reading.answer(signal);
    if (!isKept(answer) && this.#known.get(key)?.reading === reading) this.#known.delete(key);
    return answer;
  }
}

const READINGS = new WeakMap<KubernetesClient, Readings>();

function readingsOf(client: KubernetesClient): Readings {
  const known = READINGS.get(client) ?? new Readings(() => client.now());
  READINGS.set(client, known);
  return known;
}

/**
 * Whether a webhook that has to agree to the object can answer at all: until its Service has a ready endpoint every such write fails, after
 * a timeout of up to half a minute. `undefined`: nothing is in the way that is known of; the API server has the last word.
 * @throws Unseen
 */
export async function webhookGate(
  client: KubernetesClient,
  kind: ServedKind,
  { key, json }: Pick<ManifestObject, 'key' | 'json'>,
  operation: Operation,
  signal: AbortSignal,
): Promise<Gate | undefined> {
  const asked = (await webhooksOf(client, signal)).filter((webhook) => isAskedAbout(webhook, kind, operation));
  const labels = textsAt(json, 'metadata', 'labels');
  for (const webhook of asked) {
    const service = webhook.clientConfig?.service;
    if (service === undefined || !selects(webhook.objectSelector, labels)) continue;
    if (!(await selectsNamespace(client, webhook, kind, key.namespace, signal))) continue;
    const slices = `/apis/discovery.k8s.io/v1/namespaces/${service.namespace}/endpointslices`;
    const labelSelector = `kubernetes.io/service-name=${service.name}`;
    const { items, resourceVersion } = await readingsOf(client).ask(
      `${slices} ${labelSelector}`,
      (own) => client.listed<EndpointSlice>(slices, own, { labelSelector }),
      signal,
      ({ items: all }) => all.some(hasReady),
    );
    if (items.some(hasReady)) continue;
    const reason = `the webhook ${webhook.name} has no ready endpoint in Service ${service.namespace}/${service.name}`;
    return { reason, service: `${service.namespace}/${service.name}`, watch: slices, version: resourceVersion };
  }
  return undefined;
}

const hasReady = ({ endpoints }: EndpointSlice): boolean => endpoints?.some(({ conditions }) => conditions?.ready !== false) === true;

const webhooksOf = (client: KubernetesClient, signal: AbortSignal): Promise<readonly Webhook[]> =>
  readingsOf(client).ask('webhooks', (own) => readWebhooks(client, own), signal);

/** Who may not read them goes without the gate: the API server says then what it met. */
async function readWebhooks(client: KubernetesClient, signal: AbortSignal): Promise<readonly Webhook[]> {
  try {
    const lists = await Promise.all(CONFIGURATIONS.map((path) => client.list<WebhookConfiguration>(path, signal)));
    return lists.flat().flatMap(({ webhooks = [] }) => webhooks.filter(isStrict));
  } catch (error) {
    if (error instanceof Unseen && error.code === 'Forbidden') return [];
    throw error;
  }
}

/** One that may fail holds nothing up, and what a CEL expression selects only the API server can tell. */
const isStrict = ({ failurePolicy = 'Fail', matchConditions = [] }: Webhook): boolean =>
  failurePolicy === 'Fail' && matchConditions.length === 0;

/** Versions of a kind are converted before a webhook is asked (`matchPolicy: Equivalent`, the default), so that the group decides. */
function isAskedAbout({ rules = [] }: Webhook, { group, plural, namespaced }: ServedKind, operation: Operation): boolean {
  const has = (names: readonly string[] | undefined, name: string): boolean =>
    names?.some((each) => each === name || each === '*') === true;
  const scope = namespaced ? 'Namespaced' : 'Cluster';
  return rules.some(
    (rule) =>
      has(rule.operations, operation) &&
      has(rule.apiGroups, group) &&
      (has(rule.resources, plural) || rule.resources?.includes('*/*') === true) &&
      (rule.scope === undefined || has([rule.scope], scope)),
  );
}

async function selectsNamespace(
  client: KubernetesClient,
  { namespaceSelector }: Webhook,
  { namespaced }: ServedKind,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!namespaced || namespaceSelector === undefined) return true;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  const found = await readingsOf(client).ask(
    path,
    (own) => client.get(path, own),
    signal,
    (live) => live !== undefined,
  );
  return selects(namespaceSelector, found?.metadata.labels ?? {});
}
