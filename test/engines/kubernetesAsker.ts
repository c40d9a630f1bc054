import { request } from 'node:https';
import { eksToken } from '../../src/aws/eksToken.ts';
import { serveKubernetes } from '../../src/rehearsal/kubernetes/kubernetesServer.ts';
import { startAccount } from '../rehearsal/account.ts';
import { RehearsedPlatform } from '../rehearsal/eks/rehearsedPlatform.ts';

export interface Answer {
  readonly status: number;
  /** What was answered, parsed where it is JSON; of a stream its lines. */
  readonly body: unknown;
}

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An API server that tests ask. */
export interface Asked {
  ask(question: Question): Promise<Answer>;
  /** Lets time pass, where that is ours to do. */
  pass(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** Asks by plain HTTPS, as no client library comes between. */
export function askServer(
  server: string,
  authority: string,
  token: () => Promise<string>,
  { method, path, headers, body }: Question,
): Promise<Answer> {
  return token().then(
    (bearer) =>
      new Promise((resolve, reject) => {
        const content = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
        const sent = {
          authorization: `Bearer ${bearer}`,
          'content-type': 'application/json',
          'user-agent': 'contract/1',
          ...headers,
          // node sends the body of a DELETE without any length
          ...(content !== undefined && { 'content-length': String(Buffer.byteLength(content)) }),
        };
        const outgoing = request(new URL(path, server), { method, ca: authority, headers: sent }, (incoming) => {
          let text = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => (text += chunk));
          incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: parsed(text) }));
        });
        outgoing.on('error', reject);
        outgoing.end(content);
      }),
  );
}

function parsed(text: string): unknown {
  const lines = text.trim().split('\n');
  try {
    return lines.length > 1 && lines.every((line) => line.startsWith('{"type"'))
      ? lines.map((line) => JSON.parse(line) as unknown)
      : JSON.parse(text);
  } catch {
    return text;
  }
}

/** A rehearsed cluster without nodes, its time in our hands. */
export async function askRehearsal(): Promise<Asked> {
  const account = await startAccount();
  const server = await serveKubernetes({
    world: account.world,
    save: () => account.world.save(),
    log: () => undefined,
    wall: () => account.world.wall(),
    endpoint: account.endpoint,
  });
  const platform = new RehearsedPlatform(account);
  const cluster = await platform.cluster(await platform.ground());
  await platform.letCallerIn();
  account.pass(30);
  const authority = Buffer.from(String(cluster.certificateAuthority?.data), 'base64').toString();
  const token = async (): Promise<string> =>
    (
      await eksToken({
        credentials: { ...account.world.credentials },
        region: 'us-west-2',
        cluster: 'cauchy',
        at: new Date(account.world.wall()),
      })
    ).token;
  return {
    ask: (question) => askServer(server.endpoint, authority, token, question),
    pass: async (seconds) => account.pass(seconds),
    stop: async () => {
      platform.destroy();
      await server.close();
      await account.remove();
    },
  };
}
