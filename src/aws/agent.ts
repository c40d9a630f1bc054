import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { PassThrough, type Duplex } from 'node:stream';
import { connect as connectTls, getCACertificates } from 'node:tls';

type Environment = Readonly<Record<string, string | undefined>>;

/** The connections of everything that Slipway talks to over HTTP: one pool for AWS and Kubernetes, so that a proxy and a company's CA are met once. */
export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  /** Closes idle connections and those in use. */
  destroy(): void;
}

/**
 * Agents that honour `HTTPS_PROXY`, `NO_PROXY`, the system's certificate store, `NODE_EXTRA_CA_CERTS` and `AWS_CA_BUNDLE`
 * (SDK v3 reads none of the last three by itself). Plain HTTP is spoken only to endpoints that the person named
 * (a rehearsal, a local engine) and goes direct.
 */
export function createAgents(env: Environment = process.env): Agents {
  const http = new HttpAgent({ keepAlive: true, maxSockets: 64 });
  const https = new OutboundAgent(env);
  return {
    http,
    https,
    destroy() {
      http.destroy();
      https.destroy();
    },
  };
}

/** The proxy for a host, or `undefined` for a direct connection. Loopback is never proxied: nothing but a rehearsal listens there. */
export function proxyFor(host: string, port: number, env: Environment): URL | undefined {
  const proxy = env['HTTPS_PROXY'] ?? env['https_proxy'] ?? env['ALL_PROXY'] ?? env['all_proxy'];
  if (proxy === undefined || proxy === '' || isLoopback(host)) return undefined;
  const exceptions = (env['NO_PROXY'] ?? env['no_proxy'] ?? '').split(/[\s,]+/).filter((rule) => rule !== '');
  if (exceptions.some((rule) => excepts(rule.toLowerCase(), host.toLowerCase(), port))) return undefined;
  return new URL(proxy.includes('://') ? proxy : `http://${proxy}`);
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host === '[::1]' || /^127\./.test(host);

/** `*`, `example.com`, `.example.com`, `*.example.com`, each also with `:port`, as curl and Go read them. */
function excepts(rule: string, host: string, port: number): boolean {
  if (rule === '*') return true;
  const [, name = rule, only] = /^(.*?)(?::(\d+))?$/.exec(rule) ?? [];
  if (only !== undefined && Number(only) !== port) return false;
  const suffix = name.replace(/^\*?\.?/, '');
  return host === suffix || host.endsWith(`.${suffix}`);
}

/** The certificates that are trusted besides those a request brings itself. Read once, at the first connection. */
function trustedCertificates(env: Environment): string[] {
  const bundle = env['AWS_CA_BUNDLE'];
  const trusted = new Set([...getCACertificates('default'), ...getCACertificates('system')]);
  if (bundle !== undefined && bundle !== '') trusted.add(readFileSync(bundle, 'utf8'));
  return [...trusted];
}

type Connected = (error: Error | null, socket: Duplex) => void;

class OutboundAgent extends HttpsAgent {
  readonly #env: Environment;
  readonly #authorities = new Map<string, string>();
  #trusted: string[] | undefined;

  constructor(env: Environment) {
    super({ keepAlive: true, maxSockets: 64 });
    this.#env = env;
  }

  /** Node calls a connection by everything that makes it, and makes that name anew several times a request: an authority of some KB goes by a number. */
  override getName(options?: RequestOptions): string {
    if (typeof options?.ca !== 'string') return super.getName(options);
    const known = this.#authorities.get(options.ca) ?? `authority ${this.#authorities.size}`;
    this.#authorities.set(options.ca, known);
    return super.getName({ ...options, ca: known });
  }

  override createConnection(options: RequestOptions, connected?: Connected): Duplex | null | undefined {
    // A cluster's own CA, given with the request, is the only one that may vouch for it.
    const secured = options.ca === undefined ? { ...options, ca: (this.#trusted ??= trustedCertificates(this.#env)) } : options;
    const target = { host: secured.host ?? 'localhost', port: Number(secured.port ?? 443) };
    const proxy = proxyFor(target.host, target.port, this.#env);
    if (proxy === undefined) return super.createConnection(secured, connected);
    openTunnel(proxy, target, secured).then(
      (socket) => connected?.(null, socket),
      (error: unknown) => connected?.(error instanceof Error ? error : new Error(String(error)), new PassThrough()),
    );
    return undefined;
  }
}

/** TLS through a proxy's `CONNECT`. */
async function openTunnel(proxy: URL, target: { readonly host: string; readonly port: number }, options: RequestOptions): Promise<Duplex> {
  const authority = `${target.host}:${target.port}`;
  const secure = proxy.protocol === 'https:';
  const headers = {
    host: authority,
    ...(proxy.username === ''
      ? {}
      : {
          'proxy-authorization': `Basic ${Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString('base64')}`,
        }),
  };
  const ask = {
    host: proxy.hostname,
    port: proxy.port === '' ? (secure ? 443 : 80) : proxy.port,
    method: 'CONNECT',
    path: authority,
    headers,
  };
  const socket = await new Promise<Duplex>((resolve, reject) => {
    (secure ? httpsRequest : httpRequest)(ask)
      .once('connect', (answer, tunnel) => {
        if (answer.statusCode === 200) return resolve(tunnel);
        tunnel.destroy();
        reject(new ProxyRefused(`the proxy ${proxy.host} answered ${answer.statusCode} to a connection to ${authority}`));
      })
      .once('error', reject)
      .end();
  });
  const { ca, rejectUnauthorized, servername } = options;
  return connectTls({
    socket,
    servername: servername ?? target.host,
    ...(ca === undefined ? {} : { ca }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  });
}

/** The proxy would not connect us: nothing was sent to the service. */
export class ProxyRefused extends Error {
  override readonly name = 'ProxyRefused';
  readonly code = 'ECONNREFUSED';
}
