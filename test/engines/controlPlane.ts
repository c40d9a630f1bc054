import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClusterNetwork } from './clusterNetwork.ts';
import { Processes, freePort, until } from './processes.ts';

export interface ControlPlane {
  readonly server: string;
  readonly certificateAuthority: string;
  /** Of the group system:masters. */
  readonly token: string;
  readonly kubeconfig: string;
  /** PEM, of the group system:masters. */
  readonly clientCertificate: { readonly certificate: string; readonly key: string };
  readonly dir: string;
  stop(): void;
}

export interface ControlPlaneOptions {
  /** The way from the API server to pods and kubelets. Without it webhooks are never reached and nothing is forwarded. */
  readonly network?: ClusterNetwork;
  /** More of kwok's configuration, e.g. where a port of a pod really is. */
  readonly kwok?: object;
}

/**
 * A real control plane on 127.0.0.1: etcd (without fsync), kube-apiserver with RBAC and admission, controller manager, scheduler,
 * and kwok, which plays the kubelet of every Node object that somebody creates. Needs the engines `etcd`, `kubernetes`, `kwok`.
 */
export async function startControlPlane({ network, kwok: more }: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const dir = mkdtempSync(path.join(tmpdir(), 'slipway-control-plane-'));
  const processes = new Processes();
  const [client, peer, api, controllers, scheduler, kwok] = await Promise.all(Array.from({ length: 6 }, freePort));
  const program = (engine: string, name: string): string => path.join(process.env[`ENGINE_${engine}`] ?? '', name);
  const run = (engine: string, name: string, args: readonly string[]) =>
    processes.start(program(engine, name), args, path.join(dir, `${name}.log`), { cwd: dir });
  const token = 'engine-admin-token';

  execFileSync('openssl', ['genrsa', '-out', path.join(dir, 'sa.key'), '2048'], { stdio: 'ignore' });
  makeClientCertificate(dir);
  writeFileSync(path.join(dir, 'tokens.csv'), `${token},admin,admin,system:masters\n`);
  const etcd = `http://127.0.0.1:${client}`;
  run('ETCD', 'etcd', [
    '--data-dir',
    'etcd',
    '--listen-client-urls',
    etcd,
    '--advertise-client-urls',
    etcd,
    '--listen-peer-urls',
    `http://127.0.0.1:${peer}`,
    '--unsafe-no-fsync',
    '--log-level',
    'error',
  ]);
  const apiserver = run('KUBERNETES', 'kube-apiserver', [
    `--etcd-servers=${etcd}`,
    `--secure-port=${api}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--cert-dir=certs',
    '--token-auth-file=tokens.csv',
    '--client-ca-file=clients.crt',
    '--authorization-mode=RBAC',
    '--service-account-key-file=sa.key',
    '--service-account-signing-key-file=sa.key',
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=172.20.0.0/16',
    '--allow-privileged',
    '--endpoint-reconciler-type=none',
    // as EKS does: webhooks are reached by the addresses behind their Services
    '--enable-aggregator-routing=true',
    ...(network === undefined ? [] : [`--egress-selector-config-file=${egressFile(dir, network)}`]),
  ]);
  const server = `https://127.0.0.1:${api}`;
  await until('kube-apiserver', path.join(dir, 'kube-apiserver.log'), apiserver, () => answers(`${server}/readyz`, token));
  const kubeconfig = path.join(dir, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'engine',
      clusters: [{ name: 'engine', cluster: { server, 'certificate-authority': path.join(dir, 'certs/apiserver.crt') } }],
      users: [{ name: 'admin', user: { token } }],
      contexts: [{ name: 'engine', context: { cluster: 'engine', user: 'admin' } }],
    }),
  );
  run('KUBERNETES', 'kube-controller-manager', [
    '--kubeconfig=kubeconfig',
    '--bind-address=127.0.0.1',
    `--secure-port=${controllers}`,
    '--leader-elect=false',
    '--service-account-private-key-file=sa.key',
    '--root-ca-file=certs/apiserver.crt',
    '--cert-dir=cm',
  ]);
  run('KUBERNETES', 'kube-scheduler', [
    '--kubeconfig=kubeconfig',
    '--bind-address=127.0.0.1',
    `--secure-port=${scheduler}`,
    '--leader-elect=false',
    '--cert-dir=sched',
  ]);
  const stages = path.join(path.dirname(fileURLToPath(import.meta.url)), 'kwokStages.yaml');
  const kwokPort = kwok ?? 0;
  network?.kubeletsAt(kwokPort);
  const config = path.join(dir, 'kwok.json');
  if (more !== undefined) writeFileSync(config, JSON.stringify(more));
  run('KWOK', 'kwok', [
    '--kubeconfig=kubeconfig',
    '--manage-all-nodes=true',
    '--node-lease-duration-seconds=40',
    '--config',
    stages,
    `--server-address=127.0.0.1:${kwokPort}`,
    ...(more === undefined ? [] : ['--config', config]),
    ...(network === undefined
      ? []
      : [`--node-ip=${network.nodeAddress}`, '--tls-cert-file=certs/apiserver.crt', '--tls-private-key-file=certs/apiserver.key']),
  ]);
  return {
    server,
    token,
    kubeconfig,
    dir,
    certificateAuthority: readFileSync(path.join(dir, 'certs/apiserver.crt'), 'utf8'),
    clientCertificate: {
      certificate: readFileSync(path.join(dir, 'client.crt'), 'utf8'),
      key: readFileSync(path.join(dir, 'client.key'), 'utf8'),
    },
    stop: () => {
      processes.stop();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** Whatever the API server asks of the cluster goes through the network's proxy (kubernetes.io, "Egress selector"). */
function egressFile(dir: string, { socket }: ClusterNetwork): string {
  const connection = { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: socket } } };
  const file = path.join(dir, 'egress.json');
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'apiserver.k8s.io/v1beta1',
      kind: 'EgressSelectorConfiguration',
      egressSelections: [{ name: 'cluster', connection }],
    }),
  );
  return file;
}

/** `clients.crt` is the authority of clients; `client.crt` and `client.key` are signed by it. */
function makeClientCertificate(dir: string): void {
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'clients.key', '-out', 'clients.crt', '-subj', '/CN=clients', '-days', '2');
  openssl('req', ...key, '-keyout', 'client.key', '-out', 'client.csr', '-subj', '/O=system:masters/CN=certified');
  openssl(
    'x509',
    '-req',
    '-in',
    'client.csr',
    '-CA',
    'clients.crt',
    '-CAkey',
    'clients.key',
    '-CAcreateserial',
    '-out',
    'client.crt',
    '-days',
    '2',
  );
}

function answers(url: string, token: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    request(url, { rejectUnauthorized: false, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .on('error', reject)
      .end();
  });
}
