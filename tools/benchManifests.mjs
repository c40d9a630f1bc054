// What `benchObjects.mjs` applies: 1,000 objects that are all alike, and 1,000 that need each other.
import { collectionPath, objectPath } from '../src/kubernetes/paths.ts';
import { groupOf, hookSpaceOf, inAnyOrder, manyObjects } from '../test/engines/manyObjects.ts';

const SPACES = 10;
const CORE = { group: '', version: 'v1' };
const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' };
const KINDS = [
  { ...CORE, kind: 'Namespace', plural: 'namespaces', namespaced: false },
  { ...CORE, kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  { ...CORE, kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true },
  { ...CORE, kind: 'Service', plural: 'services', namespaced: true },
  { ...RBAC, kind: 'Role', plural: 'roles', namespaced: true },
  { ...RBAC, kind: 'RoleBinding', plural: 'rolebindings', namespaced: true },
  { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  {
    ...{ group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' },
    ...{ plural: 'customresourcedefinitions', namespaced: false },
  },
  {
    ...{ group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingWebhookConfiguration' },
    ...{ plural: 'validatingwebhookconfigurations', namespaced: false },
  },
];

const kindOf = ({ apiVersion, kind }) =>
  KINDS.find((each) => each.kind === kind) ?? {
    ...{ group: apiVersion.split('/')[0], version: 'v1', kind, plural: `${kind.toLowerCase()}s`, namespaced: true },
  };

export const pathOf = (object) => objectPath(kindOf(object), object.metadata.namespace, object.metadata.name);

/** Ten namespaces of kinds that are ready at once: how fast controllers are is nothing of ours. */
export function alikeFiles(prefix) {
  return Array.from({ length: SPACES }, (_, space) => {
    const namespace = `${prefix}-${space}`;
    const members = Array.from({ length: 99 }, (_, at) => [configMap, account, role][at % 3](namespace, `member-${at}`));
    return {
      path: `${namespace}.yml`,
      stage: prefix,
      documents: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...members],
    };
  });
}

const configMap = (namespace, name) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { text: 'x'.repeat(1024) },
});

const account = (namespace, name) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } });

const role = (namespace, name) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name, namespace },
  rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
});

/** What has to be there before the next may be sent; `awaits` are collections that have to answer with something that `isThere`. */
export function alikeLayers(prefix) {
  const objects = alikeFiles(prefix).flatMap(({ documents }) => documents);
  const isSpace = ({ kind }) => kind === 'Namespace';
  return [{ objects: objects.filter(isSpace) }, { objects: objects.filter((object) => !isSpace(object)) }];
}

export const mixedFiles = (many) => inAnyOrder(manyObjects(many), many.prefix, 1);

/** The same of the mix: definitions that are served, and a webhook that answers, before what needs them. */
export function mixedLayers(many) {
  const hook = hookSpaceOf(many);
  const layers = [[], [], [], []];
  for (const object of manyObjects(many)) layers[layerOf(object, hook)].push(object);
  const [spaces, backend, webhook, rest] = layers;
  const served = Array.from({ length: 10 }, (_, at) =>
    collectionPath({ ...{ group: groupOf(many), version: 'v1', plural: `widget${at}s`, namespaced: true } }),
  );
  const slices = `/apis/discovery.k8s.io/v1/namespaces/${hook}/endpointslices`;
  return [
    { objects: spaces, awaits: served.map((path) => ({ path, isThere: () => true })) },
    { objects: backend, awaits: [{ path: slices, isThere: hasReady }] },
    { objects: webhook },
    { objects: rest },
  ];
}

const hasReady = ({ items }) => items.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready === true));

function layerOf({ kind, metadata }, hook) {
  if (kind === 'Namespace' || kind === 'CustomResourceDefinition') return 0;
  if (kind === 'ValidatingWebhookConfiguration') return 2;
  return metadata.namespace === hook || ['ServiceAccount', 'Role'].includes(kind) ? 1 : 3;
}
