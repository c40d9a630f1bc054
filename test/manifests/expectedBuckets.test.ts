import assert from 'node:assert/strict';
import { expectedBuckets } from '../../src/manifests/expectedBuckets.ts';
import { manifest, setOf } from './texts.ts';

const object = (kind: string, rest: string): string =>
  `apiVersion: ${kind === 'ConfigMap' || kind === 'Pod' ? 'v1' : 'argoproj.io/v1alpha1'}\nkind: ${kind}\nmetadata: { name: a, namespace: x }\n${rest}\n`;
const buckets = (text: string): readonly string[] =>
  expectedBuckets(setOf(text)).map(
    ({ name, needs }) => `${name} ${needs.map(({ range }) => `${range.start.line}:${range.start.column}`).join(' ')}`,
  );

describe('expected buckets', () => {
  it('of an event source', () => {
    assert.deepEqual(buckets(object('EventSource', 'spec: { minio: { o: { endpoint: "minio:9000", bucket: { name: orders } } } }')), [
      'orders 4:63',
    ]);
  });

  it('of an artifact and of a repository in a ConfigMap', () => {
    const artifact = 'spec: { templates: [{ inputs: { artifacts: [{ s3: { endpoint: "minio:9000", bucket: models, key: x } }] } }] }';
    assert.deepEqual(buckets(object('WorkflowTemplate', artifact)), ['models 4:85']);
    const repository = 'data:\n  artifactRepository: |\n    s3:\n      bucket: runs\n      endpoint: minio:9000\n';
    assert.deepEqual(buckets(object('ConfigMap', repository)), ['runs 5:23']);
  });

  it('of addresses, in objects that speak of MinIO', () => {
    const pod = (command: string, env: string): string =>
      object('Pod', `spec: { containers: [{ name: c, image: "c:1", command: [${command}], env: [{ name: E, value: "${env}" }] }] }`);
    assert.deepEqual(buckets(pod('"mv /x s3://orders/ && cat s3a://taxi/y"', 'http://minio:9000')), ['orders 4:57', 'taxi 4:57']);
    assert.deepEqual(buckets(pod('"mv /x s3://orders/"', 'http://elsewhere:9000')), []);
    assert.deepEqual(buckets(pod('"mv /x s3://$BUCKET/ s3://{{x}}/ s3://Not_One/"', 'http://minio:9000')), []);
  });

  it('not of AWS itself, and none that S3 would refuse', () => {
    const source = (endpoint: string, name: string): string =>
      object('EventSource', `spec: { minio: { o: { endpoint: "${endpoint}", bucket: { name: "${name}" } } } }`);
    assert.deepEqual(buckets(source('s3.amazonaws.com', 'orders')), []);
    assert.deepEqual(buckets(source('s3.us-west-2.amazonaws.com:443', 'orders')), []);
    for (const name of ['Orders', 'a', 'a..b', '10.0.0.1', '-ab', '{{x}}']) assert.deepEqual(buckets(source('minio:9000', name)), [], name);
  });

  it('of the values of Sentry’s chart, whatever else is in them', () => {
    const values = manifest('x: 1\nfilestore:\n  s3:\n    bucketName: sentry\n', 'sentry/override.yml');
    const [bucket] = expectedBuckets(setOf(object('ConfigMap', 'data: {}')), [values, manifest('a: [', 'broken.yml')]);
    assert.equal(bucket?.name, 'sentry');
    assert.deepEqual([bucket.needs[0]?.file, bucket.needs[0]?.range.start.line], ['sentry/override.yml', 4]);
  });

  it('a bucket that several expect is one, by name', () => {
    const both = [object('EventSource', 'spec: { minio: { o: { endpoint: "minio:9000", bucket: { name: b2b } } } }')]
      .concat(
        object('WorkflowTemplate', 'spec: { s3: { endpoint: "minio:9000", bucket: b2b }, t: { s3: { endpoint: "m:1", bucket: a2a } } }'),
      )
      .join('---\n');
    assert.deepEqual(
      buckets(both).map((line) => line.split(' ').length),
      [2, 3],
    );
  });
});
