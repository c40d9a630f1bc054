import { chmod, copyFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';

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

  async write(): Promise<vscode.Uri> {
    await mkdir(path.dirname(this.file), { recursive: true, mode: 0o700 });
    await rm(this.file, { force: true });
    await copyFile(path.join(this.source, 'platform.yml'), this.file);
    await chmod(this.file, 0o444);
    return vscode.Uri.file(this.file);
  }
}
