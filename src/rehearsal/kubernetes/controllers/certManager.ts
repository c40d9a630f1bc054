import { objectIn, textIn } from '../json.ts';
import type { JsonObject, KubeObject } from '../json.ts';
import { namespaceOf } from '../objectStore.ts';
import { issueCertificate } from './certificates.ts';
import type { ClusterView, Controller } from './controller.ts';
import { tell } from './events.ts';
import { injectAuthority, REHEARSED_AUTHORITY } from './ingresses.ts';
import { CERTIFICATE, CLUSTER_ISSUER, DEPLOYMENT, INGRESS, ISSUER, MUTATING_WEBHOOK, SECRET, VALIDATING_WEBHOOK } from './kinds.ts';
import {
  annotationsOf,
  createdAt,
  earliest,
  isLeaving,
  numberIn,
  objectsIn,
  ownerReference,
  specOf,
  statusOf,
  textsIn,
  withCondition,
  writeStatus,
} from './objectParts.ts';

/** From an issuer to its account at the certificate authority. */
const REGISTER_MS = 4_000;
const INJECT = ['cert-manager.io/inject-ca-from-secret', 'cert-manager.io/inject-ca-from'];

/** cert-manager, as soon as its chart's Deployment is available: authorities into webhooks, issuers, certificates of Ingresses. */
export const CERT_MANAGER: Controller = {
  name: 'cert-manager',
  reconcile(cluster, now) {
    const { store } = cluster;
    const deployments = store.list(DEPLOYMENT);
    const runs = (name: string): KubeObject | undefined =>
      deployments.find((each) => each.metadata.name === name && (numberIn(statusOf(each), 'availableReplicas') ?? 0) > 0);
    if (runs('cert-manager-cainjector') !== undefined) injectAuthorities(cluster);
    const controller = runs('cert-manager');
    if (controller === undefined) return undefined;
    const home = namespaceOf(controller);
    let next: number | undefined;
    for (const issuer of store.list(CLUSTER_ISSUER)) next = earliest(next, register(cluster, issuer, home, now));
    for (const issuer of store.list(ISSUER)) next = earliest(next, register(cluster, issuer, namespaceOf(issuer), now));
    for (const ingress of store.list(INGRESS)) if (!isLeaving(ingress)) certificatesFor(cluster, ingress);
    for (const certificate of store.list(CERTIFICATE))
      if (!isLeaving(certificate)) next = earliest(next, issueCertificate(cluster, certificate, now));
    return next;
  },
};

function injectAuthorities(cluster: ClusterView): void {
  for (const kind of [VALIDATING_WEBHOOK, MUTATING_WEBHOOK])
    for (const each of cluster.store.list(kind))
      if (INJECT.some((name) => annotationsOf(each)[name] !== undefined)) injectAuthority(cluster, each.metadata.name);
}

/** `Ready` of its own generation; an ACME account has a key, in a Secret of cert-manager's namespace. */
function register(cluster: ClusterView, issuer: KubeObject, secretsIn: string, now: number): number | undefined {
  const { store } = cluster;
  const kind = issuer.kind === 'ClusterIssuer' ? CLUSTER_ISSUER : ISSUER;
  if (isLeaving(issuer)) return undefined;
  const acme = objectIn(specOf(issuer), 'acme');
  const isAcme = textIn(acme, 'server') !== undefined;
  const readyAt = createdAt(issuer) + REGISTER_MS;
  if (isAcme && now < readyAt) return readyAt;
  const observedGeneration = numberIn(issuer.metadata, 'generation') ?? 1;
  const email = textIn(acme, 'email');
  const conditions = withCondition(
    objectsIn(statusOf(issuer), 'conditions'),
    isAcme
      ? {
          type: 'Ready',
          status: 'True',
          reason: 'ACMEAccountRegistered',
          message: 'The ACME account was registered with the ACME server',
          observedGeneration,
        }
      : { type: 'Ready', status: 'True', reason: 'IsReady', observedGeneration },
    store.time(),
  );
  const uri = `${new URL(textIn(acme, 'server') ?? 'https://localhost').origin}/acme/acct/${issuer.metadata.name.length}`;
  const account = isAcme ? { acme: { uri, ...(email !== undefined && { lastRegisteredEmail: email }) } } : {};
  writeStatus(store, kind, issuer, { ...account, conditions });
  const name = textIn(objectIn(acme, 'privateKeySecretRef'), 'name');
  if (name !== undefined && store.find(SECRET, secretsIn, name) === undefined)
    store.create(SECRET, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: secretsIn },
      type: 'Opaque',
      data: { 'tls.key': REHEARSED_AUTHORITY },
    });
  return undefined;
}

/** ingress-shim: a Certificate for each TLS entry of an annotated Ingress, named as its Secret. */
function certificatesFor({ store, ...rest }: ClusterView, ingress: KubeObject): void {
  const annotations = annotationsOf(ingress);
  const clusterIssuer = textIn(annotations, 'cert-manager.io/cluster-issuer');
  const issuer = clusterIssuer ?? textIn(annotations, 'cert-manager.io/issuer');
  if (issuer === undefined) return;
  for (const tls of objectsIn(specOf(ingress), 'tls')) {
    const name = textIn(tls, 'secretName');
    if (name === undefined) continue;
    const spec: JsonObject = {
      secretName: name,
      dnsNames: [...textsIn(tls, 'hosts')],
      issuerRef: { group: 'cert-manager.io', kind: clusterIssuer === undefined ? 'Issuer' : 'ClusterIssuer', name: issuer },
      usages: ['digital signature', 'key encipherment'],
    };
    const namespace = namespaceOf(ingress);
    const before = store.find(CERTIFICATE, namespace, name);
    if (before !== undefined) {
      store.replace(CERTIFICATE, { ...before, spec });
      continue;
    }
    store.create(CERTIFICATE, {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name, namespace, ownerReferences: [ownerReference(INGRESS, ingress)] },
      spec,
    });
    const message = `Successfully created Certificate "${name}"`;
    tell({ store, ...rest }, 'cert-manager-ingress-shim', ingress, { type: 'Normal', reason: 'CreateCertificate', message });
  }
}
