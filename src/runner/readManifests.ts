import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Finding, SourceRange } from '../core/findings/finding.ts';
import { token } from '../core/findings/token.ts';
import type { ManifestFile } from '../manifests/manifestObject.ts';
import { isInside } from './readPlatform.ts';
import { isNodeError } from './runnerError.ts';

/** security.md, "Untrusted input"; sizes in bytes. */
export interface ManifestLimits {
  readonly fileBytes: number;
  readonly totalBytes: number;
  readonly files: number;
  readonly depth: number;
}

export const manifestLimits: ManifestLimits = { fileBytes: 5 * 1024 * 1024, totalBytes: 500 * 1024 * 1024, files: 20_000, depth: 32 };

export interface ReadFolder {
  readonly files: readonly ManifestFile[];
  readonly findings: readonly Finding[];
  /** The path is a file and not a folder. */
  readonly isFile: boolean;
  /** Nothing is there. */
  readonly isMissing: boolean;
}

const skipped: ReadonlySet<string> = new Set(['.git', 'node_modules']);
const isManifestName = (name: string): boolean => /\.(ya?ml|json)$/i.test(name);

/**
 * Reads the folders of one platform, each by `read`. All of them share the limits, and a file that was read once by a link
 * or another path is not read again within a folder. Never throws for what is on disk: what cannot be read is a finding, and
 * a folder with one is not to be taken for complete.
 */
export class ManifestReader {
  readonly #home: string;
  readonly #limits: ManifestLimits;
  #files = 0;
  #bytes = 0;
  #isOver = false;

  /** `home` is the folder of `platform.yml`, absolute: nothing outside of it is read. */
  constructor(home: string, limits: ManifestLimits = manifestLimits) {
    this.#home = home;
    this.#limits = limits;
  }

  /**
   * The manifests at `path`, a file or folder relative to `home` with `/`, by name. `named` is where platform.yml names it:
   * then it has to be there; else a missing one is an empty one.
   */
  async read(path: string, named?: SourceRange): Promise<ReadFolder> {
    const pass = new Pass();
    const start = posix.normalize(path.replaceAll('\\', '/'));
    const home = await realpath(this.#home);
    const absolute = join(this.#home, start);
    const at = named ?? startOf(absolute);
    let [isFile, isMissing] = [false, false];
    try {
      const real = await realpath(absolute);
      if (!isInside(home, real)) pass.report('manifest.path-outside', `${token(start)} leads out of the folder of platform.yml.`, at);
      else {
        const info = await stat(real);
        isFile = info.isFile();
        if (info.isDirectory()) await this.#folder(home, start, 0, pass);
        else if (isFile) await this.#file(start, real, pass);
        else pass.report('manifest.path-kind', `${token(start)} is neither a file nor a folder.`, at);
      }
    } catch (error) {
      if (!isNodeError(error)) throw error;
      isMissing = error.code === 'ENOENT' || error.code === 'ENOTDIR';
      if (!isMissing || named !== undefined) pass.report('manifest.unreadable', `${token(start)} ${wordsOf(error.code)}.`, at);
    }
    return { files: pass.files, findings: pass.findings, isFile, isMissing };
  }

  async #folder(home: string, path: string, depth: number, pass: Pass): Promise<void> {
    const absolute = join(this.#home, path);
    if (depth > this.#limits.depth) {
      const message = `Folders are nested more than ${String(this.#limits.depth)} levels deep here: ${token(path)}.`;
      pass.report('manifest.depth', message, startOf(absolute));
      return;
    }
    const entries = (await readdir(absolute, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    // A chart's templates are no manifests; Helm reads them.
    if (entries.some(({ name }) => name === 'Chart.yaml')) return;
    for (const entry of entries) {
      if (this.#isOver) return;
      const child = posix.join(path, entry.name);
      if (skipped.has(entry.name) || (entry.isFile() && !isManifestName(entry.name))) continue;
      await this.#entry(home, child, depth + 1, pass);
    }
  }

  async #entry(home: string, path: string, depth: number, pass: Pass): Promise<void> {
    const absolute = join(this.#home, path);
    try {
      const real = await realpath(absolute);
      const info = await stat(real);
      if (!info.isDirectory() && !isManifestName(path)) return;
      if (!isInside(home, real)) {
        pass.report('manifest.path-outside', `${token(path)} is a link that leads out of the folder of platform.yml.`, startOf(absolute));
      } else if (pass.isNew(real)) {
        if (info.isDirectory()) await this.#folder(home, path, depth, pass);
        else await this.#file(path, real, pass);
      }
    } catch (error) {
      if (!isNodeError(error)) throw error;
      pass.report('manifest.unreadable', `${token(path)} ${wordsOf(error.code)}.`, startOf(absolute));
    }
  }

  /** `real` is what was looked at: opened by it, a link that changes meanwhile leads nowhere else. */
  async #file(path: string, real: string, pass: Pass): Promise<void> {
    const absolute = join(this.#home, path);
    const report = (code: string, message: string): void => pass.report(code, message, startOf(absolute));
    // Non-blocking: opening a FIFO without a writer would wait for ever.
    await using handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
    const info = await handle.stat();
    if (!info.isFile()) return report('manifest.path-kind', `${token(path)} is not a regular file.`);
    if (info.size > this.#limits.fileBytes)
      return report('manifest.too-large', `${token(path)} is larger than ${megabytes(this.#limits.fileBytes)}.`);
    this.#files++;
    this.#bytes += info.size;
    if (this.#files > this.#limits.files || this.#bytes > this.#limits.totalBytes) {
      this.#isOver = true;
      return report(
        'manifest.too-many',
        `The manifests of this platform are more than ${String(this.#limits.files)} files or ${megabytes(this.#limits.totalBytes)}: reading ends here.`,
      );
    }
    const bytes = await handle.readFile();
    if (bytes.length > this.#limits.fileBytes)
      return report('manifest.too-large', `${token(path)} is larger than ${megabytes(this.#limits.fileBytes)}.`);
    const text = decoded(bytes);
    if (text === undefined) report('manifest.encoding', `${token(path)} is not UTF-8 text.`);
    else pass.files.push({ path, file: absolute, text });
  }
}

/** What one folder gave. */
class Pass {
  readonly files: ManifestFile[] = [];
  readonly findings: Finding[] = [];
  readonly #seen = new Set<string>();

  isNew(real: string): boolean {
    if (this.#seen.has(real)) return false;
    this.#seen.add(real);
    return true;
  }

  report(code: string, message: string, range: SourceRange): void {
    this.findings.push({ code, severity: 'error', message, range });
  }
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function startOf(file: string): SourceRange {
  const start = { line: 1, column: 1 };
  return { file, start, end: start };
}

function wordsOf(code: string): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by you';
  if (code === 'ELOOP') return 'is a link that leads back to itself';
  if (code === 'ENXIO') return 'is not a regular file';
  return `cannot be read (${code})`;
}

const megabytes = (bytes: number): string => `${String(Math.max(1, Math.round(bytes / 1024 / 1024)))} MB`;
