import { resolve } from 'node:path';
import type { Finding } from '../../core/findings/finding.ts';
import { openPlatformFile, isError } from '../../runner/platformFile.ts';
import { findPlatformFile } from '../../runner/readPlatform.ts';
import type { CliContext } from '../cliContext.ts';
import { findingLine, findingView } from '../text/findingText.ts';

/** Problems of platform files, without connecting to anything. Exit 1 with an error in a file that could be read. */
export async function validate(context: CliContext, paths: readonly string[], format: 'text' | 'json'): Promise<number> {
  const files = paths.length === 0 ? [await findPlatformFile(context.cwd)] : paths.map((path) => resolve(context.cwd, path));
  const found: { readonly finding: Finding; readonly file: string }[] = [];
  for (const file of files) for (const finding of (await openPlatformFile(file)).findings) found.push({ finding, file });
  const { output, style } = context;
  if (format === 'json') output.json(found.map(({ finding, file }) => findingView(finding, file)));
  else if (found.length === 0) output.result('No problems.');
  else for (const { finding } of found) output.result(findingLine(finding, style));
  return found.some(({ finding }) => isError(finding)) ? 1 : 0;
}
