import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { filesIn } from './flows/sampleFiles.ts';

/** The sample platform of the rehearsal: a read-only copy outside of every workspace, of the version that this extension brings. */
export class RehearsedSample {
  /** Absolute path of its `platform.yml`. */
  readonly file: string;
  /** The folder that the extension brings. */
  readonly source: string;

  constructor(context: vscode.ExtensionContext) {
    this.source = context.asAbsolutePath('manifests');
    this.file = path.join(context.globalStorageUri.fsPath, 'sample', 'platform.yml');
  }

  /** Makes the copy what the extension brings. What is so already is not touched: another window may be reading it. */
  async write(): Promise<vscode.Uri> {
    const folder = path.dirname(this.file);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const [wanted, there] = await Promise.all([filesIn(this.source), filesIn(folder)]);
    for (const file of there) if (!wanted.includes(file)) await rm(path.join(folder, file), { force: true });
    for (const file of wanted) await this.#copy(file, path.join(folder, file));
    return vscode.Uri.file(this.file);
  }

  async #copy(file: string, target: string): Promise<void> {
    const text = await readFile(path.join(this.source, file));
    const before = await readFile(target).catch(() => undefined);
    if (before?.equals(text) === true) return;
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await rm(target, { force: true });
    await writeFile(target, text, { mode: 0o444 });
  }
}
