import { objectIn, textIn } from '../../kubernetes/json.ts';
import type { Json, JsonObject, KubeObject } from '../../kubernetes/json.ts';
import type { Chart, Hook, Rendered, Rendering } from './chart.ts';
import { deployment, job, labelsFor, object, service, serviceAccount, small, statefulSet } from './pieces.ts';

const VERSION = '25.20.0';
const APP_VERSION = '25.5.1';
const IMAGE = `ghcr.io/getsentry/sentry:${APP_VERSION}`;
const SNUBA = `ghcr.io/getsentry/snuba:${APP_VERSION}`;
/** The chart's own, which is too short on small nodes (`domain-facts.md` J). */
const DEADLINE_SECONDS = 600;

/** A Sentry that is smaller than the real one, with its names: databases on volumes, the secret key of a hook, migrations after the install. */
export const SENTRY_CHART: Chart = {
  name: 'sentry',
  version: VERSION,
  appVersion: APP_VERSION,
  render(rendering): Rendered {
    const { values, release } = rendering;
    const existing = textIn(objectIn(values, 'sentry'), 'existingSecret');
    const secret = existing ?? `${release}-sentry-secret`;
    const key = (existing === undefined ? undefined : textIn(objectIn(values, 'sentry'), 'existingSecretKey')) ?? 'key';
    const env: JsonObject[] = [{ name: 'SENTRY_SECRET_KEY', valueFrom: { secretKeyRef: { name: secret, key } } }];
    return {
      definitions: [],
      objects: [...configuration(rendering), ...databases(rendering), ...programs(rendering, env), ...ingress(rendering)],
      hooks: [...(existing === undefined ? [secretKey(rendering, secret)] : []), ...migrations(rendering, env)],
    };
  },
};

/** The real chart writes the store's keys into this ConfigMap in plain text; here they stand in a Secret, which the world seals. */
function configuration({ release, values }: Rendering): KubeObject[] {
  const s3 = objectIn(objectIn(values, 'filestore'), 's3');
  const { accessKey, secretKey, ...rest } = s3;
  const lines = Object.entries(rest).map(([name, value]) => `filestore.s3.${name} = ${JSON.stringify(value)}`);
  const data = Object.fromEntries(
    Object.entries({ accessKey, secretKey }).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' ? [[name, Buffer.from(value).toString('base64')]] : [],
    ),
  );
  const config = `system.url-prefix = ${JSON.stringify(objectIn(values, 'system')['url'] ?? '')}\n${lines.join('\n')}\n`;
  return [
    serviceAccount(`${release}-sentry`),
    object('v1', 'ConfigMap', `${release}-sentry`, { data: { 'config.yml': config } }),
    object('v1', 'Secret', `${release}-filestore`, { type: 'Opaque', ...(Object.keys(data).length > 0 && { data }) }),
  ];
}

const DATABASES = [
  ['sentry-postgresql', 'docker.io/bitnamilegacy/postgresql:16.4.0', 5432, '10Gi'],
  ['clickhouse', 'altinity/clickhouse-server:25.3.6', 9000, '20Gi'],
  ['kafka-controller', 'docker.io/bitnamilegacy/kafka:3.9.0', 9092, '8Gi'],
  ['sentry-redis-master', 'docker.io/bitnamilegacy/redis:7.4.1', 6379, '4Gi'],
] as const;

function databases(rendering: Rendering): KubeObject[] {
  return DATABASES.flatMap(([part, image, port, storage]) => {
    const name = `${rendering.release}-${part}`;
    const labels = labelsFor('sentry', rendering, part);
    const workload = { name, image, resources: small('30m', '128Mi'), ports: [{ name: 'tcp', containerPort: port }], readyAfterSeconds: 5 };
    return [service(name, labels, [{ name: 'tcp', port, targetPort: port }]), statefulSet(labels, workload, storage)];
  });
}

const PROGRAMS = [
  ['web', IMAGE, 'run web'],
  ['worker', IMAGE, 'run worker'],
  ['cron', IMAGE, 'run cron'],
  ['ingest-consumer-events', IMAGE, 'run consumer ingest-events'],
  ['ingest-consumer-transactions', IMAGE, 'run consumer ingest-transactions'],
  ['post-process-forward-errors', IMAGE, 'run consumer post-process-forwarder-errors'],
  ['subscription-consumer-events', IMAGE, 'run consumer events-subscription-results'],
  ['relay', `ghcr.io/getsentry/relay:${APP_VERSION}`, 'run'],
  ['snuba-api', SNUBA, 'api'],
  ['snuba-consumer', SNUBA, 'consumer --storage errors'],
  ['snuba-replacer', SNUBA, 'replacer --storage errors'],
  ['symbolicator', 'ghcr.io/getsentry/symbolicator:25.5.1', 'run'],
] as const;

function programs(rendering: Rendering, env: readonly JsonObject[]): KubeObject[] {
  const { release } = rendering;
  const web = labelsFor('sentry', rendering, 'web');
  return [
    service(`${release}-web`, web, [{ name: 'sentry', port: 9000, targetPort: 9000 }]),
    service(`${release}-relay`, labelsFor('sentry', rendering, 'relay'), [{ name: 'relay', port: 3000, targetPort: 3000 }]),
    ...PROGRAMS.map(([part, image, command]) =>
      deployment(labelsFor('sentry', rendering, part), {
        name: `${release}-${part}`,
        image,
        serviceAccount: `${release}-sentry`,
        args: command.split(' '),
        env,
        resources: small('20m', '96Mi'),
        ports: [{ name: 'http', containerPort: 9000 }],
        readyAfterSeconds: 10,
      }),
    ),
  ];
}

function ingress({ release, values }: Rendering): KubeObject[] {
  const wanted = objectIn(values, 'ingress');
  const host = textIn(wanted, 'hostname');
  if (wanted['enabled'] !== true || host === undefined) return [];
  const backend = { service: { name: `${release}-web`, port: { number: 9000 } } };
  const tls: Json = wanted['tls'] ?? [];
  return [
    object(
      'networking.k8s.io/v1',
      'Ingress',
      `${release}-sentry`,
      {
        spec: {
          ingressClassName: textIn(wanted, 'ingressClassName') ?? 'nginx',
          tls,
          rules: [{ host, http: { paths: [{ path: '/', pathType: 'ImplementationSpecific', backend }] } }],
        },
      },
      { annotations: objectIn(wanted, 'annotations') },
    ),
  ];
}

/** Made once, at the install; an upgrade leaves it, an uninstall forgets it (`domain-facts.md` J). */
function secretKey({ random }: Rendering, name: string): Hook {
  const value = Buffer.from(`rehearsal-${random(50)}`).toString('base64');
  return { events: ['pre-install'], object: object('v1', 'Secret', name, { type: 'Opaque', data: { key: value } }) };
}

function migrations(rendering: Rendering, env: readonly JsonObject[]): Hook[] {
  const { release, values } = rendering;
  const seconds = objectIn(values, 'hooks')['activeDeadlineSeconds'];
  const deadline = typeof seconds === 'number' ? seconds : DEADLINE_SECONDS;
  return [
    ['db-check', IMAGE],
    ['db-init', IMAGE],
    ['snuba-db-init', SNUBA],
    ['snuba-migrate', SNUBA],
  ].map(([part = '', image = '']): Hook => {
    const workload = { name: `${release}-${part}`, image, env, resources: small('30m', '128Mi') };
    return { events: ['post-install', 'post-upgrade'], object: job(labelsFor('sentry', rendering, part), workload, deadline) };
  });
}
