import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import path from 'node:path';

/**
 * The real path of a program on PATH, outside of every one of `workspaces`; `undefined` if there is none. Relative and empty entries
 * are skipped (they would be looked up in a workspace), and so are `.bat` and `.cmd`, which Windows runs through a shell.
 */
export async function findProgram(name: string, env: NodeJS.ProcessEnv, workspaces: readonly string[]): Promise<string | undefined> {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of (env['PATH'] ?? '').split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    const found = await realProgram(path.join(folder, file));
    if (found !== undefined && !workspaces.some((workspace) => isWithin(workspace, found))) return found;
  }
  return undefined;
}

async function realProgram(file: string): Promise<string | undefined> {
  try {
    await access(file, constants.X_OK);
    return await realpath(file);
  } catch {
    // Not there, or not to be run: the next entry of PATH is as good.
    return undefined;
  }
}

function isWithin(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}
