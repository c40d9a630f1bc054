import { NotYet, Refused, Unseen } from '../../core/graph/errors.ts';
import type { Handle, Observation, Resource, ResourceId } from '../../core/graph/resource.ts';
import { clientOf, type InCluster } from '../cluster.ts';
import type { ClusterAddress } from '../connection.ts';
import { webhookGate } from '../objects/webhookGate.ts';

export interface AdmissionWish {
  /** Where the controller lives. */
  readonly namespace: string;
  readonly ingressClass: string;
  /** The controller, its webhook and what writes the certificate into it. */
  readonly after: readonly ResourceId[];
}

type AdmissionNeeds = { readonly cluster: Handle<ClusterAddress> };
type NoOutputs = Record<never, never>;

const INGRESS = { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress', plural: 'ingresses', namespaced: true } as const;
const NAME = 'slipway-admission-check';

/**
 * Waits until an Ingress is let in: a server dry run of one, which asks every webhook and keeps nothing. A controller that is available may
 * still have a certificate that the API server does not trust, and then every Ingress fails. While it is ready a status only looks whether
 * somebody is there to answer.
 */
export function ingressAdmission({ cluster, reach }: InCluster, wish: AdmissionWish): Resource<NoOutputs, AdmissionNeeds> {
  const id: ResourceId = 'gate/ingress-admission';
  const { namespace } = wish;
  const manifest = probe(wish);
  const object = { key: { ...INGRESS, namespace, name: NAME }, json: manifest };
  let hasAnswered = false;
  return {
    id,
    kind: 'gate',
    provider: 'kubernetes',
    title: 'Admission of Ingresses',
    needs: { cluster },
    after: wish.after,
    within: cluster,
    async observe(look, depth): Promise<Observation<NoOutputs>> {
      const client = await clientOf(look, { cluster, reach });
      if (client === undefined) return { state: 'absent' };
      const present = { owner: 'slipway', physicalId: id, attributes: {}, outputs: {} } as const;
      const gate = await webhookGate(client, INGRESS, object, 'CREATE', look.signal);
      if (gate !== undefined) {
        hasAnswered = false;
        return { ...present, state: 'pending', reason: gate.reason };
      }
      if (hasAnswered && depth === 'status') return { ...present, state: 'ready' };
      try {
        const path = `/apis/networking.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/ingresses/${NAME}`;
        await client.apply(path, manifest, look.signal, { dryRun: true });
      } catch (error) {
        if (error instanceof NotYet && error.code === 'kubernetes-webhook') return { ...present, state: 'pending', reason: error.message };
        if (error instanceof NotYet) return { state: 'absent' };
        // It was asked and said no to this one: that is an answer.
        if (!(error instanceof Refused)) throw error;
        if (error.code !== 'kubernetes-denied-by-webhook')
          throw new Unseen(error.message, { code: error.code, next: error.next, cause: error });
      }
      hasAnswered = true;
      return { ...present, state: 'ready' };
    },
    estimate: () => ({ createSeconds: 5, deleteSeconds: 0, monthlyUsd: 0 }),
  };
}

/** Of a host that is nobody's (RFC 2606), so that it collides with none. */
function probe({ namespace, ingressClass }: AdmissionWish) {
  const backend = { service: { name: NAME, port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: NAME, namespace },
    spec: {
      ingressClassName: ingressClass,
      rules: [{ host: `${NAME}.invalid`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
}
