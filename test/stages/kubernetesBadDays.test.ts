import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LONGEST, sentenceOf } from '../../src/core/status/sentences.ts';
import { openPlatformFile } from '../../src/runner/platformFile.ts';
import type { PlatformManifests } from '../../src/stages/kubernetesContext.ts';
import { temporaryFolder } from '../runner/temporaryFolder.ts';
import { rehearsePlatform, type RehearsedPlatform } from './rehearsedPlatform.ts';

const YAML = 'name: cauchy\nregion: us-west-2\ndomain: cauchy.link\nmanifests: .\n';
/** The ten minutes that nobody may wait in vain are five seconds of the wall: a slow machine needs them. */
const SCALE = 120;

interface Fault {
  readonly fault: string;
  /** What it strikes, as a resource of the platform. */
  readonly resource: string;
  /** As a person reads it. */
  readonly says: RegExp;
  /** Waiting cannot heal it, so nobody waits for the ten minutes that it would have. */
  readonly atOnce?: true;
}

interface BadDay {
  /** What is brought up, with all that it requires. */
  readonly stages: readonly string[];
  /** Each in a stage of its own, so that none hides another. */
  readonly faults: readonly Fault[];
}

const DAYS: Readonly<Record<string, BadDay>> = {
  'one thing is wrong in every stage': {
    stages: ['ingress-nginx', 'kafka', 'minio', 'spark-operator', 'tls'],
    faults: [
      {
        fault: 'no-load-balancer-subnet',
        resource: 'Service/ingress-nginx/ingress-nginx-controller',
        says: /^Service ingress-nginx\/ingress.*: SyncLoadBalancerFailed: could not find any .* Check their tags and routes, then apply\.$/,
        atOnce: true,
      },
      {
        fault: 'image-missing=cp-kafka',
        resource: 'Deployment.apps/kafka/kafka-broker',
        says: /^Deployment kafka\/kafka-broker: ImagePullBackOff: docker\.io\/confluentinc\/cp-kafk.* Correct or push the image, then apply\.$/,
        atOnce: true,
      },
      {
        fault: 'secret-deleted=minio/minio',
        resource: 'StatefulSet.apps/minio/minio',
        says: /^StatefulSet minio\/minio: CreateContainerConfigError: secret "minio" not found\. Apply: it is asked for anew\.$/,
      },
      {
        fault: 'chart-broken=spark-operator',
        resource: 'helm/spark/spark-operator',
        says: /^Helm release spark-operator: the chart does not render: .* Correct the values or the chart, then apply again\.$/,
        atOnce: true,
      },
      {
        fault: 'hook-timeout=startupapicheck',
        resource: 'helm/cert-manager/cert-manager',
        says: /^Helm release cert-manager: post-install hook cert-manager-startupapicheck did not.* Look at its Job and pod, then apply\.$/,
      },
    ],
  },
  'no class is the default one, and a webhook never gets ready': {
    stages: ['minio', 'tls'],
    faults: [
      {
        fault: 'no-default-class',
        resource: 'StatefulSet.apps/minio/minio',
        says: /^StatefulSet minio\/minio: waiting for a volume: no default StorageClass\. Apply: the add-ons put theirs back\.$/,
        atOnce: true,
      },
      {
        fault: 'webhook-never-ready',
        resource: 'helm/cert-manager/cert-manager',
        says: /^Helm release cert-manager: cert-manager-webhook: Unhealthy: Readiness probe failed: .* Look at its log, then continue\.$/,
      },
    ],
  },
  'no slot is free': {
    stages: ['kafka', 'tls'],
    faults: [
      {
        fault: 'slots-full',
        resource: 'Deployment.apps/kafka/zookeeper',
        says: /^Deployment kafka\/zookeeper: Too many pods: 11 of 11 slots on 14 nodes\. Add nodes or larger ones, then apply\.$/,
      },
      {
        fault: 'slots-full',
        resource: 'helm/cert-manager/cert-manager',
        says: /^Helm release cert-manager: Too many pods: 11 of 11 slots on 14 nodes .* Add nodes or larger ones, then apply\.$/,
      },
    ],
  },
};

