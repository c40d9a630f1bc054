import { isList, isObject, objectIn, textIn } from './json.ts';
import type { Json, JsonObject } from './json.ts';

/** What the API server fills in for a pod (kubernetes/kubernetes, `pkg/apis/core/v1/defaults.go`): of pods and of templates alike. */
export function podDefaults(spec: JsonObject): JsonObject {
  const account = textIn(spec, 'serviceAccountName') ?? textIn(spec, 'serviceAccount');
  const volumes = objectsIn(spec['volumes']).map(volumeDefaults);
  const inits = objectsIn(spec['initContainers']).map(containerDefaults);
  return {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...spec,
    ...(account !== undefined && { serviceAccount: account, serviceAccountName: account }),
    ...('containers' in spec && { containers: objectsIn(spec['containers']).map(containerDefaults) }),
    ...(inits.length > 0 && { initContainers: inits }),
    ...(volumes.length > 0 && { volumes }),
  };
}

function containerDefaults(container: JsonObject): JsonObject {
  const image = textIn(container, 'image') ?? '';
  const ports = objectsIn(container['ports']).map((port) => ({ protocol: 'TCP', ...port }));
  const env = objectsIn(container['env']).map(variableDefaults);
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].filter((name) => isObject(container[name]));
  return {
    imagePullPolicy: isLatest(image) ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...container,
    resources: objectIn(container, 'resources'),
    ...(ports.length > 0 && { ports }),
    ...(env.length > 0 && { env }),
    ...Object.fromEntries(probes.map((name) => [name, probeDefaults(objectIn(container, name))])),
  };
}

function isLatest(image: string): boolean {
  const [name = ''] = image.split('@');
  const tag = name.slice(name.lastIndexOf('/') + 1).split(':')[1];
  return !image.includes('@') && (tag === undefined || tag === 'latest');
}

/** In a pod, but not in a template: what is limited and not asked for is asked for as much. */
export function withRequests(spec: JsonObject): JsonObject {
  const filled = (name: string): JsonObject =>
    name in spec ? { [name]: objectsIn(spec[name]).map((each) => ({ ...each, resources: requestsOf(objectIn(each, 'resources')) })) } : {};
  return { ...spec, ...filled('containers'), ...filled('initContainers') };
}

function requestsOf(resources: JsonObject): JsonObject {
  if (!isObject(resources['limits'])) return resources;
  return { ...resources, requests: { ...resources['limits'], ...objectIn(resources, 'requests') } };
}

function variableDefaults(variable: JsonObject): JsonObject {
  const from = objectIn(variable, 'valueFrom');
  if (!isObject(from['fieldRef'])) return variable;
  return { ...variable, valueFrom: { ...from, fieldRef: { apiVersion: 'v1', ...from['fieldRef'] } } };
}

function probeDefaults(probe: JsonObject): JsonObject {
  const request = probe['httpGet'];
  const grpc = probe['grpc'];
  return {
    failureThreshold: 3,
    periodSeconds: 10,
    successThreshold: 1,
    timeoutSeconds: 1,
    ...probe,
    ...(isObject(request) && { httpGet: { path: '/', scheme: 'HTTP', ...request } }),
    ...(isObject(grpc) && { grpc: { service: '', ...grpc } }),
  };
}

/** The file mode 0644, as JSON has no octal numbers. */
const READABLE = 420;

function volumeDefaults(volume: JsonObject): JsonObject {
  const [source] = Object.keys(volume).filter((key) => key !== 'name');
  const found = source === undefined ? undefined : volume[source];
  switch (source) {
    case undefined:
      return { ...volume, emptyDir: {} };
    case 'secret':
    case 'configMap':
    case 'downwardAPI':
    case 'projected':
      return isObject(found) ? { ...volume, [source]: { defaultMode: READABLE, ...projectedSources(found) } } : volume;
    case 'hostPath':
      return isObject(found) ? { ...volume, hostPath: { type: '', ...found } } : volume;
    default:
      return volume;
  }
}

function projectedSources(source: JsonObject): JsonObject {
  if (!isList(source['sources'])) return source;
  const sources = objectsIn(source['sources']).map((each) => {
    const token = each['serviceAccountToken'];
    return isObject(token) ? { ...each, serviceAccountToken: { expirationSeconds: 3600, ...token } } : each;
  });
  return { ...source, sources };
}

const objectsIn = (value: Json | undefined): readonly JsonObject[] => (isList(value) ? value.filter(isObject) : []);
