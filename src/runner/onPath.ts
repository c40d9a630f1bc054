import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** Whether a program is on PATH. */
export async function isOnPath(program: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  return (await findOnPath(program, env)) !== undefined;
}

/** Where a program is on PATH. Relative and empty entries are skipped: they would be looked up in a workspace. */
export async function findOnPath(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const names = process.platform === 'win32' ? [`${program}.exe`] : [program];
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    for (const name of names) {
      try {
        await access(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // not here: the next entry
      }
    }
  }
  return undefined;
}