describe('bad days of the cluster, rehearsed', function () {
  this.timeout(90_000);
  let manifests: PlatformManifests;
  /** A world whose nodes and add-ons are up: every day begins there. */
  let morning: string;
  let platform: RehearsedPlatform | undefined;

  before(async () => {
    const read = await openPlatformFile(resolve('manifests/platform.yml'), YAML);
    assert.ok(read.manifests !== undefined, read.findings.map(({ message }) => message).join('\n'));
    manifests = read.manifests;
    const first = await rehearsePlatform({ yaml: YAML, manifests, timeScale: SCALE });
    const { outcome } = await first.apply({ stages: ['compute', 'ebs-csi', 'kubeconfig'] });
    morning = await first.kept();
    assert.equal(outcome, 'succeeded');
  });
  after(() => rmSync(morning, { recursive: true, force: true }));
  afterEach(async () => {
    await platform?.close();
    platform = undefined;
  });

  const day = async (...faults: string[]): Promise<RehearsedPlatform> =>
    (platform = await rehearsePlatform({ yaml: YAML, manifests, timeScale: SCALE, world: morning, faults }));

  /** The same morning with other folders: one file each, by path. */
  const otherwise = async (more: string, files: Readonly<Record<string, string>>): Promise<RehearsedPlatform> => {
    await using folder = await temporaryFolder();
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder.path, path)), { recursive: true });
      writeFileSync(join(folder.path, path), text);
    }
    const yaml = YAML + more;
    const read = await openPlatformFile(join(folder.path, 'platform.yml'), yaml);
    assert.ok(read.manifests !== undefined, read.findings.map(({ message }) => message).join('\n'));
    return (platform = await rehearsePlatform({ yaml, manifests: read.manifests, timeScale: SCALE, world: morning }));
  };

  for (const [title, { stages, faults }] of Object.entries(DAYS)) {
    it(`${title}: each is said where it is, with what to do next, and the run after it heals all`, async () => {
      const bad = await day(...new Set(faults.map(({ fault }) => fault)));
      await bad.apply({ stages });
      for (const { resource, says } of faults) assert.match(sentenceAbout(bad, resource), says);
      for (const { resource, atOnce } of faults) if (atOnce === true) assert.doesNotMatch(causeOf(bad, resource), /^still waiting/);
      for (const { fault } of faults) bad.disarm(fault.split('=')[0] ?? fault);
      const next = bad.edited(YAML);
      const { outcome } = await next.apply({ stages });
      assert.equal(outcome, 'succeeded', failures(next));
    });
  }

  it('a Helm that dies in the middle is recovered by the same run', async () => {
    const bad = await day('helm-killed=spark-operator');
    const { outcome } = await bad.apply({ stages: ['spark-operator'] });
    assert.equal(outcome, 'succeeded', failures(bad));
    const waited = bad.events.flatMap((event) => (event.event === 'resource.progress' ? [event.message] : []));
    assert.ok(
      waited.some((message) => message.includes('Helm was stopped while it worked at spark-operator')),
      [...new Set(waited)].join('\n'),
    );
  });

  it('the load balancer of a chart is found, the domain leads to it, and an Ingress comes after it', async () => {
    const chart = 'stages:\n  ingress-nginx: { chart: "oci://charts.invalid/ingress-nginx" }\n';
    const shop =
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: shop, namespace: mer }\nspec: { ingressClassName: nginx, rules: [{ host: shop.cauchy.link, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: shop, port: { number: 80 } } } }] } }] }\n';
    const day = await otherwise(chart, { 'mer/shop.yml': shop });
    const { outcome } = await day.apply({ stages: ['dns', 'services'] });
    assert.equal(outcome, 'succeeded', failures(day));
    const seen = await day.observe('status');
    for (const id of ['gate/ingress-nginx-ingress-nginx-service', 'load-balancer/ingress-nginx/ingress-nginx', 'dns-records/cauchy.link'])
      assert.equal(seen.get(id)?.state, 'ready', id);
    const requests = await day.requests(() => day.edited(YAML + chart).apply({ stages: ['dns', 'services'] }));
    assert.deepEqual(
      requests.filter(({ mutating }) => mutating),
      [],
    );
  });

  it('a zone that the registrar does not name: certificates of ACME wait for it and hold nothing up, what the cluster signs does not wait', async () => {
    const certificate = (name: string, issuer: string): string =>
      `apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: { name: ${name}, namespace: cert-manager }\nspec: { secretName: ${name}, dnsNames: [${name}.cauchy.link], issuerRef: { kind: ClusterIssuer, name: ${issuer} } }\n`;
    const issuers = readFileSync('manifests/cert-manager/clusterissuer.yml', 'utf8');
    const own = 'apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: { name: own }\nspec: { selfSigned: {} }\n';
    const texts = [issuers, own, certificate('public', 'letsencrypt-prod'), certificate('inner', 'own')];
    const undelegated = await otherwise('', {
      'cert-manager/all.yml': texts.join('---\n'),
      'cert-manager/values.yml': readFileSync('manifests/cert-manager/values.yml', 'utf8'),
    });
    undelegated.arm('not-delegated');
    const { outcome } = await undelegated.apply({ stages: ['tls'] });
    assert.equal(outcome, 'succeeded', failures(undelegated));
    const seen = await undelegated.observe('status');
    const waiting = seen.get('Certificate.cert-manager.io/cert-manager/public');
    assert.ok(waiting?.state === 'degraded' && waiting.awaits === 'delegation', JSON.stringify(waiting));
    assert.equal(seen.get('Certificate.cert-manager.io/cert-manager/inner')?.state, 'ready');
  }).timeout(120_000);

  it('a Job that vanishes when it is done runs once, and a second run writes nothing', async () => {
    const job =
      'apiVersion: batch/v1\nkind: Job\nmetadata: { name: migrate, namespace: mer }\nspec: { ttlSecondsAfterFinished: 0, template: { spec: { restartPolicy: Never, containers: [{ name: main, image: "migrate:1", resources: { requests: { cpu: 1m, memory: 1Mi } } }] } } }\n';
    const day = await otherwise('', { 'mer/migrate.yml': job });
    const requests = await day.requests(async () => {
      const { outcome } = await day.apply({ stages: ['services'] });
      assert.equal(outcome, 'succeeded', failures(day));
    });
    const made = requests.filter(({ mutating, operation }) => mutating && /jobs/i.test(operation));
    assert.equal(made.length, 1, JSON.stringify(made));
    const again = await day.requests(() => day.edited(YAML).apply({ stages: ['services'] }));
    assert.deepEqual(
      again.filter(({ mutating }) => mutating),
      [],
    );
  });

  it('an API server that is replaced: plan and run wait for it; fields of another manager are taken over with consent', async () => {
    const stages = ['kafka'];
    // It strikes with the first request that the plan sends.
    const bad = await day('api-restart');
    const run = bad.apply({ stages });
    await bad.told((event) => event.event === 'resource.started' && event.resource === 'Deployment.apps/kafka/zookeeper');
    assert.ok(
      bad.logged().some(({ service, status }) => service === 'kubernetes' && status === 503),
      'it was away while it was planned',
    );
    bad.arm('api-restart');
    assert.equal((await run).outcome, 'succeeded', failures(bad));
    const requests = await bad.requests(() => bad.edited(YAML).apply({ stages }));
    assert.deepEqual(
      requests.filter(({ mutating }) => mutating),
      [],
    );

    bad.arm('other-manager=kafka/zookeeper');
    const next = bad.edited(YAML);
    const resource = 'Deployment.apps/kafka/zookeeper';
    const change = (await next.plan('apply')).changes.find((each) => each.resource === resource)?.change;
    assert.ok(change?.action === 'update' && change.consent === 'overwrite');
    assert.equal(change.summary, 'overwrite Deployment kafka/zookeeper: kubectl-scale owns .spec.replicas');
    const refused = bad.edited(YAML);
    await refused.apply({ stages });
    assert.match(
      sentenceAbout(refused, resource),
      /^Deployment kafka\/zookeeper: kubectl-scale owns \.spec\.replicas\. Plan again and allow it\.$/,
    );
    const { outcome } = await next.apply({ stages, consent: [`overwrite:${resource}`] });
    assert.equal(outcome, 'succeeded', failures(next));
  });
});

function sentenceAbout({ events, graph }: RehearsedPlatform, resource: string): string {
  const failed = events.find((event) => event.event === 'resource.failed' && event.resource === resource);
  assert.ok(failed?.event === 'resource.failed', `${resource} did not fail; these did:\n${failures({ events })}`);
  const sentence = sentenceOf(graph.get(resource)?.title ?? resource, failed);
  assert.ok(sentence.length <= LONGEST, sentence);
  return sentence;
}

/** What was said where it happened: who gave up waiting says so. */
function causeOf({ events }: RehearsedPlatform, resource: string): string {
  return events
    .flatMap((event) => (event.event === 'resource.failed' && event.resource === resource ? [event.cause?.message ?? ''] : []))
    .join();
}

const failures = ({ events }: Pick<RehearsedPlatform, 'events'>): string =>
  events.flatMap((event) => (event.event === 'resource.failed' ? [`${event.resource}: ${event.reason}`] : [])).join('\n');
