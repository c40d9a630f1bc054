import type { ManifestObject } from '../../manifests/manifestObject.ts';
import { textsAt } from '../../manifests/json.ts';
import { Unseen } from '../../core/graph/errors.ts';
import type { KubernetesClient, KubernetesObject } from '../client.ts';
import type { ServedKind } from '../paths.ts';
import { selects, type LabelSelector } from './labelSelector.ts';

/** What is in the way of an object, and the collection in which it will show that it is not any longer. */
export interface Gate {
  readonly reason: string;
  readonly watch: string;
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

interface Reading {
  readonly at: number;
  readonly webhooks: Promise<readonly Webhook[]>;
}

const READ = new WeakMap<KubernetesClient, Reading>();

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
    const found = await client.list<EndpointSlice>(slices, signal, { labelSelector: `kubernetes.io/service-name=${service.name}` });
    const isReady = found.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready !== false));
    if (!isReady)
      return { reason: `the webhook ${webhook.name} has no ready endpoint in Service ${service.namespace}/${service.name}`, watch: slices };
  }
  return undefined;
}

function webhooksOf(client: KubernetesClient, signal: AbortSignal): Promise<readonly Webhook[]> {
  const known = READ.get(client);
  if (known !== undefined && client.now() - known.at < FRESH) return known.webhooks;
  const webhooks = readWebhooks(client, signal);
  READ.set(client, { at: client.now(), webhooks });
  webhooks.catch(() => READ.delete(client));
  return webhooks;
}

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
  const found = await client.get(`/api/v1/namespaces/${encodeURIComponent(namespace)}`, signal);
  return selects(namespaceSelector, found?.metadata.labels ?? {});
}
