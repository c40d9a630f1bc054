import { execFile } from 'node:child_process';
import { Unseen } from '../core/graph/errors.ts';
import type { ClientCertificate } from './connection.ts';

/** A program that a kubeconfig names to make its credentials (client-go credential plugins). It is data here: nothing runs by reading it. */
export interface ExecProgram {
  readonly apiVersion: string;
  /** A bare name is looked up on PATH, a relative path stands beside the kubeconfig. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it is told of the cluster, where the file wants that (`provideClusterInfo`). */
  readonly cluster?: Readonly<Record<string, string>>;
}

export interface ProgramRun {
  /** Absolute path of the file that is run: what the person said yes to. */
  readonly path: string;
  /** Not the workspace. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  now(): number;
  /** Milliseconds until a program that says nothing is stopped. */
  readonly timeout?: number;
}

const TIMEOUT_MS = 60_000;
const LONGEST_ANSWER = 1024 * 1024;
/** A credential that does not say when it ends is asked for anew after that. */
const UNDATED_MS = 5 * 60_000;
/** One that ends sooner is not sent any more: it would end on its way. */
const MARGIN_MS = 10_000;

/** What a program gives: a token, a client certificate, or both. All of it is secret. */
export interface ProgramCredential {
  readonly token?: string;
  readonly clientCertificate?: ClientCertificate;
}

interface Kept {
  readonly credential: ProgramCredential;
  readonly until: number;
}

/**
 * The credential that the program prints as an ExecCredential; a secret, kept in memory until its `expirationTimestamp`. One program at a
 * time, however many ask. Without a shell; what it says on stderr is shown nowhere.
 * @throws Unseen with one sentence, which quotes nothing of what the program printed.
 */
export function programCredential(program: ExecProgram, run: ProgramRun): () => Promise<ProgramCredential> {
  let kept: Kept | undefined;
  let asking: Promise<Kept> | undefined;
  return async () => {
    if (kept !== undefined && run.now() < kept.until) return kept.credential;
    asking ??= ask(program, run).finally(() => (asking = undefined));
    kept = await asking;
    return kept.credential;
  };
}

async function ask(program: ExecProgram, run: ProgramRun): Promise<Kept> {
  const status = statusIn(await output(program, run), program, run.path);
  const [token, certificate, key] = ['token', 'clientCertificateData', 'clientKeyData'].map((name) => textIn(status, name));
  // client-go refuses half of a pair too.
  if ((certificate === undefined) !== (key === undefined))
    throw failure(run.path, 'gives a client certificate without its key, or a key alone');
  if (token === undefined && certificate === undefined) throw failure(run.path, 'gives neither a token nor a client certificate');
  const credential: ProgramCredential = {
    ...(token === undefined ? {} : { token }),
    ...(certificate === undefined || key === undefined ? {} : { clientCertificate: { certificate, key } }),
  };
  const ends = textIn(status, 'expirationTimestamp');
  const until = ends === undefined ? Number.NaN : Date.parse(ends);
  return { credential, until: Number.isNaN(until) ? run.now() + UNDATED_MS : until - MARGIN_MS };
}

function textIn(status: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = status[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function output({ apiVersion, args, env, cluster }: ExecProgram, { path, cwd, env: own, timeout }: ProgramRun): Promise<string> {
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false, ...(cluster === undefined ? {} : { cluster }) } };
  return new Promise((resolve, reject) => {
    const child = execFile(
      path,
      [...args],
      {
        cwd,
        env: { ...own, ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
        shell: false,
        windowsHide: true,
        encoding: 'utf8',
        timeout: timeout ?? TIMEOUT_MS,
        killSignal: 'SIGKILL',
        maxBuffer: LONGEST_ANSWER,
      },
      (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(failure(path, whyNot(error)));
      },
    );
    child.stdin?.end();
  });
}

/** Its own words may hold credentials: only how it ended is told. */
function whyNot({ code, killed }: { readonly code?: string | number | null; readonly killed?: boolean }): string {
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'prints more than a credential';
  if (killed === true) return 'did not end in time';
  return typeof code === 'number' ? `ended with exit code ${code}` : `could not be run (${code ?? 'stopped by a signal'})`;
}

function statusIn(text: string, { apiVersion }: ExecProgram, path: string): Readonly<Record<string, unknown>> {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // The parser's own error quotes the text.
    throw failure(path, 'prints no ExecCredential');
  }
  if (!isRecord(answer) || answer['kind'] !== 'ExecCredential') throw failure(path, 'prints no ExecCredential');
  if (answer['apiVersion'] !== apiVersion) throw failure(path, `answers in another version than ${apiVersion}`);
  return isRecord(answer['status']) ? answer['status'] : {};
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function failure(path: string, what: string): Unseen {
  return new Unseen(`the program ${path}, which the kubeconfig names for its credentials, ${what}`, {
    code: 'kubeconfig-program',
    next: 'Run kubectl with the same kubeconfig: it shows what the program says.',
  });
}
