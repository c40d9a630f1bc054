import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Refused } from '../../core/graph/errors.ts';

/** A chart as Helm is told of it. */
export type ChartReference =
  /** An absolute path; whoever made this has seen that it stays inside the platform's folder (security.md). */
  | { readonly kind: 'folder'; readonly folder: string }
  /** `oci://…`, `https://….tgz`, or the name of a chart in an `https://` repository. */
  | { readonly kind: 'remote'; readonly chart: string; readonly repository?: string; readonly version?: string };

const CHART_NAME = /^[a-z0-9][a-z0-9-]*$/;
const VERSION = /^v?\d[\w.+-]*$/;

/**
 * A chart that is fetched. Nothing else than `oci://` and `https://`, and nothing that Helm could take for a flag or a file.
 * @throws Refused with one sentence.
 */
export function remoteChart(
  chart: string,
  { repository, version }: { readonly repository?: string; readonly version?: string },
): ChartReference {
  const ofRepository = repository !== undefined && isHttps(repository) && CHART_NAME.test(chart);
  const direct =
    repository === undefined && (/^oci:\/\/[\w.-]+(:\d+)?(\/[\w.-]+)+$/.test(chart) || (isHttps(chart) && chart.endsWith('.tgz')));
  if (!ofRepository && !direct)
    throw new Refused(
      `The chart ${chart} is none that is fetched: it begins with oci://, is an https:// archive, or a name in an https:// repository.`,
    );
  if (version !== undefined && !VERSION.test(version)) throw new Refused(`The version ${version} of the chart ${chart} is none.`);
  return { kind: 'remote', chart, ...(repository === undefined ? {} : { repository }), ...(version === undefined ? {} : { version }) };
}

function isHttps(text: string): boolean {
  return !/\s/.test(text) && URL.canParse(text) && new URL(text).protocol === 'https:' && new URL(text).username === '';
}

/** What follows the release's name on Helm's command line. */
export function chartArguments(chart: ChartReference): readonly string[] {
  if (chart.kind === 'folder') return [chart.folder];
  const { repository, version } = chart;
  return [
    chart.chart,
    ...(repository === undefined ? [] : ['--repo', repository]),
    ...(version === undefined ? [] : ['--version', version]),
  ];
}

/** As people name it. */
export const chartName = (chart: ChartReference): string => (chart.kind === 'folder' ? chart.folder : chart.chart);

/** Files of a chart that are read at most, as of every folder of manifests (security.md). */
const MOST_FILES = 20_000;
const DEEPEST = 32;

/**
 * What tells one chart from another: for a folder a hash over its files, for a fetched one its reference, which is pinned by version.
 * @throws Refused when the folder cannot be read, or is none of a chart.
 */
export async function chartFingerprint(chart: ChartReference): Promise<string> {
  if (chart.kind === 'remote') return `${chart.repository ?? ''} ${chart.chart} ${chart.version ?? ''}`;
  try {
    const files = await filesIn(await realpath(chart.folder), '', 0);
    if (!files.includes('Chart.yaml')) throw new Refused(`${chart.folder} is no chart: it has no Chart.yaml.`);
    const hash = createHash('sha256');
    for (const file of [...files].sort()) {
      hash.update(`${file}\0`);
      for await (const chunk of createReadStream(join(chart.folder, file))) hash.update(chunk as Buffer);
      hash.update('\0');
    }
    return hash.digest('hex');
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(`The chart ${chart.folder} cannot be read.`, { code: 'helm-chart', cause: error });
  }
}

/** Regular files, relative, with `/`. Links, pipes and devices are no part of a chart for us: Helm follows links, so they are refused. */
async function filesIn(root: string, folder: string, depth: number): Promise<readonly string[]> {
  const files: string[] = [];
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile()) files.push(path);
    else if (!entry.isDirectory()) throw new Refused(`${path} in the chart ${root} is neither a file nor a folder.`);
    else if (depth >= DEEPEST) throw new Refused(`The chart ${root} is nested deeper than ${DEEPEST} folders.`);
    else if (path !== '.git') files.push(...(await filesIn(root, path, depth + 1)));
    if (files.length > MOST_FILES) throw new Refused(`The chart ${root} has more than ${MOST_FILES} files.`);
  }
  return files;
}
