import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bucket, type S3Access } from '../../../src/aws/s3/bucket.ts';
import { AnswerLost, NotYet, Refused, Unseen } from '../../../src/core/graph/errors.ts';
import type { Observation, Resource } from '../../../src/core/graph/resource.ts';
import { lookWith, stepContext } from '../scriptedAws.ts';

interface Answer {
  readonly status: number;
  readonly body?: string;
}

const LIST =
  '<ListAllMyBucketsResult><Buckets><Bucket><Name>orders</Name><CreationDate>2026-11-22T17:00:00Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>';

describe('a bucket', () => {
  let server: Server;
  let answers: Readonly<Record<string, Answer>> = {};
  const asked: { readonly request: string; readonly host: string; readonly signed: string }[] = [];
  let access: S3Access;

  before(async () => {
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://store');
      const what = `${request.method ?? ''} ${pathname.replace(/(.)\/$/, '$1')}`;
      asked.push({ request: what, host: request.headers.host ?? '', signed: request.headers.authorization ?? '' });
      const { status, body } = answers[what] ?? { status: 500 };
      response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    access = { endpoint, accessKeyId: 'canary-user', secretAccessKey: 'canary-password', keysOf: 'minio/minio' };
  });
  after(() => server.close());
  beforeEach(() => void asked.splice(0));

  const made = (reach: () => Promise<S3Access | undefined> = () => Promise.resolve(access)): Resource<{ readonly name: string }> =>
    bucket(reach, {
      name: 'orders',
      expectedBy: ['argo-events/sensors/minio-sensor.yml'],
      after: ['StatefulSet.apps/minio/minio'],
      reachedBy: { lines: [], profile: 'minio' },
    });
  const observe = (script: Readonly<Record<string, Answer>>): Promise<Observation<{ readonly name: string }>> => {
    answers = script;
    return made().observe(lookWith(), 'status');
  };

  it('is there, as much ours as its store, and is never deleted', async () => {
    const seen = await observe({ 'HEAD /orders': { status: 200 }, 'GET /': { status: 200, body: LIST } });
    assert.ok(seen.state === 'ready');
    assert.equal(seen.owner, 'slipway');
    assert.deepEqual(seen.outputs, { name: 'orders', createdAt: '2026-11-22T17:00:00.000Z' });
    assert.equal(made().steps?.delete, undefined);
  });

  it('is asked for by its path, signed for the address that is called, in us-east-1', async () => {
    await observe({ 'HEAD /orders': { status: 200 }, 'GET /': { status: 200, body: LIST } });
    const [first] = asked;
    assert.equal(first?.request, 'HEAD /orders');
    assert.equal(`http://${first.host}`, access.endpoint);
    assert.match(first.signed, /Credential=canary-user\/\d{8}\/us-east-1\/s3\/.*SignedHeaders=[^,]*host/);
  });

  it('is missing: a plan says who expects it, and a run makes it', async () => {
    const resource = made();
    answers = { 'HEAD /orders': { status: 404 }, 'PUT /orders': { status: 200 } };
    const seen = await resource.observe(lookWith(), 'status');
    assert.equal(seen.state, 'absent');
    const change = resource.steps?.plan(seen, {});
    assert.ok(change?.action === 'create');
    assert.match(change.summary, /create Bucket orders, expected by argo-events\/sensors\/minio-sensor\.yml/);
    await resource.steps?.create?.({}, stepContext());
    assert.equal(asked.at(-1)?.request, 'PUT /orders');
  });

  it('cannot be seen with keys that are refused: that names the Secret and not the bucket, and is never "missing"', async () => {
    await assert.rejects(observe({ 'HEAD /orders': { status: 403 } }), (error: unknown) => {
      assert.ok(error instanceof Unseen);
      assert.match(error.message, /the store refuses the keys of the Secret minio\/minio/);
      assert.doesNotMatch(`${error.message} ${error.next ?? ''}`, /canary/);
      return true;
    });
  });

  it('cannot be seen while the store has a problem of its own, or is not reached', async () => {
    await assert.rejects(observe({ 'HEAD /orders': { status: 503 } }), /the store cannot be asked: it answered 503/);
    const nobody = made(() => Promise.resolve({ ...access, endpoint: 'http://127.0.0.1:9' }));
    await assert.rejects(nobody.observe(lookWith(), 'status'), Unseen);
  });

  it('is absent where there is no store yet, and nothing is asked', async () => {
    const seen = await made(() => Promise.resolve(undefined)).observe(lookWith(), 'status');
    assert.equal(seen.state, 'absent');
    assert.deepEqual(asked, []);
  });

  it('is there although the keys may not list: only the date is missing', async () => {
    const seen = await observe({ 'HEAD /orders': { status: 200 }, 'GET /': { status: 403 } });
    assert.ok(seen.state === 'ready');
    assert.deepEqual(seen.outputs, { name: 'orders' });
  });

  it('tells what became of its creation', async () => {
    const error = (code: string): string => `<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
    const resource = made();
    answers = { 'HEAD /orders': { status: 404 } };
    await resource.observe(lookWith(), 'status');
    const outcomes = [
      [{ status: 409, body: error('BucketAlreadyOwnedByYou') }, NotYet],
      [{ status: 400, body: error('InvalidBucketName') }, Refused],
      [{ status: 500, body: error('InternalError') }, AnswerLost],
    ] as const;
    for (const [answer, outcome] of outcomes) {
      answers = { 'PUT /orders': answer };
      await assert.rejects(resource.steps?.create?.({}, stepContext()) ?? Promise.resolve(), outcome);
    }
  });
});
