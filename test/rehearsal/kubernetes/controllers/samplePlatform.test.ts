import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { resolveName } from '../../../../src/rehearsal/dns.ts';
import { CERT_MANAGER_CHART } from '../../../../src/rehearsal/helm/charts/certManager.ts';
import type { Chart } from '../../../../src/rehearsal/helm/charts/chart.ts';
import { SENTRY_CHART } from '../../../../src/rehearsal/helm/charts/sentry.ts';
import { SPARK_OPERATOR_CHART } from '../../../../src/rehearsal/helm/charts/sparkOperator.ts';
import {
  CERTIFICATE,
  CHALLENGE,
  CLUSTER_ISSUER,
  DEPLOYMENT,
  EVENT_BUS,
  EVENT_SOURCE,
  INGRESS,
  POD,
  SECRET,
  SENSOR,
  SERVICE,
} from '../../../../src/rehearsal/kubernetes/controllers/kinds.ts';
import { specOf, statusOf } from '../../../../src/rehearsal/kubernetes/controllers/objectParts.ts';
import { isOver, isReady } from '../../../../src/rehearsal/kubernetes/controllers/pods/podState.ts';
import { objectIn, textIn, type JsonObject, type KubeObject } from '../../../../src/rehearsal/kubernetes/json.ts';
import { namespaceOf } from '../../../../src/rehearsal/kubernetes/objectStore.ts';
import { bucketsOf } from '../../../../src/rehearsal/minio/buckets.ts';
import type { ZoneRecord } from '../../../../src/rehearsal/route53.ts';
import { storedClusters } from '../../../../src/rehearsal/kubernetes/storedObjects.ts';
import { condition, TestCluster } from './testCluster.ts';

const NODES = 14;
const FOLDER = 'manifests';
/** What the whole platform may take once its nodes are there, so that a bootstrap at thirty times the wall takes about a minute. */
const BUDGET_SECONDS = 12 * 60;

describe('the sample platform in the rehearsed cluster', function () {
  this.timeout(60_000);
  let cluster: TestCluster;

  before(() => {
    cluster = new TestCluster(NODES);
    cluster.apply({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'gp3', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'ebs.csi.aws.com',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    for (const object of manifests(FOLDER)) cluster.write(object);
    for (const [chart, namespace, values] of CHARTS) install(cluster, chart, namespace, values);
    for (const [namespace, name, keys] of SECRETS) {
      const data = Object.fromEntries(keys.map((key) => [key, Buffer.from(`rehearsal-${key}`).toString('base64')]));
      cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data });
    }
  });

  after(() => {
    cluster.remove();
  });

  const unready = (): string[] =>
    cluster.store
      .list(POD)
      .filter((pod) => !isOver(pod) && !isReady(pod))
      .map((pod) => pod.metadata.name);

  it('is up within its budget but for the source whose bucket is missing, which crash-loops', () => {
    const isOnly = (names: readonly string[]): boolean => names.length === 1 && names[0]?.startsWith('minio-eventsource-') === true;
    const seconds = cluster.until(() => cluster.store.list(POD).length > 60 && isOnly(unready()), BUDGET_SECONDS);
    assert.ok(seconds > 20, 'it takes time');
    cluster.until(() => JSON.stringify(cluster.pods('minio-eventsource', 'argo-events')).includes('CrashLoopBackOff'));
    assert.equal(condition(cluster.status(EVENT_SOURCE, 'minio', 'argo-events'), 'Deployed'), 'True', 'its condition does not show it');
    for (const kind of [EVENT_BUS, SENSOR])
      for (const each of cluster.store.list(kind)) assert.equal(condition(statusOf(each), 'Deployed'), 'True');
  });

  it('gets a load balancer whose name resolves once it is active, and shows it on every Ingress', () => {
    const host = (): string => {
      const status = objectIn(cluster.status(SERVICE, 'ingress-nginx-controller', 'ingress-nginx'), 'loadBalancer');
      const [first] = status['ingress'] as readonly JsonObject[];
      return textIn(first, 'hostname') ?? '';
    };
    assert.match(host(), /^a[0-9a-f]{31}-[0-9a-z]{16}\.elb\.us-west-2\.amazonaws\.com$/);
    cluster.until(() => resolveName(cluster.world, host()).addresses.length > 0, 300);
    const ingresses = cluster.store.list(INGRESS).filter((each) => textIn(specOf(each), 'ingressClassName') === 'nginx');
    assert.ok(ingresses.length > 3);
    assert.ok(ingresses.every((each) => JSON.stringify(statusOf(each)).includes(host())));
  });

  it('registers issuers, and issues certificates when their names lead to the load balancer', () => {
    assert.equal(condition(cluster.status(CLUSTER_ISSUER, 'letsencrypt-prod'), 'Ready'), 'True');
    const certificates = (): readonly KubeObject[] => cluster.store.list(CERTIFICATE);
    assert.ok(certificates().length > 3);
    assert.ok(certificates().every((each) => condition(statusOf(each), 'Ready') === 'False'));
    assert.match(textIn(statusOf(cluster.store.list(CHALLENGE)[0]), 'reason') ?? '', /dial tcp: lookup [a-z.]+ on .*: no such host$/);
    const status = objectIn(cluster.status(SERVICE, 'ingress-nginx-controller', 'ingress-nginx'), 'loadBalancer');
    const [first] = status['ingress'] as readonly JsonObject[];
    delegate(cluster, textIn(first, 'hostname') ?? '');
    cluster.until(() => certificates().every((each) => condition(statusOf(each), 'Ready') === 'True'), 60);
    for (const each of certificates())
      assert.ok(cluster.store.find(SECRET, namespaceOf(each), textIn(specOf(each), 'secretName') ?? '') !== undefined);
  });

  it('hears of the bucket only after a restart, and then stays up', () => {
    const stored = storedClusters(cluster.world)[cluster.record.id];
    assert.ok(stored !== undefined);
    bucketsOf({
      memory: <T extends object>(name: string, initial: () => T): T => (stored.memory[name] ??= initial()) as T,
    })['orders'] = { madeAt: cluster.world.now(), objects: {} };
    const [deployment] = cluster.store
      .list(DEPLOYMENT, 'argo-events')
      .filter((each) => each.metadata.name.startsWith('minio-eventsource-'));
    assert.ok(deployment !== undefined);
    const template = objectIn(specOf(deployment), 'template');
    const annotations = { ...objectIn(objectIn(template, 'metadata'), 'annotations'), 'kubectl.kubernetes.io/restartedAt': 'now' };
    const restarted = { ...template, metadata: { ...objectIn(template, 'metadata'), annotations } };
    cluster.store.replace(DEPLOYMENT, { ...deployment, spec: { ...specOf(deployment), template: restarted } });
    cluster.until(() => unready().length === 0, 60);
  });

  it('then writes nothing any more', () => {
    cluster.pass(30);
    const before = cluster.store.revision;
    cluster.pass(300);
    assert.equal(cluster.store.revision, before);
  });
});

