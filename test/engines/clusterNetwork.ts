import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer, type Server } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface ClusterNetwork {
  /** The socket of the proxy through which an API server reaches its cluster. */
  readonly socket: string;
  /** The address that all nodes have. */
  readonly nodeAddress: string;
  /** PEM: who has signed for the Services behind webhooks. */
  readonly certificateAuthority: string;
  /** How often webhooks were asked, by path. */
  readonly asked: ReadonlyMap<string, number>;
  kubeletsAt(port: number): void;
  close(): void;
}

/** Set aside for documentation (RFC 5737): no pod has it. */
const NODES = '192.0.2.1';

/**
 * The network between the API server and what runs in its cluster, for pods that are only played: a proxy (CONNECT) that leads to kwok
 * for an address of a node, and for one of a pod to a webhook that agrees with everything.
 * @param namespaces whose Services its certificate is for
 */
export async function startClusterNetwork(namespaces: readonly string[]): Promise<ClusterNetwork> {
  const dir = mkdtempSync(path.join(tmpdir(), 'slipway-network-'));
  const authority = certify(dir, namespaces);
  const asked = new Map<string, number>();
  const webhook = createSecureServer({ cert: readFileSync(path.join(dir, 'server.crt')), key: readFileSync(path.join(dir, 'server.key')) });
  webhook.on('request', (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'https://webhook');
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.set(pathname, (asked.get(pathname) ?? 0) + 1);
      const { apiVersion, kind, request: review } = JSON.parse(body) as { apiVersion: string; kind: string; request: { uid: string } };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ apiVersion, kind, response: { uid: review.uid, allowed: true } }));
    });
  });
  const webhookPort = await listening(webhook);
  let kubelets = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer();
  proxy.on('connect', (request, socket: Socket) => {
    const isNode = (request.url ?? '').startsWith(`${NODES}:`);
    const target = connect(isNode ? kubelets : webhookPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
    for (const [one, other] of [
      [socket, target],
      [target, socket],
    ] as const) {
      sockets.add(one);
      one.once('error', () => other.destroy());
      one.once('close', () => (sockets.delete(one), other.destroy()));
    }
  });
  const socketFile = path.join(dir, 'proxy.sock');
  await new Promise<void>((resolve) => proxy.listen(socketFile, resolve));
  return {
    socket: socketFile,
    nodeAddress: NODES,
    certificateAuthority: authority,
    asked,
    kubeletsAt: (port) => (kubelets = port),
    close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      webhook.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** `server.crt` for every Service of the namespaces. Answers the authority that has signed it. */
function certify(dir: string, namespaces: readonly string[]): string {
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  writeFileSync(path.join(dir, 'names'), `subjectAltName=${namespaces.map((name) => `DNS:*.${name}.svc`).join(',')}\n`);
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=webhooks', '-days', '2');
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=webhook');
  const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names', '-out', 'server.crt', '-days', '2'];
  openssl('x509', '-req', '-in', 'server.csr', ...signed);
  return readFileSync(path.join(dir, 'ca.crt'), 'utf8');
}
