import { objectIn, textIn } from '../../kubernetes/json.ts';
import type { JsonObject } from '../../kubernetes/json.ts';
import type { Chart, Rendered } from './chart.ts';
import { clusterRights, definition, deployment, labelsFor, object, resourcesIn, service, serviceAccount, small } from './pieces.ts';

const VERSION = '2.3.0';
const GROUP = 'sparkoperator.k8s.io';
/** A group of `*.k8s.io` is protected: without this a real API server takes no definition of it. The value is the real chart's. */
const APPROVED: JsonObject = { annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubeflow/spark-operator/pull/1298' } };

/** Kubeflow's Spark operator 2.x: controller, webhook, and the service account that jobs run as in the namespaces it watches. */
export const SPARK_OPERATOR_CHART: Chart = {
  name: 'spark-operator',
  version: VERSION,
  appVersion: VERSION,
  render(rendering): Rendered {
    const { values, namespace, release } = rendering;
    const labels = (component: string): JsonObject => labelsFor('spark-operator', rendering, component);
    const [controller, webhook] = [`${release}-controller`, `${release}-webhook`];
    const spark = objectIn(values, 'spark');
    const account = textIn(objectIn(spark, 'serviceAccount'), 'name') ?? `${release}-spark`;
    const namespaces = Array.isArray(spark['jobNamespaces'])
      ? spark['jobNamespaces'].filter((each) => typeof each === 'string')
      : ['default'];
    const part = (name: string, component: string, port: number): ReturnType<typeof deployment> =>
      deployment(labels(component), {
        name,
        image: `ghcr.io/kubeflow/spark-operator/controller:${VERSION}`,
        serviceAccount: name,
        args: [component, 'start', `--namespaces=${namespaces.join(',')}`],
        resources: resourcesIn(objectIn(values, component), small('20m', '64Mi')),
        ports: [{ name: component, containerPort: port }],
      });
    return {
      definitions: [
        definition(
          {
            group: GROUP,
            version: 'v1beta2',
            kind: 'SparkApplication',
            plural: 'sparkapplications',
            namespaced: true,
            shortNames: ['sparkapp'],
          },
          APPROVED,
        ),
        definition(
          {
            group: GROUP,
            version: 'v1beta2',
            kind: 'ScheduledSparkApplication',
            plural: 'scheduledsparkapplications',
            namespaced: true,
          },
          APPROVED,
        ),
      ],
      objects: [
        ...[controller, webhook].map(serviceAccount),
        ...namespaces.map((each) => object('v1', 'ServiceAccount', account, {}, { namespace: each })),
        ...clusterRights(controller, controller, namespace, ['', GROUP]),
        service(`${webhook}-svc`, labels('webhook'), [{ name: 'webhook', port: 443, targetPort: 9443 }]),
        part(controller, 'controller', 8081),
        part(webhook, 'webhook', 9443),
      ],
      hooks: [],
    };
  },
};
