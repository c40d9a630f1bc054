import { access, constants } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { Refused } from '../core/graph/errors.ts';
import { programCredential } from '../kubernetes/execProgram.ts';
import type { ExecProgram, ProgramCredential } from '../kubernetes/execProgram.ts';
import { kubeconfigConnection } from '../kubernetes/kubeconfigConnection.ts';
import type { NamedConnection } from '../kubernetes/kubeconfigConnection.ts';
import { liesWithin, realOrSame } from '../kubernetes/realPath.ts';
import { findOnPath } from './onPath.ts';
import type { Person } from './person.ts';
import type { ProgramConsents } from './programConsents.ts';
import { RunnerError } from './runnerError.ts';

export interface NamedClusterOptions {
  /** `--kubeconfig` and `--context`. */
  readonly kubeconfig: string;
  readonly context: string | undefined;
  /** Whatever lies in them came with the repository. */
  readonly workspaces: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly person: Person;
  readonly consents: ProgramConsents;
  readonly signal: AbortSignal;
}

/** More than that is not shown to a person, and what cannot be shown cannot be agreed to. */
const LONGEST_COMMAND = 2_000;

/**
 * How the person says that Kubernetes is reached. A kubeconfig is a program: none is taken from a workspace, and the program that it
 * names is shown and asked for once.
 * @throws RunnerError exit 2 with one sentence for a file that cannot be used, or a program that nobody agreed to.
 */
export async function namedCluster(options: NamedClusterOptions): Promise<NamedConnection> {
  const { kubeconfig: file, context, workspaces } = options;
  try {
    if (await liesWithin(file, workspaces))
      throw new Refused(`The kubeconfig ${file} lies in the workspace, where others can put it: name one outside.`);
    return await kubeconfigConnection({ file, context, program: (program) => agreedProgram(program, options) });
  } catch (error) {
    if (error instanceof Refused) throw new RunnerError(error.message, { code: 'kubeconfig', exit: 2, next: error.next, cause: error });
    throw error;
  }
}

async function agreedProgram(program: ExecProgram, options: NamedClusterOptions): Promise<() => Promise<ProgramCredential>> {
  const { kubeconfig, env, person, consents, signal } = options;
  const path = await locate(program.command, options);
  const command = [path, ...program.args];
  const environment = Object.entries(program.env).map(([name, value]) => `${name}=${value}`);
  if ([...command, ...environment].join(' ').length > LONGEST_COMMAND)
    throw new Refused(`The kubeconfig ${kubeconfig} names a program with more arguments than can be shown: it is not run.`);
  const asked = { path, target: await realOrSame(path), args: program.args, env: program.env };
  if (!(await consents.agreed(asked, () => person.ask('runProgram', { kubeconfig, command, environment }, signal)))) {
    throw new Refused(`Nobody has agreed that the kubeconfig ${kubeconfig} may run ${path} for its credentials.`, {
      next: 'Run once in a terminal and agree, or use a kubeconfig with a token or a client certificate.',
    });
  }
  return programCredential(program, { path, cwd: dirname(kubeconfig), env, now: () => Date.now() });
}

/** The file that would be run: never one of the workspace, never a script of cmd.exe, which reads its arguments as a shell does. */
async function locate(command: string, { kubeconfig, env, workspaces }: NamedClusterOptions): Promise<string> {
  const path = /[/\\]/.test(command) || isAbsolute(command) ? resolve(dirname(kubeconfig), command) : await findOnPath(command, env);
  if (path === undefined || !(await isRunnable(path)))
    throw new Refused(`The kubeconfig ${kubeconfig} makes its credentials with a program that is not on this machine.`);
  if (/\.(bat|cmd)$/i.test(path)) throw new Refused(`The kubeconfig ${kubeconfig} names a batch file for its credentials: it is not run.`);
  if (await liesWithin(path, workspaces))
    throw new Refused(`The kubeconfig ${kubeconfig} names a program that lies in the workspace: it is not run.`);
  return path;
}

async function isRunnable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
