import { objectIn } from '../../kubernetes/json.ts';
import type { JsonObject, KubeObject } from '../../kubernetes/json.ts';
import type { Chart, Rendered, Rendering } from './chart.ts';
import { clusterRights, definition, deployment, job, labelsFor, object, resourcesIn, service, serviceAccount, small } from './pieces.ts';

const VERSION = 'v1.21.1';
const IMAGES = 'quay.io/jetstack/cert-manager';
const KEEP: JsonObject = { annotations: { 'helm.sh/resource-policy': 'keep' } };

const KINDS = [
  ['cert-manager.io', 'Certificate', 'certificates', true, 'cert'],
  ['cert-manager.io', 'CertificateRequest', 'certificaterequests', true, 'cr'],
  ['cert-manager.io', 'Issuer', 'issuers', true, 'iss'],
  ['cert-manager.io', 'ClusterIssuer', 'clusterissuers', false, 'ciss'],
  ['acme.cert-manager.io', 'Order', 'orders', true, ''],
  ['acme.cert-manager.io', 'Challenge', 'challenges', true, ''],
] as const;

/** cert-manager: three Deployments, a webhook that refuses until it is ready, and the job that says when it answers. */
export const CERT_MANAGER_CHART: Chart = {
  name: 'cert-manager',
  version: VERSION,
  appVersion: VERSION,
  render(rendering): Rendered {
    const { values, namespace, release } = rendering;
    const labels = (component: string): JsonObject => labelsFor('cert-manager', rendering, component);
    const webhook = `${release}-webhook`;
    const crds = objectIn(values, 'crds')['enabled'] === true || values['installCRDs'] === true ? definitions() : [];
    const part = (name: string, component: string, image: string, under: JsonObject, port: number): KubeObject =>
      deployment(labels(component), {
        name,
        image: `${IMAGES}-${image}:${VERSION}`,
        serviceAccount: name,
        resources: resourcesIn(under, small('10m', '32Mi')),
        ports: [{ name: 'http', containerPort: port }],
      });
    return {
      definitions: [],
      objects: [
        ...crds,
        ...[release, `${release}-cainjector`, webhook].map(serviceAccount),
        ...clusterRights(`${release}-controller`, release, namespace, ['cert-manager.io', 'acme.cert-manager.io', 'networking.k8s.io', '']),
        ...clusterRights(`${release}-cainjector`, `${release}-cainjector`, namespace, [
          'admissionregistration.k8s.io',
          'apiextensions.k8s.io',
        ]),
        service(release, labels('controller'), [{ name: 'tcp-prometheus-servicemonitor', port: 9402, targetPort: 9402 }]),
        service(webhook, labels('webhook'), [{ name: 'https', port: 443, targetPort: 10250 }]),
        part(release, 'controller', 'controller', values, 9402),
        part(`${release}-cainjector`, 'cainjector', 'cainjector', objectIn(values, 'cainjector'), 9402),
        part(webhook, 'webhook', 'webhook', objectIn(values, 'webhook'), 10250),
        ...webhooks(rendering, webhook),
      ],
      hooks: startupCheck(rendering, labels('startupapicheck')),
    };
  },
};

function definitions(): KubeObject[] {
  return KINDS.map(([group, kind, plural, namespaced, shortName]) =>
    definition({ group, version: 'v1', kind, plural, namespaced, shortNames: shortName === '' ? [] : [shortName] }, KEEP),
  );
}

function webhooks({ namespace }: Rendering, name: string): KubeObject[] {
  const webhook = (path: string): JsonObject => ({
    name: 'webhook.cert-manager.io',
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    timeoutSeconds: 30,
    rules: [
      { apiGroups: ['cert-manager.io', 'acme.cert-manager.io'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['*/*'] },
    ],
    clientConfig: { service: { name, namespace, path } },
  });
  const inject = { annotations: { 'cert-manager.io/inject-ca-from-secret': `${namespace}/${name}-ca` } };
  const group = 'admissionregistration.k8s.io/v1';
  return [
    object(group, 'MutatingWebhookConfiguration', name, { webhooks: [webhook('/mutate')] }, inject),
    object(group, 'ValidatingWebhookConfiguration', name, { webhooks: [webhook('/validate')] }, inject),
  ];
}

function startupCheck({ release, values }: Rendering, labels: JsonObject): Rendered['hooks'] {
  if (objectIn(values, 'startupapicheck')['enabled'] === false) return [];
  const name = `${release}-startupapicheck`;
  const check = job(
    labels,
    { name, image: `${IMAGES}-startupapicheck:${VERSION}`, serviceAccount: name, args: ['check', 'api', '--wait=1m'] },
    300,
  );
  return [
    { events: ['post-install'], object: serviceAccount(name) },
    { events: ['post-install'], object: check },
  ];
}
