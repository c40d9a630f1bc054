import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { openPlatformFile } from '../../src/runner/platformFile.ts';
import { storedClusters } from '../../src/rehearsal/kubernetes/storedObjects.ts';
import { bucketsOf } from '../../src/rehearsal/minio/buckets.ts';
import { rehearsePlatform, type RehearsedPlatform } from './rehearsedPlatform.ts';

/** The sample platform, without the stages that Helm installs. */
const YAML = `
name: cauchy
region: us-west-2
domain: cauchy.link
manifests: .
stages:
  tls: { enabled: false }
  spark-operator: { enabled: false }
  sentry: { enabled: false }
`;

async function sample(): Promise<RehearsedPlatform> {
  const file = resolve('manifests/platform.yml');
  const { manifests, findings } = await openPlatformFile(file, YAML);
  assert.ok(manifests !== undefined, findings.map(({ message }) => message).join('\n'));
  return rehearsePlatform({ yaml: YAML, manifests });
}

const failures = ({ events }: RehearsedPlatform): string =>
  events.flatMap((event) => (event.event === 'resource.failed' ? [`${event.resource}: ${event.reason}`] : [])).join('\n');

describe('the sample platform in the cluster', function () {
  this.timeout(180_000);
  let platform: RehearsedPlatform;
  before(async () => (platform = await sample()));
  after(() => platform.close());

  it('comes up in one go: every stage ready, and nothing is made before what it needs', async () => {
    assert.equal((await platform.apply()).outcome, 'succeeded', failures(platform));
    const finished = platform.events.flatMap((event) => (event.event === 'resource.finished' ? [event.resource] : []));
    const isBefore = (one: string, other: string): boolean => finished.indexOf(one) >= 0 && finished.indexOf(one) < finished.indexOf(other);
    assert.ok(isBefore('Deployment.apps/kafka/zookeeper', 'Deployment.apps/kafka/kafka-broker'));
    assert.ok(isBefore('Deployment.apps/kafka/kafka-broker', 'Deployment.apps/mer/orders'), 'services wait for Kafka');
    assert.ok(isBefore('Secret/minio/minio', 'StatefulSet.apps/minio/minio'));
    assert.ok(isBefore('bucket/orders', 'EventSource.argoproj.io/argo-events/minio'), 'a listener without its bucket dies');
    assert.ok(isBefore('Service/ingress-nginx/ingress-nginx-controller', 'dns-records/cauchy.link'));
    const seen = await platform.observe('status');
    const unready = [...seen].filter(([id, { state }]) => state !== 'ready' && platform.graph.get(id)?.internal !== true);
    assert.deepEqual(
      unready.map(([id]) => id),
      [],
    );
  });

  it('a second run writes nothing', async () => {
    const requests = await platform.requests(() => platform.apply());
    assert.deepEqual(
      requests.filter(({ mutating }) => mutating),
      [],
    );
  });

  it('makes no claim before the storage class that fills it', () => {
    assert.ok(platform.graph.requires('PersistentVolumeClaim/kafka/zookeeper').includes('StorageClass.storage.k8s.io/slipway-gp3'));
  });

  it('uses its buckets through a port-forward, and could not delete one', async () => {
    const seen = (await platform.observe('status')).get('bucket/orders');
    assert.ok(seen?.state === 'ready' && seen.owner === 'slipway');
    assert.equal(platform.graph.get('bucket/orders')?.steps?.delete, undefined);
  });

  it('makes a bucket anew that somebody deleted, and restarts the listener that died with it, as the plan says', async () => {
    const [stored] = Object.values(storedClusters(platform.world));
    assert.ok(stored !== undefined);
    const buckets = bucketsOf({
      memory: <T extends object>(name: string, initial: () => T): T => (stored.memory[name] ??= initial()) as T,
    });
    assert.ok(buckets['orders'] !== undefined);
    delete buckets['orders'];
    const again = platform.edited(YAML);
    const { changes } = await again.plan('apply');
    const lines = changes.map(({ change }) => change.summary);
    assert.equal(lines.length, 2, lines.join('\n'));
    assert.match(lines[0] ?? '', /^create Bucket orders, expected by .*minio-sensor\.yml/);
    assert.equal(lines[1], 'restart Listener argo-events/minio: its bucket is made anew');
    const { outcome, changed } = await again.apply();
    assert.equal(outcome, 'succeeded', failures(again));
    assert.deepEqual(changed, ['bucket/orders', 'listener/argo-events/minio']);
    assert.deepEqual((await platform.edited(YAML).plan('apply')).changes, []);
  });

  it('goes without a trace: load balancer and volumes by their controllers, records, zone', async () => {
    const outcome = await platform.destroy();
    assert.equal(outcome.outcome, 'succeeded', failures(platform));
    assert.deepEqual(outcome.residue, []);
  });
});
