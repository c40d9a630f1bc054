import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Finding, SourceRange } from '../core/findings/finding.ts';
import type { PlatformDocument, PlatformSpec } from '../core/platform/platformSpec.ts';
import { Refused } from '../core/graph/errors.ts';
import { chartFiles, remoteChart } from '../kubernetes/helm/chart.ts';
import { isValues, mergeValues, type Values } from '../kubernetes/helm/values.ts';
import { DocumentText } from '../manifests/documentText.ts';
import { Source as FileText } from '../core/platform/document.ts';
import { tooDeepAt } from '../core/platform/nesting.ts';
import type { ManifestFile } from '../manifests/manifestObject.ts';
import { rememberingReader } from '../manifests/documents.ts';
import { manifestSet } from '../manifests/manifestSet.ts';
import { nodeJson } from '../manifests/nodeJson.ts';
import { token } from '../core/findings/token.ts';
import { issuerFindings } from '../stages/certificates.ts';
import { arrange } from '../stages/arrangement.ts';
import { kubernetesTable } from '../stages/kubernetesTable.ts';
import { balancerFindings } from '../stages/ingress.ts';
import type { PlatformManifests, StageChart } from '../stages/kubernetesContext.ts';
import { stageCharts, type NamedChart } from '../stages/stageCharts.ts';
import { stageFolders } from '../stages/stageFolders.ts';
import { emptyFolders, type StageFiles } from './emptyFolders.ts';
import { ManifestReader } from './readManifests.ts';
import { isInside } from './readPlatform.ts';

export interface ReadPlatformManifests {
  /** Absent where the file names no manifests. */
  readonly manifests?: PlatformManifests;
  readonly findings: readonly Finding[];
}

/** A status reads the same files every time; what did not change is not parsed again. */
const readFile = rememberingReader();

/** All that platform.yml names: folders of manifests, charts and their values. Never throws for what is on disk. */
export async function readPlatformManifests(spec: PlatformSpec, document: PlatformDocument): Promise<ReadPlatformManifests> {
  if (spec.manifests === undefined) return { findings: [] };
  const home = dirname(document.file);
  const reader = new ManifestReader(home);
  const findings: Finding[] = [];
  const stages = [];
  const folders: StageFiles[] = [];
  for (const { stage, path, namespace, key } of stageFolders(spec)) {
    const read = await reader.read(path, key && document.rangeOf(key));
    findings.push(...read.findings);
    stages.push({ stage, files: read.files, named: read.isFile, ...(namespace === undefined ? {} : { namespace }) });
    const isWhole = !read.isMissing && read.findings.length === 0;
    if (isWhole) folders.push({ stage, path, files: read.files, named: read.isFile, range: document.rangeOf(key ?? ['manifests']) });
  }
  const charts: StageChart[] = [];
  const values: ManifestFile[] = [];
  const leftOut: string[] = [];
  for (const named of stageCharts(spec)) {
    const isThere = stages.some(({ stage, files }) => stage === named.stage && files.length > 0);
    if (named.ifThere === true && !isThere && (await chartFolder(home, named.folder ?? '')) === undefined) {
      leftOut.push(named.stage);
      continue;
    }
    const chart = await readChart(named, { home, reader, document, findings, values });
    if (chart !== undefined) charts.push(chart);
  }
  if (leftOut.length > 0) findings.push(withoutFolder(leftOut, spec.manifests, document));
  const ofCharts = new Set([...charts.map(({ stage }) => stage), ...leftOut]);
  findings.push(...emptyFolders(folders, ofCharts, readFile));
  const set = manifestSet(stages, readFile);
  findings.push(...balancerFindings(spec, set, charts, document.rangeOf(['domain'])));
  findings.push(...set.findings, ...arrange(spec, set, charts).findings, ...issuerFindings(spec, set, document.rangeOf(['tls', 'issuer'])));
  return {
    manifests: {
      set,
      values,
      charts,
      fingerprint: fingerprintOf(
        stages.flatMap(({ files }) => files),
        values,
      ),
    },
    findings,
  };
}

