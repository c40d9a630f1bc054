import { execFile } from 'node:child_process';
import { Unseen } from '../core/graph/errors.ts';

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
/** A token that does not say when it ends is asked for anew after that. */
const UNDATED_MS = 5 * 60_000;
/** A token that ends sooner is not sent any more: it would end on its way. */
const MARGIN_MS = 10_000;

interface Credential {
  readonly token: string;
  readonly until: number;
}

/**
 * The token that the program prints as an ExecCredential; a secret, kept in memory until its `expirationTimestamp`. One program at a
 * time, however many ask. Without a shell; what it says on stderr is shown nowhere.
 * @throws Unseen with one sentence, which quotes nothing of what the program printed.
 */
export function programToken(program: ExecProgram, run: ProgramRun): () => Promise<string> {
  let kept: Credential | undefined;
  let asking: Promise<Credential> | undefined;
  return async () => {
    if (kept !== undefined && run.now() < kept.until) return kept.token;
    asking ??= ask(program, run).finally(() => (asking = undefined));
    kept = await asking;
    return kept.token;
  };
}

async function ask(program: ExecProgram, run: ProgramRun): Promise<Credential> {
  const status = statusIn(await output(program, run), program, run.path);
  const { token, expirationTimestamp } = status;
  if (typeof token !== 'string' || token === '') throw failure(run.path, 'gives no token');
  const until = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : Number.NaN;
  return { token, until: Number.isNaN(until) ? run.now() + UNDATED_MS : until - MARGIN_MS };
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
