import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { KubernetesClient } from '../client.ts';

/** An entry of a kubeconfig by which another program gets its credentials from this process. */
export interface TokenEntry {
  readonly kubeconfig: string;
  close(): Promise<void>;
}

/** How long a credential is used before the program asks again. Asking costs a fraction of a second. */
const ASK_EVERY_MS = 60_000;
const API_VERSION = 'client.authentication.k8s.io/v1';
/** Connects to the address it is given, says the word, and prints what comes back. */
const ASK = "const s=require('net').connect(process.argv[1]);s.end(process.env.SLIPWAY_ASK);s.pipe(process.stdout)";

/**
 * A kubeconfig whose user is a program that asks this process for a token, each time one is needed. So a token is in no file, no argv and
 * no environment, outlives no hook, and there is none any more once this process is gone; an MFA session, an SSO login or a `--kubeconfig`
 * work as they do for everything else, which a second `slipway token` could not promise.
 *
 * @param folder 0700: only this person reaches the socket in it. On Windows a pipe has no folder, so whoever asks must know a word that
 * stands in the kubeconfig alone.
 */
export async function tokenSocket(client: KubernetesClient, folder: string): Promise<TokenEntry> {
  const word = randomBytes(24).toString('hex');
  const address = process.platform === 'win32' ? `\\\\.\\pipe\\slipway-${randomBytes(16).toString('hex')}` : join(folder, 'ask');
  const server = createServer({ allowHalfOpen: true }, (socket) => void answer(socket, word, client));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(address, resolve));
  server.unref();
  return {
    kubeconfig: await kubeconfigText(client, address, word),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function answer(socket: Socket, word: string, client: KubernetesClient): Promise<void> {
  // Whoever hangs up early gets nothing, and that is all.
  socket.on('error', () => socket.destroy());
  let said = '';
  for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) {
    said += chunk;
    if (said.length > word.length) break;
  }
  const knows = said.length === word.length && timingSafeEqual(Buffer.from(said), Buffer.from(word));
  try {
    socket.end(knows ? JSON.stringify(await credential(client)) : '');
  } catch {
    // Signed out, say: Helm is told nothing and ends; the run finds out with its own next request.
    socket.end('');
  }
}

async function credential(client: KubernetesClient): Promise<object> {
  const { headers, cert, key } = await client.outgoing('/version');
  const authorization = Object.entries(headers ?? {}).find(([name]) => name === 'authorization')?.[1];
  const token = typeof authorization === 'string' ? authorization.replace(/^Bearer /, '') : undefined;
  return {
    apiVersion: API_VERSION,
    kind: 'ExecCredential',
    status: {
      expirationTimestamp: new Date(Date.now() + ASK_EVERY_MS).toISOString(),
      ...(token === undefined ? {} : { token }),
      ...(typeof cert === 'string' && typeof key === 'string' ? { clientCertificateData: cert, clientKeyData: key } : {}),
    },
  };
}

async function kubeconfigText(client: KubernetesClient, address: string, word: string): Promise<string> {
  const { url, ca, servername } = await client.outgoing('/version');
  const electron = process.versions['electron'] === undefined ? [] : [{ name: 'ELECTRON_RUN_AS_NODE', value: '1' }];
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'slipway',
    contexts: [{ name: 'slipway', context: { cluster: 'slipway', user: 'slipway' } }],
    clusters: [
      {
        name: 'slipway',
        cluster: {
          server: url.origin,
          ...(typeof ca === 'string' ? { 'certificate-authority-data': Buffer.from(ca).toString('base64') } : {}),
          ...(servername === undefined ? {} : { 'tls-server-name': servername }),
        },
      },
    ],
    users: [
      {
        name: 'slipway',
        user: {
          exec: {
            apiVersion: API_VERSION,
            command: process.execPath,
            args: ['-e', ASK, address],
            env: [{ name: 'SLIPWAY_ASK', value: word }, ...electron],
            interactiveMode: 'Never',
          },
        },
      },
    ],
  });
}