/** A chart of the runbook is no part of a platform that has nothing for it: no values, no issuer, no folder at all. */
function withoutFolder(stages: readonly string[], home: string, document: PlatformDocument): Finding {
  const folders = stages.flatMap((id) => kubernetesTable.find((row) => row.id === id)?.folders ?? []);
  const range = document.rangeOf(['manifests']);
  return {
    code: 'platform.stage-without-folder',
    severity: 'information',
    message: `${token(home)} has no folder ${folders.join(', ')}: the platform is without ${stages.join(', ')}. Make the folder, or name the stage under stages.`,
    ...(range === undefined ? {} : { range }),
  };
}

interface Reading {
  readonly home: string;
  readonly reader: ManifestReader;
  readonly document: PlatformDocument;
  readonly findings: Finding[];
  readonly values: ManifestFile[];
}

async function readChart(named: NamedChart, reading: Reading): Promise<StageChart | undefined> {
  const { stage, release, namespace } = named;
  const range = (named.key && reading.document.rangeOf(named.key)) ?? startOf(reading.document.file);
  const report = (message: string): undefined => {
    reading.findings.push({ code: 'platform.chart', severity: 'error', message, range });
    return undefined;
  };
  let values: Values = {};
  for (const { path, key } of named.values) {
    const read = await reading.reader.read(path, key && reading.document.rangeOf(key));
    reading.findings.push(...read.findings);
    for (const file of read.files) {
      reading.values.push(file);
      values = mergeValues(values, readValues(file, reading.findings));
    }
  }
  const folder = named.folder === undefined ? undefined : await chartFolder(reading.home, named.folder);
  try {
    if (folder !== undefined) {
      await chartFiles(folder);
      return { stage, release, namespace, chart: { kind: 'folder', folder }, values, range };
    }
    if (named.remote === undefined) return report('There is no chart in this folder: it has no Chart.yaml, or it lies outside.');
    const { chart, ...more } = named.remote;
    return { stage, release, namespace, chart: remoteChart(chart, more), values, range };
  } catch (error) {
    if (error instanceof Refused) return report(error.message);
    throw error;
  }
}

function startOf(file: string): SourceRange {
  const start = { line: 1, column: 1 };
  return { file, start, end: start };
}

/** Its real path, inside the folder of platform.yml; `undefined` where there is no chart. */
async function chartFolder(home: string, path: string): Promise<string | undefined> {
  try {
    const [root, folder] = await Promise.all([realpath(home), realpath(join(home, path))]);
    return isInside(root, folder) && (await stat(join(folder, 'Chart.yaml'))).isFile() ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** The values of a file as Helm reads them: one document, a mapping. */
function readValues(file: ManifestFile, findings: Finding[]): Values {
  const source = new FileText(file.file, file.text);
  const report = (message: string, range: SourceRange): Values => {
    findings.push({ code: 'chart.values', severity: 'error', message, range });
    return {};
  };
  if (tooDeepAt(file.text) !== undefined) return report('These values are nested too deeply.', source.range(0, 0));
  const document = new DocumentText(source, file.path, 0, file.text.length);
  const tree = document.parse();
  const [error] = tree.errors;
  if (error !== undefined) return report('These values cannot be read as YAML.', document.rangeOfError(error.pos));
  const problems: SourceRange[] = [];
  const json = nodeJson(tree.contents, (_code, _message, node) => problems.push(document.rangeOfNode(node)));
  const [problem] = problems;
  if (problem !== undefined) return report('These values cannot be read as YAML.', problem);
  if (json === undefined || json === null) return {};
  return isValues(json) ? json : report('Values of a chart are a mapping.', source.range(0, 0));
}

/** Two readings with the same fingerprint give the same graph. */
function fingerprintOf(...groups: readonly (readonly ManifestFile[])[]): string {
  const hash = createHash('sha256');
  for (const { path, text } of groups.flat()) hash.update(`${path}\0${text}\0`);
  return hash.digest('hex');
}
