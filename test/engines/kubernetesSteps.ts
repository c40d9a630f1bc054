import type { Asked, Question } from './kubernetesAsker.ts';

/** One call that both servers are asked, in order. */
export interface Step extends Question {
  readonly name: string;
  /** Before it: until this path answers so. Real controllers take their time; the rehearsal is passed some. */
  readonly once?: { readonly path: string; ready(body: unknown): boolean };
}

const NS = '/api/v1/namespaces/contract';
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const MERGE = { 'content-type': 'application/merge-patch+json' };
const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

const applied = (name: string, path: string, body: object, query = 'fieldManager=slipway&fieldValidation=Strict'): Step => ({
  name,
  method: 'PATCH',
  path: `${path}?${query}`,
  headers: APPLY,
  body,
});
const created = (name: string, path: string, body: object, query = ''): Step => ({ name, method: 'POST', path: `${path}${query}`, body });
const read = (name: string, path: string): Step => ({ name, method: 'GET', path });
const deleted = (name: string, path: string, body?: object): Step => ({
  name,
  method: 'DELETE',
  path,
  ...(body !== undefined && { body }),
});

const configMap = (name: string, data: object, labels: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'contract', ...(Object.keys(labels).length > 0 && { labels }) },
  data,
});

const deployment = (containers: readonly object[], more: object = {}, replicas?: number): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'contract' },
  spec: {
    ...(replicas !== undefined && { replicas }),
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers, ...more } },
  },
});
const WEB = {
  name: 'web',
  image: 'registry.example/web:1',
  ports: [{ containerPort: 80 }],
  env: [{ name: 'A', value: '1' }],
  readinessProbe: { httpGet: { port: 80 } },
  resources: { limits: { memory: '64Mi' } },
};
const DEPLOYMENT = '/apis/apps/v1/namespaces/contract/deployments/web';

const definition = (schema: object): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing' },
    versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: schema } }],
  },
});
const THING_SCHEMA = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1 },
        mode: { type: 'string', enum: ['a', 'b'], default: 'a' },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, value: { type: 'string' } } },
        },
      },
    },
    status: { type: 'object', properties: { phase: { type: 'string' } } },
  },
};
const thing = (spec: object, name = 'one'): object => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name, namespace: 'contract' },
  spec,
});
const THINGS = '/apis/example.com/v1/namespaces/contract/things';
const isEstablished = (body: unknown): boolean =>
  JSON.stringify(body).includes('"status":"True","type":"Established"') ||
  /"type":"Established","status":"True"|Established.*"True"/.test(JSON.stringify(body));

const hook = (more: object = {}): object => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'contract' },
  webhooks: [
    {
      name: 'check.contract.example',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      clientConfig: { service: { namespace: 'contract', name: 'hook', path: '/check' } },
      rules: [{ operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
      objectSelector: { matchLabels: { checked: 'yes' } },
      ...more,
    },
  ],
});

