import { objectIn, textIn } from '../json.ts';
import type { JsonObject, KubeObject } from '../json.ts';
import { namespaceOf } from '../objectStore.ts';
import type { ClusterView, Controller } from './controller.ts';
import { DEPLOYMENT, INGRESS, JOB, MUTATING_WEBHOOK, SECRET, SERVICE, VALIDATING_WEBHOOK } from './kinds.ts';
import { annotationsOf, conditionIn, isLeaving, numberIn, objectsIn, specOf, statusOf, textsIn, writeStatus } from './objectParts.ts';

const PUBLISHED = 'ingress-nginx-controller';
/** Where a rehearsal's certificates would be: it signs none. */
export const REHEARSED_AUTHORITY = Buffer.from('rehearsal-authority').toString('base64');

/** ingress-nginx: the address of its load balancer on every Ingress of its class, and the two jobs that furnish its webhook. */
export const INGRESSES: Controller = {
  name: 'nginx-ingress-controller',
  reconcile(cluster) {
    furnishWebhooks(cluster);
    const { store } = cluster;
    const service = store.list(SERVICE).find((each) => each.metadata.name === PUBLISHED);
    const running = store.list(DEPLOYMENT).find((each) => each.metadata.name === PUBLISHED);
    if (service === undefined || (numberIn(statusOf(running), 'availableReplicas') ?? 0) === 0) return undefined;
    const addresses = objectsIn(objectIn(statusOf(service), 'loadBalancer'), 'ingress');
    for (const ingress of store.list(INGRESS)) {
      if (isLeaving(ingress) || classOf(ingress) !== 'nginx') continue;
      writeStatus(store, INGRESS, ingress, { loadBalancer: addresses.length === 0 ? {} : { ingress: [...addresses] } });
    }
    return undefined;
  },
};

function classOf(ingress: KubeObject): string | undefined {
  return textIn(specOf(ingress), 'ingressClassName') ?? textIn(annotationsOf(ingress), 'kubernetes.io/ingress.class');
}

/** kube-webhook-certgen: `create` makes the Secret with the certificate, `patch` writes its authority into the webhook configuration. */
function furnishWebhooks(cluster: ClusterView): void {
  for (const job of cluster.store.list(JOB)) {
    if (textIn(conditionIn(statusOf(job), 'Complete'), 'status') !== 'True') continue;
    for (const container of objectsIn(objectIn(objectIn(specOf(job), 'template'), 'spec'), 'containers')) {
      if (textIn(container, 'image')?.includes('kube-webhook-certgen') !== true) continue;
      const args = textsIn(container, 'args');
      const option = (name: string): string | undefined => args.find((each) => each.startsWith(`--${name}=`))?.slice(name.length + 3);
      if (args.includes('create')) makeCertificate(cluster, namespaceOf(job), option('secret-name') ?? '');
      if (args.includes('patch')) injectAuthority(cluster, option('webhook-name') ?? '');
    }
  }
}

function makeCertificate({ store }: ClusterView, namespace: string, name: string): void {
  if (name === '' || store.find(SECRET, namespace, name) !== undefined) return;
  const data = { ca: REHEARSED_AUTHORITY, cert: REHEARSED_AUTHORITY, key: REHEARSED_AUTHORITY };
  store.create(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', data });
}

/** Of the validating and the mutating configuration of that name. */
export function injectAuthority({ store }: ClusterView, name: string): void {
  for (const kind of [VALIDATING_WEBHOOK, MUTATING_WEBHOOK]) {
    const configuration = store.find(kind, '', name);
    if (configuration === undefined) continue;
    const webhooks = objectsIn(configuration, 'webhooks').map((each): JsonObject => ({
      ...each,
      clientConfig: { ...objectIn(each, 'clientConfig'), caBundle: REHEARSED_AUTHORITY },
    }));
    store.replace(kind, { ...configuration, webhooks });
  }
}
