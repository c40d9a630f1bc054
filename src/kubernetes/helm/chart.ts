import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { token } from '../../core/findings/token.ts';
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

/** Of a chart's folder no more is read than of any folder of manifests (security.md, "Untrusted input"); sizes in bytes. */
const LIMITS = { files: 20_000, depth: 32, fileBytes: 5 * 1024 * 1024, totalBytes: 500 * 1024 * 1024 };

/**
 * What tells one chart from another: for a folder a hash over its files, for a fetched one its reference, which is pinned by version.
 * @throws Refused when the folder cannot be read, or is none of a chart.
 */
export async function chartFingerprint(chart: ChartReference): Promise<string> {
  if (chart.kind === 'remote') return `${chart.repository ?? ''} ${chart.chart} ${chart.version ?? ''}`;
  const files = await chartFiles(chart.folder);
  try {
    const hash = createHash('sha256');
    for (const file of [...files].sort()) {
      hash.update(`${file}\0`);
      for await (const chunk of createReadStream(join(chart.folder, file))) hash.update(chunk as Buffer);
      hash.update('\0');
    }
    return hash.digest('hex');
  } catch (error) {
    throw unreadable(chart.folder, error);
  }
}

/**
 * The files of a chart, relative, with `/`. Helm follows links, and waits for pipes: a chart that has any is refused, and so is one that is
 * larger than anybody's.
 * @throws Refused when the folder cannot be read, or is none of a chart.
 */
export async function chartFiles(folder: string): Promise<readonly string[]> {
  try {
    const files = new ChartFiles(await realpath(folder));
    await files.add('', 0);
    if (!files.found.includes('Chart.yaml')) throw new Refused(`${folder} is no chart: it has no Chart.yaml.`);
    return files.found;
  } catch (error) {
    throw error instanceof Refused ? error : unreadable(folder, error);
  }
}

const unreadable = (folder: string, cause: unknown): Refused =>
  new Refused(`The chart ${folder} cannot be read.`, { code: 'helm-chart', cause });

class ChartFiles {
  readonly found: string[] = [];
  readonly #root: string;
  #bytes = 0;

  constructor(root: string) {
    this.#root = root;
  }

  async add(folder: string, depth: number): Promise<void> {
    if (depth > LIMITS.depth) throw new Refused(`The chart ${this.#root} is nested deeper than ${LIMITS.depth} folders.`);
    for (const entry of await readdir(join(this.#root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (path !== '.git') await this.add(path, depth + 1);
      } else if (entry.isFile()) await this.#file(path);
      else throw new Refused(`${token(path)} in the chart ${this.#root} is neither a file nor a folder.`);
    }
  }

  async #file(path: string): Promise<void> {
    const { size } = await lstat(join(this.#root, path));
    this.#bytes += size;
    this.found.push(path);
    if (size > LIMITS.fileBytes) throw new Refused(`${token(path)} in the chart ${this.#root} is larger than 5 MB.`);
    if (this.found.length > LIMITS.files || this.#bytes > LIMITS.totalBytes)
      throw new Refused(`The chart ${this.#root} has more than ${LIMITS.files} files or 500 MB.`);
  }
}