/** What the apply engine and kubectl rely on. */
export const STEPS: readonly Step[] = [
  applied('namespace, applied', '/api/v1/namespaces/contract', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'contract', labels: { a: '1', b: '2' } },
  }),
  applied('namespace, applied bare: labels go', '/api/v1/namespaces/contract', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'contract' },
  }),
  created('in a namespace that is not there', '/api/v1/namespaces/nowhere/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x' },
  }),
  applied('applied in a namespace that is not there', '/api/v1/namespaces/nowhere/configmaps/x', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x', namespace: 'nowhere' },
  }),

  created('dry run', `${NS}/configmaps`, configMap('dry', { a: '1' }), '?dryRun=All'),
  read('after a dry run', `${NS}/configmaps/dry`),
  applied('applied dry', `${NS}/configmaps/dry`, configMap('dry', { a: '1' }), 'fieldManager=slipway&dryRun=All'),
  created('created', `${NS}/configmaps`, configMap('one', { a: '1', b: '2' }), '?fieldManager=kubectl-create'),
  created('created twice', `${NS}/configmaps`, configMap('one', { a: '1' })),
  applied('conflict with one field', `${NS}/configmaps/one`, configMap('one', { a: '9' })),
  applied('conflict with two fields', `${NS}/configmaps/one`, configMap('one', { a: '9', b: '9' })),
  applied('same value: shared', `${NS}/configmaps/one`, configMap('one', { a: '1' })),
  applied('forced', `${NS}/configmaps/one`, configMap('one', { a: '9' }), 'fieldManager=slipway&force=true'),
  applied('no longer applied', `${NS}/configmaps/one`, configMap('one', {})),
  applied('applied with labels', `${NS}/configmaps/labels`, configMap('labels', { a: '1' }, { x: '1', y: '2' })),
  applied('applied with fewer labels', `${NS}/configmaps/labels`, configMap('labels', { a: '1' }, { x: '1' })),
  applied('applied without labels', `${NS}/configmaps/labels`, configMap('labels', { a: '1' })),
  applied('without a manager', `${NS}/configmaps/one`, configMap('one', { a: '1' }), ''),
  applied('with managed fields', `${NS}/configmaps/one`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'one',
      managedFields: [{ manager: 'x', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }],
    },
  }),
  applied('another name than in the path', `${NS}/configmaps/one`, configMap('two', {})),
  applied('unknown field, applied', `${NS}/configmaps/one`, { ...configMap('one', {}), dat: {} }),
  applied('wrong type, applied', `${NS}/configmaps/one`, configMap('one', { a: 1 })),
  created('unknown field, strict', `${NS}/configmaps`, { ...configMap('strict', {}), dat: {} }, '?fieldValidation=Strict'),
  created('unknown field, warned', `${NS}/configmaps`, { ...configMap('warned', {}), dat: {} }, '?fieldValidation=Warn'),
  created('bad name', `${NS}/configmaps`, configMap('Bad_Name', {})),
  created('generateName', `${NS}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'made-' } }),
  created('no name', `${NS}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
  applied('generateName, applied', `${NS}/configmaps/made-x`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'made-' } }),
  created('another kind than in the path', `${NS}/configmaps`, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } }),
  {
    name: 'merge patch',
    method: 'PATCH',
    path: `${NS}/configmaps/labels?fieldManager=kubectl-edit`,
    headers: MERGE,
    body: { data: { a: null, c: '3' } },
  },
  {
    name: 'JSON patch',
    method: 'PATCH',
    path: `${NS}/configmaps/labels`,
    headers: JSON_PATCH,
    body: [{ op: 'add', path: '/data/d', value: '4' }],
  },
  {
    name: 'JSON patch, test fails',
    method: 'PATCH',
    path: `${NS}/configmaps/labels`,
    headers: JSON_PATCH,
    body: [{ op: 'test', path: '/data/d', value: '5' }],
  },
  { name: 'patch of what is not there', method: 'PATCH', path: `${NS}/configmaps/none`, headers: MERGE, body: { data: {} } },
  {
    name: 'old revision',
    method: 'PATCH',
    path: `${NS}/configmaps/labels`,
    headers: MERGE,
    body: { metadata: { resourceVersion: '1' }, data: {} },
  },
  { name: 'unknown patch', method: 'PATCH', path: `${NS}/configmaps/labels`, headers: { 'content-type': 'text/plain' }, body: {} },
  read('a list of one label', `${NS}/configmaps?labelSelector=none%3Done`),
  read('a bad selector', `${NS}/configmaps?labelSelector=%3D%3D`),
  read('a field that is not selectable', `${NS}/configmaps?fieldSelector=data.a%3D1`),
  read('a kind that is not there', '/apis/example.com/v1/things'),
  read('an object that is not there', `${NS}/configmaps/none`),

  applied('deployment, applied', DEPLOYMENT, deployment([WEB], { volumes: [{ name: 'v', secret: { secretName: 's' } }] })),
  applied('deployment, unknown field', DEPLOYMENT, deployment([{ ...WEB, imagee: 'x' }])),
  applied('deployment, wrong type', DEPLOYMENT, { ...deployment([WEB]), spec: { replicas: 'two' } }),
  created(
    'deployment, unknown field on create',
    '/apis/apps/v1/namespaces/contract/deployments',
    deployment([{ ...WEB, imagee: 'x' }]),
    '?fieldValidation=Strict',
  ),
  created('deployment, wrong type on create', '/apis/apps/v1/namespaces/contract/deployments', {
    ...deployment([WEB]),
    spec: { replicas: 'two' },
  }),
  applied(
    'deployment, a sidecar of another manager',
    DEPLOYMENT,
    deployment([{ name: 'side', image: 'registry.example/side' }]),
    'fieldManager=other',
  ),
  applied('deployment, its own container gone', DEPLOYMENT, deployment([{ name: 'new', image: 'registry.example/new:2' }])),
  applied('deployment, conflict in a container', DEPLOYMENT, deployment([{ name: 'side', image: 'registry.example/side:9' }])),
  applied(
    'deployment, another selector',
    DEPLOYMENT,
    {
      ...deployment([WEB]),
      spec: {
        selector: { matchLabels: { app: 'other' } },
        template: { metadata: { labels: { app: 'other' } }, spec: { containers: [WEB] } },
      },
    },
    'fieldManager=slipway&force=true',
  ),
  {
    name: 'strategic merge patch',
    method: 'PATCH',
    path: `${DEPLOYMENT}?fieldManager=kubectl-rollout`,
    headers: STRATEGIC,
    body: { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } } } },
  },
  {
    name: 'strategic merge of a container',
    method: 'PATCH',
    path: `${DEPLOYMENT}?fieldManager=kubectl-set`,
    headers: STRATEGIC,
    body: { spec: { template: { spec: { containers: [{ name: 'side', image: 'registry.example/side:3' }] } } } },
  },
  read('scale', `${DEPLOYMENT}/scale`),
  { name: 'scaled', method: 'PATCH', path: `${DEPLOYMENT}/scale`, headers: MERGE, body: { spec: { replicas: 0 } } },
  {
    name: 'status',
    method: 'PATCH',
    path: `${DEPLOYMENT}/status?dryRun=All`,
    headers: MERGE,
    body: { status: { replicas: 7 }, spec: { replicas: 9 } },
  },
  applied('deployment without containers', '/apis/apps/v1/namespaces/contract/deployments/empty', {
    ...deployment([]),
    metadata: { name: 'empty', namespace: 'contract' },
  }),

  applied('service', `${NS}/services/web`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'contract' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  }),
  applied('load balancer', `${NS}/services/lb`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'lb', namespace: 'contract' },
    spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http', name: 'http' }] },
  }),
  applied('headless service', `${NS}/services/headless`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'headless', namespace: 'contract' },
    spec: { clusterIP: 'None', ports: [{ port: 80 }] },
  }),
  applied('secret', `${NS}/secrets/empty`, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'empty', namespace: 'contract' } }),
  applied('service account', `${NS}/serviceaccounts/sa`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'sa', namespace: 'contract' },
  }),
  applied('claim', `${NS}/persistentvolumeclaims/data`, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'contract' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'none', resources: { requests: { storage: '1Gi' } } },
  }),
  applied('claim, another class', `${NS}/persistentvolumeclaims/data`, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'contract' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'other', resources: { requests: { storage: '1Gi' } } },
  }),
  applied('stateful set', '/apis/apps/v1/namespaces/contract/statefulsets/db', {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'contract' },
    spec: {
      serviceName: 'headless',
      replicas: 0,
      selector: { matchLabels: { app: 'db' } },
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'registry.example/db:1' }] } },
      volumeClaimTemplates: [
        { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      ],
    },
  }),
  applied('stateful set, another service', '/apis/apps/v1/namespaces/contract/statefulsets/db', {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'contract' },
    spec: {
      serviceName: 'other',
      replicas: 0,
      selector: { matchLabels: { app: 'db' } },
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'registry.example/db:1' }] } },
    },
  }),
  applied('job, suspended', '/apis/batch/v1/namespaces/contract/jobs/once', {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'once', namespace: 'contract' },
    spec: {
      suspend: true,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'registry.example/a:1', command: ['true'] }] } },
    },
  }),
  applied('cron job', '/apis/batch/v1/namespaces/contract/cronjobs/nightly', {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly', namespace: 'contract' },
    spec: {
      suspend: true,
      schedule: '0 3 * * *',
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'registry.example/a:1' }] } } } },
    },
  }),
  applied('ingress', '/apis/networking.k8s.io/v1/namespaces/contract/ingresses/web', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'contract' },
    spec: {
      ingressClassName: 'nginx',
      rules: [
        {
          host: 'web.example.com',
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] },
        },
      ],
    },
  }),
  applied('role binding', '/apis/rbac.authorization.k8s.io/v1/namespaces/contract/rolebindings/rb', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'rb', namespace: 'contract' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'ServiceAccount', name: 'sa', namespace: 'contract' }],
  }),
  applied('role binding, another role', '/apis/rbac.authorization.k8s.io/v1/namespaces/contract/rolebindings/rb', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'rb', namespace: 'contract' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
  }),
  applied('network policy', '/apis/networking.k8s.io/v1/namespaces/contract/networkpolicies/np', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'np', namespace: 'contract' },
    spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] },
  }),
  applied('disruption budget', '/apis/policy/v1/namespaces/contract/poddisruptionbudgets/pdb', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'pdb', namespace: 'contract' },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  }),
  applied('autoscaler', '/apis/autoscaling/v2/namespaces/contract/horizontalpodautoscalers/hpa', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'hpa', namespace: 'contract' },
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
  }),

  applied('definition', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com', definition(THING_SCHEMA)),
  {
    ...created('thing', THINGS, thing({ size: 1, free: { any: { thing: [1] } } }), '?fieldManager=kubectl-create'),
    once: { path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com', ready: isEstablished },
  },
  applied('thing, conflict', `${THINGS}/one`, thing({ size: 2 })),
  applied('thing, applied', `${THINGS}/two`, thing({ size: 2, parts: [{ name: 'a', value: '1' }] }, 'two')),
  applied(
    'thing, applied, other part',
    `${THINGS}/two`,
    thing({ size: 2, parts: [{ name: 'b', value: '1' }] }, 'two'),
    'fieldManager=other',
  ),
  applied('thing, unknown field, strict', `${THINGS}/two`, thing({ size: 2, colour: 'red' }, 'two')),
  created('thing, unknown field on create, strict', THINGS, thing({ size: 2, colour: 'red' }, 'three'), '?fieldValidation=Strict'),
  created('thing, unknown field on create', THINGS, thing({ size: 2, colour: 'red' }, 'four')),
  created('thing, too small', THINGS, thing({ size: 0 }, 'five')),
  created('thing, wrong mode', THINGS, thing({ size: 1, mode: 'z' }, 'six')),
  created('thing, no size', THINGS, thing({}, 'seven')),
  created('thing, wrong type', THINGS, thing({ size: 'big' }, 'eight')),
  {
    name: 'thing, status',
    method: 'PATCH',
    path: `${THINGS}/one/status?fieldManager=controller`,
    headers: MERGE,
    body: { status: { phase: 'Fine' }, spec: { size: 7 } },
  },
  { name: 'thing, strategic patch', method: 'PATCH', path: `${THINGS}/one`, headers: STRATEGIC, body: { spec: { size: 7 } } },
  { name: 'thing, put without revision', method: 'PUT', path: `${THINGS}/one`, body: thing({ size: 3 }) },
  read('things', THINGS),

  applied('webhook', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/contract', hook()),
  { ...created('refused by a webhook without a service', `${NS}/configmaps`, configMap('checked', {}, { checked: 'yes' })) },
  applied('service of the webhook', `${NS}/services/hook`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'hook', namespace: 'contract' },
    spec: { selector: { app: 'hook' }, ports: [{ port: 443 }] },
  }),
  created('refused by a webhook without endpoints', `${NS}/configmaps`, configMap('checked', {}, { checked: 'yes' })),
  applied('refused by a webhook, applied', `${NS}/configmaps/checked`, configMap('checked', {}, { checked: 'yes' })),
  created('not selected by the webhook', `${NS}/configmaps`, configMap('unchecked', {}, { checked: 'no' })),
  deleted('webhook, deleted', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/contract'),

  deleted('deleted with another uid', `${NS}/configmaps/one`, {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    preconditions: { uid: '00000000-0000-0000-0000-000000000000' },
  }),
  { name: 'deleted dry', method: 'DELETE', path: `${NS}/configmaps/one?dryRun=All` },
  deleted('deleted', `${NS}/configmaps/one`),
  deleted('deleted twice', `${NS}/configmaps/one`),
  created('with a finalizer', `${NS}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', finalizers: ['example.com/hold'] },
  }),
  deleted('held by a finalizer', `${NS}/configmaps/held`),
  deleted('namespace, deleted', '/api/v1/namespaces/contract'),
  created('into a namespace that goes', `${NS}/configmaps`, configMap('late', {})),
  applied('applied into a namespace that goes', `${NS}/configmaps/late`, configMap('late', {})),
  { name: 'let go', method: 'PATCH', path: `${NS}/configmaps/held`, headers: MERGE, body: { metadata: { finalizers: null } } },
];

/** Until something is as a step needs it. */
export async function waitFor(asked: Asked, once: NonNullable<Step['once']>): Promise<void> {
  for (let left = 100; left > 0; left -= 1) {
    const { body } = await asked.ask({ method: 'GET', path: once.path });
    if (once.ready(body)) return;
    await asked.pass(1);
  }
  throw new Error(`${once.path} did not get ready`);
}
