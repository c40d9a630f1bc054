import { objectIn, textIn } from '../../kubernetes/json.ts';
import type { Json, JsonObject, KubeObject } from '../../kubernetes/json.ts';
import type { Rendering } from './chart.ts';

export interface Workload {
  readonly name: string;
  readonly image: string;
  readonly replicas?: number;
  readonly serviceAccount?: string;
  readonly resources?: Json;
  readonly args?: readonly string[];
  readonly env?: readonly JsonObject[];
  readonly volumes?: readonly JsonObject[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly readyAfterSeconds?: number;
}

export function labelsFor(chart: string, { release }: Rendering, component: string): JsonObject {
  return { 'app.kubernetes.io/name': chart, 'app.kubernetes.io/instance': release, 'app.kubernetes.io/component': component };
}

export function object(apiVersion: string, kind: string, name: string, rest: JsonObject = {}, metadata: JsonObject = {}): KubeObject {
  return { apiVersion, kind, metadata: { ...metadata, name }, ...rest };
}

export function serviceAccount(name: string): KubeObject {
  return object('v1', 'ServiceAccount', name);
}

export function deployment(labels: JsonObject, workload: Workload): KubeObject {
  return object(
    'apps/v1',
    'Deployment',
    workload.name,
    {
      spec: { replicas: workload.replicas ?? 1, selector: { matchLabels: labels }, template: template(labels, workload) },
    },
    { labels },
  );
}

/** With a volume of its own for each pod, where a size is given. */
export function statefulSet(labels: JsonObject, workload: Workload, storage?: string): KubeObject {
  const claim: JsonObject = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: storage ?? '1Gi' } } },
  };
  return object(
    'apps/v1',
    'StatefulSet',
    workload.name,
    {
      spec: {
        replicas: workload.replicas ?? 1,
        serviceName: workload.name,
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: labels },
        template: template(labels, workload),
        ...(storage !== undefined && { volumeClaimTemplates: [claim] }),
      },
    },
    { labels },
  );
}

export function service(name: string, selector: JsonObject, ports: readonly JsonObject[]): KubeObject {
  return object('v1', 'Service', name, { spec: { type: 'ClusterIP', selector, ports: [...ports] } });
}

export function job(labels: JsonObject, workload: Workload, deadlineSeconds: number): KubeObject {
  const pod = template(labels, workload);
  return object(
    'batch/v1',
    'Job',
    workload.name,
    {
      spec: {
        backoffLimit: 4,
        activeDeadlineSeconds: deadlineSeconds,
        template: { ...pod, spec: { ...objectIn(pod, 'spec'), restartPolicy: 'Never' } },
      },
    },
    { labels },
  );
}

/** A role over all of some groups, bound to a service account. */
export function clusterRights(name: string, account: string, namespace: string, apiGroups: readonly string[]): KubeObject[] {
  return [
    object('rbac.authorization.k8s.io/v1', 'ClusterRole', name, {
      rules: [{ apiGroups: [...apiGroups], resources: ['*'], verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] }],
    }),
    object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', name, {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
    }),
  ];
}

export interface Definition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
}

/** A CRD that keeps whatever it is given. */
export function definition(
  { group, version, kind, plural, namespaced, shortNames = [] }: Definition,
  metadata: JsonObject = {},
): KubeObject {
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return object(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    `${plural}.${group}`,
    {
      spec: {
        group,
        scope: namespaced ? 'Namespaced' : 'Cluster',
        names: {
          kind,
          plural,
          listKind: `${kind}List`,
          singular: kind.toLowerCase(),
          ...(shortNames.length > 0 && { shortNames: [...shortNames] }),
        },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: schema, status: schema } } },
          },
        ],
      },
    },
    metadata,
  );
}

/** `resources` below a key of the values, or what the chart gives. */
export function resourcesIn(values: JsonObject, otherwise: JsonObject): JsonObject {
  const given = objectIn(values, 'resources');
  return Object.keys(given).length === 0 ? otherwise : given;
}

export function small(cpu: string, memory: string): JsonObject {
  return { requests: { cpu, memory } };
}

function template(labels: JsonObject, workload: Workload): JsonObject {
  const { name, image, serviceAccount: account, resources, args, env, volumes, ports, readyAfterSeconds } = workload;
  const [first] = ports ?? [];
  const probe = { tcpSocket: { port: first?.containerPort ?? 1 }, initialDelaySeconds: readyAfterSeconds ?? 2, periodSeconds: 5 };
  return {
    metadata: { labels },
    spec: {
      ...(account !== undefined && { serviceAccountName: account }),
      containers: [
        {
          name: textIn(labels, 'app.kubernetes.io/component') ?? name,
          image,
          ...(args !== undefined && { args: [...args] }),
          ...(env !== undefined && { env: [...env] }),
          ...(ports !== undefined && { ports: ports.map((each) => ({ ...each })), readinessProbe: probe }),
          ...(resources !== undefined && { resources }),
        },
      ],
      ...(volumes !== undefined && { volumes: [...volumes] }),
    },
  };
}
