import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { Refused } from '../core/graph/errors.ts';
import type { Connection } from './connection.ts';
import type { ExecProgram, ProgramCredential } from './execProgram.ts';

/** A connection that a kubeconfig describes; `ownToken` is asked where the file would run a program for an EKS token. */
export type NamedConnection = (ownToken: () => Promise<string>) => Connection;

export interface KubeconfigChoice {
  /** Absolute path: the person named it. */
  readonly file: string;
  /** Default: the file's own `current-context`. */
  readonly context?: string | undefined;
  /**
   * What becomes of a program that makes the credentials: what it gives, once the person has agreed. Absent: none is run.
   * @throws whatever refuses the kubeconfig.
   */
  program?(program: ExecProgram): Promise<() => Promise<ProgramCredential>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Programs that make the very token that we make ourselves: they are never run. */
const EKS_TOKEN_PROGRAMS = /(^|[/\\])(aws|aws-iam-authenticator|slipway)(\.exe|\.cmd)?$/;

/**
 * Reads how a kubeconfig reaches its cluster: for a tunnel, a bastion, a proxy (`--kubeconfig`, `--context`). Only its data is used: a
 * kubeconfig is a program, and one that it names is run by `program` or not at all. For `aws eks get-token` and its like the token is
 * made in process.
 * @throws Refused with one sentence for a file that cannot be read or used.
 */
export async function kubeconfigConnection({ file, context, program }: KubeconfigChoice): Promise<NamedConnection> {
  const config = await readConfig(file);
  const name = context ?? textIn(config, 'current-context');
  if (name === undefined || name === '') throw refusal(file, 'names no current context: say which with --context');
  const chosen = entry(file, config, 'contexts', name, 'context');
  const cluster = entry(file, config, 'clusters', textIn(chosen, 'cluster') ?? '', 'cluster');
  const user = entry(file, config, 'users', textIn(chosen, 'user') ?? '', 'user');
  const base = dirname(file);

  const server = textIn(cluster, 'server');
  if (server === undefined || !/^https:\/\//.test(server) || !URL.canParse(server))
    throw refusal(file, 'names no https server for its cluster');
  if (cluster['insecure-skip-tls-verify'] === true)
    throw refusal(file, 'switches the check of the certificate off (insecure-skip-tls-verify): name its certificate-authority instead');
  const certificateAuthority = await material(file, base, cluster, 'certificate-authority');
  const clientCertificate = await clientCertificateOf(file, base, user);
  const serverName = textIn(cluster, 'tls-server-name');
  const credentials = tokenOf(file, base, user, clientCertificate !== undefined, cluster);
  const made = typeof credentials === 'object' ? await programmed(file, credentials, program) : undefined;
  const token = typeof credentials === 'object' ? async () => (await made?.())?.token : credentials;
  return (ownToken) => ({
    server,
    token: token === 'own' ? ownToken : token,
    ...(made === undefined ? {} : { madeCertificate: async () => (await made()).clientCertificate }),
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
    ...(serverName === undefined ? {} : { serverName }),
  });
}

function tokenOf(
  file: string,
  base: string,
  user: Fields,
  hasCertificate: boolean,
  cluster: Fields,
): 'own' | Connection['token'] | ExecProgram {
  const fixed = textIn(user, 'token');
  const tokenFile = textIn(user, 'tokenFile');
  // As kubectl: the file wins, and is read anew each time, since something renews it.
  if (tokenFile !== undefined) return async () => (await readText(file, resolve(base, tokenFile))).trim();
  if (fixed !== undefined) return () => Promise.resolve(fixed);
  const program = isFields(user['exec']) ? programOf(file, user['exec'], cluster) : undefined;
  if (program !== undefined) return EKS_TOKEN_PROGRAMS.test(program.command) ? 'own' : program;
  if (hasCertificate) return () => Promise.resolve(undefined);
  throw refusal(file, 'has no credentials that Slipway can use: a token, a client certificate, or a program that makes one of them');
}

async function programmed(file: string, program: ExecProgram, run: KubeconfigChoice['program']): Promise<() => Promise<ProgramCredential>> {
  if (run === undefined) throw refusal(file, 'makes its credentials with a program, and nobody can be asked whether that may run');
  return run(program);
}

/** client-go's `ExecConfig`, of which everything must be what it should be: it is about to be run. */
function programOf(file: string, exec: Fields, cluster: Fields): ExecProgram {
  const [command, apiVersion] = [textIn(exec, 'command'), textIn(exec, 'apiVersion')];
  const [args, env] = [exec['args'] ?? [], exec['env'] ?? []];
  if (command === undefined || command === '' || apiVersion === undefined || !isTexts(args) || !isVariables(env))
    throw refusal(file, 'names a program for its credentials in a form that kubectl would not take either');
  if (exec['interactiveMode'] === 'Always')
    throw refusal(file, 'makes its credentials with a program that asks questions on a terminal, which it has not got here');
  const told = exec['provideClusterInfo'] === true ? { cluster: clusterInfo(cluster) } : {};
  return { apiVersion, command, args, env: Object.fromEntries(env.map(({ name, value }) => [name, value])), ...told };
}

function clusterInfo(cluster: Fields): Readonly<Record<string, string>> {
  const keys = ['server', 'tls-server-name', 'certificate-authority-data', 'proxy-url'];
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = textIn(cluster, key);
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((each) => typeof each === 'string');

const isVariables = (value: unknown): value is readonly { readonly name: string; readonly value: string }[] =>
  Array.isArray(value) && value.every((each) => isFields(each) && typeof each['name'] === 'string' && typeof each['value'] === 'string');

async function clientCertificateOf(file: string, base: string, user: Fields): Promise<Connection['clientCertificate']> {
  const [certificate, key] = await Promise.all([
    material(file, base, user, 'client-certificate'),
    material(file, base, user, 'client-key'),
  ]);
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

/** PEM that is written as base64 (`…-data`, which wins) or in a file beside the kubeconfig. */
async function material(file: string, base: string, fields: Fields, key: string): Promise<string | undefined> {
  const data = textIn(fields, `${key}-data`);
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  const path = textIn(fields, key);
  return path === undefined ? undefined : readText(file, resolve(base, path));
}

async function readConfig(file: string): Promise<Fields> {
  const text = await readText(file, file);
  let config: unknown;
  try {
    config = parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw refusal(file, 'is not YAML', cause);
  }
  if (!isFields(config)) throw refusal(file, 'is no kubeconfig');
  return config;
}

async function readText(kubeconfig: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw refusal(kubeconfig, path === kubeconfig ? 'cannot be read' : 'names a file that cannot be read', cause);
  }
}

/** `contexts: [{ name, context: {…} }]`, and so for clusters and users. */
function entry(file: string, config: Fields, list: string, name: string, key: string): Fields {
  const entries = config[list];
  const found = Array.isArray(entries) ? entries.filter(isFields).find((each) => each['name'] === name) : undefined;
  const body = found?.[key];
  if (!isFields(body)) throw refusal(file, `has no ${key} of the name that is asked for`);
  return body;
}

function textIn(fields: Fields, key: string): string | undefined {
  const value = fields[key];
  return typeof value === 'string' ? value : undefined;
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the file says is never quoted: it may hold credentials. */
function refusal(file: string, what: string, cause?: unknown): Refused {
  return new Refused(`The kubeconfig ${file} ${what}.`, { code: 'kubeconfig', cause });
}
