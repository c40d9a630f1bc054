import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HelmProgram } from '../../../src/kubernetes/helm/program.ts';

/** What one run of the fake was given. */
export interface Call {
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Mode of the kubeconfig and of its folder, and what its program printed. */
  readonly kubeconfig?: {
    readonly path: string;
    readonly mode: number;
    readonly folderMode: number;
    readonly text: string;
    readonly credential: string;
  };
}

export interface Script {
  readonly version?: string;
  readonly exit?: number;
  readonly stderr?: string;
  /** Goes on until it is told to stop, and then says so. */
  readonly hangs?: boolean;
}

export interface FakeHelm {
  readonly helm: HelmProgram;
  readonly folder: string;
  calls(): readonly Call[];
  plays(script: Script): void;
  /** Resolves when a hanging run has been told everything. */
  hanging(): Promise<void>;
  stop(): void;
}

/** A program that is run as Helm is, writes down what it was given, and ends as it is told. */
export function fakeHelm(env: NodeJS.ProcessEnv = process.env): FakeHelm {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-fake-helm-'));
  const program = path.join(folder, 'helm.mjs');
  writeFileSync(program, PROGRAM);
  const log = path.join(folder, 'calls.jsonl');
  const plays = (script: Script): void => writeFileSync(path.join(folder, 'script.json'), JSON.stringify(script));
  plays({});
  return {
    helm: new HelmProgram({
      find: () => Promise.resolve({ path: process.execPath, args: [program, folder] }),
      folder: path.join(folder, 'state'),
      env,
    }),
    folder,
    calls: () =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as Call)
        : [],
    plays,
    hanging: async () => {
      while (!existsSync(path.join(folder, 'hanging'))) await new Promise((resume) => setTimeout(resume, 10));
    },
    stop: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const PROGRAM = `
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
const [folder, ...argv] = process.argv.slice(2);
const script = JSON.parse(readFileSync(path.join(folder, 'script.json'), 'utf8'));
const stdin = readFileSync(0, 'utf8');
const at = argv.indexOf('--kubeconfig');
let kubeconfig;
if (at >= 0) {
  const file = argv[at + 1];
  const text = readFileSync(file, 'utf8');
  const { exec } = JSON.parse(text).users[0].user;
  const env = { ...process.env, ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])) };
  const credential = execFileSync(exec.command, exec.args, { encoding: 'utf8', env });
  kubeconfig = { path: file, mode: statSync(file).mode & 0o777, folderMode: statSync(path.dirname(file)).mode & 0o777, text, credential };
}
appendFileSync(path.join(folder, 'calls.jsonl'), JSON.stringify({ argv, stdin, env: process.env, cwd: process.cwd(), kubeconfig }) + '\\n');
if (argv[0] === 'version') {
  process.stdout.write(script.version ?? 'v4.3');
} else if (script.hangs) {
  process.on('SIGTERM', () => {
    writeFileSync(path.join(folder, 'stopped'), '');
    process.exit(1);
  });
  writeFileSync(path.join(folder, 'hanging'), '');
  setInterval(() => {}, 1000);
} else {
  process.stderr.write(script.stderr ?? '');
  process.exit(script.exit ?? 0);
}
`;