/** What the stage dns makes: an alias at the apex, a wildcard beside it. */
function delegate(cluster: TestCluster, target: string): void {
  const state = cluster.world.part<{ zones: ZoneRecord[]; changes: Record<string, number> }>('route53', () => ({ zones: [], changes: {} }));
  state.zones.push({
    id: 'Z1',
    name: 'cauchy.link.',
    callerReference: 'one',
    nameServers: ['ns-41.awsdns-05.com'],
    records: [
      { Name: 'cauchy.link.', Type: 'A', AliasTarget: { DNSName: target, HostedZoneId: 'Z2', EvaluateTargetHealth: false } },
      { Name: '\\052.cauchy.link.', Type: 'CNAME', TTL: 300, ResourceRecords: [{ Value: target }] },
    ],
  });
}

const CHARTS: readonly (readonly [Chart, string, JsonObject])[] = [
  [CERT_MANAGER_CHART, 'cert-manager', { crds: { enabled: true } }],
  [SPARK_OPERATOR_CHART, 'spark', { spark: { jobNamespaces: ['spark'] } }],
  [
    SENTRY_CHART,
    'sentry',
    { ingress: { enabled: true, hostname: 'sentry.cauchy.link', tls: [{ hosts: ['sentry.cauchy.link'], secretName: 'sentry-tls' }] } },
  ],
];

const SECRETS: readonly (readonly [string, string, readonly string[]])[] = [
  ['minio', 'minio', ['accesskey', 'secretkey']],
  ['argo-events', 'minio', ['accesskey', 'secretkey']],
  ['argo', 'minio', ['accesskey', 'secretkey']],
  ['argo-events', 'github-access', ['token', 'webhook-secret']],
  ['argo-events', 'kaniko', ['config.json']],
  ['pascal', 'minio', ['accesskey', 'secretkey']],
];

function manifests(folder: string): KubeObject[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yml'))
    .flatMap((entry) => parseAllDocuments(readFileSync(join(entry.parentPath, entry.name), 'utf8'), { version: '1.1' }))
    .map((document) => (document as { toJS(): unknown }).toJS() as KubeObject | null)
    .filter((object): object is KubeObject => typeof object?.apiVersion === 'string' && typeof object.kind === 'string');
}

function install(cluster: TestCluster, chart: Chart, namespace: string, values: JsonObject): void {
  cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const rendering = { release: chart.name, namespace, values, isInstall: true, random: (length: number): string => 'x'.repeat(length) };
  const { definitions, objects, hooks } = chart.render(rendering);
  for (const object of [...definitions, ...hooks.map((hook) => hook.object), ...objects])
    cluster.write({ ...object, metadata: { namespace, ...object.metadata } });
}
