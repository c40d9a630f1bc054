import type { Kind } from '../kinds.ts';

/** Controllers name what they handle themselves, also kinds that only a CRD brings: the store asks for no more than group and plural. */
function kind(group: string, name: string, plural: string, namespaced = true, version = 'v1'): Kind {
  return { group, version, kind: name, plural, namespaced };
}

export const POD = kind('', 'Pod', 'pods');
export const NODE = kind('', 'Node', 'nodes', false);
export const NAMESPACE = kind('', 'Namespace', 'namespaces', false);
export const SERVICE = kind('', 'Service', 'services');
export const SERVICE_ACCOUNT = kind('', 'ServiceAccount', 'serviceaccounts');
export const SECRET = kind('', 'Secret', 'secrets');
export const CONFIG_MAP = kind('', 'ConfigMap', 'configmaps');
export const EVENT = kind('', 'Event', 'events');
export const ENDPOINTS = kind('', 'Endpoints', 'endpoints');
export const VOLUME = kind('', 'PersistentVolume', 'persistentvolumes', false);
export const CLAIM = kind('', 'PersistentVolumeClaim', 'persistentvolumeclaims');
export const DEPLOYMENT = kind('apps', 'Deployment', 'deployments');
export const REPLICA_SET = kind('apps', 'ReplicaSet', 'replicasets');
export const STATEFUL_SET = kind('apps', 'StatefulSet', 'statefulsets');
export const DAEMON_SET = kind('apps', 'DaemonSet', 'daemonsets');
export const JOB = kind('batch', 'Job', 'jobs');
export const INGRESS = kind('networking.k8s.io', 'Ingress', 'ingresses');
export const ENDPOINT_SLICE = kind('discovery.k8s.io', 'EndpointSlice', 'endpointslices');
export const STORAGE_CLASS = kind('storage.k8s.io', 'StorageClass', 'storageclasses', false);
export const VALIDATING_WEBHOOK = kind(
  'admissionregistration.k8s.io',
  'ValidatingWebhookConfiguration',
  'validatingwebhookconfigurations',
  false,
);
export const MUTATING_WEBHOOK = kind(
  'admissionregistration.k8s.io',
  'MutatingWebhookConfiguration',
  'mutatingwebhookconfigurations',
  false,
);

export const CLUSTER_ISSUER = kind('cert-manager.io', 'ClusterIssuer', 'clusterissuers', false);
export const ISSUER = kind('cert-manager.io', 'Issuer', 'issuers');
export const CERTIFICATE = kind('cert-manager.io', 'Certificate', 'certificates');
export const CERTIFICATE_REQUEST = kind('cert-manager.io', 'CertificateRequest', 'certificaterequests');
export const ORDER = kind('acme.cert-manager.io', 'Order', 'orders');
export const CHALLENGE = kind('acme.cert-manager.io', 'Challenge', 'challenges');

export const EVENT_BUS = kind('argoproj.io', 'EventBus', 'eventbus', true, 'v1alpha1');
export const EVENT_SOURCE = kind('argoproj.io', 'EventSource', 'eventsources', true, 'v1alpha1');
export const SENSOR = kind('argoproj.io', 'Sensor', 'sensors', true, 'v1alpha1');
