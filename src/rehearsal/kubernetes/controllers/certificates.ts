import { resolveName } from '../../dns.ts';
import { textIn } from '../json.ts';
import type { JsonObject, KubeObject } from '../json.ts';
import type { Kind } from '../kinds.ts';
import { apiVersionOf } from '../kinds.ts';
import { namespaceOf } from '../objectStore.ts';
import type { ClusterView } from './controller.ts';
import { tell } from './events.ts';
import { REHEARSED_AUTHORITY } from './ingresses.ts';
import { CERTIFICATE, CERTIFICATE_REQUEST, CHALLENGE, CLUSTER_ISSUER, ISSUER, ORDER, SECRET } from './kinds.ts';
import { hashSuffix } from './names.ts';
import {
  conditionIn,
  earliest,
  numberIn,
  objectsIn,
  ownerReference,
  removeIfThere,
  specOf,
  statusOf,
  textsIn,
  uidOf,
  withCondition,
  writeStatus,
} from './objectParts.ts';

/** From an answered self check to a signed certificate. */
const SIGN_MS = 6_000;
/** How often a challenge asks itself (cert-manager checks every ten seconds). */
const CHECK_MS = 10_000;
const LASTS_MS = 90 * 86_400_000;

/**
 * One certificate on its way: CertificateRequest → Order → a Challenge for each name, which waits until the name leads to a load
 * balancer that answers; then the Secret (cert-manager.io, "Troubleshooting Problems with ACME").
 */
export function issueCertificate(cluster: ClusterView, certificate: KubeObject, now: number): number | undefined {
  const { store } = cluster;
  const namespace = namespaceOf(certificate);
  const secretName = textIn(specOf(certificate), 'secretName') ?? '';
  const live = statusOf(certificate);
  const observedGeneration = numberIn(certificate.metadata, 'generation') ?? 1;
  const isCurrent = numberIn(conditionIn(live, 'Ready'), 'observedGeneration') === observedGeneration;
  if (textIn(conditionIn(live, 'Ready'), 'status') === 'True' && isCurrent && store.find(SECRET, namespace, secretName) !== undefined)
    return undefined;
  const chain = chainOf(cluster, certificate);
  if (!issuerIsReady(cluster, certificate)) {
    say(cluster, certificate, 'DoesNotExist', 'Issuing certificate as Secret does not exist', observedGeneration);
    return undefined;
  }
  if (!isCurrent || chain.request === undefined) start(cluster, certificate);
  say(cluster, certificate, 'DoesNotExist', 'Issuing certificate as Secret does not exist', observedGeneration);
  const memory = cluster.memory<Record<string, number>>('signing', () => ({}));
  const waiting = isAcme(cluster, certificate) ? challenges(cluster, certificate) : 0;
  if (waiting > 0) {
    delete memory[uidOf(certificate)];
    return now + CHECK_MS;
  }
  const signedAt = (memory[uidOf(certificate)] ??= now + SIGN_MS);
  if (now < signedAt) return earliest(signedAt);
  delete memory[uidOf(certificate)];
  finish(cluster, certificate, observedGeneration, now);
  return undefined;
}

function issuerOf({ store }: ClusterView, certificate: KubeObject): KubeObject | undefined {
  const reference = specOf(certificate)['issuerRef'] as JsonObject | undefined;
  const name = textIn(reference, 'name') ?? '';
  return textIn(reference, 'kind') === 'ClusterIssuer'
    ? store.find(CLUSTER_ISSUER, '', name)
    : store.find(ISSUER, namespaceOf(certificate), name);
}

const issuerIsReady = (cluster: ClusterView, certificate: KubeObject): boolean =>
  textIn(conditionIn(statusOf(issuerOf(cluster, certificate)), 'Ready'), 'status') === 'True';

/** What else signs does so by itself: there is no order and nothing to prove. */
const isAcme = (cluster: ClusterView, certificate: KubeObject): boolean => {
  const issuer = issuerOf(cluster, certificate);
  return issuer !== undefined && specOf(issuer)['acme'] !== undefined;
};

const requestName = (certificate: KubeObject): string => `${certificate.metadata.name}-1`;
const orderName = (certificate: KubeObject): string => `${requestName(certificate)}-${hashSuffix(uidOf(certificate), 9)}`;

function chainOf(
  { store }: ClusterView,
  certificate: KubeObject,
): { readonly request: KubeObject | undefined; readonly order: KubeObject | undefined } {
  const namespace = namespaceOf(certificate);
  return {
    request: store.find(CERTIFICATE_REQUEST, namespace, requestName(certificate)),
    order: store.find(ORDER, namespace, orderName(certificate)),
  };
}

