import type * as vscode from 'vscode';
import { compose } from './vscode/composition.ts';

/** Called by VS Code when the view is opened, a command is given, or a folder holds a platform.yml. */
export function activate(context: vscode.ExtensionContext): void {
  compose(context);
}
