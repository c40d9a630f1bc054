import type { WrittenPlatform } from '../keys.ts';
import type { Path } from '../locator.ts';
import type { Report } from './report.ts';

/** Every path as it is written. Links are looked at where files are read. */
export function checkPaths(written: WrittenPlatform, report: Report): void {
  checkPath(written.manifests, ['manifests'], report);
  for (const [id, stage] of Object.entries(written.stages ?? {})) {
    checkPath(stage?.manifests, ['stages', id, 'manifests'], report);
    for (const [index, file] of (stage?.values ?? []).entries()) checkPath(file, ['stages', id, 'values', index], report);
    if (stage?.chart !== undefined && !/^(oci|https):\/\//.test(stage.chart)) checkPath(stage.chart, ['stages', id, 'chart'], report);
  }
}

function checkPath(text: string | undefined, path: Path, report: Report): void {
  if (text === undefined) return;
  if (text.includes('://')) {
    report.add('error', 'platform.path-scheme', path, 'This is no path: only a chart may be an address, and then with oci:// or https://.');
  } else if (text.includes('\\')) {
    const better = text.replaceAll('\\', '/');
    report.add(
      'error',
      'platform.path-backslash',
      path,
      'Write / between folders: this file is read on every system.',
      report.replace('Change \\ to /', path, JSON.stringify(better)),
    );
  } else if (/^(\/|~|[A-Za-z]:)/.test(text)) {
    report.add('error', 'platform.path-absolute', path, "This path is absolute: write it relative to this file's folder.");
  } else if (leaves(text)) {
    report.add(
      'error',
      'platform.path-outside',
      path,
      "This path leads out of this file's folder: everything of a platform lies inside it.",
    );
  } else if (text.startsWith('-')) {
    report.add(
      'error',
      'platform.path-dash',
      path,
      'A path must not begin with "-": write ./ before it.',
      report.replace('Write ./ before it', path, JSON.stringify(`./${text}`)),
    );
  }
}

/** Whether the path, read from left to right, is ever above where it began. */
function leaves(text: string): boolean {
  let depth = 0;
  for (const part of text.split('/')) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}
