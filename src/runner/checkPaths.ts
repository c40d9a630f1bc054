import { realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Finding } from '../core/findings/finding.ts';
import type { PlatformDocument } from '../core/platform/platformSpec.ts';
import { isInside } from './readPlatform.ts';

/**
 * What reading a path alone cannot tell: a folder that is named and missing, or whose real path leaves the platform
 * file's folder by a link.
 */
export async function checkPaths(document: PlatformDocument): Promise<readonly Finding[]> {
  const { spec, file } = document;
  const written = spec === undefined ? undefined : document.rangeOf(['manifests']);
  if (spec?.manifests === undefined || written === undefined) return [];
  const folder = dirname(file);
  const finding = (code: string, message: string): readonly Finding[] => [{ code, severity: 'error', message, range: written }];
  try {
    const [home, target] = await Promise.all([realpath(folder), realpath(resolve(folder, spec.manifests))]);
    if (!isInside(home, target))
      return finding('path-outside', 'This folder is a link that leads out of the folder of platform.yml: keep manifests inside it.');
    if (!(await stat(target)).isDirectory()) return finding('path-not-folder', 'This is a file: name the folder that holds the manifests.');
    return [];
  } catch {
    return finding('path-missing', 'This folder does not exist: make it, or leave the key out.');
  }
}