function start(cluster: ClusterView, certificate: KubeObject): void {
  const { store } = cluster;
  const issuerRef = specOf(certificate)['issuerRef'] ?? {};
  const before = chainOf(cluster, certificate).request;
  if (before !== undefined) removeIfThere(store, CERTIFICATE_REQUEST, before);
  for (const [kind, name] of [
    [ORDER, orderName(certificate)],
    [CERTIFICATE_REQUEST, requestName(certificate)],
  ] as const) {
    const old = store.find(kind, namespaceOf(certificate), name);
    if (old !== undefined) removeIfThere(store, kind, old);
  }
  const request = make(cluster, CERTIFICATE_REQUEST, requestName(certificate), certificate, CERTIFICATE, {
    issuerRef,
    request: REHEARSED_AUTHORITY,
  });
  if (!isAcme(cluster, certificate)) return;
  report(
    cluster,
    CERTIFICATE_REQUEST,
    request,
    'False',
    'Pending',
    `Waiting on certificate issuance from order ${namespaceOf(certificate)}/${orderName(certificate)}: "pending"`,
  );
  const dnsNames = [...textsIn(specOf(certificate), 'dnsNames')];
  const order = make(cluster, ORDER, orderName(certificate), request, CERTIFICATE_REQUEST, {
    issuerRef,
    dnsNames,
    request: REHEARSED_AUTHORITY,
  });
  writeStatus(store, ORDER, order, { state: 'pending' });
  for (const dnsName of dnsNames) {
    const name = `${orderName(certificate)}-${hashSuffix(dnsName, 9)}`;
    make(cluster, CHALLENGE, name, order, ORDER, { dnsName, type: 'HTTP-01', issuerRef, token: hashSuffix(name, 20) });
  }
}

function make({ store }: ClusterView, kind: Kind, name: string, owner: KubeObject, ownerKind: Kind, spec: JsonObject): KubeObject {
  const namespace = namespaceOf(owner);
  const before = store.find(kind, namespace, name);
  if (before !== undefined) return before;
  const metadata = { name, namespace, ownerReferences: [ownerReference(ownerKind, owner)] };
  return store.create(kind, { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, spec });
}

/** @returns how many names do not lead to us yet */
function challenges(cluster: ClusterView, certificate: KubeObject): number {
  const { store, world } = cluster;
  const namespace = namespaceOf(certificate);
  let waiting = 0;
  for (const dnsName of textsIn(specOf(certificate), 'dnsNames')) {
    const challenge = store.find(CHALLENGE, namespace, `${orderName(certificate)}-${hashSuffix(dnsName, 9)}`);
    const resolves = resolveName(world, dnsName).addresses.length > 0;
    if (!resolves) waiting += 1;
    if (challenge === undefined) continue;
    const url = `http://${dnsName}/.well-known/acme-challenge/${textIn(specOf(challenge), 'token') ?? ''}`;
    const reason = `Waiting for HTTP-01 challenge propagation: failed to perform self check GET request '${url}': Get "${url}": dial tcp: lookup ${dnsName} on 172.20.0.10:53: no such host`;
    writeStatus(store, CHALLENGE, challenge, {
      presented: true,
      processing: true,
      state: resolves ? 'valid' : 'pending',
      reason: resolves ? 'Successfully authorized domain' : reason,
    });
  }
  return waiting;
}

function finish(cluster: ClusterView, certificate: KubeObject, observedGeneration: number, now: number): void {
  const { store } = cluster;
  const namespace = namespaceOf(certificate);
  const { request, order } = chainOf(cluster, certificate);
  const name = textIn(specOf(certificate), 'secretName') ?? '';
  if (store.find(SECRET, namespace, name) === undefined)
    store.create(SECRET, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, annotations: { 'cert-manager.io/certificate-name': certificate.metadata.name } },
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': REHEARSED_AUTHORITY, 'tls.key': REHEARSED_AUTHORITY },
    });
  if (order !== undefined) writeStatus(store, ORDER, order, { state: 'valid' });
  for (const challenge of store.list(CHALLENGE, namespace))
    if (challenge.metadata.name.startsWith(`${orderName(certificate)}-`)) removeIfThere(store, CHALLENGE, challenge);
  if (request !== undefined)
    report(cluster, CERTIFICATE_REQUEST, request, 'True', 'Issued', 'Certificate fetched from issuer successfully');
  const live = store.get(CERTIFICATE, namespace, certificate.metadata.name);
  const kept = objectsIn(statusOf(live), 'conditions').filter((each) => textIn(each, 'type') !== 'Issuing');
  const message = 'Certificate is up to date and has not expired';
  writeStatus(store, CERTIFICATE, live, {
    conditions: withCondition(kept, { type: 'Ready', status: 'True', reason: 'Ready', message, observedGeneration }, store.time()),
    notBefore: store.time(now),
    notAfter: store.time(now + LASTS_MS),
    renewalTime: store.time(now + (LASTS_MS / 3) * 2),
    revision: 1,
  });
  tell(cluster, 'cert-manager-certificates-issuing', live, {
    type: 'Normal',
    reason: 'Issuing',
    message: 'The certificate has been successfully issued',
  });
}

function say({ store }: ClusterView, certificate: KubeObject, reason: string, message: string, observedGeneration: number): void {
  const live = store.get(CERTIFICATE, namespaceOf(certificate), certificate.metadata.name);
  let conditions = withCondition(
    objectsIn(statusOf(live), 'conditions'),
    { type: 'Issuing', status: 'True', reason, message, observedGeneration },
    store.time(),
  );
  conditions = withCondition(conditions, { type: 'Ready', status: 'False', reason, message, observedGeneration }, store.time());
  writeStatus(store, CERTIFICATE, live, { ...statusOf(live), conditions });
}

function report({ store }: ClusterView, kind: Kind, object: KubeObject, status: 'True' | 'False', reason: string, message: string): void {
  const live = store.get(kind, namespaceOf(object), object.metadata.name);
  const conditions = withCondition(objectsIn(statusOf(live), 'conditions'), { type: 'Ready', status, reason, message }, store.time());
  writeStatus(store, kind, live, { ...statusOf(live), conditions });
}
