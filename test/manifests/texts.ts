import type { Finding } from '../../src/core/findings/finding.ts';
import { manifestSet } from '../../src/manifests/manifestSet.ts';
import type { ManifestSet } from '../../src/manifests/manifestSet.ts';
import { readManifest } from '../../src/manifests/documents.ts';
import type { ReadManifests } from '../../src/manifests/documents.ts';
import type { ManifestFile } from '../../src/manifests/manifestObject.ts';

export function manifest(text: string, path = 'a.yml'): ManifestFile {
  return { path, file: `/platform/${path}`, text };
}

export function read(text: string, named = false): ReadManifests {
  return readManifest(manifest(text), named);
}

/** One stage with one file. */
export function setOf(text: string, namespace?: string): ManifestSet {
  return manifestSet([{ stage: 'own', files: [manifest(text)], ...(namespace === undefined ? {} : { namespace }) }]);
}

/** `code line:column-line:column` */
export function told({ code, range }: Finding): string {
  const at = range === undefined ? '' : ` ${range.start.line}:${range.start.column}-${range.end.line}:${range.end.column}`;
  return `${code}${at}`;
}
