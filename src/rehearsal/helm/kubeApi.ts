import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isObject, objectIn, textIn } from '../kubernetes/json.ts';
import type { Json, JsonObject, KubeObject } from '../kubernetes/json.ts';
import { HelmError } from './arguments.ts';

export interface KubeAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

interface Connection {
  readonly server: URL;
  readonly ca: string | undefined;
  readonly servername: string | undefined;
  readonly namespace: string;
  readonly token: () => Promise<string>;
}

/** A token is asked for anew after that. ms of the wall clock */
const TOKEN_LASTS_MS = 45_000;
const TIMEOUT_MS = 30_000;

/** Plurals of what charts render here. */
const CLUSTER_SCOPED = [
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'Namespace',
  'PriorityClass',
  'IngressClass',
  'StorageClass',
];

/** The API of the cluster that a kubeconfig names, as Helm's client speaks to it. */
export class KubeApi {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws HelmError when the kubeconfig cannot be read */
  static open(kubeconfig: string | undefined, env: NodeJS.ProcessEnv): KubeApi {
    const path = kubeconfig ?? env['KUBECONFIG'] ?? join(env['HOME'] ?? homedir(), '.kube', 'config');
    let config: unknown;
    try {
      config = parse(readFileSync(path, 'utf8'));
    } catch {
      throw new HelmError(`Kubernetes cluster unreachable: the kubeconfig ${path} cannot be read`);
    }
    return new KubeApi(connectionOf(config as Json));
  }

  get namespace(): string {
    return this.#connection.namespace;
  }

  /** @throws HelmError for everything but the statuses that the caller expects */
  async send(
    method: string,
    path: string,
    body?: Json,
    contentType = 'application/json',
    expected: readonly number[] = [],
  ): Promise<KubeAnswer> {
    const { server, ca, servername } = this.#connection;
    const token = await this.#connection.token();
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await new Promise<KubeAnswer>((resolve, reject) => {
      const outgoing = request(
        new URL(path, server),
        {
          method,
          ...(ca !== undefined && { ca }),
          ...(servername !== undefined && { servername }),
          headers: {
            authorization: `Bearer ${token}`,
            accept: 'application/json',
            'content-type': contentType,
            'user-agent': 'Helm/4.3.1',
            ...(text !== undefined && { 'content-length': Buffer.byteLength(text) }),
          },
          timeout: TIMEOUT_MS,
        },
        (incoming) => {
          let answered = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => (answered += chunk));
          incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: bodyOf(answered) }));
          incoming.on('error', reject);
        },
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error('i/o timeout')));
      outgoing.on('error', reject);
      outgoing.end(text);
    }).catch((cause: unknown) => {
      throw new HelmError(`Kubernetes cluster unreachable: ${cause instanceof Error ? cause.message : String(cause)}`);
    });
    if (answer.status < 300 || expected.includes(answer.status)) return answer;
    const message = textIn(answer.body, 'message') ?? '';
    throw new HelmError(message === '' ? `the server answered ${answer.status} to ${method} ${path}` : message);
  }

  /** `undefined`: not there. */
  async find(object: KubeObject, namespace: string): Promise<KubeObject | undefined> {
    const { status, body } = await this.send('GET', pathOf(object, namespace), undefined, undefined, [404]);
    return status === 404 ? undefined : (body as KubeObject);
  }

  /** Server-side apply as Helm's own manager. @throws HelmError with the conflicts */
  async apply(object: KubeObject, namespace: string, force: boolean): Promise<void> {
    await this.send(
      'PATCH',
      `${pathOf(object, namespace)}?fieldManager=helm&fieldValidation=Strict&force=${String(force)}`,
      object,
      'application/apply-patch+yaml',
    );
  }

  async remove(object: KubeObject, namespace: string): Promise<void> {
    await this.send(
      'DELETE',
      pathOf(object, namespace),
      { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
      undefined,
      [404],
    );
  }
}

/** `/apis/apps/v1/namespaces/NS/deployments/NAME` */
export function pathOf({ apiVersion, kind, metadata }: KubeObject, namespace: string): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const isCluster = CLUSTER_SCOPED.includes(kind) || kind.endsWith('WebhookConfiguration');
  const where = isCluster ? '' : `/namespaces/${encodeURIComponent(textIn(metadata, 'namespace') ?? namespace)}`;
  return `${base}${where}/${pluralOf(kind)}/${encodeURIComponent(metadata.name)}`;
}

function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (/(s|x|ch)$/.test(lower)) return lower === 'endpoints' ? lower : `${lower}es`;
  return lower.endsWith('y') ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

function bodyOf(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : {};
  } catch {
    return { message: text.trim() };
  }
}

function connectionOf(config: Json): Connection {
  const root = isObject(config) ? config : {};
  const named = (list: string, name: string | undefined, inner: string): JsonObject => {
    const all = root[list];
    const found = (Array.isArray(all) ? (all as readonly Json[]) : []).filter(isObject).find((each) => each['name'] === name);
    return objectIn(found, inner);
  };
  const context = named('contexts', textIn(root, 'current-context'), 'context');
  const cluster = named('clusters', textIn(context, 'cluster'), 'cluster');
  const user = named('users', textIn(context, 'user'), 'user');
  const server = textIn(cluster, 'server');
  if (server === undefined)
    throw new HelmError('Kubernetes cluster unreachable: invalid configuration: no configuration has been provided');
  const ca = textIn(cluster, 'certificate-authority-data');
  return {
    server: new URL(server),
    ca: ca === undefined ? undefined : Buffer.from(ca, 'base64').toString('utf8'),
    servername: textIn(cluster, 'tls-server-name'),
    namespace: textIn(context, 'namespace') ?? 'default',
    token: tokenOf(user),
  };
}

/** A static token, or the program of an exec entry, asked again when its answer is old. */
function tokenOf(user: JsonObject): () => Promise<string> {
  const fixed = textIn(user, 'token');
  if (fixed !== undefined) return () => Promise.resolve(fixed);
  const exec = objectIn(user, 'exec');
  let kept: { readonly token: string; readonly until: number } | undefined;
  return async () => {
    if (kept !== undefined && Date.now() < kept.until) return kept.token;
    const token = await execToken(exec);
    kept = { token, until: Date.now() + TOKEN_LASTS_MS };
    return token;
  };
}

async function execToken(exec: JsonObject): Promise<string> {
  const command = textIn(exec, 'command');
  if (command === undefined) throw new HelmError('Kubernetes cluster unreachable: the kubeconfig names no credentials');
  const list = (name: string): readonly Json[] => {
    const value = exec[name];
    return Array.isArray(value) ? (value as readonly Json[]) : [];
  };
  const args = list('args').filter((each) => typeof each === 'string');
  const env = Object.fromEntries(
    list('env')
      .filter(isObject)
      .map((each) => [textIn(each, 'name') ?? '', textIn(each, 'value') ?? '']),
  );
  const output = await new Promise<string>((resolve, reject) => {
    execFile(command, args, { env: { ...process.env, ...env }, timeout: TIMEOUT_MS }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(new HelmError(`Kubernetes cluster unreachable: Get credentials: exec: executable ${command} failed`));
    });
  });
  const token = textIn(objectIn(bodyOf(output), 'status'), 'token');
  if (token === undefined)
    throw new HelmError(`Kubernetes cluster unreachable: Get credentials: exec plugin didn't return a token or cert/key pair`);
  return token;
}
