import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { objectIn, textIn } from '../kubernetes/json.ts';
import type { KubeObject } from '../kubernetes/json.ts';
import { SECRET } from '../kubernetes/controllers/kinds.ts';
import { objectsIn } from '../kubernetes/controllers/objectParts.ts';
import { containersOf } from '../kubernetes/controllers/pods/podState.ts';
import { namespaceOf } from '../kubernetes/objectStore.ts';
import type { PodBackend, PodConnection } from '../kubernetes/podBackends.ts';
import { headersOf, readBody } from '../loopback.ts';
import type { LoggedRequest } from '../requestLog.ts';
import { verifySignature } from '../sigv4.ts';
import { answerS3, refusal, type S3Answer } from './s3Api.ts';

const S3_PORT = 9000;

/** What MinIO takes where nobody set its root user (`minioadmin`, the same on every installation). */
const DEFAULT_KEY = 'minioadmin';

/** MinIO's S3 API on port 9000 of its pods, over a port-forward. */
export const MINIO: PodBackend = {
  listens: (pod, port) => port === S3_PORT && serverOf(pod) !== undefined,
  serve(connection: Duplex, at: PodConnection) {
    const server = createServer((incoming, response) => {
      answer(at, incoming, response).catch((error: unknown) => {
        process.stderr.write(`rehearsal: minio: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        response.destroy();
      });
    });
    server.emit('connection', connection);
  },
};

function serverOf(pod: KubeObject): ReturnType<typeof containersOf>[number] | undefined {
  return containersOf(pod).find((each) => /(^|\/)minio(:|@|$)/.test(textIn(each, 'image') ?? ''));
}

async function answer(at: PodConnection, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(incoming);
  const target = incoming.url ?? '/';
  const cut = target.indexOf('?');
  const request = {
    method: incoming.method ?? 'GET',
    path: cut === -1 ? target : target.slice(0, cut),
    query: cut === -1 ? '' : target.slice(cut + 1),
    headers: headersOf(incoming),
    body: body ?? Buffer.alloc(0),
  };
  if (body === undefined)
    return send(response, refusal(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed object size.'));
  if (request.path.startsWith('/minio/health/')) return send(response, { status: 200, headers: {}, body: '' });
  const verdict = verifySignature(request, credentialsOf(at), at.world.wall());
  const answered = 'flaw' in verdict ? refused(verdict.flaw) : answerS3(at, request);
  at.carriedOut({ service: 's3', ...operationOf(request), status: answered.status });
  send(response, answered);
}

function operationOf({ method, path }: { readonly method: string; readonly path: string }): Pick<LoggedRequest, 'operation' | 'mutating'> {
  const what = path === '/' ? 'buckets' : /^\/[^/]+\/?$/.test(path) ? 'bucket' : 'object';
  return { operation: `${method.toLowerCase()} ${what}`, mutating: method !== 'GET' && method !== 'HEAD' };
}

const REFUSALS = {
  missing: ['AccessDenied', 'Access Denied.'],
  incomplete: ['AuthorizationHeaderMalformed', 'The authorization header is malformed.'],
  unknownKey: ['InvalidAccessKeyId', 'The Access Key Id you provided does not exist in our records.'],
  expired: ['RequestTimeTooSkewed', 'The difference between the request time and the server’s time is too large.'],
  mismatch: ['SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.'],
} as const;

function refused(flaw: keyof typeof REFUSALS): S3Answer {
  const [code, message] = REFUSALS[flaw];
  return refusal(403, code, message);
}

/**
 * The root credentials, from where the pod's environment has them. The world keeps only made-up values (`rehearsal-…`) readable: with
 * other ones it cannot verify a signature, and refuses every one.
 */
function credentialsOf(at: PodConnection): { readonly accessKeyId: string; readonly secretAccessKey: string } {
  return {
    accessKeyId: environmentValue(at, 'MINIO_ROOT_USER') ?? DEFAULT_KEY,
    secretAccessKey: environmentValue(at, 'MINIO_ROOT_PASSWORD') ?? DEFAULT_KEY,
  };
}

function environmentValue({ store, pod }: PodConnection, name: string): string | undefined {
  const variable = objectsIn(serverOf(pod), 'env').find((each) => each['name'] === name);
  const reference = objectIn(objectIn(variable, 'valueFrom'), 'secretKeyRef');
  const secret = textIn(reference, 'name');
  if (secret === undefined) return textIn(variable, 'value');
  const value = textIn(objectIn(store.find(SECRET, namespaceOf(pod), secret), 'data'), textIn(reference, 'key') ?? '');
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
}

function send(response: ServerResponse, { status, headers, body }: S3Answer): void {
  response.writeHead(status, { server: 'MinIO', 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}
