import { resolve } from 'node:path';
import type { Finding } from '../core/findings/finding.ts';
import { parsePlatform } from '../core/platform/parsePlatform.ts';
import type { PlatformDocument, PlatformSpec } from '../core/platform/platformSpec.ts';
import { checkPaths } from './checkPaths.ts';
import { readPlatformText } from './readPlatform.ts';
import { RunnerError } from './runnerError.ts';

/**
 * A platform file as it is on disk (or as `text`, unsaved): parsed, and its paths looked at. `spec` is there unless a
 * finding is an error.
 * @throws RunnerError exit 2 when it cannot be read.
 */
export async function openPlatformFile(file: string, text?: string): Promise<PlatformDocument> {
  const absolute = resolve(file);
  const document = parsePlatform(text ?? (await readPlatformText(absolute)), absolute);
  const findings = [...document.findings, ...(await checkPaths(document))];
  return {
    file: document.file,
    spec: findings.some(isError) ? undefined : document.spec,
    findings,
    rangeOf: (path) => document.rangeOf(path),
  };
}

/** @throws RunnerError exit 2 with the findings when the file has errors. */
export function specOf(document: PlatformDocument): PlatformSpec {
  if (document.spec !== undefined) return document.spec;
  const errors = document.findings.filter(isError);
  throw new RunnerError(
    `platform.yml has ${errors.length === 1 ? 'an error' : `${String(errors.length)} errors`}: ${errors[0]?.message ?? 'it cannot be read.'}`,
    {
      code: 'platform-invalid',
      exit: 2,
      next: `Correct ${document.file}; slipway validate lists everything.`,
      findings: document.findings,
    },
  );
}

export const isError = (finding: Finding): boolean => finding.severity === 'error';
