import { createHash } from 'node:crypto';
import type { WireRequest } from '../codec/wire.ts';
import type { PodConnection } from '../kubernetes/podBackends.ts';
import { bucketsOf } from './buckets.ts';

export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const KEYS_A_PAGE = 1000;

/** S3 by path style, as far as a platform's buckets need it. Objects are kept as a size and a hash. */
export function answerS3(at: PodConnection, request: WireRequest): S3Answer {
  const [bucket = '', ...rest] = request.path.slice(1).split('/').map(decodeURIComponent);
  const key = rest.join('/');
  if (bucket === '') return request.method === 'GET' ? listBuckets(at) : notAllowed();
  if (key === '') return answerBucket(at, request, bucket);
  const found = bucketsOf(at)[bucket];
  if (found === undefined) return noSuchBucket(bucket, request.method);
  const etag = createHash('md5').update(request.body).digest('hex');
  switch (request.method) {
    case 'PUT':
      found.objects[key] = { bytes: request.body.length, etag, at: at.world.now() };
      return { status: 200, headers: { etag: `"${etag}"` }, body: '' };
    case 'HEAD': {
      const object = found.objects[key];
      if (object === undefined) return { status: 404, headers: {}, body: '' };
      return { status: 200, headers: { etag: `"${object.etag}"`, 'last-modified': new Date(object.at).toUTCString() }, body: '' };
    }
    case 'DELETE':
      delete found.objects[key];
      return { status: 204, headers: {}, body: '' };
    default:
      return refusal(501, 'NotImplemented', 'The rehearsed MinIO serves no such request.');
  }
}

function answerBucket(at: PodConnection, request: WireRequest, name: string): S3Answer {
  const buckets = bucketsOf(at);
  const found = buckets[name];
  if (request.method === 'PUT') {
    if (!BUCKET_NAME.test(name)) return refusal(400, 'InvalidBucketName', 'The specified bucket is not valid.');
    if (found !== undefined)
      return refusal(409, 'BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded and you already own it.');
    buckets[name] = { madeAt: at.world.now(), objects: {} };
    return { status: 200, headers: { location: `/${name}` }, body: '' };
  }
  if (found === undefined) return noSuchBucket(name, request.method);
  switch (request.method) {
    case 'HEAD':
      return { status: 200, headers: {}, body: '' };
    case 'GET':
      return listObjects(name, found.objects);
    case 'DELETE':
      if (Object.keys(found.objects).length > 0) return refusal(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty');
      delete buckets[name];
      return { status: 204, headers: {}, body: '' };
    default:
      return notAllowed();
  }
}

function listBuckets(at: PodConnection): S3Answer {
  const buckets = Object.entries(bucketsOf(at))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, { madeAt }]) =>
        `<Bucket><Name>${escaped(name)}</Name><CreationDate>${new Date(madeAt).toISOString()}</CreationDate></Bucket>`,
    );
  return xml(
    `<ListAllMyBucketsResult xmlns="${NAMESPACE}"><Owner><ID>minio</ID><DisplayName>minio</DisplayName></Owner><Buckets>${buckets.join('')}</Buckets></ListAllMyBucketsResult>`,
  );
}

function listObjects(
  bucket: string,
  objects: Readonly<Record<string, { readonly bytes: number; readonly etag: string; readonly at: number }>>,
): S3Answer {
  const keys = Object.entries(objects).sort(([a], [b]) => (a < b ? -1 : 1));
  const contents = keys
    .slice(0, KEYS_A_PAGE)
    .map(
      ([key, { bytes, etag, at }]) =>
        `<Contents><Key>${escaped(key)}</Key><LastModified>${new Date(at).toISOString()}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${bytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
    );
  const truncated = keys.length > KEYS_A_PAGE;
  return xml(
    `<ListBucketResult xmlns="${NAMESPACE}"><Name>${escaped(bucket)}</Name><KeyCount>${contents.length}</KeyCount><MaxKeys>${KEYS_A_PAGE}</MaxKeys><IsTruncated>${String(truncated)}</IsTruncated>${contents.join('')}</ListBucketResult>`,
  );
}

/** An answer to HEAD has no body: the status alone says it. */
function noSuchBucket(name: string, method: string): S3Answer {
  if (method === 'HEAD') return { status: 404, headers: {}, body: '' };
  return refusal(404, 'NoSuchBucket', 'The specified bucket does not exist', `<BucketName>${escaped(name)}</BucketName>`);
}

function notAllowed(): S3Answer {
  return refusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
}

export function refusal(status: number, code: string, message: string, more = ''): S3Answer {
  return { ...xml(`<Error><Code>${code}</Code><Message>${escaped(message)}</Message>${more}</Error>`), status };
}

function xml(body: string): S3Answer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}` };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
