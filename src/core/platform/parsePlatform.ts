import type { Finding } from '../findings/finding.ts';
import { checkCluster } from './checks/cluster.ts';
import { checkCompute } from './checks/compute.ts';
import { checkIdentity } from './checks/identity.ts';
import { checkNetwork } from './checks/network.ts';
import { checkPaths } from './checks/paths.ts';
import { Report } from './checks/report.ts';
import { checkStages } from './checks/stages.ts';
import { readDocument } from './document.ts';
import { fillDefaults } from './fillDefaults.ts';
import { platformKeys } from './keys.ts';
import type { WrittenPlatform } from './keys.ts';
import type { PlatformDocument } from './platformSpec.ts';
import { readShape } from './readShape.ts';

const checks = [checkIdentity, checkNetwork, checkCluster, checkCompute, checkStages, checkPaths];

/**
 * Reads the text of a `platform.yml`. Never throws: whatever is wrong is a finding with the range of the offending token.
 * `file` is its absolute path and only stands in the ranges; no file is read.
 */
export function parsePlatform(text: string, file: string): PlatformDocument {
  const { source, document, findings: syntax } = readDocument(text, file);
  if (document === undefined) return { file, spec: undefined, findings: syntax, rangeOf: () => undefined };
  const read = readShape(source, document, platformKeys);
  const rangeOf: PlatformDocument['rangeOf'] = (path) => read.values.get(JSON.stringify(path));
  // In a text that is no YAML the values are guesses: their ranges are worth having, findings about them are not.
  if (syntax.length > 0) return { file, spec: undefined, findings: syntax, rangeOf };
  const report = new Report(read);
  // Read by `platformKeys`, from which the type is derived.
  const written = read.written as WrittenPlatform | undefined;
  if (written !== undefined) for (const check of checks) check(written, report);
  const findings = inOrder([...read.findings, ...report.findings]);
  const isSound = written !== undefined && findings.every(({ severity }) => severity !== 'error');
  return { file, spec: isSound ? fillDefaults(written) : undefined, findings, rangeOf };
}

/** As they stand in the file. */
function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const at = ({ range }: Finding): readonly [number, number] => [range?.start.line ?? 0, range?.start.column ?? 0];
  return findings.toSorted((a, b) => {
    const [[lineA, columnA], [lineB, columnB]] = [at(a), at(b)];
    return lineA - lineB || columnA - columnB;
  });
}
