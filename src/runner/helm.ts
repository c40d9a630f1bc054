import { access, constants, realpath } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { Refused } from '../core/graph/errors.ts';
import { HelmProgram, HOW_TO_GET_HELM, type HelmCommand } from '../kubernetes/helm/program.ts';
import { liesWithin } from '../kubernetes/realPath.ts';
import { findOnPath } from './onPath.ts';

export interface HelmLookup {
  /** The person's own word for where it is: the setting `slipway.helm.path` (scope machine), else `SLIPWAY_HELM`. Never the platform file's. */
  readonly path: string | undefined;
  /** In a rehearsal: its stand-in, which is then the only one. */
  readonly standIn?: HelmCommand | undefined;
  /** Whatever lies in them came with the repository. */
  readonly workspaces: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stateFolder: string;
}

/** Helm as this person's machine has it. It is looked for when a step first needs it: looking at releases needs none. */
export function helmProgram(lookup: HelmLookup): HelmProgram {
  return new HelmProgram({ find: () => findHelm(lookup), folder: join(lookup.stateFolder, 'helm'), env: lookup.env });
}

/** The rehearsal's Helm: this program's own command, in a process of its own as the real one is. */
export function helmStandIn(cliEntry: string, world: string): HelmCommand {
  const electron = process.versions['electron'] === undefined ? {} : { env: { ELECTRON_RUN_AS_NODE: '1' } };
  return { path: process.execPath, args: [cliEntry, 'rehearse-helm', world, '--'], ...electron };
}

/** The real path of Helm, outside of every workspace. @throws Refused with a way to get it. */
export async function findHelm({ path, standIn, workspaces, env }: HelmLookup): Promise<HelmCommand> {
  if (standIn !== undefined) return standIn;
  const named = path ?? env['SLIPWAY_HELM'];
  if (named !== undefined && named !== '' && !isAbsolute(named)) throw notFound(`${named} is no absolute path`);
  const candidate = named === undefined || named === '' ? await findOnPath('helm', env) : named;
  if (candidate === undefined) throw notFound('it is not on PATH');
  const real = await runnable(candidate);
  if (real === undefined) throw notFound(`${candidate} cannot be run`);
  if (/\.(bat|cmd)$/i.test(real)) throw notFound(`${candidate} is a batch file, which reads its arguments as a shell does`);
  if (await liesWithin(real, workspaces)) throw notFound(`${candidate} lies in the workspace, where others can put it`);
  return { path: real, args: [] };
}

const notFound = (why: string): Refused => new Refused(`helm is not found: ${why}`, { code: 'helm-missing', next: HOW_TO_GET_HELM });

async function runnable(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK);
    return await realpath(path);
  } catch {
    return undefined;
  }
}
