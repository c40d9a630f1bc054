import type { Agent } from 'node:http';
import { CreateBucketCommand, HeadBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import type { Agents } from '../agent.ts';
import { compare } from '../../core/graph/compare.ts';
import { AnswerLost, NotYet, Refused, Unseen } from '../../core/graph/errors.ts';
import type { CommandLine, Depth, Look, Observation, Resource, ResourceId } from '../../core/graph/resource.ts';

/** How a store that speaks S3 (MinIO in the cluster) is reached. */
export interface S3Access {
  /** `http://minio.minio.svc:9000`: signed as it stands, whatever way the connections take. */
  readonly endpoint: string;
  /** Makes the connections, e.g. through a port-forward. */
  readonly agent?: Agent;
  /** The connections of everything else, where the endpoint is reached as any other. They outlive the request. */
  readonly agents?: Pick<Agents, 'http' | 'https'>;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The Secret that the keys come from, for people: `minio/minio`. */
  readonly keysOf: string;
}

/** `undefined`: there is no such store yet. @throws Unseen when there is one and it cannot be reached. */
export type ReachS3 = (look: Look, depth: Depth) => Promise<S3Access | undefined>;

export interface BucketWish {
  readonly name: string;
  /** Where it is expected, for people: `argo-events/sensors/minio-event-source.yml`. */
  readonly expectedBy: readonly string[];
  /** The store: its workload, and the Secret with its keys. */
  readonly after: readonly ResourceId[];
  /** What a person types before, so that the store answers (at `BY_HAND` if nothing else is said) and the profile has its keys. */
  readonly reachedBy: { readonly lines: readonly CommandLine[]; readonly profile: string; readonly endpoint?: string };
}

/** Where a person's own port-forward leads to the store. */
export const BY_HAND = { endpoint: 'http://127.0.0.1:9000', port: 9000 };

export interface BucketOut {
  readonly name: string;
  /** ISO 8601; absent where the keys may not list. */
  readonly createdAt?: string;
  /** Of a bucket that a plan foresees: it will be newer than everything that is there. */
  readonly isForeseen?: true;
}

/** MinIO's own, and what a client has to sign with that names none. */
const REGION = 'us-east-1';
const TIMEOUT_MS = 20_000;

/**
 * A bucket that some manifest expects. It is made where it is missing and never deleted: what is in it is nobody's but the platform's
 * users'. A bucket that is there is used, whoever made it.
 */
export function bucket(reach: ReachS3, { name, expectedBy, after, reachedBy }: BucketWish): Resource<BucketOut> {
  const title = `Bucket ${name}`;
  let last: S3Access | undefined;
  return {
    id: `bucket/${name}`,
    kind: 'AWS::S3::Bucket',
    provider: 'kubernetes',
    title,
    needs: {},
    after,
    async observe(look, depth) {
      const access = (last = await reach(look, depth));
      return access === undefined ? { state: 'absent' } : observeBucket(access, name, look);
    },
    steps: {
      plan(seen) {
        const planned = compare(title, seen, { name });
        return planned.action === 'create' ? { ...planned, summary: `create ${title}, expected by ${expectedBy.join(', ')}` } : planned;
      },
      async create(_inputs, ctx) {
        if (last === undefined) throw new NotYet('the store is not there yet');
        await withClient(last, (client) => client.send(new CreateBucketCommand({ Bucket: name }), { abortSignal: ctx.signal })).catch(
          (error: unknown) => {
            throw writeError(error, name);
          },
        );
      },
      foresee: (then) => (then.state === 'absent' ? { name, isForeseen: true } : { name, ...('outputs' in then ? then.outputs : {}) }),
    },
    estimate: () => ({ createSeconds: 3, deleteSeconds: 0, monthlyUsd: 0 }),
    commands: () => [
      ...reachedBy.lines,
      [
        ...['aws', 's3api', 'create-bucket', '--bucket', name, '--profile', reachedBy.profile],
        ...['--endpoint-url', reachedBy.endpoint ?? BY_HAND.endpoint, '--region', REGION],
      ],
    ],
  };
}

async function observeBucket(access: S3Access, name: string, look: Look): Promise<Observation<BucketOut>> {
  try {
    await withClient(access, (client) => client.send(new HeadBucketCommand({ Bucket: name }), { abortSignal: look.signal }));
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return { state: 'absent' };
    look.signal.throwIfAborted();
    throw readError(error, status, access);
  }
  const createdAt = (await datesOf(access, look)).get(name);
  return {
    state: 'ready',
    // It can carry no tag: it belongs to whom its store belongs to. Nothing here could delete it.
    owner: 'slipway',
    physicalId: name,
    attributes: { name },
    outputs: { name, ...(createdAt === undefined ? {} : { createdAt }) },
  };
}

/** When each bucket was made; empty where these keys may not list: only a restart is told by it. */
function datesOf(access: S3Access, look: Look): Promise<ReadonlyMap<string, string>> {
  return look.share(`s3:buckets ${access.endpoint}`, async () => {
    try {
      const answer = await withClient(access, (client) => client.send(new ListBucketsCommand({}), { abortSignal: look.signal }));
      return new Map(
        (answer.Buckets ?? []).flatMap(({ Name, CreationDate: at }) => (Name && at ? [[Name, at.toISOString()] as const] : [])),
      );
    } catch {
      look.signal.throwIfAborted();
      return new Map<string, string>();
    }
  });
}

/** A client of its own for each request: keys and way may be others the next time. One attempt: the engine is the retrier. */
async function withClient<T>(access: S3Access, use: (client: S3Client) => Promise<T>): Promise<T> {
  const { endpoint, agent, agents, accessKeyId, secretAccessKey } = access;
  const client = new S3Client({
    endpoint,
    region: REGION,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
    requestHandler: {
      requestTimeout: TIMEOUT_MS,
      throwOnRequestTimeout: true,
      ...(agent === undefined ? {} : { httpAgent: agent }),
      ...(agents === undefined ? {} : { httpAgent: agents.http, httpsAgent: agents.https }),
    },
  });
  try {
    return await use(client);
  } finally {
    // It would end its agents too.
    if (agents === undefined) client.destroy();
  }
}

function statusOf(error: unknown): number | undefined {
  const metadata: unknown = error instanceof Error ? Reflect.get(error, '$metadata') : undefined;
  const status: unknown = typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return typeof status === 'number' ? status : undefined;
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `HeadBucket` has no body: 403 and 404 are all that it says. */
function readError(error: unknown, status: number | undefined, { keysOf }: S3Access): Unseen {
  if (error instanceof Unseen) return error;
  if (status === 403) {
    const next = `Put into the Secret ${keysOf} the keys that the store was started with, or start it anew with these.`;
    return new Unseen(`the store refuses the keys of the Secret ${keysOf}`, { code: 's3-denied', next, cause: error });
  }
  return new Unseen(`the store cannot be asked: ${status === undefined ? wordsOf(error) : `it answered ${status}`}`, {
    code: 's3-unreachable',
    cause: error,
  });
}

function writeError(error: unknown, name: string): Error {
  const status = statusOf(error);
  const fields = { code: 's3', cause: error };
  if (error instanceof Error && /^BucketAlready(OwnedByYou|Exists)$/.test(error.name)) return new NotYet(`${name} is there by now`, fields);
  if (status === undefined || status >= 500) return new AnswerLost(`the answer of the store was lost: ${wordsOf(error)}`, fields);
  return new Refused(`the store refused the bucket ${name}: ${wordsOf(error)}`, fields);
}
