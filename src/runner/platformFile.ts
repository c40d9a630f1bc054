import { resolve } from 'node:path';
import type { Finding } from '../core/findings/finding.ts';
import { parsePlatform } from '../core/platform/parsePlatform.ts';
import type { PlatformDocument, PlatformSpec } from '../core/platform/platformSpec.ts';
import type { PlatformManifests } from '../stages/kubernetesContext.ts';
import { checkPaths } from './checkPaths.ts';
import { readPlatformManifests } from './platformManifests.ts';
import { readPlatformText } from './readPlatform.ts';
import { RunnerError } from './runnerError.ts';

/** A platform file with all that it names. */
export interface PlatformFile extends PlatformDocument {
  /** Absent where it names no manifests, or cannot be read itself. */
  readonly manifests?: PlatformManifests;
}

/**
 * A platform file as it is on disk (or as `text`, unsaved) with the folders that it names: parsed, and its paths looked at. `spec` is
 * there unless a finding is an error, in whatever file: a platform that is half read is not applied, and nothing of it is an orphan.
 * @throws RunnerError exit 2 when it cannot be read.
 */
export async function openPlatformFile(file: string, text?: string): Promise<PlatformFile> {
  const absolute = resolve(file);
  const document = parsePlatform(text ?? (await readPlatformText(absolute)), absolute);
  const found = [...document.findings, ...(await checkPaths(document))];
  const isReadable = document.spec !== undefined && !found.some(isError);
  const read = isReadable ? await readPlatformManifests(document.spec, document) : { findings: [] };
  const findings = [...found, ...read.findings];
  return {
    file: document.file,
    spec: findings.some(isError) ? undefined : document.spec,
    findings,
    rangeOf: (path) => document.rangeOf(path),
    ...('manifests' in read ? { manifests: read.manifests } : {}),
  };
}

/** @throws RunnerError exit 2 with the findings when the file has errors. */
export function specOf(document: PlatformDocument): PlatformSpec {
  if (document.spec !== undefined) return document.spec;
  const errors = document.findings.filter(isError);
  const [first] = errors;
  const where = first?.range === undefined || first.range.file === document.file ? 'platform.yml' : 'The platform';
  throw new RunnerError(
    `${where} has ${errors.length === 1 ? 'an error' : `${String(errors.length)} errors`}: ${first?.message ?? 'it cannot be read.'}`,
    {
      code: 'platform-invalid',
      exit: 2,
      next: `Correct ${first?.range?.file ?? document.file}; slipway validate lists everything.`,
      findings: document.findings,
    },
  );
}

export const isError = (finding: Finding): boolean => finding.severity === 'error';
