import { objectIn, textIn } from '../../kubernetes/json.ts';
import type { JsonObject, KubeObject } from '../../kubernetes/json.ts';
import type { Chart, Rendered, Rendering } from './chart.ts';
import { clusterRights, deployment, job, labelsFor, object, resourcesIn, service, serviceAccount, small } from './pieces.ts';

const VERSION = '4.15.1';
const APP = '1.15.1';

/** ingress-nginx: a controller behind a Service, and the webhook that checks Ingresses, with its certificate made by hooks. */
export const INGRESS_NGINX_CHART: Chart = {
  name: 'ingress-nginx',
  version: VERSION,
  appVersion: APP,
  render(rendering): Rendered {
    const { values, namespace } = rendering;
    const labels = labelsFor('ingress-nginx', rendering, 'controller');
    const controller = objectIn(values, 'controller');
    const exposed = objectIn(controller, 'service');
    const [name, admission] = [nameOf(rendering, 'controller'), nameOf(rendering, 'admission')];
    const account = nameOf(rendering);
    return {
      definitions: [],
      objects: [
        serviceAccount(account),
        ...clusterRights(account, account, namespace, ['', 'networking.k8s.io', 'discovery.k8s.io', 'coordination.k8s.io']),
        object('networking.k8s.io/v1', 'IngressClass', 'nginx', { spec: { controller: 'k8s.io/ingress-nginx' } }),
        object(
          'v1',
          'Service',
          name,
          {
            spec: {
              type: textIn(exposed, 'type') ?? 'LoadBalancer',
              selector: labels,
              ports: [...ports('http', 80), ...ports('https', 443)],
            },
          },
          { annotations: objectIn(exposed, 'annotations') },
        ),
        service(`${name}-admission`, labels, [{ name: 'https-webhook', port: 443, targetPort: 8443 }]),
        deployment(labels, {
          name,
          image: `registry.k8s.io/ingress-nginx/controller:v${APP}`,
          serviceAccount: account,
          resources: resourcesIn(controller, small('100m', '90Mi')),
          ports: [{ name: 'webhook', containerPort: 8443 }],
        }),
        webhook(rendering, admission, `${name}-admission`),
      ],
      hooks: certificateHooks(rendering, admission),
    };
  },
};

/** The real chart's `ingress-nginx.fullname`: a release that is called like the chart is not named twice. */
function nameOf({ release }: Rendering, part?: string): string {
  const full = release.includes('ingress-nginx') ? release : `${release}-ingress-nginx`;
  return part === undefined ? full : `${full}-${part}`;
}

const ports = (name: string, port: number): readonly JsonObject[] => [{ name, port, targetPort: port, protocol: 'TCP' }];

function webhook({ namespace }: Rendering, name: string, asked: string): KubeObject {
  const checks: JsonObject = {
    name: 'validate.nginx.ingress.kubernetes.io',
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    rules: [{ apiGroups: ['networking.k8s.io'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['ingresses'] }],
    clientConfig: { service: { name: asked, namespace, path: '/networking/v1/ingresses' } },
  };
  return object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', name, { webhooks: [checks] });
}

/** kube-webhook-certgen before and after the rest. */
function certificateHooks(rendering: Rendering, name: string): Rendered['hooks'] {
  const { namespace } = rendering;
  const labels = labelsFor('ingress-nginx', rendering, 'admission-webhook');
  const run = (verb: string, ...args: readonly string[]): KubeObject =>
    job(
      labels,
      {
        name: `${name}-${verb}`,
        image: 'registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.6.3',
        serviceAccount: name,
        args: [verb, `--namespace=${namespace}`, `--secret-name=${name}`, ...args],
      },
      300,
    );
  return [
    { events: ['pre-install', 'pre-upgrade'], object: serviceAccount(name) },
    { events: ['pre-install', 'pre-upgrade'], object: run('create', `--host=${name}`) },
    { events: ['post-install', 'post-upgrade'], object: run('patch', `--webhook-name=${name}`) },
  ];
}
