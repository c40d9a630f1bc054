import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser, openWorkbench } from '../../tools/vscode/browser.mjs';
import { installExtension, startServer } from '../../tools/vscode/server.mjs';
import { Workbench } from '../../tools/vscode/workbench.mjs';

const VSIX = process.env['VSIX'] ?? 'dist/slipway.vsix';

/** Fast enough for a test, slow enough that each state is drawn. */
export const REHEARSED = { 'slipway.rehearsal': true, 'slipway.timeScale': 200 };

export interface HostOptions {
  readonly settings?: object;
  readonly env?: Record<string, string>;
  /** Workspaces are trusted only when somebody says so. */
  readonly trust?: boolean;
}

/** A request as the rehearsed account logged it. */
export interface LoggedRequest {
  /** Wall clock, ISO 8601. */
  readonly time: string;
  readonly operation: string;
  readonly mutating: boolean;
}

/** One window on the packaged extension: what a person sees and clicks. */
export interface Window {
  readonly page: Page;
  readonly workbench: Workbench;
  readonly tree: Locator;
  /** The platform's own row, once its text is so. */
  root(text: RegExp): Locator;
  /** The row of a stage or resource. */
  row(label: string): Locator;
}

let installed: string | undefined;

/** Where the packaged extension is installed: once for all hosts, as each time takes seconds of a core. */
function extensions(): string {
  if (installed === undefined) {
    const dir = mkdtempSync(path.join(tmpdir(), 'slipway-installed-'));
    process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
    installExtension(dir, VSIX);
    installed = path.join(dir, 'extensions');
  }
  return installed;
}

/** A real VS Code server with the packaged extension in it, a folder of its own, and one browser: shared by the tests of a file. */
export class UiHost {
  readonly dir: string;
  readonly #server: Awaited<ReturnType<typeof startServer>>;
  readonly #browser: Browser;
  readonly #pages: Page[] = [];

  private constructor(dir: string, server: Awaited<ReturnType<typeof startServer>>, browser: Browser) {
    this.dir = dir;
    this.#server = server;
    this.#browser = browser;
  }

  static async start({ settings = REHEARSED, ...options }: HostOptions = {}): Promise<UiHost> {
    const dir = mkdtempSync(path.join(tmpdir(), 'slipway-ui-'));
    symlinkSync(extensions(), path.join(dir, 'extensions'));
    return new UiHost(dir, await startServer({ dir, settings, ...options }), await launchBrowser());
  }

  /** A platform of AWS stages alone: quick to bring up, and it needs no Helm. */
  platformFolder(name = 'cauchy'): string {
    const folder = this.emptyFolder(name);
    writeFileSync(path.join(folder, 'platform.yml'), `name: ${name}\nregion: us-west-2\n`);
    return folder;
  }

  emptyFolder(name: string): string {
    const folder = path.join(this.dir, name);
    mkdirSync(folder);
    return folder;
  }

  /** A window with our view open. Without a folder: an empty one. */
  async open(folder?: string): Promise<Window> {
    const page = await openWorkbench(this.#browser, this.#server, folder === undefined ? {} : { folder });
    this.#pages.push(page);
    return view(page);
  }

  /** Every request that reached a rehearsed account of this host, in order. */
  requests(): readonly LoggedRequest[] {
    return readdirSync(this.dir, { recursive: true, encoding: 'utf8' })
      .filter((name) => path.basename(name) === 'requests.jsonl')
      .flatMap((name) => readFileSync(path.join(this.dir, name), 'utf8').split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LoggedRequest);
  }

  /** When the last change was asked for, as milliseconds of the wall clock. */
  lastWrite(): number {
    return Math.max(0, ...this.requests().flatMap(({ mutating, time }) => (mutating ? [Date.parse(time)] : [])));
  }

  /** Of every open window, into SHOT_DIR. */
  async shoot(name: string): Promise<void> {
    const pictures = process.env['SHOT_DIR'];
    if (pictures === undefined) return;
    for (const [index, page] of this.#pages.entries()) {
      if (!page.isClosed()) await page.screenshot({ path: path.join(pictures, `${name.replace(/\W+/g, '-')}-${index}.png`) });
    }
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    this.#server.stop();
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** Waits for the workbench of a page (again, after a reload) and opens our view. */
export async function view(page: Page): Promise<Window> {
  const workbench = new Workbench(page);
  await workbench.ready();
  await workbench.openView('Slipway');
  const tree = page.getByRole('tree', { name: /Platforms/ });
  const rows = tree.getByRole('treeitem');
  return {
    page,
    workbench,
    tree,
    root: (text) => rows.and(page.locator('[aria-level="1"]')).filter({ hasText: text }),
    row: (label) => workbench.row(tree, label),
  };
}
