import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { replacePrivately } from './privateFile.ts';
import { shellWord } from './shellQuote.ts';

/**
 * A program at a path that stays the same over updates, which runs this version's CLI: what a kubeconfig names where there
 * is no `aws`. Written anew each time, so that it never points at a version that is gone.
 */
export async function ensureLauncher(stateFolder: string, cliEntry: string): Promise<string> {
  const windows = process.platform === 'win32';
  const path = join(stateFolder, 'bin', windows ? 'slipway.cmd' : 'slipway');
  const node = process.execPath;
  const electron = process.versions['electron'] !== undefined;
  const text = windows
    ? `@${electron ? 'set ELECTRON_RUN_AS_NODE=1&& ' : ''}"${node}" "${cliEntry}" %*\r\n`
    : `#!/bin/sh\n${electron ? 'ELECTRON_RUN_AS_NODE=1 ' : ''}exec ${shellWord(node, 'posix')} ${shellWord(cliEntry, 'posix')} "$@"\n`;
  await replacePrivately(path, text);
  await chmod(path, 0o700);
  return path;
}
