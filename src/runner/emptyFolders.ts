import type { Finding, SourceRange } from '../core/findings/finding.ts';
import { token } from '../core/findings/token.ts';
import type { ManifestFile } from '../manifests/manifestObject.ts';
import type { ReadManifests } from '../manifests/documents.ts';

/** A folder of a stage that is there and could be read. */
export interface StageFiles {
  readonly stage: string;
  /** As platform.yml or the runbook has it. */
  readonly path: string;
  readonly files: readonly ManifestFile[];
  /** It is one file, which somebody named. */
  readonly named: boolean;
  /** Where platform.yml speaks of it. */
  readonly range: SourceRange | undefined;
}

/**
 * Folders that are there and hold no manifest: a stage whose files lie elsewhere, or are not what they are meant to be, would be missing
 * without a word. What holds a chart or its values is Helm's, and a file that could not be read has findings of its own.
 */
export function emptyFolders(
  folders: readonly StageFiles[],
  charts: ReadonlySet<string>,
  read: (file: ManifestFile, named: boolean) => ReadManifests,
): readonly Finding[] {
  const holdsNone = ({ objects, findings }: ReadManifests): boolean => objects.length === 0 && findings.length === 0;
  const isEmpty = ({ stage, files, named }: StageFiles): boolean =>
    !charts.has(stage) && files.every((file) => holdsNone(read(file, named)));
  return folders.filter(isEmpty).map(({ stage, path, range }) => ({
    code: 'manifest.folder-empty',
    severity: 'warning',
    message: `${token(path)} holds no manifest: nothing of the stage ${stage} comes from there. Put its files there, or switch the stage off (stages.${stage}.enabled: false).`,
    ...(range === undefined ? {} : { range }),
  }));
}
