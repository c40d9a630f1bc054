import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { LONGEST, sentenceOf } from '../../src/core/status/sentences.ts';
import { openPlatformFile } from '../../src/runner/platformFile.ts';
import type { PlatformManifests } from '../../src/stages/kubernetesContext.ts';
import { rehearsePlatform, type RehearsedPlatform } from './rehearsedPlatform.ts';

const YAML = 'name: cauchy\nregion: us-west-2\ndomain: cauchy.link\nmanifests: .\n';
const SCALE = 300;

interface BadDay {
  readonly title: string;
  readonly fault: string;
  /** What is brought up, with all that it requires. */
  readonly stages: readonly string[];
  readonly resource: string;
  /** As a person reads it. */
  readonly says: RegExp;
  /** Waiting cannot heal it, so nobody waits for the ten minutes that it would have. */
  readonly atOnce?: true;
}

const DAYS: readonly BadDay[] = [
  {
    title: 'an image that is not in its registry',
    fault: 'image-missing=cp-kafka',
    stages: ['kafka'],
    resource: 'Deployment.apps/kafka/kafka-broker',
    says: /^Deployment kafka\/kafka-broker: ImagePullBackOff: docker\.io\/confluentinc\/cp-kafk.* Correct or push the image, then apply\.$/,
    atOnce: true,
  },
  {
    title: 'no default class',
    fault: 'no-default-class',
    stages: ['minio'],
    resource: 'StatefulSet.apps/minio/minio',
    says: /^StatefulSet minio\/minio: waiting for a volume: no default StorageClass\. Apply: the add-ons put theirs back\.$/,
    atOnce: true,
  },
  {
    title: 'no subnet for a load balancer',
    fault: 'no-load-balancer-subnet',
    stages: ['ingress-nginx'],
    resource: 'Service/ingress-nginx/ingress-nginx-controller',
    says: /^Service ingress-nginx\/ingress.*: SyncLoadBalancerFailed: could not find any .* Check their tags and routes, then apply\.$/,
    atOnce: true,
  },
  {
    title: 'no slot is free',
    fault: 'slots-full',
    stages: ['kafka'],
    resource: 'Deployment.apps/kafka/zookeeper',
    says: /^Deployment kafka\/zookeeper: Too many pods: 11 of 11 slots on 14 nodes\. Add nodes or larger ones, then apply\.$/,
  },
  {
    title: 'a chart that does not render',
    fault: 'chart-broken=spark-operator',
    stages: ['spark-operator'],
    resource: 'helm/spark/spark-operator',
    says: /^Helm release spark-operator: the chart does not render: .* Correct the values or the chart, then apply again\.$/,
    atOnce: true,
  },
  {
    title: 'a hook that does not end',
    fault: 'hook-timeout=startupapicheck',
    stages: ['tls'],
    resource: 'helm/cert-manager/cert-manager',
    says: /^Helm release cert-manager: .*hook cert-manager-startupapiche.* Look at the Job and its pod, then apply again\.$/,
  },
];

describe('bad days of the cluster, rehearsed', function () {
  this.timeout(60_000);
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

  for (const { title, fault, stages, resource, says, atOnce } of DAYS) {
    it(`${title}: said where it is, with what to do next, and healed by the run after it`, async () => {
      const bad = await day(fault);
      await bad.apply({ stages });
      assert.match(sentenceAbout(bad, resource), says);
      if (atOnce === true) assert.ok(secondsOf(bad, resource) < 500, `${secondsOf(bad, resource)} s`);
      bad.disarm(fault.split('=')[0] ?? fault);
      const next = bad.edited(YAML);
      const { outcome } = await next.apply({ stages });
      assert.equal(outcome, 'succeeded', failures(next));
    });
  }

  it('fields that another manager owns: the next plan names them and whose they are, and takes them over with consent alone', async () => {
    const bad = await day('other-manager=kafka/zookeeper');
    await bad.apply({ stages: ['kafka'] });
    const next = bad.edited(YAML);
    const resource = 'Deployment.apps/kafka/zookeeper';
    const change = (await next.plan('apply')).changes.find((each) => each.resource === resource)?.change;
    assert.ok(change?.action === 'update' && change.consent === 'overwrite');
    assert.equal(change.summary, 'overwrite Deployment kafka/zookeeper: kubectl-scale owns .spec.replicas');
    const { outcome } = await next.apply({ stages: ['kafka'], consent: [`overwrite:${resource}`] });
    assert.equal(outcome, 'succeeded', failures(next));
  });

  it('a Secret that somebody deletes is put back by the next run', async () => {
    const bad = await day();
    await bad.apply({ stages: ['minio'] });
    bad.arm('secret-deleted=minio/minio');
    const next = bad.edited(YAML);
    // Somebody comes when the world's clock says so.
    const isGone = async (): Promise<boolean> => (await next.plan('apply')).changes.some((each) => each.resource === 'Secret/minio/minio');
    while (!(await isGone()));
    const { outcome, changed } = await next.apply({ stages: ['minio'] });
    assert.equal(outcome, 'succeeded', failures(next));
    assert.ok(changed.includes('Secret/minio/minio'), changed.join(', '));
  });

  it('an API server that is replaced in the middle: the run waits for it and comes to its end', async () => {
    const bad = await day();
    const run = bad.apply({ stages: ['kafka'] });
    await bad.told((event) => event.event === 'resource.started' && event.resource === 'Deployment.apps/kafka/zookeeper');
    bad.arm('api-restart');
    assert.equal((await run).outcome, 'succeeded', failures(bad));
    const requests = await bad.requests(() => bad.edited(YAML).apply({ stages: ['kafka'] }));
    assert.deepEqual(
      requests.filter(({ mutating }) => mutating),
      [],
    );
  });
});

function sentenceAbout({ events, graph }: RehearsedPlatform, resource: string): string {
  const failed = events.find((event) => event.event === 'resource.failed' && event.resource === resource);
  assert.ok(failed?.event === 'resource.failed', `${resource} did not fail; these did:\n${failures({ events })}`);
  const sentence = sentenceOf(graph.get(resource)?.title ?? resource, failed);
  assert.ok(sentence.length <= LONGEST, sentence);
  return sentence;
}

/** From its first step to its failure, by the world's clock. */
function secondsOf({ events }: RehearsedPlatform, resource: string): number {
  const at = (kind: string): number =>
    Date.parse(events.find((event) => event.event === kind && 'resource' in event && event.resource === resource)?.time ?? '');
  return (at('resource.failed') - at('resource.started')) / 1_000;
}

const failures = ({ events }: Pick<RehearsedPlatform, 'events'>): string =>
  events.flatMap((event) => (event.event === 'resource.failed' ? [`${event.resource}: ${event.reason}`] : [])).join('\n');
